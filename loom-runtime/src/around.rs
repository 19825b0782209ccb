//! What the code of a step finds around it without being told: the run's meter, whom the run is for, and what else was
//! [given](crate::Run::with) to it.
//!
//! It is found through the thread, for as long as the run, or a step of it, is polled. Runs within steps of runs stand one
//! within another, so what the innermost one does not have is looked for around it. What a step hands to another task is not
//! in the run.

use crate::{
    durable::Spot,
    locked::locked,
    meter::{Meter, Usage},
    visit::Of,
};
use pin_project_lite::pin_project;
use std::{
    any::{Any, TypeId},
    cell::RefCell,
    collections::HashMap,
    fmt, mem,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll},
    time::Duration,
};

thread_local! {
    static AROUND: RefCell<Vec<Around>> = const { RefCell::new(Vec::new()) };
}

/// What stands around all code of one run.
#[derive(Debug, Clone, Default)]
pub(crate) struct OfRun {
    pub(crate) meter: Option<Meter>,
    pub(crate) of: Option<Arc<Of>>,
    pub(crate) given: Given,
}

/// What stands around a piece of its code: all of it, or one step.
#[derive(Debug, Clone)]
pub(crate) struct Around(Arc<Piece>);

#[derive(Debug)]
struct Piece {
    run: Arc<OfRun>,
    spent: Mutex<Usage>,
    /// Which step of a run that is kept it is, if it is one.
    spot: Option<Spot>,
}

impl Around {
    pub(crate) fn new(run: &Arc<OfRun>) -> Self {
        Around(Arc::new(Piece { run: Arc::clone(run), spent: Mutex::default(), spot: None }))
    }

    /// The same for a step of a run that is kept.
    pub(crate) fn at(run: &Arc<OfRun>, spot: Spot) -> Self {
        Around(Arc::new(Piece { run: Arc::clone(run), spent: Mutex::default(), spot: Some(spot) }))
    }

    /// The step, if it is one of a run that is kept.
    pub(crate) fn spot(&self) -> Option<&Spot> {
        self.0.spot.as_ref()
    }

    /// The meter of the run.
    pub(crate) fn meter(&self) -> Option<&Meter> {
        self.0.run.meter.as_ref()
    }

    /// Counts what the piece has spent on models.
    pub(crate) fn count(&self, usage: Usage) {
        *locked(&self.0.spent) += usage;
    }

    /// What it spent since this was asked last, in whole milliseconds, as records have it.
    pub(crate) fn take(&self) -> Usage {
        let usage = mem::take(&mut *locked(&self.0.spent));
        let ms = u64::try_from(usage.time.as_millis()).unwrap_or(u64::MAX);
        Usage { time: Duration::from_millis(ms), ..usage }
    }
}

/// What was given to a run, one of each type.
#[derive(Clone, Default)]
pub(crate) struct Given(Option<Arc<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>>);

impl Given {
    pub(crate) fn put<T: Send + Sync + 'static>(&mut self, value: T) {
        let given = self.0.get_or_insert_default();
        Arc::make_mut(given).insert(TypeId::of::<T>(), Arc::new(value));
    }

    pub(crate) fn get<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        let value = Arc::clone(self.0.as_ref()?.get(&TypeId::of::<T>())?);
        value.downcast().ok()
    }
}

impl fmt::Debug for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Given").field(&self.0.as_ref().map_or(0, |given| given.len())).finish()
    }
}

/// The innermost of what stands around the code that asks.
fn find<T>(look: impl Fn(&Around) -> Option<T>) -> Option<T> {
    AROUND.with_borrow(|around| around.iter().rev().find_map(look))
}

/// What was given to the run in whose step this is called, of a type; where that was given nothing of it, to the run around.
///
/// ```
/// use loomflow_runtime::around;
///
/// assert_eq!(around::given::<u32>(), None, "this is no step of a run");
/// ```
#[must_use]
pub fn given<T: Send + Sync + 'static>() -> Option<Arc<T>> {
    find(|around| around.0.run.given.get())
}

/// Whom the run is for in whose step this is called, if that was said.
#[must_use]
pub fn user() -> Option<String> {
    find(|around| around.0.run.of.clone())?.user.clone()
}

/// The session of the run in whose step this is called, if it has one.
#[must_use]
pub fn session() -> Option<String> {
    find(|around| around.0.run.of.clone())?.session.clone()
}

/// What stands around the step of a run that is kept in which this is called.
pub(crate) fn kept() -> Option<Around> {
    find(|around| around.spot().is_some().then(|| around.clone()))
}

/// Where calls of models count that are made here.
pub(crate) fn metered() -> Option<Around> {
    find(|around| around.meter().is_some().then(|| around.clone()))
}

/// Takes away what stood around something, also when that panics.
struct Before;

impl Drop for Before {
    fn drop(&mut self) {
        let over = AROUND.with_borrow_mut(Vec::pop);
        // What is dropped here may ask what stands around it.
        drop(over);
    }
}

/// Does something with this around it.
pub(crate) fn within<T>(around: &Around, act: impl FnOnce() -> T) -> T {
    let around = around.clone();
    AROUND.with_borrow_mut(|all| all.push(around));
    let _before = Before;
    act()
}

pin_project! {
    /// Work with something around it.
    pub(crate) struct Within<'a, F> { around: &'a Around, #[pin] work: F }
}

impl<'a, F> Within<'a, F> {
    pub(crate) const fn new(around: &'a Around, work: F) -> Self {
        Within { around, work }
    }
}

impl<F: Future> Future for Within<'_, F> {
    type Output = F::Output;
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let me = self.project();
        within(me.around, || me.work.poll(cx))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::catch_unwind;

    fn around(given: impl Send + Sync + 'static) -> Around {
        let mut run = OfRun::default();
        run.given.put(given);
        Around::new(&Arc::new(run))
    }

    #[test]
    fn the_innermost_of_a_type_is_found_and_what_it_has_not_around_it() {
        within(&around("text"), || {
            within(&around(1), || {
                within(&around(2), || assert_eq!(given::<i32>().as_deref(), Some(&2)));
                assert_eq!(given::<i32>().as_deref(), Some(&1));
                assert_eq!(given::<&str>().as_deref(), Some(&"text"));
            });
            assert_eq!(given::<i32>(), None);
        });
        assert_eq!(given::<&str>(), None);
    }

    #[test]
    fn what_panics_leaves_nothing_behind() {
        assert!(catch_unwind(|| within(&around(1), || panic!("no"))).is_err());
        assert_eq!(given::<i32>(), None);
    }

    #[test]
    fn of_one_type_the_last_that_was_given_holds() {
        let mut run = OfRun::default();
        run.given.put(1);
        run.given.put(2);
        within(&Around::new(&Arc::new(run)), || assert_eq!(given::<i32>().as_deref(), Some(&2)));
    }
}
