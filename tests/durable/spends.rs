//! What steps spend on models: it stands in their records, is summed up for the run, and held to the run's budget by all
//! programs that carry it on.

use crate::kept::{Cut, LEASE, World, program};
use loomflow::{
    Loom, LoomError,
    journal::{Journal as _, RecordKind, Status},
    meter::{self, Budget, Meter, OverBudget, Usage},
    prelude::*,
};
use std::time::Duration;
use tokio::task::yield_now;

/// Calls a model, as it were: what is read is as many tokens as it is told, and five are written.
#[step]
async fn asks(n: u64) -> Result<u64, OverBudget> {
    let charge = meter::begin(n, None)?;
    yield_now().await;
    charge.end(n, 5);
    Ok(n + 1)
}

/// Calls one twice, and fails at first.
#[step(retry = 1)]
fn insists(#[run] run: &loomflow::Visit, n: u64) -> Result<u64, String> {
    for _ in 0..2 {
        meter::begin(n, None).map_err(|over| over.to_string())?.end(n, 5);
    }
    if run.attempt() == 1 { Err("not yet".to_owned()) } else { Ok(n) }
}

workflow! {
    Inner(n: u64) -> u64 {
        start -> asks(n) -> end;
    }
}

workflow! {
    Spends(n: u64) -> u64 {
        start -> asks(n) -> [ { one: asks(asks) -> two: asks(one) }, Inner(asks), three: asks(asks) ] -> insists(two) -> end;
    }
}

/// What all of it spends that begins with 1: the calls read 1, 2, 3, 2, 2 tokens, and 4 twice in each of two attempts.
const ALL: Usage = Usage { calls: 9, input: 26, output: 45, time: Duration::ZERO };

fn but_time(usage: Usage) -> Usage {
    Usage { time: Duration::ZERO, ..usage }
}

async fn usage<C: Send + Sync + 'static>(loom: &Loom<C>) -> Usage {
    but_time(loom.info("run").await.expect("the journal is sound").expect("there is such a run").usage)
}

#[test]
fn a_run_in_memory_counts_what_its_steps_spend_where_a_meter_is_given() {
    program(async {
        let meter = Meter::new();
        assert_eq!(Spends::run(&(), 1).metered(&meter).await.expect("nothing bounds it"), 4);
        assert_eq!(but_time(meter.usage()), ALL);
        assert_eq!(Spends::run(&(), 1).await.expect("nothing counts it"), 4);
        assert_eq!(meter.usage().calls, 9);
    });
}

#[test]
fn a_run_in_memory_fails_before_the_call_that_would_go_over_its_budget() {
    program(async {
        let meter = Meter::within(Budget::new().calls(3));
        let failure = Spends::run(&(), 1).metered(&meter).await.expect_err("it may not");
        let over = failure.downcast_ref::<OverBudget>().copied();
        assert_eq!(over, Some(OverBudget::Calls { most: 3, made: 3 }), "{failure}");
        assert!(meter.usage().calls <= 3);
    });
}

#[test]
fn each_record_tells_what_its_step_or_attempt_spent_and_the_run_what_all_did() {
    let mut world = World::default();
    world.lives((), async |loom| {
        let run = loom.start::<Spends>("run", 1).await.expect("it begins");
        assert_eq!(run.output().await.expect("nothing bounds it"), 4);
        assert_eq!(usage(&loom).await, ALL);
    });
    let records = world.records();
    let told = |node: &str, kind: RecordKind| {
        let found = records.iter().find(|record| record.node == node && record.kind == kind);
        but_time(found.expect("it is recorded").usage)
    };
    let usage = |calls, input| Usage { calls, input, output: 5 * calls, time: Duration::ZERO };
    assert_eq!(told("two", RecordKind::Output), usage(1, 3));
    assert_eq!(told("insists", RecordKind::Attempt), usage(2, 8));
    assert_eq!(told("insists", RecordKind::Output), usage(2, 8));
    assert_eq!(told("", RecordKind::Ended), Usage::default());
    assert_eq!(but_time(records.iter().map(|record| record.usage).sum()), ALL);
}

#[test]
fn what_was_recorded_is_not_spent_again_wherever_the_run_is_cut_off() {
    for write in 0.. {
        for cut in [Cut::Behind(write), Cut::Before(write)] {
            let mut world = World::default();
            let died = world.program(cut, async |journal| {
                let loom = Loom::builder(()).journal(journal.clone()).lease(LEASE).build();
                let whole = async { loom.start::<Spends>("run", 1).await?.output().await };
                tokio::select! { whole = whole => { whole.expect("it ends"); false }, () = journal.died() => true }
            });
            world.lives((), async |loom| {
                let run = loom.start::<Spends>("run", 1).await.expect("it begins, or is there");
                assert_eq!(run.output().await.expect("it ends"), 4);
                assert_eq!(usage(&loom).await, ALL, "{cut:?}");
            });
            if !died {
                return;
            }
        }
    }
}

#[test]
fn a_budget_holds_for_the_programs_that_carry_a_run_on_together() {
    for most in 0..=9 {
        let mut world = World::default();
        let budget = Budget::new().calls(most);
        world.program(Cut::Behind(4), async |journal| {
            let loom = Loom::builder(()).journal(journal.clone()).lease(LEASE).build();
            let part = async { loom.start::<Spends>("run", 1).budget(budget).await?.output().await };
            tokio::select! { _ = part => {}, () = journal.died() => {} }
        });
        world.lives((), async |loom| {
            loom.resume_all().await.expect("the journal is sound");
            let outcome = loom.handle::<Spends>("run").output().await;
            let spent = usage(&loom).await;
            if most == 9 {
                assert_eq!((outcome.expect("it is enough"), spent), (4, ALL));
                return;
            }
            let Err(LoomError::Failed(failure)) = outcome else { panic!("{outcome:?}") };
            assert!(spent.calls <= most, "{spent:?} of {most}");
            assert!(failure.to_string().contains(&format!("may make {most} calls")), "{failure}");
        });
    }
}

#[test]
fn a_program_of_plain_rust_is_metered_as_a_graph_is() {
    let mut world = World::default();
    for _ in 0..2 {
        world.lives((), async |loom| {
            let three = loom.run("run", 1, async |n: u64| {
                let one = asks(n).await?;
                let (left, right) = tokio::join!(asks(one), asks(one + 5));
                Ok::<_, OverBudget>(left? + right?)
            });
            assert_eq!(three.budget(Budget::new().calls(3)).await.expect("it is enough"), 11);
            assert_eq!(usage(&loom).await, Usage { calls: 3, input: 10, output: 15, time: Duration::ZERO });
        });
    }
    let spent: Vec<u64> = world.records().iter().map(|record| record.usage.input).collect();
    assert_eq!(spent.iter().sum::<u64>(), 10);
    assert!(spent.contains(&2) && spent.contains(&7), "{spent:?}");
    let status = program(world.kept.run("run")).expect("the journal is sound").expect("there is such a run").status;
    assert_eq!(status, Status::Done);
}
