//! Runs, nodes and attempts.

use crate::{
    capture::Capture,
    kept::{World, program},
};
use loomflow::{Visit, prelude::*};
use tokio::task::yield_now;
use tracing::Level;

#[step]
async fn double(n: u32) -> u32 {
    yield_now().await;
    2 * n
}

#[step(retry = 1, backoff = 1s)]
async fn flaky(#[run] run: &Visit, n: u32) -> Result<u32, &'static str> {
    yield_now().await;
    if run.attempt() == 1 { Err("broken") } else { Ok(n) }
}

#[step]
async fn refuses(n: u32) -> Result<u32, String> {
    yield_now().await;
    Err(format!("{n} is refused"))
}

workflow! {
    Inner(n: u32) -> u32 { start -> n = double(n) -> flaky(n) -> end; }
}

workflow! {
    Outer(n: u32) -> u32 { start -> [a: double(n), Inner(n)] -> last: double(a) -> end(last + Inner); }
}

workflow! {
    Fails(n: u32) -> u32 { start -> double(n) -> refuses(double) -> end; }
}

const TREE: &str = "\
invoke_workflow Outer
  a
    attempt attempt=1
  invoke_workflow Inner
    double
      attempt attempt=1
    flaky
      attempt attempt=1
      attempt attempt=2
  last
    attempt attempt=1
";

#[test]
fn a_run_in_memory_is_a_tree_of_runs_nodes_and_attempts() {
    let tree = Capture::tree(Level::DEBUG, &["attempt"], || {
        program(async {
            assert_eq!(Outer::run(&(), 1).await.unwrap(), 6);
        });
    });
    assert_eq!(tree, TREE);
}

#[test]
fn a_run_that_is_kept_is_the_same_tree() {
    let tree = Capture::tree(Level::DEBUG, &["attempt"], || {
        World::default().lives((), async |loom| {
            let run = loom.start::<Outer>("run", 1).await.unwrap();
            assert_eq!(run.output().await.unwrap(), 6);
        });
    });
    assert_eq!(tree, TREE);
}

#[test]
fn plain_rust_is_one_too() {
    let tree = Capture::tree(Level::DEBUG, &["attempt"], || {
        World::default().lives((), async |loom| {
            let program = async |n: u32| Ok::<_, Failure>(double(double(n).await).await);
            assert_eq!(loom.run("run", 3, program).await.unwrap(), 12);
        });
    });
    assert_eq!(tree, "invoke_workflow plain\n  double\n    attempt attempt=1\n  double\n    attempt attempt=1\n");
}

#[test]
fn spans_say_whose_run_it_is_and_how_it_came_out_and_nothing_that_was_computed() {
    let fields = ["otel.status_code", "error.type", "pattern", "loomflow.run", "user.id", "gen_ai.conversation.id"];
    let tree = Capture::tree(Level::INFO, &fields, || {
        World::default().lives((), async |loom| {
            let run = loom.start::<Fails>("run-7", 77).user("ada").session("tea").await.unwrap();
            run.output().await.unwrap_err();
        });
    });
    assert_eq!(
        tree,
        "invoke_workflow Fails otel.status_code=ERROR error.type=step loomflow.run=run-7 user.id=ada \
         gen_ai.conversation.id=tea\n  double pattern=workflow\n  refuses otel.status_code=ERROR error.type=step \
         pattern=workflow\n"
    );
    for name in ["run", "node"] {
        let told = Capture::told(name, || {
            program(async {
                Fails::run(&(), 77).await.unwrap_err();
            });
        });
        assert!(!told.is_empty());
        let all = format!("{told:?}");
        assert!(!all.contains("77") && !all.contains("154") && !all.contains("refused"), "{all}");
    }
}

#[test]
fn what_is_recorded_makes_no_span_when_a_run_is_carried_on() {
    use crate::kept::{Cut, LEASE};
    use loomflow::Loom;
    let mut world = World::default();
    world.program(Cut::Behind(1), async |journal| {
        let loom = Loom::builder(()).journal(journal.clone()).lease(LEASE).build();
        loom.start::<Inner>("run", 1).await.unwrap();
        journal.died().await;
    });
    let recorded: Vec<String> = world.records().into_iter().map(|record| record.node.into_owned()).collect();
    assert_eq!(recorded, ["double", "flaky"]);
    let tree = Capture::tree(Level::DEBUG, &["attempt"], || {
        world.lives((), async |loom| {
            loom.handle::<Inner>("run").output().await.unwrap();
        });
    });
    assert_eq!(tree, "invoke_workflow Inner\n  flaky\n    attempt attempt=2\n");
}

#[test]
fn a_subscriber_that_wants_less_is_told_less() {
    let tree = Capture::tree(Level::INFO, &[], || {
        program(async {
            assert_eq!(Inner::run(&(), 1).await.unwrap(), 2);
        });
    });
    assert_eq!(tree, "invoke_workflow Inner\n  double\n  flaky\n");
    let tree = Capture::tree(Level::WARN, &[], || {
        program(async {
            assert_eq!(Inner::run(&(), 1).await.unwrap(), 2);
        });
    });
    assert_eq!(tree, "");
}
