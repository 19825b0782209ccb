//! Many runs that wait: none of them holds a task, or more than a little memory.

use crate::kept::World;
use loomflow::{Outcome, journal::Status, prelude::*};
use std::time::Duration;
use tokio::{runtime::Handle, time::sleep};

#[ask(u32)]
fn number(n: u32) -> Question {
    Question::new(format!("{n}?"))
}

workflow! {
    Asks(n: u32) -> u32 {
        start -> number(n) within 9d else end(0) -> end;
    }
}

workflow! {
    Sleeps(n: u32) -> u32 {
        start -> sleep(Duration::from_secs(86_400 + u64::from(n))) -> end(n);
    }
}

const MANY: u32 = 1_000;

#[test]
fn a_thousand_runs_that_wait_hold_no_task() {
    World::default().lives((), async |loom| {
        for n in 0..MANY {
            loom.start::<Asks>(n.to_string(), n).await.expect("it begins");
        }
        for n in 0..MANY {
            let outcome = loom.handle::<Asks>(n.to_string()).outcome().await;
            assert!(matches!(outcome, Ok(Outcome::Waiting(open)) if open.len() == 1));
        }
        // The one that is left renews the lease.
        assert_eq!(Handle::current().metrics().num_alive_tasks(), 1);
        loom.answer::<number>("77", 5).await.expect("it is asked");
        assert_eq!(loom.handle::<Asks>("77").output().await.expect("it ends"), 5);
    });
}

#[test]
fn a_thousand_runs_that_sleep_all_wake() {
    World::default().lives((), async |loom| {
        for n in 0..MANY {
            loom.start::<Sleeps>(n.to_string(), n).await.expect("it begins");
        }
        sleep(Duration::from_secs(86_300)).await;
        assert_eq!(Handle::current().metrics().num_alive_tasks(), 1);
        sleep(Duration::from_secs(86_400 + u64::from(MANY))).await;
        for n in [0, 1, MANY / 2, MANY - 1] {
            let run = loom.info(&n.to_string()).await.expect("the journal is sound").expect("it was begun");
            assert_eq!(run.status, Status::Done);
        }
    });
}

#[cfg(feature = "sqlite")]
#[test]
fn a_thousand_runs_that_wait_in_a_file_take_less_than_a_kilobyte_of_memory_each() {
    use loomflow::{Loom, Sqlite, sqlite::Durability};
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime can be made");
    let folder = tempfile::tempdir().expect("a folder can be made");
    let journal = Sqlite::options().durability(Durability::Process).open(folder.path().join("runs.db"));
    let loom = Loom::builder(()).journal(runtime.block_on(journal).expect("the journal opens")).build();
    let waits = |n: u32| {
        runtime.block_on(async {
            let run = loom.start::<Asks>(n.to_string(), n).await.expect("it begins");
            assert!(matches!(run.outcome().await, Ok(Outcome::Waiting(_))));
        });
    };
    waits(0);
    let info = allocation_counter::measure(|| (1..=MANY).for_each(waits));
    assert!(info.bytes_current < i64::from(10 * MANY) * 1000, "{} bytes are held", info.bytes_current);
}
