//! `first`: several at once, and the first to succeed decides where to go.

mod common;

use common::{Log, block_on, ended, failed, poll_once, signal, way};
use loomflow::prelude::*;
use serde::{Deserialize, Serialize};
use std::future::pending;
use std::pin::pin;
use std::task::Poll;
use tokio::task::yield_now;
use tokio::time::Instant;

/// Something that is handed over or lent, but not copied.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Page(String);

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("{0} is broken")]
struct Broken(u32);

#[step]
fn add(n: u32, by: u32) -> u32 {
    n + by
}

#[step]
fn text(n: u32) -> String {
    n.to_string()
}

#[step]
fn upper(page: Page) -> Page {
    let Page(text) = page;
    Page(text.to_uppercase())
}

/// Is done when it was polled `n` times more.
#[step]
async fn wait(#[context] log: &Log, n: u32) -> u32 {
    let _held = log.hold(n.to_string());
    for _ in 0..n {
        yield_now().await;
    }
    n
}

/// Fails when it was polled `n` times more.
#[step]
async fn breaks(n: u32) -> Result<u32, Broken> {
    for _ in 0..n {
        yield_now().await;
    }
    Err(Broken(n))
}

/// Waits until it is dropped.
#[step]
async fn hang(#[context] log: &Log, name: &str) -> u32 {
    let _held = log.hold(name);
    pending().await
}

#[ask(bool)]
fn approve(n: u32) -> Question {
    Question::new(format!("{n}?"))
}

mod winning {
    use super::*;

    #[test]
    fn the_arm_of_the_winner_is_taken() {
        workflow! {
            Flow(a: u32, b: u32) -> String {
                start -> first {
                    one: wait(a) => text(one),
                    two: wait(b) => other: text(two + 100) -> end(other + "!"),
                } -> end;
            }
        }
        assert_eq!(ended(Flow::trace(&Log::default(), 1, 2)), way("one two text", "1"));
        assert_eq!(ended(Flow::trace(&Log::default(), 2, 1)), way("one two other", "101!"));
    }

    #[test]
    fn the_first_as_written_wins_when_several_are_done_at_once() {
        workflow! {
            Flow() -> u32 { start -> first { one: wait(3) => end(1), two: wait(3) => end(2), three: wait(2) => {}, four: wait(2) => {} } -> end(3); }
        }
        workflow! {
            Now() -> u32 { start -> first { one: add(0, 1), two: add(0, 2) } -> end; }
        }
        assert_eq!(ended(Flow::trace(&Log::default())).1, 3);
        assert_eq!(ended(Now::trace(&())), way("one", 1_u32));
    }

    #[test]
    fn losers_are_dropped_where_they_wait_before_the_winners_arm_begins() {
        workflow! {
            Flow() -> u32 {
                start -> first { a: hang("a") => end(0), wait(2) => after: hang_not("after"), b: hang("b") => end(0) } -> end(after);
            }
        }
        #[step]
        fn hang_not(#[context] log: &Log, name: &str) -> u32 {
            log.note(name);
            1
        }
        let log = Log::default();
        assert_eq!(ended(Flow::trace(&log)), way("a wait b after", 1_u32));
        assert_eq!(log.told(), "-2, -a, -b, after");
    }

    #[test]
    fn without_arms_what_the_winner_gives_is_carried() {
        workflow! {
            Flow(a: u32, b: u32) -> u32 { start -> first { one: wait(a), two: wait(b) } -> add(_, 10) -> end; }
        }
        workflow! {
            Named(a: u32, b: u32) -> u32 { start -> won = first { one: wait(a), two: wait(b) } -> end(won * 2); }
        }
        workflow! {
            Arms(a: u32, b: u32) -> u32 {
                start -> won = first { one: wait(a) => add(one, 100), two: wait(b) => {} } -> end(won * 2);
            }
        }
        for (a, b) in [(3, 1), (1, 3)] {
            assert_eq!(ended(Flow::trace(&Log::default(), a, b)).1, 11);
            assert_eq!(ended(Named::trace(&Log::default(), a, b)).1, 2);
        }
        assert_eq!(ended(Arms::trace(&Log::default(), 1, 2)).1, 202);
        assert_eq!(ended(Arms::trace(&Log::default(), 2, 1)).1, 2);
    }

