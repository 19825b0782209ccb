//! A script in a model's place.

use loomflow::{
    model::{ChatReply, ChatRequest, Message, ScriptedModel},
    prelude::*,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::panic::catch_unwind;

#[derive(Debug, PartialEq, Choice, Serialize, Deserialize)]
#[serde(tag = "kind")]
enum Tagged {
    Plain,
    Full { words: String },
}

#[derive(Context)]
struct App {
    model: Model,
}

#[step(retry = 5, backoff = 1ms)]
async fn answer(#[context] model: &Model, question: &str) -> Result<String, ModelError> {
    model.text(question).await
}

workflow! {
    Answered(question: String) -> String {
        start -> answer(question) -> end;
    }
}

#[tokio::test(start_paused = true)]
async fn a_script_that_is_at_its_end_fails_the_step_at_once_and_says_what_was_asked() {
    let script = ScriptedModel::new().says("Because.");
    let app = App { model: Model::of(script.clone()) };
    assert_eq!(Answered::run(&app, "Why?".to_owned()).await.unwrap(), "Because.");
    let failure = Answered::run(&app, "And why that?".to_owned()).await.unwrap_err();
    assert!(failure.is_permanent());
    let text = "the script has no reply left: it had 1, and the model was asked again: \"And why that?\"";
    assert!(failure.to_string().contains(text), "{failure}");
    // Neither the model nor the step tried it again.
    assert_eq!(script.requests().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn replies_may_be_made_of_what_is_asked() {
    let echo = |request: &ChatRequest| match request.messages.last() {
        Some(Message::User { content }) => Ok(ChatReply::text(format!("{content}!"))),
        _ => Err(ModelError::refused(400, "")),
    };
    let script = ScriptedModel::new().then(|_| Ok(ChatReply::text("once"))).always(echo);
    let model = Model::of(script.clone());
    let mut said = Vec::new();
    for asked in ["one", "two", "three"] {
        said.push(model.text(asked).await.unwrap());
    }
    assert_eq!(said, ["once", "two!", "three!"]);
    assert!(model.text(vec![Message::system("Hush.")]).await.is_err());
    let asked: Vec<usize> = script.requests().iter().map(|request| request.messages.len()).collect();
    assert_eq!(asked, [1, 1, 1, 1]);
}

#[tokio::test(start_paused = true)]
async fn what_is_scripted_can_be_streamed() {
    let model = Model::of(ScriptedModel::new().says("In pieces.").says("").fails(ModelError::refused(400, "")));
    let mut words = model.stream("How?").await.unwrap();
    assert_eq!(words.next().await.unwrap().unwrap(), "In pieces.");
    assert!(words.next().await.is_none());
    assert_eq!(model.stream("How?").await.unwrap().rest().await.unwrap(), "");
    assert!(model.stream("How?").await.is_err());
}

#[tokio::test(start_paused = true)]
async fn calls_of_tools_have_ids_of_their_own() {
    let script =
        ScriptedModel::new().says("Let me look.").calls("search", &json!({ "for": "moon" })).calls("stop", &json!({}));
    let model = Model::of(script);
    model.chat("How far?").await.unwrap();
    let (one, two) = (model.chat("How far?").await.unwrap(), model.chat("How far?").await.unwrap());
    let (one, two) = (&one.message.tool_calls[0], &two.message.tool_calls[0]);
    assert_eq!((one.name.as_str(), one.arguments.as_str()), ("search", r#"{"for":"moon"}"#));
    assert_ne!(one.id, two.id);
}

#[tokio::test(start_paused = true)]
async fn replies_that_nobody_asked_for_are_told() {
    let script = ScriptedModel::new().says("one").says("two");
    Model::of(script.clone()).text("One?").await.unwrap();
    assert_eq!(script.left(), 1);
    let told = catch_unwind(|| script.assert_used()).unwrap_err();
    let told = told.downcast_ref::<String>().expect("it says why");
    assert_eq!(told, "the script has 1 of its 2 replies left: the model was asked 1 times");
    assert_eq!(format!("{script:?}"), "ScriptedModel { replies: 2, left: 1, asked: 1 }");
}

#[test]
fn a_label_that_serde_writes_in_a_way_of_its_own_is_refused_where_it_carries_something() {
    let script = ScriptedModel::new().chooses(&Tagged::Plain);
    assert_eq!(script.left(), 1);
    let full = || ScriptedModel::new().chooses(&Tagged::Full { words: "so much".to_owned() });
    let told = catch_unwind(full).unwrap_err();
    let told = told.downcast_ref::<String>().expect("it says why");
    assert!(told.contains("write the answer with `says`"), "{told}");
}
