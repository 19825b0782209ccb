//! Attempts: retries and the pauses between them, time limits, panics, and what a retried step is given.
//!
//! Time is Tokio's, and it stands still: it goes on by itself from one timer to the next.

mod common;

use common::{Counted, block_on};
use loomflow::prelude::*;
use loomflow::{Backoff, FailureKind, Permanent, Step};
use std::future::pending;
use std::panic::panic_any;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Tokio's timers count milliseconds and round up.
const TICK: Duration = Duration::from_millis(1);

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// What the steps are told to do, and when they did it.
#[derive(Default)]
struct Script {
    /// So many attempts fail first.
    failing: u32,
    attempts: AtomicU32,
    began: Mutex<Vec<Instant>>,
    dropped: AtomicU32,
}

impl Script {
    fn failing(failing: u32) -> Self {
        Script { failing, ..Script::default() }
    }

    /// Notes an attempt and says whether it succeeds.
    fn attempt(&self) -> Result<u32, Down> {
        self.began.lock().expect("no attempt panics here").push(Instant::now());
        let number = self.attempts.fetch_add(1, Ordering::Relaxed) + 1;
        if number > self.failing { Ok(number) } else { Err(Down(number)) }
    }

    fn count(&self) -> u32 {
        self.attempts.load(Ordering::Relaxed)
    }

    fn pauses(&self) -> Vec<Duration> {
        self.began.lock().expect("no attempt panics here").windows(2).map(|two| two[1] - two[0]).collect()
    }
}

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("down at attempt {0}")]
struct Down(u32);

/// Says when it is dropped.
struct Dropped<'s>(&'s Script);

impl Drop for Dropped<'_> {
    fn drop(&mut self) {
        self.0.dropped.fetch_add(1, Ordering::Relaxed);
    }
}

mod retries {
    use super::*;

    #[step(retry = 3, backoff = 100ms..2s)]
    async fn flaky(#[context] script: &Script) -> Result<u32, Down> {
        std::future::ready(script.attempt()).await
    }

    #[step(retry = 3, backoff = 100ms..2s)]
    fn flaky_at_once(#[context] script: &Script) -> Result<u32, Down> {
        script.attempt()
    }

    #[step]
    fn once(#[context] script: &Script) -> Result<u32, Down> {
        script.attempt()
    }

    #[step(retry = 12, backoff = 100ms..2s)]
    fn patient(#[context] script: &Script) -> Result<u32, Down> {
        script.attempt()
    }

    #[step(retry = 4, backoff = 1s)]
    fn even(#[context] script: &Script) -> Result<u32, Down> {
        script.attempt()
    }

    #[step(retry = 20)]
    fn by_default(#[context] script: &Script) -> Result<u32, Down> {
        script.attempt()
    }

    #[derive(Debug, thiserror::Error)]
    enum Booking {
        #[error("the hotel does not answer")]
        Busy,
        #[error("there is no such hotel")]
        Unknown(#[source] Permanent),
    }

    #[step(retry = 5, backoff = 1s)]
    fn book(#[context] script: &Script) -> Result<u32, Booking> {
        script.attempt().map_err(|_| Booking::Busy)?;
        Err(Booking::Unknown(Permanent))
    }

    workflow! { Booked() -> u32 { start -> book -> end; } }
    workflow! { Flaky() -> u32 { start -> flaky -> end; } }
    workflow! { AtOnce() -> u32 { start -> flaky_at_once -> end; } }
    workflow! { Once() -> u32 { start -> once -> end; } }
    workflow! { Patient() -> u32 { start -> patient -> end; } }
    workflow! { Even() -> u32 { start -> even -> end; } }
    workflow! { ByDefault() -> u32 { start -> by_default -> end; } }

    #[tokio::test(start_paused = true)]
    async fn a_step_that_succeeds_is_attempted_once_and_takes_no_time() {
        let (script, begun) = (Script::default(), Instant::now());
        assert_eq!(Flaky::run(&script).await.unwrap(), 1);
        assert_eq!((script.count(), begun.elapsed()), (1, Duration::ZERO));
    }

