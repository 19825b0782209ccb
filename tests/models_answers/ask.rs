//! Answers of a type: what is asked, what is asked again, and all the ways to fail.

use loomflow::{
    model::{
        ChatReply, ChatRequest, Cut, Finish, Message, ScriptedModel, ToolSpec,
        schema::{Reason, flaws},
    },
    prelude::*,
    schemars::{self, JsonSchema},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;

/// What a review says of a film.
#[derive(Debug, PartialEq, JsonSchema, Serialize, Deserialize)]
struct Opinion {
    /// From 1 to 5.
    stars: u8,
    spoiler: Option<String>,
}

/// Whether to see it.
#[derive(Debug, PartialEq, Choice, Serialize, Deserialize)]
enum Advice {
    /// It is worth the evening.
    See,
    Skip,
}

#[derive(Debug, PartialEq, JsonSchema, Deserialize)]
struct Scores {
    films: BTreeMap<String, (u8, u8)>,
}

fn opinion() -> Opinion {
    Opinion { stars: 4, spoiler: None }
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_asked_for_with_a_strict_schema_and_read() {
    let script = ScriptedModel::new().answers(&opinion());
    let model = Model::of(script.clone());
    assert_eq!(model.ask::<Opinion>("Good?").await.unwrap(), opinion());
    let request = &script.requests()[0];
    assert_eq!(request.messages, [Message::user("Good?")]);
    let answer = request.answer.as_ref().expect("the server is told the form");
    assert_eq!((answer.name.as_str(), answer.strict), ("Opinion", true));
    assert_eq!(flaws(&answer.schema), []);
    assert_eq!(answer.schema["description"], "What a review says of a film.");
    assert_eq!(answer.schema["properties"]["stars"]["description"], "From 1 to 5.");
    script.assert_used();
}

#[tokio::test(start_paused = true)]
async fn what_is_no_object_is_asked_for_within_one() {
    let script = ScriptedModel::new().answers(&vec![opinion()]).answers(&7_u32).answers(&Some(true)).says("{}");
    let model = Model::of(script.clone());
    assert_eq!(model.ask::<Vec<Opinion>>("All?").await.unwrap(), [opinion()]);
    assert_eq!(model.ask::<u32>("How many?").await.unwrap(), 7);
    assert_eq!(model.ask::<Option<bool>>("Really?").await.unwrap(), Some(true));
    let error = model.ask::<u32>("How many?").again(0).await.unwrap_err();
    assert_eq!(error.to_string(), "the model's answer is no `uint32`: `value` does not fit: it is missing: \"{}\"");
    for request in script.requests() {
        assert_eq!(flaws(&request.answer.expect("the server is told the form").schema), []);
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_does_not_fit_is_asked_for_again_with_what_was_wrong() {
    let script = ScriptedModel::new().says(r#"{"stars": "four"}"#).says("").answers(&opinion());
    let model = Model::of(script.clone());
    let asked = ChatRequest::from("Good?").system("Be fair.");
    assert_eq!(model.ask::<Opinion>(asked).await.unwrap(), opinion());
    let last = &script.requests()[2].messages;
    assert_eq!(last[0..2], [Message::system("Be fair."), Message::user("Good?")]);
    assert_eq!(last[2], Message::assistant(r#"{"stars": "four"}"#));
    let Message::User { content } = &last[3] else { panic!("{last:?}") };
    let told = "That cannot be used: `stars` does not fit: invalid type: string \"four\", expected u8 at line 1 column 16.\n\
                Answer with nothing but JSON of this schema:\n{";
    assert!(content.starts_with(told), "{content}");
    // An answer that says nothing is not repeated to the server, which would refuse it.
    let Message::User { content } = &last[4] else { panic!("{last:?}") };
    assert!(content.starts_with("That cannot be used: the answer is empty."), "{content}");
    assert_eq!(last.len(), 5);
    script.assert_used();
}

#[tokio::test(start_paused = true)]
async fn the_last_answer_that_does_not_fit_is_in_the_error() {
    let script = ScriptedModel::new().says("one").says("two").says("three");
    let error = Model::of(script.clone()).ask::<Opinion>("Good?").await.unwrap_err();
    assert!(!error.is_permanent() && !error.is_transient());
    assert!(error.to_string().contains("(the last of 3 answers): \"three\""), "{error}");
    assert!(matches!(error, ModelError::Misfit { answer, wanted, .. } if answer == "three" && wanted == "`Opinion`"));
    script.assert_used();

    let script = ScriptedModel::new().says("one");
    let error = Model::of(script.clone()).ask::<Opinion>("Good?").again(0).await.unwrap_err();
    assert!(matches!(error, ModelError::Misfit { answer, .. } if answer == "one"));
    script.assert_used();
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_not_whole_is_not_asked_for_again() {
    let mut cut = ChatReply::text("{\"stars\":");
    cut.finish = Finish::Length;
    let mut filtered = ChatReply::text("");
    filtered.finish = Finish::ContentFilter;
    let mut refused = ChatReply::text("");
    refused.message.refusal = Some("I do not judge films.".to_owned());
    let script = ScriptedModel::new().replies(cut).replies(filtered).replies(refused);
    let model = Model::of(script.clone());
    let error = model.ask::<Opinion>("Good?").await.unwrap_err();
    assert!(matches!(error, ModelError::CutOff { cut: Cut::Length, .. }));
    let error = model.choose::<Advice>("Good?").await.unwrap_err();
    assert!(matches!(error, ModelError::Declined { text } if text.is_empty()));
    let error = model.ask::<Opinion>("Good?").await.unwrap_err();
    assert!(matches!(error, ModelError::Declined { text } if text == "I do not judge films."));
    script.assert_used();
}

#[tokio::test(start_paused = true)]
async fn what_fails_at_the_server_fails_the_question_and_is_not_asked_again_as_if_it_did_not_fit() {
    let script = ScriptedModel::new()
        .fails(ModelError::refused(401, ""))
        .fails(ModelError::refused(503, ""))
        .chooses(&Advice::See);
    let model = Model::of(script.clone());
    let error = model.ask::<Opinion>("Good?").await.unwrap_err();
    assert!(matches!(error, ModelError::Refused(error) if error.status == 401));
    // What is transient is tried again by the model itself, with the same request.
    assert_eq!(model.choose::<Advice>("Good?").await.unwrap(), Advice::See);
    let requests = script.requests();
    assert_eq!(requests.len(), 3);
    assert_eq!(requests[1], requests[2]);
}

#[tokio::test(start_paused = true)]
async fn a_type_without_a_strict_schema_fails_before_any_call_unless_it_is_asked_for_loosely() {
    let script = ScriptedModel::new().says(r#"{"films": {"Alien": [5, 4]}}"#);
    let model = Model::of(script.clone());
    let error = model.ask::<Scores>("All?").await.unwrap_err();
    assert!(error.is_permanent());
    assert!(error.to_string().starts_with("no server can hold a model to `Scores`: `films` is a map"), "{error}");
    assert!(error.to_string().ends_with("; or ask `loosely`"), "{error}");
    assert!(matches!(error, ModelError::Schema(error) if error.flaws[0].reason == Reason::Map));
    assert!(script.requests().is_empty());

    let scores = model.ask::<Scores>("All?").loosely().await.unwrap();
    assert_eq!(scores.films["Alien"], (5, 4));
    let request = &script.requests()[0];
    assert!(!request.answer.as_ref().expect("the server is told the form").strict);
    let Message::System { content } = &request.messages[0] else { panic!("{request:?}") };
    assert!(content.contains("additionalProperties"), "{content}");
}

#[tokio::test(start_paused = true)]
async fn a_request_with_tools_is_refused_before_any_call() {
    let script = ScriptedModel::new();
    let tool =
        ToolSpec { name: "search".to_owned(), parameters: json!({ "type": "object" }).into(), ..ToolSpec::default() };
    let asked = ChatRequest::from("Good?").tools(vec![tool]);
    let error = Model::of(script.clone()).choose::<Advice>(asked).await.unwrap_err();
    assert!(error.is_permanent() && matches!(error, ModelError::Setting { name: "tools", .. }));
    assert!(script.requests().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_model_is_told_what_the_labels_mean_in_the_one_message_for_that() {
    let script = ScriptedModel::new().chooses(&Advice::See).chooses(&Advice::Skip).chooses(&Advice::Skip);
    let model = Model::of(script.clone());
    let told = "Whether to see it.\nChoose one of these labels:\n- See: It is worth the evening.\n- Skip\n\
                Answer with JSON: {\"choice\": \"<label>\"}";
    assert_eq!(model.choose::<Advice>("Good?").await.unwrap(), Advice::See);
    let briefed = ChatRequest::from("Good?").system("Be fair.");
    assert_eq!(model.choose::<Advice>(briefed).await.unwrap(), Advice::Skip);
    assert_eq!(model.choose::<Advice>("Good?").told(false).await.unwrap(), Advice::Skip);
    let requests = script.requests();
    assert_eq!(requests[0].messages, [Message::system(told), Message::user("Good?")]);
    assert_eq!(requests[1].messages, [Message::system(format!("Be fair.\n\n{told}")), Message::user("Good?")]);
    assert_eq!(requests[2].messages, [Message::user("Good?")]);
}

#[tokio::test(start_paused = true)]
async fn an_unknown_label_is_told_to_the_model_with_the_nearest() {
    let script = ScriptedModel::new().says(r#"{"choice": "Seen"}"#).chooses(&Advice::See);
    assert_eq!(Model::of(script.clone()).choose::<Advice>("Good?").await.unwrap(), Advice::See);
    let last = script.requests()[1].messages.last().cloned();
    let told = "That cannot be used: there is no label `Seen` (the nearest is `See`): the labels are `See`, `Skip`.\n\
                Answer again, with nothing but the JSON.";
    assert_eq!(last, Some(Message::user(told)));
}

#[test]
fn a_question_can_be_looked_at_and_sent_to_another_thread() {
    fn sent<T: Send>(_: &T) {}
    let model = Model::of(ScriptedModel::new());
    let asked = model.ask::<Opinion>("Good?").again(1);
    sent(&asked);
    assert!(format!("{asked:?}").starts_with("Asked { request: ChatRequest {"));
    sent(&asked.into_future());
}
