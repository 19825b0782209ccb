//! One of three, by what a model chose.

use crate::Trouble as ModelError;
use crate::common::{ended, failed, way};
use crate::drawn;
use crate::kept::case;
use loomflow::prelude::*;
use serde::{Deserialize, Serialize};
use tokio::task::yield_now;

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub enum Kind {
    Story,
    Joke,
    Poem,
}

#[step]
async fn route(input: &str) -> Result<Kind, ModelError> {
    yield_now().await;
    match input.split(' ').next() {
        Some("story") => Ok(Kind::Story),
        Some("joke") => Ok(Kind::Joke),
        Some("poem") => Ok(Kind::Poem),
        _ => Err(ModelError("none of the three")),
    }
}

#[step]
async fn story(input: &str) -> Result<String, ModelError> {
    yield_now().await;
    written(input, "Once upon a time")
}

#[step]
async fn joke(input: &str) -> Result<String, ModelError> {
    yield_now().await;
    written(input, "Knock, knock")
}

#[step]
async fn poem(input: &str) -> Result<String, ModelError> {
    yield_now().await;
    written(input, "Roses are red")
}

fn written(input: &str, opening: &str) -> Result<String, ModelError> {
    let (_, about) = input.split_once(' ').ok_or(ModelError("about what?"))?;
    Ok(format!("{opening}: {about}"))
}

workflow! { pub Routing(input: String) -> String {
    start -> route(input) -> match { Kind::Story => story(input), Kind::Joke => joke(input), Kind::Poem => poem(input) } -> end;
} }

#[test]
fn each_kind_is_written_by_its_own_step() {
    assert_eq!(ended(Routing::trace(&(), "story of a hen".into())), way("route story", "Once upon a time: of a hen"));
    assert_eq!(ended(Routing::trace(&(), "joke on hens".into())), way("route joke", "Knock, knock: on hens"));
    assert_eq!(ended(Routing::trace(&(), "poem of a hen".into())), way("route poem", "Roses are red: of a hen"));
}

#[test]
fn what_is_of_no_kind_fails_at_the_route() {
    let (path, failure) = failed(Routing::trace(&(), "dinner".into()));
    assert_eq!((path.as_str(), failure.node(), failure.kind()), ("route", "route", FailureKind::Step));
    assert_eq!(failure.to_string(), "workflow `Routing` failed at `route`, attempt 1: none of the three");
}

#[test]
fn what_the_chosen_step_cannot_write_fails_there() {
    for kind in ["story", "joke", "poem"] {
        let (path, failure) = failed(Routing::trace(&(), kind.into()));
        assert_eq!((path, failure.node()), (format!("route {kind}"), kind));
    }
}

#[test]
fn it_is_drawn() {
    drawn(
        &Routing::GRAPH,
        r#"
        flowchart TD
            n0(["start"])
            n1["route"]
            n2["story"]
            n3["joke"]
            n4["poem"]
            n5(["end"])
            n0 --> n1
            n1 -->|"Kind::Story"| n2
            n1 -->|"Kind::Joke"| n3
            n1 -->|"Kind::Poem"| n4
            n2 --> n5
            n3 --> n5
            n4 --> n5
        "#,
    );
}

#[test]
fn it_takes_two_steps() {
    assert_eq!(Routing::GRAPH.max_steps().to_string(), "2");
}

#[test]
fn it_is_carried_on_from_every_write() {
    for input in ["story of a hen", "joke on hens", "dinner", "poem"] {
        let ended = case::<Routing, _>(input.to_owned()).at_every_two_writes();
        assert_eq!(ended.is_ok(), input.contains(' '), "{ended:?}");
    }
}
