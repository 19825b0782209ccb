//! Tools in graphs: as the steps they are, and with their arguments in one piece.

#![expect(clippy::unused_async, reason = "tools are async here so that they are performed as such")]
#![expect(clippy::too_many_arguments, reason = "one tool shows all kinds of parameters")]

use crate::common::*;
use loomflow::{
    Visit,
    model::{ToolMisuse, Use},
    prelude::*,
    schemars::{self, JsonSchema},
};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, JsonSchema, Serialize, Deserialize)]
struct Page {
    title: String,
}

struct Tag(&'static str);

/// Joins all that it takes.
#[tool]
async fn join(
    text: &str,
    #[context] tag: &Tag,
    pages: &[Page],
    page: &Page,
    more: Option<&Page>,
    word: Option<&str>,
    #[run] run: &Visit,
    owned: String,
    number: u8,
) -> String {
    assert_eq!(run.attempt(), 1);
    let more = more.map_or("-", |page| &page.title);
    format!("{text} {} {} {} {more} {} {owned} {number}", tag.0, pages.len(), page.title, word.unwrap_or("-"))
}

/// Halves an even number.
#[tool]
fn halve(n: u32) -> Result<u32, String> {
    if n.is_multiple_of(2) { Ok(n / 2) } else { Err(format!("{n} is odd")) }
}

/// Triples a number and adds one.
#[tool]
fn triple(n: u32) -> u32 {
    3 * n + 1
}

mod outer {
    use super::*;

    /// What a model asked for.
    #[derive(Debug, Clone, Serialize, Deserialize)]
    pub(super) enum Asked {
        Halve(<halve as Tool>::Args),
        Triple(<triple as Tool>::Args),
        Nothing,
    }
}
use outer::Asked;

#[step]
fn read(arguments: &str) -> Result<<join as Tool>::Args, ToolMisuse> {
    join::parse(arguments)
}

#[step]
fn ask(n: u32) -> Asked {
    let call = format!("{{\"n\": {n}}}");
    let asked = match n {
        1 => Ok(Asked::Nothing),
        n if n.is_multiple_of(2) => halve::parse(&call).map(Asked::Halve),
        _ => triple::parse(&call).map(Asked::Triple),
    };
    asked.unwrap_or(Asked::Nothing)
}

workflow! {
    Joined(arguments: String) -> String { start -> read(arguments) -> join: Use::<join>(read) -> end; }
}

#[test]
fn what_is_lent_and_what_is_taken_and_what_is_the_programs_come_to_the_function() {
    let all = r#"{"text": "a", "pages": [{"title": "b"}], "page": {"title": "c"}, "more": {"title": "d"}, "word": "e",
        "owned": "f", "number": 7}"#;
    assert_eq!(ended(Joined::trace(&Tag("tag"), all.to_owned())), way("read join", "a tag 1 c d e f 7"));
    let few = r#"{"text": "a", "pages": [], "page": {"title": "c"}, "owned": "f", "number": 7}"#;
    assert_eq!(ended(Joined::trace(&Tag("tag"), few.to_owned())), way("read join", "a tag 0 c - - f 7"));
}

workflow! {
    /// As an agent goes about it: a choice is routed to the tool, and what it gave is read again.
    Collatz(n: u32) -> u32 {
        let steps: u32 = 0;
        start -> ask(n) -> match {
            Asked::Halve(call) => done = try halve: Use::<halve>(call) -> match done {
                Ok(half) => n = (half),
                Err(_) => end(0),
            },
            Asked::Triple(call) => n = triple: Use::<triple>(call),
            Asked::Nothing => end(steps),
        } -> steps = (steps + 1) -> ask(n) max 200 else end(steps);
    }
}

#[test]
fn a_choice_is_routed_to_its_tool() {
    let (path, steps) = ended(Collatz::trace(&(), 6));
    assert_eq!(path, "ask halve ask triple ask halve ask triple ask halve ask halve ask halve ask halve ask");
    assert_eq!(steps, 8);
}

workflow! {
    Plain(n: u32) -> u32 { start -> n = halve(n) -> n = triple -> end(n); }
}

workflow! {
    Guarded(calls: Vec<<halve as Tool>::Args>) -> Vec<u32> {
        start -> each = [for call in calls, 2 at once => halve: Use::<halve>(call) catch _ => (0)] -> end(each);
    }
}

workflow! {
    Required(call: <triple as Tool>::Args) -> u32 {
        start -> triple: Use::<triple>(call) -> halve(triple) -> end;
        require triple before halve;
        require triple at most once;
    }
}

fn calls(numbers: &[u32]) -> Vec<<halve as Tool>::Args> {
    numbers.iter().map(|n| halve::parse(&format!("{{\"n\": {n}}}")).expect("it fits")).collect()
}

#[test]
fn a_tool_is_a_step() {
    assert_eq!(ended(Plain::trace(&(), 6)), way("halve triple", 10_u32));
}

#[test]
fn what_holds_for_steps_in_a_graph_holds_for_tools() {
    assert_eq!(ended(Guarded::trace(&(), calls(&[2, 3, 8]))).1, [1, 0, 4]);
    let call = triple::parse(r#"{"n": 5}"#).expect("it fits");
    assert_eq!(ended(Required::trace(&(), call)), way("triple halve", 8_u32));
    assert_eq!(Required::GRAPH.max_steps().to_string(), "2");
}

#[test]
fn a_tool_that_fails_fails_as_the_step_it_is() {
    workflow! { Halved(call: <halve as Tool>::Args) -> u32 { start -> halve: Use::<halve>(call) -> end; } }
    let call = calls(&[3]).remove(0);
    let (path, failure) = failed(Halved::trace(&(), call));
    assert_eq!((path.as_str(), failure.node()), ("halve", "halve"));
    assert_eq!(failure.to_string(), "workflow `Halved` failed at `halve`, attempt 1: 3 is odd");
}

#[test]
fn a_line_may_begin_with_a_tool() {
    let doubled = chain![halve: Use::<halve>, triple];
    let call = calls(&[4]).remove(0);
    assert_eq!(block_on(doubled.run(&(), call)).expect("it ends"), 7);
}

workflow! {
    Nested(call: <halve as Tool>::Args) -> u32 { start -> n = halve: Use::<halve>(call) -> Collatz(n) -> end; }
}

workflow! {
    Generic<T: loomflow::Value + Clone>(kept: T, call: <halve as Tool>::Args) -> T {
        start -> n = halve: Use::<halve>(call) -> if n == 2 { end(kept.clone()) } -> end(kept);
    }
}

#[test]
fn a_tool_stands_in_nested_and_in_generic_workflows() {
    assert_eq!(ended(Nested::trace(&(), calls(&[12]).remove(0))).1, 8);
    let run = Generic::<String>::trace(&(), "kept".to_owned(), calls(&[4]).remove(0));
    assert_eq!(ended(run).1, "kept");
}
