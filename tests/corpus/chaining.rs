//! A prompt chain with a gate.

use crate::Trouble as ModelError;
use crate::common::{ended, failed, way};
use crate::drawn;
use crate::kept::case_in;
use loomflow::prelude::*;
use serde::{Deserialize, Serialize};
use tokio::task::yield_now;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Joke {
    setup: String,
    punchline: Option<String>,
}

impl Joke {
    fn has_punchline(&self) -> bool {
        self.punchline.is_some()
    }
}

/// A model that knows punch lines or does not.
struct Model {
    punchline: Option<&'static str>,
}

#[step]
async fn generate(#[context] m: &Model, topic: &str) -> Result<Joke, ModelError> {
    yield_now().await;
    if topic.is_empty() {
        return Err(ModelError("nothing to joke about"));
    }
    Ok(Joke { setup: format!("Why the {topic}?"), punchline: m.punchline.map(str::to_owned) })
}

#[step]
async fn improve(#[context] m: &Model, joke: &Joke) -> Result<Joke, ModelError> {
    yield_now().await;
    if joke.setup.contains("tax") {
        return Err(ModelError("nothing is funny about it"));
    }
    let punchline = m.punchline.unwrap_or("why not");
    Ok(Joke { punchline: Some(punchline.to_owned()), ..joke.clone() })
}

#[step]
async fn polish(#[context] _m: &Model, joke: &Joke) -> Result<Joke, ModelError> {
    yield_now().await;
    let punchline = joke.punchline.as_deref().ok_or(ModelError("nothing to polish"))?;
    Ok(Joke { punchline: Some(format!("{punchline}!")), ..joke.clone() })
}

workflow! { pub Chaining(topic: String) -> Joke {
    start -> joke = generate(topic) -> if !joke.has_punchline() { improve(joke) -> joke = polish(improve) } -> end(joke);
} }

const WITTY: Model = Model { punchline: Some("because") };
const DULL: Model = Model { punchline: None };

fn joke(setup: &str, punchline: &str) -> Joke {
    Joke { setup: setup.to_owned(), punchline: Some(punchline.to_owned()) }
}

#[test]
fn what_passes_the_gate_is_done() {
    assert_eq!(ended(Chaining::trace(&WITTY, "hen".into())), way("generate", joke("Why the hen?", "because")));
}

#[test]
fn what_does_not_pass_the_gate_is_improved_and_polished() {
    let expected = way("generate improve polish", joke("Why the hen?", "why not!"));
    assert_eq!(ended(Chaining::trace(&DULL, "hen".into())), expected);
}

#[test]
fn a_failing_step_ends_the_chain_where_it_stands() {
    let (path, failure) = failed(Chaining::trace(&DULL, String::new()));
    assert_eq!((path.as_str(), failure.node()), ("generate", "generate"));
    let (path, failure) = failed(Chaining::trace(&DULL, "tax".into()));
    assert_eq!((path.as_str(), failure.node()), ("generate improve", "improve"));
    assert_eq!(failure.downcast_ref(), Some(&ModelError("nothing is funny about it")));
}

#[test]
fn it_is_drawn() {
    drawn(
        &Chaining::GRAPH,
        r##"
        flowchart TD
            n0(["start"])
            n1["joke = generate"]
            n2["improve"]
            n3["joke = polish"]
            n4(["end"])
            n0 --> n1
            n1 -->|"#33;joke.has_punchline()"| n2
            n1 -->|"else"| n4
            n2 --> n3
            n3 --> n4
        "##,
    );
}

#[test]
fn it_takes_at_most_three_steps() {
    assert_eq!(Chaining::GRAPH.max_steps().to_string(), "3");
}

#[test]
fn it_is_carried_on_from_every_write() {
    for context in [|| WITTY, || DULL] {
        for topic in ["hen", "", "tax"] {
            let ended = case_in::<Chaining, _, _>(topic.to_owned(), context).at_every_two_writes();
            assert_eq!(ended.is_ok(), topic == "hen" || (topic == "tax" && context().punchline.is_some()));
        }
    }
}
