//! Waits: `sleep`, and the time limit that `within` sets. Time is Tokio's, and it stands still but for the timers.

mod common;

use common::{Log, signal};
use loomflow::prelude::*;
use serde::{Deserialize, Serialize};
use std::future::pending;
use std::pin::pin;
use std::time::{Duration, SystemTime};
use tokio::time::{Instant, sleep};

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("{0} is broken")]
struct Broken(u64);

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Page(String);

#[step]
fn add(n: u64, by: u64) -> u64 {
    n + by
}

/// Is done after so many seconds.
#[step]
async fn work(#[context] log: &Log, seconds: u64) -> u64 {
    let _held = log.hold(seconds.to_string());
    sleep(Duration::from_secs(seconds)).await;
    seconds
}

/// Fails after so many seconds.
#[step]
async fn breaks(seconds: u64) -> Result<u64, Broken> {
    sleep(Duration::from_secs(seconds)).await;
    Err(Broken(seconds))
}

#[step]
async fn hang(#[context] log: &Log, name: &str) -> u64 {
    let _held = log.hold(name);
    pending().await
}

#[ask(bool)]
fn approve(n: u64) -> Question {
    Question::new(format!("{n}?"))
}

/// What a run gives, and how many seconds it took.
async fn timed<T>(run: impl Future<Output = T>) -> (T, u64) {
    let begun = Instant::now();
    let output = run.await;
    // Timers count milliseconds and round up.
    (output, (begun.elapsed() + Duration::from_millis(500)).as_secs())
}

mod sleeping {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_sleep_takes_its_time() {
        workflow! {
            Flow(n: u64) -> u64 { start -> sleep(30s) -> add(n, 1) -> sleep(2m) -> end(add); }
        }
        let ((path, output), took) = timed(Flow::trace(&(), 1)).await;
        assert_eq!((path.join(" ").as_str(), output.unwrap(), took), ("sleep add sleep", 2, 150));
    }

    #[tokio::test(start_paused = true)]
    async fn how_long_is_an_expression() {
        workflow! {
            Computed(n: u64) -> u64 { start -> sleep(Duration::from_secs(n * 2)) -> sleep(if n > 5 { 1m } else { 1h }) -> end(n); }
        }
        workflow! {
            Value(pause: Duration) -> u64 { start -> sleep(pause) -> twice: add(0, 1) -> sleep(2 * pause) -> end(1); }
        }
        workflow! {
            Carried(n: u64) -> u64 { start -> add(n, 1) -> sleep(Duration::from_secs(_)) -> end(1); }
        }
        assert_eq!(timed(Computed::run(&(), 10)).await.1, 80);
        assert_eq!(timed(Computed::run(&(), 1)).await.1, 3_602);
        assert_eq!(timed(Value::run(&(), Duration::from_secs(7))).await.1, 21);
        assert_eq!(timed(Value::run(&(), Duration::ZERO)).await.1, 0);
        assert_eq!(timed(Carried::run(&(), 4)).await.1, 5);
    }

    #[tokio::test(start_paused = true)]
    async fn a_sleep_lasts_until_a_moment() {
        workflow! {
            Flow(at: SystemTime) -> u64 { start -> sleep(at) -> end(1); }
        }
        assert_eq!(timed(Flow::run(&(), SystemTime::now() + Duration::from_secs(100))).await.1, 100);
        assert_eq!(timed(Flow::run(&(), SystemTime::UNIX_EPOCH)).await.1, 0);
    }

    #[tokio::test(start_paused = true)]
    async fn pauses_grow_in_a_loop() {
        workflow! {
            Flow(until: u32) -> u32 {
                let tries: u32 = 0;
                start -> poll(tries, until) -> if poll { end(tries) } -> tries = (tries + 1) -> sleep(backoff(5s..30s, tries))
                      -> poll(tries, until) max 9 else fail("too long");
            }
        }
        #[step]
        fn poll(tries: u32, until: u32) -> bool {
            tries >= until
        }
        let (output, took) = timed(Flow::run(&(), 4)).await;
        assert_eq!((output.unwrap(), took), (4, 5 + 10 + 20 + 30));
        let (output, took) = timed(Flow::run(&(), 99)).await;
        assert_eq!((output.unwrap_err().kind(), took), (FailureKind::Failed, 5 + 10 + 20 + 7 * 30));
    }

