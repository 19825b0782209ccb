//! What patterns bind, and what of a value can be handed over: as in Rust.

use loomflow::prelude::*;
use serde::{Deserialize, Serialize};
use std::{error::Error, fmt, sync::Arc};

#[derive(Clone, Serialize, Deserialize)]
struct Plan {
    title: String,
    parts: Vec<String>,
    note: Option<String>,
}

#[step]
fn plan(topic: &str) -> Plan {
    Plan { title: topic.to_owned(), parts: vec!["one".to_owned(), "two".to_owned()], note: Some("short".to_owned()) }
}

#[step]
fn told(title: &str, parts: &[String], note: Option<&str>) -> String {
    format!("{title}: {} ({})", parts.join(", "), note.unwrap_or("-"))
}

#[step]
fn taken(title: String, first: String) -> String {
    title + "/" + &{ first }
}

workflow! {
    Fields(topic: String) -> String {
        start -> plan(topic) -> text = told(plan.title, plan.parts, plan.note)
              -> other = taken(plan.title, plan.parts[0]) -> end(format!("{text} {other}"));
    }
}

#[tokio::test]
async fn a_field_is_lent_or_given_as_the_parameter_takes_it() {
    let text = Fields::run(&(), "trip".to_owned()).await.expect("nothing fails");
    assert_eq!(text, "trip: one, two (short) trip/one");
}

#[step]
fn numbers(count: u32) -> Vec<u32> {
    (1..=count).collect()
}

#[step]
fn twice(n: u32) -> u32 {
    2 * n
}

#[step]
fn sum(all: &[u32]) -> u32 {
    all.iter().sum()
}

workflow! {
    First(count: u32) -> u32 {
        start -> xs = numbers(count) -> match xs.as_slice() {
            [] => end(0),
            [one] => end(*one),
            [first, ..] if *first > 1 => end(99),
            [_, rest @ ..] => sum(rest) -> if let Some(&n) = xs.first() { twice(n) -> end(sum + twice) } else { end(0) },
        };
    }
}

#[tokio::test]
async fn patterns_on_expressions_bind_what_they_bind_in_rust() {
    for (count, expected) in [(0, 0), (1, 1), (3, 2 + 3 + 2)] {
        assert_eq!(First::run(&(), count).await.expect("nothing fails"), expected, "{count}");
    }
}

trait Speaker: Send + Sync {
    fn speak(&self) -> String;
}

struct Dog;

impl Speaker for Dog {
    fn speak(&self) -> String {
        "woof".to_owned()
    }
}

struct Limit(usize);

#[derive(Context)]
struct App {
    speaker: Box<dyn Speaker>,
    limit: Arc<Limit>,
}

#[step]
fn speak(#[context] speaker: &dyn Speaker, #[context] limit: &Limit) -> String {
    speaker.speak().chars().take(limit.0).collect()
}

workflow! {
    Spoken() -> String { start -> speak() -> end; }
}

#[tokio::test]
async fn a_context_provides_what_its_boxes_hold() {
    let app = App { speaker: Box::new(Dog), limit: Arc::new(Limit(3)) };
    assert_eq!(Spoken::run(&app).await.expect("nothing fails"), "woo");
}

#[derive(Debug)]
struct GaveUp(u32);

impl fmt::Display for GaveUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "gave up at {}", self.0)
    }
}

impl Error for GaveUp {}

workflow! {
    Six(n: u32) -> u32 {
        let v: u32 = 0;
        start -> twice(n) -> match {
            0 => v = (0), 2 => v = (1), 4 => v = (2), 6 => v = (3), 8 => v = (4), _ => v = (twice),
        } -> if v == 0 { end(0) } else if v == 1 { end(1) } else if v == 2 { end(2) } else if v == 3 { end(3) }
             else if v == 4 { end(4) } else { fail(GaveUp(v)) };
    }
}

workflow! {
    Outer(n: u32) -> u32 { start -> Six(n) -> end; }
}

#[tokio::test]
async fn a_failure_names_the_last_node_even_where_ways_meet() {
    let failure = Six::run(&(), 7).await.expect_err("seven is given up");
    assert_eq!(failure.to_string(), "workflow `Six` failed at `twice`: gave up at 14");
    assert_eq!(failure.downcast_ref::<GaveUp>().map(|error| error.0), Some(14));
    let failure = Outer::run(&(), 7).await.expect_err("seven is given up");
    assert_eq!(failure.to_string(), "workflow `Outer` at `Six`, workflow `Six` failed at `twice`: gave up at 14");
}

workflow! {
    Literal(n: u32) -> u32 {
        start -> n = twice(n) -> if n > 1000 { end(n) } -> n = twice(n) max 2 * 3 else end(n);
    }
}

#[tokio::test]
async fn a_bound_can_be_computed() {
    assert_eq!(Literal::run(&(), 1).await.expect("nothing fails"), 128);
}