    #[test]
    fn branches_may_set_one_value() {
        workflow! {
            Flow(a: u32, b: u32) -> u32 { start -> first { n = one: wait(a), n = two: wait(b), n = three: wait(b + 1) } -> end(n); }
        }
        assert_eq!(ended(Flow::trace(&Log::default(), 2, 4)).1, 2);
        assert_eq!(ended(Flow::trace(&Log::default(), 5, 4)).1, 4);
    }

    #[test]
    fn the_values_of_losers_are_not_set() {
        workflow! {
            Flow(a: u32, b: u32) -> (u32, u32) {
                let n: u32 = 70;
                let m: u32 = 80;
                start -> first { { n = add(n, 1) -> one: wait(a) }, { m = other: add(m, 1) -> two: wait(b) } } -> end((n, m));
            }
        }
        assert_eq!(ended(Flow::trace(&Log::default(), 1, 2)).1, (71, 80));
        assert_eq!(ended(Flow::trace(&Log::default(), 2, 1)).1, (70, 81));
    }

    #[test]
    fn branches_may_each_change_what_they_begin_with() {
        workflow! {
            Flow(n: u32, a: u32, b: u32) -> u32 {
                start -> first { { n = one: add(n, 1) -> w: wait(a) -> n = again: add(n, 1) }, { n = two: add(n, 10) -> v: wait(b) } } -> end(n);
            }
        }
        assert_eq!(ended(Flow::trace(&Log::default(), 5, 1, 2)).1, 7);
        assert_eq!(ended(Flow::trace(&Log::default(), 5, 2, 1)).1, 15);
    }

    #[test]
    fn a_value_may_be_given_to_one_branch_that_alone_reads_it() {
        workflow! {
            Flow(page: Page, n: u32) -> Option<Page> {
                start -> first { { wait(n) -> upper(page) } => end(Some(upper)), other: wait(2) => end(None) };
            }
        }
        assert_eq!(ended(Flow::trace(&Log::default(), Page("a".into()), 1)).1, Some(Page("A".into())));
        assert_eq!(ended(Flow::trace(&Log::default(), Page("a".into()), 3)).1, None);
    }

    #[test]
    fn a_first_of_one_is_what_it_holds() {
        workflow! {
            Flow(n: u32) -> u32 { start -> first { add(n, 1) => more: add(add, 1) } -> end; }
        }
        assert_eq!(ended(Flow::trace(&(), 1)), way("add more", 3_u32));
    }

    #[test]
    fn a_branch_may_be_a_block_a_fork_or_another_first() {
        workflow! {
            Flow(a: u32, b: u32, c: u32) -> u32 {
                start -> first {
                    { one: wait(a) -> match one { 1 => x = add(one, 1000), _ => x = other: add(one, 2000) } } => end(x),
                    [two: wait(b), three: wait(b)] => end(two + three),
                    first { four: wait(c) => end(four + 50), hang("a") => end(0) },
                    parts = [for i in 0..3_u32 => five: wait(c + 50 + i)] => end(parts[0]),
                } -> end(7);
            }
        }
        assert_eq!(ended(Flow::trace(&Log::default(), 1, 5, 9)).1, 1_001);
        assert_eq!(ended(Flow::trace(&Log::default(), 2, 5, 9)).1, 2_002);
        assert_eq!(ended(Flow::trace(&Log::default(), 6, 3, 9)).1, 6);
        assert_eq!(ended(Flow::trace(&Log::default(), 6, 5, 2)).1, 52);
    }

    #[test]
    fn a_first_stands_in_a_loop() {
        workflow! {
            Flow(n: u32) -> u32 {
                start -> begin: add(n, 0) -> first {
                    one: wait(n) => n = add(n, 2),
                    two: wait(3) => end(n * 100),
                } -> begin: add(n, 0) max 5 else end(n);
            }
        }
        assert_eq!(ended(Flow::trace(&Log::default(), 0)).1, 400);
        assert_eq!(ended(Flow::trace(&Log::default(), 1)).1, 500);
    }

