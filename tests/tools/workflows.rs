//! Workflows that a model may call.

use crate::{common::*, kept::case};
use loomflow::{
    model::{Use, schema::flaws},
    prelude::*,
};
use serde_json::json;

#[step]
fn write(topic: &str, words: u32) -> String {
    format!("{words} words about {topic}")
}

#[step]
fn polish(text: &str) -> String {
    format!("{text}!")
}

#[ask(bool)]
fn sure(text: &str) -> Question {
    Question::new(format!("Send {text}?"))
}

workflow! {
    /// Writes an article.
    #[workflow(tool)]
    Article(
        /// what it is about
        topic: String,
        words: Option<u32>,
    ) -> Result<String, String> {
        start -> text = write(topic, words.unwrap_or(100)) -> if text.len() > 40 { fail("too long".to_owned()) } -> polish(text) -> end;
    }
}

workflow! {
    /// Sends a text when a person agrees.
    #[workflow(version = 2, tool)]
    Sent(text: String) -> bool { start -> sure(text) -> end; }
}

workflow! {
    Called(call: <Article as Tool>::Args) -> String { start -> text = Article: Use::<Article>(call) -> polish(text) -> end; }
}

workflow! {
    Asked(call: <Sent as Tool>::Args) -> bool { start -> Sent: Use::<Sent>(call) -> end; }
}

fn call(words: u32) -> <Article as Tool>::Args {
    Article::parse(&format!(r#"{{"topic": "tea", "words": {words}}}"#)).expect("it fits")
}

#[test]
fn a_model_is_told_of_a_workflow_what_it_is_told_of_a_function() {
    let spec = Article::spec();
    assert_eq!((spec.name.as_str(), spec.description.as_str()), ("Article", "Writes an article."));
    assert_eq!(spec.parameters["properties"]["topic"], json!({ "description": "what it is about", "type": "string" }));
    assert_eq!(spec.parameters["required"], json!(["topic", "words"]));
    assert!(spec.strict);
    assert_eq!(flaws(&spec.parameters), []);
    assert_eq!(Article::parse(r#"{"topic": "tea"}"#).expect("it fits").words, None);
    let misuse = Article::parse("{}").expect_err("it does not fit");
    assert_eq!(misuse.to_string(), "the call of `Article` does not fit: `topic` is missing");
}

#[test]
fn it_runs_within_the_run_that_calls_it() {
    assert_eq!(ended(Called::trace(&(), call(7))), way("Article write polish polish", "7 words about tea!!"));
    let (path, failure) = failed(Called::trace(
        &(),
        Article::parse(r#"{"topic": "the history of tea in the far east"}"#).expect("it fits"),
    ));
    assert_eq!(path, "Article write");
    assert!(failure.to_string().contains("too long"), "{failure}");
}

#[test]
fn it_is_kept_as_any_workflow_within_another() {
    assert_eq!(case::<Called, _>(call(7)).at_every_two_writes(), Ok("\"7 words about tea!!\"".to_owned()));
}

#[test]
fn what_it_asks_is_asked_and_answered() {
    let call = Sent::parse(r#"{"text": "tea"}"#).expect("it fits");
    let run = case::<Asked, _>(call).answered(|open| {
        assert_eq!((open.ask.as_str(), open.question.text()), ("sure", "Send tea?"));
        Some("true".to_owned())
    });
    assert_eq!(run.at_every_write(), Ok("true".to_owned()));
}

#[test]
fn it_runs_by_itself_as_before() {
    assert_eq!(block_on(Article::run(&(), "tea".to_owned(), Some(3))).expect("it ends"), "3 words about tea!");
}