    #[tokio::test(start_paused = true)]
    async fn branches_sleep_at_once() {
        workflow! {
            Flow() -> u64 { start -> [sleep(10s), { sleep(4s) -> sleep(8s) -> add(1, 1) }, other: add(2, 2)] -> end(add + other); }
        }
        workflow! {
            Items(list: Vec<u64>) -> Vec<u64> { start -> [for n in list => sleep(Duration::from_secs(n)) -> add(n, 1)] -> end; }
        }
        let (output, took) = timed(Flow::run(&())).await;
        assert_eq!((output.unwrap(), took), (6, 12));
        let (output, took) = timed(Items::run(&(), vec![9, 3, 5])).await;
        assert_eq!((output.unwrap(), took), (vec![10, 4, 6], 9));
    }

    #[tokio::test(start_paused = true)]
    async fn a_sleep_can_be_cancelled_and_caught() {
        workflow! {
            Flow() -> String { start -> add(1, 1) -> sleep(1d) catch e => end(format!("{:?} at {}", e.kind(), e.node())) -> end(String::new()); }
        }
        let (cancel, cancelled) = signal();
        let run = async {
            tokio::join!(Flow::run(&()).cancelled_by(cancelled), async {
                sleep(Duration::from_secs(3)).await;
                cancel.send(()).unwrap();
            })
        };
        let ((output, ()), took) = timed(run).await;
        assert_eq!((output.unwrap().as_str(), took), ("Cancelled at sleep", 3));
    }

    #[tokio::test(start_paused = true)]
    async fn a_time_that_cannot_be_computed_fails_the_run() {
        workflow! {
            Flow(list: Vec<u64>) -> u64 { start -> sleep(Duration::from_secs(list[9])) -> end(1); }
        }
        let failure = Flow::run(&(), Vec::new()).await.unwrap_err();
        assert_eq!((failure.kind(), failure.node()), (FailureKind::Panicked, "sleep"));
    }
}

