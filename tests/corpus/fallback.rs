//! A second model when the first fails.

use crate::Trouble as ModelError;
use crate::common::way;
use crate::kept::case;
use crate::{drawn, ended, failed};
use loomflow::prelude::*;
use serde::{Deserialize, Serialize};
use tokio::task::yield_now;

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Size {
    Large,
    Small,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Text(String);

impl Text {
    fn sorry() -> Text {
        Text("sorry".to_owned())
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Checked {
    ok: bool,
}

/// The topic says which sizes fail.
#[step(retry = 2)]
async fn draft(topic: &str, size: Size) -> Result<Text, ModelError> {
    yield_now().await;
    if topic.contains(&format!("{size:?}")) {
        Err(ModelError("overloaded"))
    } else {
        Ok(Text(format!("{size:?} {topic}")))
    }
}

#[step]
async fn check(t: &Text) -> Result<Checked, ModelError> {
    yield_now().await;
    if t.0.ends_with("blank") {
        return Err(ModelError("nothing to check"));
    }
    Ok(Checked { ok: !t.0.contains("rude") })
}

workflow! { pub Fallback(topic: String) -> Text {
    start -> text = draft(topic, Size::Large) catch _ => text = small: draft(topic, Size::Small)
          -> check(text) -> if check.ok { end(text) } -> end(Text::sorry());
} }

fn text(text: &str) -> Text {
    Text(text.to_owned())
}

#[tokio::test(start_paused = true)]
async fn the_large_model_is_enough_when_it_answers() {
    assert_eq!(ended(Fallback::trace(&(), "hens".into())).await, way("draft check", text("Large hens")));
}

#[tokio::test(start_paused = true)]
async fn the_small_model_drafts_when_the_large_one_fails() {
    let expected = way("draft small check", text("Small not Large"));
    assert_eq!(ended(Fallback::trace(&(), "not Large".into())).await, expected);
}

#[tokio::test(start_paused = true)]
async fn the_small_model_fails_the_run_after_its_attempts() {
    let (path, failure) = failed(Fallback::trace(&(), "not Large, not Small".into())).await;
    assert_eq!((path.as_str(), failure.node(), failure.attempt()), ("draft small", "small", 3));
    assert_eq!(failure.downcast_ref(), Some(&ModelError("overloaded")));
}

#[tokio::test(start_paused = true)]
async fn what_does_not_pass_the_check_is_not_sent() {
    assert_eq!(ended(Fallback::trace(&(), "rude".into())).await, way("draft check", Text::sorry()));
    let small = ended(Fallback::trace(&(), "rude Large".into())).await;
    assert_eq!(small, way("draft small check", Text::sorry()));
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_checked_fails_the_run() {
    let (path, failure) = failed(Fallback::trace(&(), "blank".into())).await;
    assert_eq!((path.as_str(), failure.node()), ("draft check", "check"));
}

#[test]
fn it_takes_at_most_three_steps() {
    assert_eq!(Fallback::GRAPH.max_steps().to_string(), "3");
}

#[test]
fn it_is_drawn() {
    drawn(
        &Fallback::GRAPH,
        r#"
        flowchart TD
            n0(["start"])
            n1["text = draft"]
            n2["text = small"]
            n3["check"]
            n4(["end"])
            n0 --> n1
            n1 --> n3
            n1 -->|"catch"| n2
            n2 --> n3
            n3 -->|"check.ok"| n4
            n3 -->|"else"| n4
        "#,
    );
}

#[test]
fn it_is_carried_on_from_every_write() {
    for topic in ["hens", "not Large", "not Large, not Small", "rude Large", "blank"] {
        let ended = case::<Fallback, _>(topic.to_owned()).at_every_two_writes();
        assert_eq!(ended.is_ok(), !topic.contains("Small") && topic != "blank", "{ended:?}");
    }
}

#[cfg(feature = "test")]
#[test]
fn the_small_model_is_asked_where_the_large_one_fails_along_every_edge() {
    use loomflow::test::covered;
    covered::<Fallback>(|| {
        Fallback::test().run("hens".to_owned()).assert_path(["draft", "check"]);
        let small = Fallback::test().panics::<draft>("out of ink").only_at("draft").run("hens".to_owned());
        small.assert_path(["draft", "small", "check"]).assert_took("draft", "catch");
        Fallback::test().mock::<draft>(|_| text("rude")).run("hens".to_owned());
    })
    .at_least(100);
}
