//! Polling with growing pauses.

use crate::Trouble as Error;
use crate::common::way;
use crate::kept::case;
use crate::{drawn, ended, failed};
use loomflow::prelude::*;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::task::yield_now;
use tokio::time::Instant;

/// What is to be done, and how: so many polls find it running.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Spec {
    polls: usize,
    then: Status,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Url(String);

#[derive(Debug, PartialEq, thiserror::Error)]
pub enum BatchError {
    #[error("the job failed: {0}")]
    Job(String),
    #[error("the job takes too long")]
    TooLong,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Status {
    Done(Url),
    Failed(String),
    Running,
}

/// A job knows how often it was polled; what runs elsewhere would.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct JobId {
    spec: Spec,
    #[serde(skip)]
    polled: Arc<AtomicUsize>,
}

#[step]
async fn submit(spec: &Spec) -> Result<JobId, Error> {
    yield_now().await;
    if spec.then == Status::Running {
        return Err(Error("it would never end"));
    }
    Ok(JobId { spec: spec.clone(), polled: Arc::default() })
}

#[step]
async fn poll(job: &JobId) -> Result<Status, Error> {
    yield_now().await;
    if job.spec.polls == 13 {
        return Err(Error("unlucky"));
    }
    let before = job.polled.fetch_add(1, Ordering::Relaxed);
    Ok(if before < job.spec.polls { Status::Running } else { job.spec.then.clone() })
}

workflow! { pub Batch(spec: Spec) -> Result<Url, BatchError> {
    let tries: u32 = 0;
    start -> submit(spec) -> poll(submit) -> match {
        Status::Done(url)   => end(url),
        Status::Failed(why) => fail(BatchError::Job(why)),
        Status::Running     => tries = (tries + 1) -> sleep(backoff(5s..5m, tries)) -> poll(submit) max 200 else fail(BatchError::TooLong),
    };
} }

fn spec(polls: usize) -> Spec {
    Spec { polls, then: Status::Done(Url("here".to_owned())) }
}

#[tokio::test(start_paused = true)]
async fn what_is_done_at_once_is_polled_once() {
    let begun = Instant::now();
    assert_eq!(ended(Batch::trace(&(), spec(0))).await, way("submit poll", Url("here".to_owned())));
    assert_eq!(begun.elapsed().as_secs(), 0);
}

#[tokio::test(start_paused = true)]
async fn pauses_double_from_five_seconds_to_five_minutes() {
    let mut pauses = 0;
    for (again, pause) in [5, 10, 20, 40, 80, 160, 300, 300].into_iter().enumerate() {
        let polls = again + 1;
        pauses += pause;
        let begun = Instant::now();
        let (path, _) = ended(Batch::trace(&(), spec(polls))).await;
        assert_eq!(path, format!("submit poll{}", " sleep poll".repeat(polls)));
        assert_eq!(begun.elapsed().as_secs(), pauses, "{polls}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_job_that_fails_fails_the_run_with_its_reason() {
    let spec = Spec { polls: 2, then: Status::Failed("no disk".to_owned()) };
    let (path, failure) = failed(Batch::trace(&(), spec)).await;
    assert_eq!(path, "submit poll sleep poll sleep poll");
    assert_eq!(failure.downcast_ref(), Some(&BatchError::Job("no disk".to_owned())));
}

#[tokio::test(start_paused = true)]
async fn two_hundred_polls_are_waited_for() {
    let (path, _) = ended(Batch::trace(&(), spec(200))).await;
    assert_eq!(path.split(' ').filter(|node| *node == "poll").count(), 201);
}

#[tokio::test(start_paused = true)]
async fn after_two_hundred_polls_it_takes_too_long() {
    let (path, failure) = failed(Batch::trace(&(), spec(201))).await;
    assert_eq!(path.split(' ').filter(|node| *node == "poll").count(), 201);
    assert_eq!(failure.downcast_ref(), Some(&BatchError::TooLong));
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_submitted_or_polled_fails_there() {
    let (path, failure) = failed(Batch::trace(&(), Spec { polls: 0, then: Status::Running })).await;
    assert_eq!((path.as_str(), failure.node()), ("submit", "submit"));
    let (path, failure) = failed(Batch::trace(&(), spec(13))).await;
    assert_eq!((path.as_str(), failure.node()), ("submit poll", "poll"));
}

#[test]
fn it_takes_at_most_two_hundred_and_two_steps() {
    assert_eq!(Batch::GRAPH.max_steps().to_string(), "202");
}

#[test]
fn it_is_drawn() {
    drawn(
        &Batch::GRAPH,
        r#"
        flowchart TD
            n0(["start"])
            n1["submit"]
            n2["poll"]
            n3(["end"])
            n4{{"fail"}}
            n5("sleep(backoff(5s..5m, tries))")
            n0 --> n1
            n1 --> n2
            n2 -->|"Status::Done(url)"| n3
            n2 -->|"Status::Failed(why)"| n4
            n2 -->|"Status::Running"| n5
            n5 -->|"max 200"| n2
            n5 -.->|"spent"| n4
        "#,
    );
}

#[test]
fn it_is_carried_on_from_every_write() {
    // How often a job was polled is known to the job alone, and gone with the program.
    let ended = case::<Batch, _>(spec(0)).at_every_two_writes();
    assert_eq!(ended, Ok("\"here\"".to_owned()));
    let fails = Spec { polls: 0, then: Status::Failed("no disk".to_owned()) };
    assert!(case::<Batch, _>(fails).at_every_two_writes().is_err_and(|failure| failure.contains("no disk")));
}

#[cfg(feature = "test")]
#[test]
fn a_job_is_polled_along_every_edge() {
    use loomflow::test::covered;
    covered::<Batch>(|| {
        assert_eq!(Batch::test().run(spec(3)).visits("poll"), 4);
        Batch::test().run(spec(1_000)).assert_took("sleep", "spent");
        Batch::test().run(Spec { polls: 0, then: Status::Failed("no disk".to_owned()) });
    })
    .at_least(100);
}
