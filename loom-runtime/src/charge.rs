//! A call of a model, as it counts in the run that it is made in.

use crate::{
    around::{Around, metered},
    meter::{OverBudget, Usage},
};
use std::time::Instant;

/// One call of a model that has begun. It counts when it ends; dropped, it counts as a call of which nothing is known but
/// how long it took.
#[derive(Debug)]
pub struct Charge {
    /// Where it counts, and what was set aside for it there.
    open: Option<(Around, Usage)>,
    output: Option<u64>,
    began: Instant,
}

/// Begins a call of a model in the run that is polled, if one is: a call that reads about so many tokens, and writes no
/// more than it says, if it says.
///
/// # Errors
/// When the budget of the run does not allow it: then it is not to be made.
pub fn begin(input: u64, output: Option<u64>) -> Result<Charge, OverBudget> {
    begin_reckoning(|| input, output)
}

/// The same; what it reads is reckoned only where a meter wants to know.
#[doc(hidden)]
pub fn begin_reckoning(input: impl FnOnce() -> u64, output: Option<u64>) -> Result<Charge, OverBudget> {
    let mut charge = Charge { open: None, output, began: Instant::now() };
    if let Some(around) = metered()
        && let Some(meter) = around.meter()
    {
        let granted = meter.begin(input(), output)?;
        charge.output = granted.output;
        charge.open = Some((around, granted.aside));
    }
    Ok(charge)
}

impl Charge {
    /// The most tokens it may write, if that is bounded: what it said itself, or what is left of the budget.
    #[must_use]
    pub const fn most_output(&self) -> Option<u64> {
        self.output
    }

    /// It has ended, and read and written so many tokens.
    pub fn end(mut self, input: u64, output: u64) {
        self.ended(input, output);
    }

    fn ended(&mut self, input: u64, output: u64) {
        if let Some((around, aside)) = self.open.take() {
            let usage = Usage { calls: 1, input, output, time: self.began.elapsed() };
            if let Some(meter) = around.meter() {
                meter.end(aside, usage);
            }
            around.count(usage);
        }
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        self.ended(0, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        around::{self, OfRun},
        meter::{Budget, Meter},
    };
    use std::sync::Arc;

    fn within<T>(meter: &Meter, act: impl FnOnce() -> T) -> T {
        let run = OfRun { meter: Some(meter.clone()), ..OfRun::default() };
        around::within(&Around::new(&Arc::new(run)), act)
    }

    #[test]
    fn a_call_counts_when_it_ends_and_outside_of_a_run_nowhere() {
        let meter = Meter::new();
        begin(1, None).expect("nothing bounds it").end(1, 1);
        let charge = within(&meter, || begin(10, None)).expect("nothing bounds it");
        assert!(meter.usage().is_nothing());
        charge.end(12, 3);
        drop(within(&meter, || begin(10, None)));
        let usage = meter.usage();
        assert_eq!((usage.calls, usage.input, usage.output), (2, 12, 3));
    }

    #[test]
    fn the_call_that_would_go_over_the_calls_is_refused_and_those_under_way_count() {
        let meter = Meter::within(Budget::new().calls(2));
        within(&meter, || {
            let one = begin(0, None).expect("the first");
            let two = begin(0, None).expect("the second");
            let over = begin(0, None).expect_err("the third");
            assert_eq!(over.to_string(), "the run may make 2 calls of models, and has made 2");
            one.end(5, 5);
            drop(two);
            assert!(begin(0, None).is_err());
        });
        assert_eq!((meter.usage().calls, meter.usage().tokens()), (2, 10));
    }

    #[test]
    fn a_call_may_write_what_is_left_of_the_tokens_and_is_refused_where_its_question_takes_them_all() {
        let meter = Meter::within(Budget::new().tokens(100));
        within(&meter, || {
            let one = begin(30, None).expect("it fits");
            assert_eq!(one.most_output(), Some(70));
            one.end(30, 20);
            let two = begin(10, Some(15)).expect("it fits");
            assert_eq!(two.most_output(), Some(15));
            // The one that is under way may take 25 of the 50.
            assert_eq!(begin(5, Some(1_000)).expect("it fits").most_output(), Some(20));
            assert!(begin(25, None).is_err());
            two.end(10, 15);
            let over = begin(25, None).expect_err("nothing is left to answer with");
            let said = "the run may spend 100 tokens on models, has spent 75, and the next call reads about 25";
            assert_eq!(over.to_string(), said);
        });
    }
}