    #[test]
    fn a_first_stands_in_a_branch() {
        workflow! {
            Flow(n: u32) -> (u32, u32) {
                start -> [
                    left = first { one: wait(n), two: wait(5) },
                    first { right = three: wait(n + 1), right = four: wait(2) },
                ] -> end((left, right));
            }
        }
        assert_eq!(ended(Flow::trace(&Log::default(), 0)).1, (0, 1));
        assert_eq!(ended(Flow::trace(&Log::default(), 9)).1, (5, 2));
    }
}

mod ending {
    use super::*;

    #[test]
    fn an_end_inside_a_branch_leaves_the_workflow() {
        workflow! {
            Flow(n: u32) -> u32 {
                start -> first { hang("a") => end(0), { wait(n) -> if n > 1 { end(n * 10) } } => end(1) };
            }
        }
        let log = Log::default();
        assert_eq!(ended(Flow::trace(&log, 3)).1, 30);
        assert_eq!(log.told(), "-3, -a");
        assert_eq!(ended(Flow::trace(&log, 1)).1, 1);
    }

    #[test]
    fn a_fail_inside_a_branch_leaves_the_workflow_and_does_not_only_lose() {
        workflow! {
            Flow() -> Result<u32, Broken> {
                start -> first { hang("a") => end(0), { wait(2) -> fail(Broken(9)) } };
            }
        }
        let log = Log::default();
        let (_, failure) = failed(Flow::trace(&log));
        assert_eq!((failure.kind(), failure.downcast_ref()), (FailureKind::Failed, Some(&Broken(9))));
        assert_eq!(log.told(), "-2, -a");
    }
}

mod failing {
    use super::*;

    #[test]
    fn the_failure_of_a_loser_is_ignored() {
        workflow! {
            Flow() -> u32 { start -> first { breaks(1) => end(1), { bad: breaks(2) -> never: add(bad, 1) } => end(2), wait(5) => end(3) }; }
        }
        assert_eq!(ended(Flow::trace(&Log::default())), way("breaks bad wait", 3_u32));
    }

    #[test]
    fn a_panic_only_loses() {
        workflow! {
            Flow(list: Vec<u32>) -> u32 { start -> first { add(list[5], 1) => end(1), wait(5) => end(3) }; }
        }
        assert_eq!(ended(Flow::trace(&Log::default(), Vec::new())).1, 3);
    }

    #[test]
    fn when_all_fail_the_first_failure_is_the_runs() {
        workflow! {
            Flow() -> u32 { start -> first { a: breaks(3) => end(1), b: breaks(1) => end(2), c: breaks(2) => end(3) }; }
        }
        let (path, failure) = failed(Flow::trace(&()));
        assert_eq!((path.as_str(), failure.node(), failure.downcast_ref()), ("a b c", "b", Some(&Broken(1))));
    }

    #[test]
    fn a_first_that_fails_can_be_caught() {
        workflow! {
            Flow() -> u32 {
                start -> won = first { a: breaks(3), b: breaks(1) } catch e => end(e.downcast_ref::<Broken>().map_or(0, |broken| broken.0 + 70))
                      -> end(won);
            }
        }
        assert_eq!(ended(Flow::trace(&())).1, 71);
    }

    #[test]
    fn a_branch_may_catch_by_itself() {
        workflow! {
            Flow() -> u32 {
                start -> first { { a: breaks(1) catch _ => n = wait(3) -> n = add(7, 0) }, n = b: wait(9) } -> end(n);
            }
        }
        assert_eq!(ended(Flow::trace(&Log::default())).1, 7);
    }

