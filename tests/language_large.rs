//! A workflow of many states: its turns are dealt out to several functions, which must make no difference.

use loomflow::prelude::*;

#[step]
fn bump(n: u32) -> u32 {
    n + 1
}

struct Most(u32);

#[step]
fn ask(#[context] most: &Most, n: u32) -> bool {
    n < most.0
}

workflow! {
    Large(n: u32) -> Result<u32, String> {
        start -> n = a0: bump(n) -> n = a1: bump(n) -> n = a2: bump(n) -> n = a3: bump(n) -> n = a4: bump(n)
              -> n = a5: bump(n) -> n = a6: bump(n) -> n = a7: bump(n) -> n = a8: bump(n) -> n = a9: bump(n)
              -> n = b0: bump(n) -> n = b1: bump(n) -> n = b2: bump(n) -> n = b3: bump(n) -> n = b4: bump(n)
              -> n = b5: bump(n) -> n = b6: bump(n) -> n = b7: bump(n) -> n = b8: bump(n) -> n = b9: bump(n)
              -> n = c0: bump(n) -> n = c1: bump(n) -> n = c2: bump(n) -> n = c3: bump(n) -> n = c4: bump(n)
              -> n = c5: bump(n) -> n = c6: bump(n) -> n = c7: bump(n) -> n = c8: bump(n) -> n = c9: bump(n)
              -> ask(n) -> if ask { n = a0: bump(n) max 2 else fail(format!("still {n}")) }
              -> end(n);
    }
}

#[tokio::test]
async fn a_large_workflow_goes_from_state_to_state_as_a_small_one_does() {
    assert_eq!(Large::run(&Most(10), 0).await.expect("thirty is enough"), 30);
    assert_eq!(Large::run(&Most(70), 0).await.expect("ninety is enough"), 90);
    let failure = Large::run(&Most(1000), 0).await.expect_err("it goes round twice");
    assert_eq!(failure.to_string(), "workflow `Large` failed at `ask`: still 90");
    assert_eq!(Large::GRAPH.max_steps().to_string(), "93");
}

#[test]
fn the_run_of_a_large_workflow_can_be_sent() {
    fn is_send<T: Send>(_: &T) {}
    is_send(&Large::run(&Most(10), 0));
}
