//! Calls of models, and of the tools that they ask for.

use crate::{
    capture::Capture,
    kept::{World, program},
};
use loomflow::{
    model::{ChatReply, ScriptedModel},
    prelude::*,
};
use loomflow_double::{Double, Reply};
use serde_json::json;
use std::time::Duration;
use tracing::Level;

#[step]
async fn ask(#[context] model: &Model, secret: &str) -> Result<String, ModelError> {
    model.text(format!("What of {secret}?")).await
}

#[step]
async fn tell(#[context] model: &Model, secret: &str) -> Result<String, ModelError> {
    model.stream(format!("What of {secret}?")).await?.rest().await
}

workflow! {
    Asks(secret: String) -> String { start -> ask(secret) -> tell(secret) -> end(format!("{ask}{tell}")); }
}

fn server(double: &Double) -> Model {
    let ms = Duration::from_millis(1);
    let builder = Model::builder().base_url(double.base_url()).name("small").backoff(ms, ms).retries(1);
    builder.max_tokens(99).build().unwrap()
}

fn run(double: &Double) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let model = server(double);
    let _ = runtime.block_on(async { Asks::run(&model, "the moon".to_owned()).await });
}

#[test]
fn a_call_of_a_model_says_which_and_what_it_took_and_nothing_that_was_said() {
    let double = Double::scripted([Reply::status(503), Reply::text("cheese"), Reply::text("more cheese")]);
    let told = Capture::told("chat", || run(&double));
    let [asked, streamed] = &told[..] else { panic!("{told:?}") };
    for (field, value) in [
        ("otel.name", "chat small"),
        ("otel.kind", "client"),
        ("gen_ai.operation.name", "chat"),
        ("gen_ai.provider.name", "openai"),
        ("gen_ai.request.model", "small"),
        ("gen_ai.request.max_tokens", "99"),
        ("gen_ai.response.finish_reasons", "stop"),
    ] {
        assert_eq!((asked[field].as_str(), streamed[field].as_str()), (value, value), "{field}");
    }
    assert_eq!(
        (asked["gen_ai.request.stream"].as_str(), streamed["gen_ai.request.stream"].as_str()),
        ("false", "true")
    );
    assert_eq!(asked["gen_ai.usage.output_tokens"], "1");
    assert_eq!(streamed["gen_ai.usage.output_tokens"], "2");
    assert!(!asked.contains_key("error.type") && !streamed.contains_key("error.type"));
    let all = format!("{told:?}");
    assert!(!all.contains("moon") && !all.contains("cheese"), "{all}");
}

#[test]
fn a_call_that_fails_says_how() {
    for (replies, kind) in [
        (vec![Reply::status(400)], "400"),
        (vec![Reply::text("cheese"), Reply::CutAfter(1, "more cheese".into())], "cut_off"),
    ] {
        let double = Double::scripted(replies);
        let told = Capture::told("chat", || run(&double));
        let last = told.last().unwrap();
        assert_eq!((last["otel.status_code"].as_str(), last["error.type"].as_str()), ("ERROR", kind));
    }
}

/// Looks it up.
#[tool]
async fn look_up(
    /** what to look for */
    word: String,
) -> String {
    tokio::task::yield_now().await;
    format!("all about {word}")
}

agent! {
    Clerk(question: String) -> String {
        start -> look_up | end;
        look_up -> look_up max 2 | end;
    }
}

fn clerk() -> Model {
    Model::of(ScriptedModel::new().calls("look_up", &json!({ "word": "tea" })).replies(ChatReply::text("It is hot.")))
}

const TREE: &str = "\
invoke_workflow Clerk
  think pattern=agent
    chat scripted gen_ai.operation.name=chat
  execute_tool look_up gen_ai.operation.name=execute_tool pattern=agent
    look_up pattern=workflow
  think_after_look_up pattern=agent
    chat scripted gen_ai.operation.name=chat
  remember_answer pattern=workflow
";

#[test]
fn of_an_agent_one_sees_where_the_model_decided_and_what_it_called() {
    let fields = ["gen_ai.operation.name", "pattern"];
    let in_memory = Capture::tree(Level::INFO, &fields, || {
        program(async {
            assert_eq!(Clerk::run(&clerk(), "tea?".to_owned()).await.unwrap(), "It is hot.");
        });
    });
    let kept = Capture::tree(Level::INFO, &fields, || {
        World::default().lives(clerk(), async |loom| {
            let run = loom.start::<Clerk>("run", "tea?".to_owned()).await.unwrap();
            assert_eq!(run.output().await.unwrap(), "It is hot.");
        });
    });
    assert_eq!(in_memory.replace(" gen_ai.operation.name=invoke_workflow", ""), TREE);
    assert_eq!(kept, in_memory);
}