    #[tokio::test(start_paused = true)]
    async fn what_only_waits_does_not_keep_it_alive_once_all_that_work_have_failed() {
        workflow! {
            Sleeps() -> u32 { start -> first { breaks(2) => end(1), sleep(1h) => end(2) }; }
        }
        workflow! {
            Asks() -> u32 { start -> first { breaks(2) => end(1), approve(1) => end(2), { sleep(1h) -> again: approve(2) } => end(3) }; }
        }
        let begun = Instant::now();
        let failure = Sleeps::run(&()).await.unwrap_err();
        assert_eq!((failure.node(), begun.elapsed().as_secs()), ("breaks", 0));
        let failure = Asks::run(&()).answering::<approve>(|_| None).await.unwrap_err();
        assert_eq!((failure.node(), begun.elapsed().as_secs()), ("breaks", 0));
    }

    #[tokio::test(start_paused = true)]
    async fn a_branch_that_waits_before_it_works_does_work() {
        workflow! {
            Flow() -> u32 { start -> first { breaks(2) => end(1), { sleep(1h) -> add(1, 1) } => end(2) }; }
        }
        assert_eq!(Flow::run(&()).await.unwrap(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn what_only_waits_wins_while_others_work() {
        workflow! {
            Flow() -> u32 { start -> first { hang("a") => end(1), sleep(1h) => end(2), later: hang("b") => end(3) }; }
        }
        let (log, begun) = (Log::default(), Instant::now());
        assert_eq!(Flow::run(&log).await.unwrap(), 2);
        assert_eq!((log.told().as_str(), begun.elapsed().as_secs()), ("-a, -b", 3_600));
    }

    #[tokio::test(start_paused = true)]
    async fn of_branches_that_all_only_wait_the_first_wins() {
        workflow! {
            Sleeps() -> u32 { start -> first { sleep(2h) => end(1), sleep(1h) => end(2), { sleep(30m) -> sleep(40m) } => end(3) }; }
        }
        workflow! {
            Asked() -> bool { start -> first { approve(1) => end(approve), sleep(1h) => end(false) }; }
        }
        let begun = Instant::now();
        assert_eq!(Sleeps::run(&()).await.unwrap(), 2);
        assert_eq!(begun.elapsed().as_secs(), 3_600);
        assert!(!Asked::run(&()).answering::<approve>(|_| None).await.unwrap());
        assert!(Asked::run(&()).answering::<approve>(|_| Some(true)).await.unwrap());
    }

    #[test]
    fn a_run_that_nobody_answers_fails_unless_another_branch_wins() {
        workflow! {
            Flow(n: u32) -> u32 { start -> first { approve(1) => end(1), other: approve(2) => end(2), { wait(n) -> if n > 3 { breaks(1) } else {} } => end(3) }; }
        }
        assert_eq!(ended(Flow::trace(&Log::default(), 2)).1, 3);
        // A failure says more than that nobody was there.
        assert_eq!(failed(Flow::trace(&Log::default(), 4)).1.node(), "breaks");
        workflow! {
            Asks() -> u32 { start -> first { approve(1) => end(1), other: approve(2) => end(2) }; }
        }
        let (_, failure) = failed(Asks::trace(&()));
        assert_eq!(failure.kind(), FailureKind::Unanswered);
    }

    #[test]
    fn a_cancelled_first_fails_as_cancelled() {
        workflow! {
            Flow() -> u32 { start -> first { a: hang("a") => end(1), b: hang("b") => end(2) }; }
        }
        let log = Log::default();
        let (cancel, cancelled) = signal();
        let mut run = pin!(Flow::run(&log).cancelled_by(cancelled));
        assert!(poll_once(run.as_mut()).is_pending());
        cancel.send(()).unwrap();
        let Poll::Ready(Err(failure)) = poll_once(run.as_mut()) else { panic!("the run goes on") };
        assert_eq!((failure.kind(), failure.node()), (FailureKind::Cancelled, "a"));
        assert_eq!(log.told(), "-a, -b");
    }

    #[test]
    fn the_most_steps_count_every_branch() {
        workflow! {
            Flow() -> u32 { start -> first { { one: add(0, 1) -> two: add(one, 1) } => three: add(two, 1), four: add(0, 2) } -> end; }
        }
        assert_eq!(Flow::GRAPH.max_steps().to_string(), "4");
        assert_eq!(block_on(Flow::run(&())).unwrap(), 3);
    }
}
