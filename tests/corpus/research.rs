//! A loop inside each branch of a fork.

use crate::Trouble as ModelError;
use crate::Trouble as Error;
use crate::common::{ended, failed, way};
use crate::drawn;
use crate::kept::case;
use loomflow::prelude::*;
use serde::{Deserialize, Serialize};
use std::cell::Cell;
use tokio::task::yield_now;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Question {
    text: String,
    /// How often it has to be searched for before the draft is good.
    hard: usize,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Plan {
    questions: Vec<Question>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Hit(String);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    text: String,
    hits: usize,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Grade {
    Good,
    Weak(String),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Paper(String);

thread_local! {
    // Each test runs on a thread of its own, and its run with it.
    static AT_ONCE: Cell<usize> = const { Cell::new(0) };
    static MOST_AT_ONCE: Cell<usize> = const { Cell::new(0) };
}

/// Asks a question for each word; as hard as its number says.
#[step]
async fn plan(topic: &str) -> Result<Plan, ModelError> {
    yield_now().await;
    if topic.is_empty() {
        return Err(ModelError("nothing to research"));
    }
    let questions = topic.split(' ').map(|word| {
        let hard = word.chars().filter_map(|c| c.to_digit(10)).sum::<u32>();
        Question { text: word.to_owned(), hard: hard as usize }
    });
    Ok(Plan { questions: questions.collect() })
}

#[step]
async fn search(q: &Question, notes: Option<String>) -> Result<Vec<Hit>, Error> {
    AT_ONCE.set(AT_ONCE.get() + 1);
    MOST_AT_ONCE.set(MOST_AT_ONCE.get().max(AT_ONCE.get()));
    yield_now().await;
    AT_ONCE.set(AT_ONCE.get() - 1);
    if q.text == "secret" {
        return Err(Error("no such page"));
    }
    let more = notes.as_ref().map_or(0, String::len);
    Ok((0..=more).map(|n| Hit(format!("{} {n}", q.text))).collect())
}

#[step]
async fn write(q: &Question, hits: &[Hit]) -> Result<Draft, ModelError> {
    yield_now().await;
    Ok(Draft { text: q.text.clone(), hits: hits.len() })
}

/// Every search that was in vain leaves a longer note.
#[step]
async fn evaluate(q: &Question, d: &Draft) -> Result<Grade, ModelError> {
    yield_now().await;
    Ok(if d.hits > q.hard { Grade::Good } else { Grade::Weak("+".repeat(d.hits)) })
}

#[step]
async fn synthesise(topic: &str, d: &[Draft]) -> Result<Paper, ModelError> {
    yield_now().await;
    let drafts = d.iter().map(|draft| format!("{}:{}", draft.text, draft.hits));
    Ok(Paper(format!("{topic} = {}", drafts.collect::<Vec<_>>().join(" "))))
}

workflow! { pub Research(topic: String) -> Paper {
    start -> plan(topic) -> drafts = [for q in plan.questions, 5 at once => {
        search(q, None) -> write(q, search) -> evaluate(q, write) -> match {
            Grade::Good        => {}
            Grade::Weak(notes) => search(q, Some(notes)) max 3 else {},
        } -> (write)
    }] -> synthesise(topic, drafts) -> end;
} }

fn visits(path: &str, node: &str) -> usize {
    path.split(' ').filter(|visited| *visited == node).count()
}

#[test]
fn an_easy_question_is_searched_for_once() {
    let expected = way("plan search write evaluate synthesise", Paper("moon = moon:1".to_owned()));
    assert_eq!(ended(Research::trace(&(), "moon".into())), expected);
}

#[test]
fn a_hard_question_is_searched_for_with_notes_until_the_draft_is_good() {
    let path = "plan search write evaluate search write evaluate search write evaluate synthesise";
    assert_eq!(ended(Research::trace(&(), "moon2".into())), way(path, Paper("moon2 = moon2:3".to_owned())));
}

#[test]
fn each_question_has_three_searches_more_and_then_the_draft_counts_as_it_is() {
    let (path, paper) = ended(Research::trace(&(), "moon9 sun9".into()));
    assert_eq!(paper, Paper("moon9 sun9 = moon9:4 sun9:4".to_owned()));
    assert_eq!(["search", "write", "evaluate"].map(|node| visits(&path, node)), [8, 8, 8]);
}

#[test]
fn drafts_come_in_the_order_of_the_questions() {
    let (_, paper) = ended(Research::trace(&(), "a3 b c1 d d".into()));
    assert_eq!(paper, Paper("a3 b c1 d d = a3:4 b:1 c1:2 d:1 d:1".to_owned()));
}

#[test]
fn five_questions_are_at_work_at_once_and_never_more() {
    for (words, most) in [(1, 1), (4, 4), (5, 5), (6, 5), (40, 5)] {
        MOST_AT_ONCE.set(0);
        let topic = vec!["moon1"; words].join(" ");
        let (path, _) = ended(Research::trace(&(), topic));
        assert_eq!((visits(&path, "search"), MOST_AT_ONCE.get(), AT_ONCE.get()), (2 * words, most, 0));
    }
}

#[test]
fn a_question_that_fails_fails_the_run_and_cancels_the_others() {
    let (path, failure) = failed(Research::trace(&(), "moon9 secret sun9".into()));
    assert_eq!((failure.node(), failure.downcast_ref()), ("search", Some(&Error("no such page"))));
    assert_eq!(visits(&path, "synthesise"), 0);
}

#[test]
fn without_a_topic_there_is_no_plan() {
    let (path, failure) = failed(Research::trace(&(), String::new()));
    assert_eq!((path.as_str(), failure.node()), ("plan", "plan"));
}

#[test]
fn it_takes_as_many_steps_as_there_are_questions() {
    assert_eq!(Research::GRAPH.max_steps().to_string(), "2 + plan.questions.len() * 12");
}

#[test]
fn it_is_drawn() {
    drawn(
        &Research::GRAPH,
        r#"
        flowchart TD
            n0(["start"])
            n1["plan"]
            n2["search"]
            n3["write"]
            n4["evaluate"]
            n5["synthesise"]
            n6(["end"])
            n7[/"for q in plan.questions, 5 at once"\]
            n8[\"join"/]
            n0 --> n1
            n1 --> n7
            n2 --> n3
            n3 --> n4
            n4 -->|"Grade::Good"| n8
            n4 -->|"Grade::Weak(notes): max 3"| n2
            n4 -.->|"Grade::Weak(notes): spent"| n8
            n5 --> n6
            n7 --> n2
            n8 --> n5
        "#,
    );
}

#[test]
fn it_is_carried_on_from_every_write() {
    for topic in ["moon2", "a3 b c1 d d e f1"] {
        assert!(case::<Research, _>(topic.to_owned()).at_every_write().is_ok());
    }
    assert!(case::<Research, _>("moon2 secret sun9".to_owned()).races().at_every_write().is_err());
    assert!(case::<Research, _>(String::new()).at_every_write().is_err());
}

#[cfg(feature = "test")]
#[test]
fn questions_are_searched_along_every_edge() {
    use loomflow::test::covered;
    covered::<Research>(|| {
        for topic in ["moon", "moon2", "moon9"] {
            Research::test().run(topic.to_owned());
        }
    })
    .at_least(100);
    assert!(Research::test().at_every_write("moon2".to_owned()).failure().is_none());
}