mod limits {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_is_done_in_time_goes_on() {
        workflow! {
            Flow(n: u64) -> u64 { start -> work(n) within 5s else end(1_000) -> end(work); }
        }
        let log = Log::default();
        for (n, output, took) in [(0, 0, 0), (3, 3, 3), (6, 1_000, 5), (90, 1_000, 5)] {
            let (found, in_time) = timed(Flow::run(&log, n)).await;
            assert_eq!((found.unwrap(), in_time), (output, took));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_takes_too_long_is_dropped_before_the_other_way_is_taken() {
        workflow! {
            Flow() -> u64 { start -> hang("work") within 5s else { note() -> end(1) } -> end(hang); }
        }
        #[step]
        fn note(#[context] log: &Log) {
            log.note("late");
        }
        let log = Log::default();
        assert_eq!(Flow::run(&log).await.unwrap(), 1);
        assert_eq!(log.told(), "-work, late");
    }

    #[tokio::test(start_paused = true)]
    async fn a_limit_leads_to_a_node_an_expression_a_block_or_nothing() {
        workflow! {
            Flow(n: u64) -> u64 {
                let m: u64;
                start -> m = a: work(n) within 1s else m = add(n, 1)
                      -> m = b: work(m) within 1s else m = (m + 10)
                      -> c: work(m) within 1s else {}
                      -> d: work(m) within 1s else { m = other: add(m, 100) -> m = (m + 1_000) }
                      -> e: work(m) within 1s else fail("late");
                e -> end(m);
            }
        }
        let ((path, output), took) = timed(Flow::trace(&Log::default(), 3)).await;
        assert_eq!((path.join(" ").as_str(), took), ("a add b c d other e", 5));
        assert!(output.unwrap_err().to_string().ends_with("late"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_bare_name_behind_a_limit_takes_what_the_work_was_given() {
        workflow! {
            Flow(n: u64) -> u64 { start -> add(n, 1) -> work within 1s else more -> end(work); more -> end; }
        }
        #[step]
        fn more(n: u64) -> u64 {
            n + 100
        }
        assert_eq!(Flow::run(&Log::default(), 3).await.unwrap(), 104);
        assert_eq!(Flow::run(&Log::default(), 0).await.unwrap_or(7), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn an_old_value_still_stands_where_the_time_was_up() {
        workflow! {
            Flow(page: Page, n: u64) -> Page { start -> page = print(page, n) within 5s else end(page) -> end(page); }
        }
        #[step]
        async fn print(page: &Page, n: u64) -> Page {
            sleep(Duration::from_secs(n)).await;
            Page(page.0.repeat(2))
        }
        assert_eq!(Flow::run(&(), Page("a".into()), 1).await.unwrap().0, "aa");
        assert_eq!(Flow::run(&(), Page("a".into()), 9).await.unwrap().0, "a");
    }

    #[tokio::test(start_paused = true)]
    async fn forks_blocks_sleeps_and_workflows_have_limits() {
        workflow! {
            Fork(a: u64, b: u64) -> u64 { start -> [one: work(a), two: work(b)] within 5s else end(7) -> end(one + two); }
        }
        workflow! {
            Items(list: Vec<u64>) -> u64 { start -> all = [for n in list => work(n)] within 5s else end(7) -> end(all.iter().sum()); }
        }
        workflow! {
            First(a: u64, b: u64) -> u64 { start -> won = first { one: work(a), two: work(b) } within 5s else end(7) -> end(won); }
        }
        workflow! {
            Block(a: u64, b: u64) -> u64 { start -> { one: work(a) -> two: work(b) } within 5s else end(7) -> end(one + two); }
        }
        workflow! {
            Sleep(a: u64) -> u64 { start -> sleep(Duration::from_secs(a)) within 5s else end(7) -> end(8); }
        }
        workflow! {
            Nested(a: u64, b: u64) -> u64 { start -> Block(a, b) within 3s else end(70) -> end(Block); }
        }
        let log = Log::default();
        for (a, b, output, took) in [(1, 2, 3, 2), (1, 9, 7, 5), (3, 4, 7, 4)] {
            let (found, in_time) = timed(Fork::run(&log, a, b)).await;
            assert_eq!((found.unwrap(), in_time), (output, took));
            let (found, in_time) = timed(Items::run(&log, vec![a, b])).await;
            assert_eq!((found.unwrap(), in_time), (output, took));
        }
        assert_eq!(timed(First::run(&log, 9, 4)).await.0.unwrap(), 4);
        assert_eq!(timed(First::run(&log, 9, 8)).await.0.unwrap(), 7);
        assert_eq!(timed(Block::run(&log, 1, 2)).await.0.unwrap(), 3);
        assert_eq!(timed(Block::run(&log, 3, 4)).await.0.unwrap(), 7);
        assert_eq!(timed(Sleep::run(&(), 3)).await.0.unwrap(), 8);
        assert_eq!(timed(Sleep::run(&(), 8)).await.0.unwrap(), 7);
        assert_eq!(timed(Nested::run(&log, 1, 1)).await.0.unwrap(), 2);
        assert_eq!(timed(Nested::run(&log, 2, 2)).await.0.unwrap(), 70);
    }

    #[tokio::test(start_paused = true)]
    async fn a_limit_begins_anew_each_time() {
        workflow! {
            Flow(n: u64) -> u64 { start -> n = work(n) within 5s else end(n * 100) -> n = (n + 2) -> n = work(n) max 9 else end(0) within 5s else end(n); }
        }
        let (output, took) = timed(Flow::run(&Log::default(), 1)).await;
        assert_eq!((output.unwrap(), took), (7, 1 + 3 + 5 + 5));
    }

    #[tokio::test(start_paused = true)]
    async fn a_limit_behind_a_source_holds_for_every_edge() {
        workflow! {
            Flow(n: u64, twice: bool) -> u64 {
                start -> if twice { work(n * 2) } else { work(n) };
                work within 5s else end(7) -> end;
            }
        }
        for (n, twice, output) in [(4, false, 4), (4, true, 7), (2, true, 4)] {
            assert_eq!(Flow::run(&Log::default(), n, twice).await.unwrap(), output);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_failure_in_time_is_no_lateness() {
        workflow! {
            Flow(n: u64) -> u64 { start -> breaks(n) within 5s else end(1) catch _ => end(2) -> end(3); }
        }
        workflow! {
            Other(n: u64) -> u64 { start -> breaks(n) catch FailureKind::Panicked => end(2) within 5s else end(1) -> end(3); }
        }
        assert_eq!(Flow::run(&(), 3).await.unwrap(), 2);
        assert_eq!(Flow::run(&(), 9).await.unwrap(), 1);
        assert_eq!(Other::run(&(), 3).await.unwrap_err().downcast_ref(), Some(&Broken(3)));
        assert_eq!(Other::run(&(), 9).await.unwrap(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_limit_covers_all_attempts_and_their_pauses() {
        workflow! {
            Flow() -> u64 { start -> again() within 10s else end(1) -> end(2); }
        }
        workflow! {
            Longer() -> u64 { start -> again() within 1h else end(1) catch e => end(u64::from(e.attempt()) + 100) -> end(2); }
        }
        #[step(retry = 3, backoff = 4s)]
        fn again() -> Result<u64, Broken> {
            Err(Broken(1))
        }
        assert_eq!(timed(Flow::run(&())).await.1, 10);
        let (output, took) = timed(Longer::run(&())).await;
        assert_eq!((output.unwrap(), took), (104, 12));
    }

    #[tokio::test(start_paused = true)]
    async fn a_person_who_does_not_answer_in_time_is_gone_on_without() {
        workflow! {
            Flow() -> bool { start -> approve(1) within 2d else end(false) -> end; }
        }
        let (output, took) = timed(Flow::run(&()).answering::<approve>(|_| None)).await;
        assert_eq!((output.unwrap(), took), (false, 2 * 86_400));
        let (output, took) = timed(Flow::run(&()).answering::<approve>(|_| Some(true))).await;
        assert_eq!((output.unwrap(), took), (true, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn a_tried_step_has_a_limit_too() {
        workflow! {
            Flow(n: u64) -> u64 {
                start -> tried = try breaks(n) within 5s else end(1) -> match { Ok(_) => end(2), Err(e) => end(e.downcast_ref::<Broken>().map_or(0, |broken| broken.0 * 10)) };
            }
        }
        assert_eq!(Flow::run(&(), 3).await.unwrap(), 30);
        assert_eq!(Flow::run(&(), 9).await.unwrap(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_cancelled_run_is_not_late() {
        workflow! {
            Flow() -> String { start -> hang("a") within 5s else end("late".to_owned()) catch e => end(format!("{:?} {}", e.kind(), e.node())) -> end(String::new()); }
        }
        let (log, (cancel, cancelled)) = (Log::default(), signal());
        let mut run = pin!(Flow::run(&log).cancelled_by(cancelled));
        assert!(tokio::time::timeout(Duration::from_secs(3), run.as_mut()).await.is_err());
        cancel.send(()).unwrap();
        assert_eq!(run.await.unwrap(), "Cancelled hang");
        assert_eq!(log.told(), "-a");
    }
}

mod at_once {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn work_keeps_its_place_among_those_at_once() {
        workflow! {
            Flow(list: Vec<u64>) -> Vec<u64> { start -> [for n in list, 2 at once => work(n)] -> end; }
        }
        let (output, took) = timed(Flow::run(&Log::default(), vec![3, 3, 3, 3, 3])).await;
        assert_eq!((output.unwrap(), took), (vec![3; 5], 9));
    }
}
