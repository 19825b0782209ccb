//! `patterns`, cut off at every write.

use super::*;
use harness::case_in;
use loomflow::Model;
use loomflow::model::{ChatReply, ChatRequest, ScriptedModel};

#[path = "../kept/mod.rs"]
mod harness;

/// What a model would say that takes the last label, and writes no more than it has to.
fn reply(request: &ChatRequest) -> ChatReply {
    let properties = request.answer.as_ref().map(|answer| &answer.schema["properties"]);
    let Some(properties) = properties else { return ChatReply::text("a few words") };
    let labels = properties["choice"]["enum"].as_array();
    ChatReply::text(if let Some(label) = labels.and_then(|labels| labels.last()) {
        format!(r#"{{"choice": {label}}}"#)
    } else if properties["choice"].is_object() {
        r#"{"choice": {"label": "Hard", "value": "shorter"}}"#.to_owned()
    } else if properties["setup"].is_object() {
        r#"{"setup": "Why?", "punchline": null}"#.to_owned()
    } else {
        r#"{"value": ["one thing"]}"#.to_owned()
    })
}

#[test]
fn they_are_carried_on_from_every_write() {
    let model = || Model::of(ScriptedModel::new().always(|request| Ok(reply(request))));
    let of = |text: &str| text.to_owned();
    let ended = [
        case_in::<Chaining, _, _>(of("unicorn"), model).at_every_write(),
        case_in::<Routing, _, _>(of("a poem"), model).at_every_write(),
        case_in::<Proofread, _, _>(of(parallel::CONTRACT), model).at_every_write(),
        case_in::<Filter, _, _>(of("FREE WATCHES"), model).at_every_write(),
        case_in::<Describe, _, _>(of(orchestrator::TABLE), model).at_every_write(),
        case_in::<PlainNotice, _, _>(of("tea"), model).at_every_write(),
    ];
    for ended in ended {
        ended.expect("it ends");
    }
}