    #[tokio::test(start_paused = true)]
    async fn a_step_is_tried_again_until_it_succeeds() {
        for failing in 0..=3 {
            let script = Script::failing(failing);
            assert_eq!(Flaky::run(&script).await.unwrap(), failing + 1);
            let script = Script::failing(failing);
            assert_eq!(AtOnce::run(&script).await.unwrap(), failing + 1);
            assert_eq!(script.count(), failing + 1);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_error_that_is_marked_as_permanent_is_not_tried_again() {
        let script = Script::failing(2);
        let failure = Booked::run(&script).await.unwrap_err();
        assert_eq!((script.count(), failure.attempt(), failure.is_permanent()), (3, 3, true));
        let told = "workflow `Booked` failed at `book`, attempt 3 of 6: there is no such hotel";
        assert_eq!(failure.to_string(), told);
        assert_eq!(format!("{failure:#}"), format!("{told}: another attempt would fail the same way"));

        let failure = Booked::run(&Script::failing(9)).await.unwrap_err();
        assert_eq!((failure.attempt(), failure.is_permanent()), (6, false));
    }

    #[tokio::test(start_paused = true)]
    async fn when_its_attempts_are_spent_the_run_fails_with_the_last_error() {
        let script = Script::failing(99);
        let failure = Flaky::run(&script).await.unwrap_err();
        assert_eq!(script.count(), 4);
        assert_eq!(failure.downcast_ref(), Some(&Down(4)));
        assert_eq!((failure.kind(), failure.attempt()), (FailureKind::Step, 4));
        assert_eq!(failure.to_string(), "workflow `Flaky` failed at `flaky`, attempt 4 of 4: down at attempt 4");
    }

    #[tokio::test(start_paused = true)]
    async fn a_step_without_retry_is_attempted_once() {
        let script = Script::failing(1);
        let failure = Once::run(&script).await.unwrap_err();
        assert_eq!((script.count(), failure.attempt()), (1, 1));
        assert_eq!(failure.to_string(), "workflow `Once` failed at `once`, attempt 1: down at attempt 1");
    }

    #[tokio::test(start_paused = true)]
    async fn a_retried_step_counts_once_in_the_path_and_in_the_most_steps() {
        let script = Script::failing(2);
        let (path, outcome) = Flaky::trace(&script).await;
        assert_eq!((path, outcome.unwrap()), (vec!["flaky"], 3));
        assert_eq!(Flaky::GRAPH.max_steps().to_string(), "1");
    }

    #[tokio::test(start_paused = true)]
    async fn pauses_grow_from_the_first_to_at_most_three_times_the_one_before_within_their_bounds() {
        for _ in 0..50 {
            let script = Script::failing(99);
            let begun = Instant::now();
            assert!(Patient::run(&script).await.is_err());
            let pauses = script.pauses();
            assert_eq!(pauses.len(), 12);
            assert_eq!(pauses.iter().sum::<Duration>(), begun.elapsed(), "there is no pause after the last attempt");
            assert!(pauses[0] <= ms(100) + TICK, "{pauses:?}");
            for two in pauses.windows(2) {
                assert!(two[1] >= ms(100) && two[1] <= ms(2_000) + TICK, "{pauses:?}");
                assert!(two[1] <= two[0] * 3 + TICK, "{pauses:?}");
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_pauses_of_two_runs_differ() {
        let (one, two) = (Script::failing(99), Script::failing(99));
        let (first, second) = tokio::join!(Patient::run(&one), Patient::run(&two));
        assert!(first.is_err() && second.is_err());
        assert_ne!(one.pauses(), two.pauses());
    }

    #[tokio::test(start_paused = true)]
    async fn a_single_pause_is_always_that_long() {
        let script = Script::failing(99);
        assert!(Even::run(&script).await.is_err());
        assert!(script.pauses().iter().all(|pause| *pause >= ms(1_000) && *pause <= ms(1_000) + TICK));
    }

    #[tokio::test(start_paused = true)]
    async fn without_backoff_pauses_are_those_of_the_default() {
        let script = Script::failing(99);
        assert!(ByDefault::run(&script).await.is_err());
        let Backoff { from, to } = Backoff::DEFAULT;
        let pauses = script.pauses();
        assert!(pauses.iter().all(|pause| *pause >= from && *pause <= to + TICK), "{pauses:?}");
        assert_eq!(by_default::POLICY.backoff, Backoff::DEFAULT);
    }

    #[test]
    fn a_step_that_is_retried_needs_no_tokio_until_it_fails() {
        assert_eq!(block_on(Flaky::run(&Script::default())).unwrap(), 1);
    }
}

mod limits {
    use super::*;

    #[step(timeout = 30s)]
    async fn slow(#[context] script: &Script, takes: u64) -> u64 {
        let _dropped = Dropped(script);
        sleep(ms(takes)).await;
        takes
    }

    #[step(retry = 2, backoff = 1s, timeout = 500ms)]
    async fn hangs(#[context] script: &Script) -> Result<u32, Down> {
        let _dropped = Dropped(script);
        match script.attempt() {
            Ok(number) => Ok(number),
            Err(_) => pending().await,
        }
    }

    #[step(timeout = 1ms)]
    async fn at_once(n: u32) -> u32 {
        std::future::ready(n).await
    }

    #[step(timeout = 1s)]
    async fn in_pieces(pieces: u32) -> u32 {
        for _ in 0..pieces {
            sleep(ms(300)).await;
        }
        pieces
    }

    workflow! { Slow(takes: u64) -> u64 { start -> slow -> end; } }
    workflow! { Hangs() -> u32 { start -> hangs -> end; } }
    workflow! { AtOnce(n: u32) -> u32 { start -> at_once -> end; } }
    workflow! { InPieces(pieces: u32) -> u32 { start -> in_pieces -> end; } }

    #[tokio::test(start_paused = true)]
    async fn a_step_that_takes_longer_than_its_limit_fails_at_its_limit() {
        let (script, begun) = (Script::default(), Instant::now());
        let failure = Slow::run(&script, 3_600_000).await.unwrap_err();
        let took = begun.elapsed();
        assert!(took >= ms(30_000) && took <= ms(30_000) + TICK, "{took:?}");
        assert_eq!(failure.kind(), FailureKind::TimedOut);
        assert_eq!(
            failure.to_string(),
            "workflow `Slow` failed at `slow`, attempt 1: took longer than its timeout of 30s"
        );
        assert_eq!(script.dropped.load(Ordering::Relaxed), 1, "what the step held is dropped");
    }

    #[tokio::test(start_paused = true)]
    async fn a_step_that_ends_within_its_limit_is_left_alone() {
        let begun = Instant::now();
        assert_eq!(Slow::run(&Script::default(), 29_999).await.unwrap(), 29_999);
        assert!(begun.elapsed() < ms(30_000));
    }

    #[tokio::test(start_paused = true)]
    async fn a_limit_is_on_the_whole_attempt_and_not_on_each_wait() {
        assert_eq!(InPieces::run(&(), 3).await.unwrap(), 3);
        assert_eq!(InPieces::run(&(), 4).await.unwrap_err().kind(), FailureKind::TimedOut);
    }

    #[tokio::test(start_paused = true)]
    async fn each_attempt_has_the_whole_limit_and_the_one_before_is_dropped() {
        let (script, begun) = (Script::failing(2), Instant::now());
        assert_eq!(Hangs::run(&script).await.unwrap(), 3);
        let took = begun.elapsed();
        assert!(took >= ms(3_000) && took <= ms(3_000) + 4 * TICK, "{took:?}");
        assert_eq!(script.dropped.load(Ordering::Relaxed), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn when_the_last_attempt_takes_too_long_the_run_fails_as_timed_out() {
        let script = Script::failing(99);
        let failure = Hangs::run(&script).await.unwrap_err();
        assert_eq!((failure.kind(), failure.attempt(), script.count()), (FailureKind::TimedOut, 3, 3));
        assert_eq!(
            failure.to_string(),
            "workflow `Hangs` failed at `hangs`, attempt 3 of 3: took longer than its timeout of 500ms"
        );
    }

    #[test]
    fn a_limit_needs_no_tokio_where_nothing_waits() {
        assert_eq!(block_on(AtOnce::run(&(), 5)).unwrap(), 5);
    }
}

mod panics {
    use super::*;

    #[step]
    fn plain(n: u32) -> u32 {
        assert!(n > 0, "{n} is not enough");
        n
    }

    #[step]
    async fn waiting(n: u32) -> u32 {
        tokio::task::yield_now().await;
        assert!(n > 1, "literally");
        n
    }

    #[step]
    fn strange(n: u32) -> u32 {
        if n == 2 {
            panic_any(n);
        }
        n
    }

    #[step(retry = 2, backoff = 1s)]
    async fn recovers(#[context] script: &Script) -> u32 {
        let attempt = script.attempt();
        tokio::task::yield_now().await;
        attempt.expect("it is down")
    }

    #[step(retry = 1, backoff = 1s)]
    fn recovers_at_once(#[context] script: &Script) -> u32 {
        script.attempt().expect("it is down")
    }

    workflow! { Panics(n: u32) -> u32 { start -> plain(n) -> waiting(n) -> strange(n) -> end; } }
    workflow! { Recovers() -> u32 { start -> recovers -> end; } }
    workflow! { AtOnce() -> u32 { start -> recovers_at_once -> end; } }

    fn text(n: u32) -> String {
        let failure = block_on(Panics::run(&(), n)).unwrap_err();
        assert_eq!(failure.kind(), FailureKind::Panicked);
        failure.to_string()
    }

    #[test]
    fn a_panic_in_a_step_fails_the_run_with_its_message() {
        assert_eq!(text(0), "workflow `Panics` failed at `plain`, attempt 1: panicked: 0 is not enough");
        assert_eq!(text(1), "workflow `Panics` failed at `waiting`, attempt 1: panicked: literally");
        assert_eq!(text(2), "workflow `Panics` failed at `strange`, attempt 1: panicked");
        assert_eq!(block_on(Panics::run(&(), 3)).unwrap(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn a_step_that_panics_is_tried_again_like_one_that_fails() {
        let (script, begun) = (Script::failing(2), Instant::now());
        assert_eq!(Recovers::run(&script).await.unwrap(), 3);
        assert!(begun.elapsed() >= ms(2_000));
        assert_eq!(AtOnce::run(&Script::failing(1)).await.unwrap(), 2);
        let failure = AtOnce::run(&Script::failing(9)).await.unwrap_err();
        assert_eq!((failure.kind(), failure.attempt()), (FailureKind::Panicked, 2));
        assert!(
            failure
                .to_string()
                .starts_with("workflow `AtOnce` failed at `recovers_at_once`, attempt 2 of 2: panicked: it is down")
        );
    }

    #[test]
    fn a_panic_in_an_expression_fails_the_run_at_the_node_before_it() {
        workflow! {
            Set(list: Vec<u32>) -> u32 {
                let item: u32;
                start -> n: plain(1) -> item = (list[0]) -> last: plain(item) -> end;
            }
        }
        workflow! { Argument(list: Vec<u32>) -> u32 { start -> plain(list[0]) -> end; } }
        workflow! { Route(list: Vec<u32>) -> u32 { start -> plain(1) -> if list[0] > 1 { end(1) } -> end(2); } }
        workflow! { Ends(list: Vec<u32>) -> u32 { start -> plain(1) -> end(list[0]); } }
        workflow! { Init(list: Vec<u32>) -> u32 { let item: u32 = list[0]; start -> plain(item) -> end; } }
        workflow! { Start(list: Vec<u32>) -> u32 { start -> end(list[0]); } }
        workflow! { Outer(list: Vec<u32>) -> u32 { start -> Ends(list) -> end; } }

        let at = |run: loomflow::Run<'_, Result<u32, Failure>>| {
            let failure = block_on(run).unwrap_err();
            assert_eq!(failure.kind(), FailureKind::Panicked);
            let text = failure.to_string();
            let (place, why) = text.split_once(": panicked: ").expect("it says that it panicked");
            assert!(why.contains("index out of bounds"), "{why}");
            place.to_owned()
        };
        assert_eq!(at(Set::run(&(), vec![])), "workflow `Set` failed at `n`");
        assert_eq!(at(Argument::run(&(), vec![])), "workflow `Argument` failed at `plain`");
        assert_eq!(at(Route::run(&(), vec![])), "workflow `Route` failed at `plain`");
        assert_eq!(at(Ends::run(&(), vec![])), "workflow `Ends` failed at `plain`");
        assert_eq!(at(Init::run(&(), vec![])), "workflow `Init` failed at `start`");
        assert_eq!(at(Start::run(&(), vec![])), "workflow `Start` failed at `start`");
        assert_eq!(at(Outer::run(&(), vec![])), "workflow `Outer` at `Ends`, workflow `Ends` failed at `plain`");
    }
}

mod arguments {
    use super::*;

    #[step(retry = 2, backoff = 1s)]
    async fn takes(#[context] script: &Script, counted: Counted) -> Result<Counted, Down> {
        std::future::ready(script.attempt()).await.map(|_| counted)
    }

    #[step(retry = 2, backoff = 1s)]
    fn borrows(#[context] script: &Script, counted: &Counted) -> Result<usize, Down> {
        script.attempt().map(|_| counted.clones())
    }

    #[step(retry = 2, backoff = 1s)]
    fn both(#[context] script: &Script, text: String, more: &str, list: Vec<u32>) -> Result<String, Down> {
        script.attempt().map(|_| text + more + &list.into_iter().sum::<u32>().to_string())
    }

    workflow! { Takes(counted: Counted) -> Counted { start -> takes -> end; } }
    workflow! { Borrows(counted: Counted) -> usize { start -> borrows(counted) -> end; } }
    workflow! {
        Both(text: String, list: Vec<u32>) -> String { start -> both(text, text, list) -> end(both + &text); }
    }

    #[tokio::test(start_paused = true)]
    async fn what_a_retried_step_takes_is_cloned_for_each_attempt_but_the_last() {
        for (failing, clones) in [(0, 1), (1, 2), (2, 2)] {
            let counted = Takes::run(&Script::failing(failing), Counted::default()).await.unwrap();
            assert_eq!(counted.clones(), clones, "after {failing} failed attempts");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_a_retried_step_borrows_is_lent_to_each_attempt() {
        for failing in 0..=2 {
            assert_eq!(Borrows::run(&Script::failing(failing), Counted::default()).await.unwrap(), 0);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn each_attempt_is_given_the_same() {
        for failing in 0..=2 {
            let output = Both::run(&Script::failing(failing), "a".into(), vec![1, 2]).await.unwrap();
            assert_eq!(output, "aa3a");
        }
    }
}
