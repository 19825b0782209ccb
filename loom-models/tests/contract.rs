//! What holds of every OpenAI-compatible server, kept against the double and against a real model.
//!
//! The real one is at `LOOMFLOW_TEST_MODEL_URL` and is called `LOOMFLOW_TEST_MODEL`; one for embeddings is at
//! `LOOMFLOW_TEST_EMBEDDINGS_URL`. `.ci/local-llm/server start` starts both and prints these, and
//! `cargo test --test contract real_model:: -- --ignored` asks them.
//!
//! What a model says is its own affair. That it says it in the right form is what counts.

use loomflow_double::{Double, Reply, Request};
use loomflow_models::{
    AnswerSchema, ChatEvent, ChatRequest, Cut, Finish, Limit, Message, Model, ModelBuilder, ModelError, ToolSpec,
};
use serde_json::{Value, json};
use std::{env, time::Duration};

/// A server under test.
struct Subject {
    base_url: String,
    name: String,
    /// One that makes vectors, and the name of its model.
    embedder: (String, &'static str),
    _double: Option<Double>,
}

impl Subject {
    fn double() -> Self {
        let double = Double::answering(sensible);
        let base_url = double.base_url();
        let embedder = (base_url.clone(), "vectors");
        Subject { base_url, name: "double".to_owned(), embedder, _double: Some(double) }
    }

    fn real() -> Self {
        let of = |name| env::var(name).unwrap_or_else(|_| panic!("`{name}` is not set: see .ci/local-llm/server"));
        let embedder = (of("LOOMFLOW_TEST_EMBEDDINGS_URL"), "e5-query");
        Subject { base_url: of("LOOMFLOW_TEST_MODEL_URL"), name: of("LOOMFLOW_TEST_MODEL"), embedder, _double: None }
    }

    fn builder(&self) -> ModelBuilder {
        // A small model talks on and on if it is let.
        Model::builder().base_url(&*self.base_url).name(&*self.name).temperature(0.0).max_tokens(200)
    }

    fn model(&self) -> Model {
        self.builder().build().expect("the settings are settings")
    }
}

/// What a model would say: it calls the first tool, says the first of what it may, or says something.
fn sensible(request: &Request) -> Reply {
    let body = &request.body;
    let schema = &body["response_format"]["json_schema"]["schema"];
    if schema.is_object() {
        return Reply::Json(json!({ "label": schema["properties"]["label"]["enum"][0] }));
    }
    let called = request.messages().iter().any(|message| message["role"] == "tool");
    match body["tools"][0]["function"]["name"].as_str() {
        Some(name) if !called => Reply::tool(name, json!({ "city": "Paris" })),
        _ => Reply::text("The moon is the natural satellite of the earth, and it is quite far away from here."),
    }
}

/// Makes a test of each promise for each server.
macro_rules! contract {
    ($($promise:ident)*) => {
        mod double {
            $(
                #[tokio::test]
                async fn $promise() {
                    super::$promise(&super::Subject::double()).await;
                }
            )*
        }
        mod real_model {
            $(
                #[tokio::test]
                #[ignore = "it needs a real model"]
                async fn $promise() {
                    super::$promise(&super::Subject::real()).await;
                }
            )*
        }
    };
}

contract! {
    words_come_back_with_what_they_took
    a_stream_says_what_a_whole_reply_says
    an_answer_has_the_shape_it_is_held_to
    a_tool_is_called_and_its_answer_taken
    the_limit_of_tokens_is_told
    a_conversation_that_is_too_long_is_told_apart
    a_path_that_is_none_is_refused_for_good
    a_stream_can_be_let_go_of
    a_call_is_over_when_its_time_is
    texts_that_mean_nearly_the_same_lie_near_each_other
}

async fn words_come_back_with_what_they_took(subject: &Subject) {
    let reply = subject.model().chat(ChatRequest::from("What is the moon?").system("Be brief.")).await.unwrap();
    assert!(!reply.message.content.is_empty() && reply.message.tool_calls.is_empty(), "{reply:?}");
    assert!(matches!(reply.finish, Finish::Stop | Finish::Length), "{reply:?}");
    assert!(reply.tokens.input > 0 && reply.tokens.output > 0, "{reply:?}");
    assert!(!reply.model.is_empty());
}

async fn a_stream_says_what_a_whole_reply_says(subject: &Subject) {
    let (model, request) = (subject.model(), ChatRequest::from("What is the moon?").max_tokens(30));
    let whole = model.chat(request.clone()).await.unwrap();
    let mut events = model.chat_stream(request).await.unwrap();
    let (mut words, mut count) = (String::new(), 0);
    let reply = loop {
        match events.next().await.unwrap().unwrap() {
            ChatEvent::Text(more) => {
                words.push_str(&more);
                count += 1;
            }
            ChatEvent::Done(reply) => break reply,
            _ => {}
        }
    };
    assert!(count > 1, "it came at once");
    assert_eq!(words, reply.message.content);
    assert_eq!(reply, whole);
    assert!(events.next().await.is_none());
}

async fn an_answer_has_the_shape_it_is_held_to(subject: &Subject) {
    let labels = ["billing", "technical", "spam"];
    let schema = json!({
        "type": "object",
        "properties": { "label": { "type": "string", "enum": labels, "description": "Which desk it is for." } },
        "required": ["label"],
        "additionalProperties": false,
    });
    let answer = AnswerSchema { name: "desk".into(), schema, strict: true, ..AnswerSchema::default() };
    for ticket in ["I was charged twice.", "The screen stays black.", "You won a prize!", "", "{\"label\": \"none\"}"] {
        let request = ChatRequest::from(format!("Which desk is this for?\n{ticket}")).answer(answer.clone());
        let text = subject.model().text(request).await.unwrap();
        let json: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        assert!(labels.iter().any(|label| json["label"] == *label), "{text}");
        assert_eq!(json.as_object().map(serde_json::Map::len), Some(1), "{text}");
    }
}

async fn a_tool_is_called_and_its_answer_taken(subject: &Subject) {
    let parameters = json!({
        "type": "object",
        "properties": { "city": { "type": "string", "description": "the city" } },
        "required": ["city"],
        "additionalProperties": false,
    });
    let description = "Gets the weather in a city.".to_owned();
    let tool = ToolSpec { name: "get_weather".into(), description, parameters: parameters.into(), strict: true };
    let request = ChatRequest::from("What is the weather in Paris?").tools(vec![tool]);
    let model = subject.model();
    let reply = model.chat(request.clone()).await.unwrap();
    let streamed = model.chat_stream(request.clone()).await.unwrap().reply().await.unwrap();
    if reply.message.tool_calls.is_empty() {
        // That it talks instead is its own affair.
        assert!(!reply.message.content.is_empty(), "{reply:?}");
        return;
    }
    for reply in [&reply, &streamed] {
        assert_eq!(reply.finish, Finish::ToolCalls, "{reply:?}");
        for call in &reply.message.tool_calls {
            assert!(call.name == "get_weather" && !call.id.is_empty(), "{call:?}");
            let arguments: Value = serde_json::from_str(&call.arguments).unwrap();
            assert!(arguments["city"].is_string(), "{call:?}");
        }
    }
    let called = |reply: &loomflow_models::ChatReply| -> Vec<_> {
        reply.message.tool_calls.iter().map(|call| (call.name.clone(), call.arguments.clone())).collect()
    };
    assert_eq!(called(&reply), called(&streamed));

    let mut request = request;
    let answers: Vec<_> =
        reply.message.tool_calls.iter().map(|call| Message::tool(&*call.id, "Sunny, 21 degrees.")).collect();
    request.messages.push(reply.message.into());
    request.messages.extend(answers);
    let reply = model.chat(request).await.unwrap();
    assert!(!reply.message.content.is_empty() || !reply.message.tool_calls.is_empty(), "{reply:?}");
}

async fn the_limit_of_tokens_is_told(subject: &Subject) {
    let (model, request) = (subject.model(), ChatRequest::from("Tell me all about the moon.").max_tokens(5));
    let reply = model.chat(request.clone()).await.unwrap();
    assert_eq!((reply.finish, reply.tokens.output), (Finish::Length, 5));
    let cut = |error: ModelError| matches!(error, ModelError::CutOff { cut: Cut::Length, text } if !text.is_empty());
    assert!(cut(model.text(request.clone()).await.unwrap_err()));
    assert!(cut(model.stream(request).await.unwrap().rest().await.unwrap_err()));
}

async fn a_conversation_that_is_too_long_is_told_apart(subject: &Subject) {
    let error = subject.model().text("word ".repeat(9000)).await.unwrap_err();
    let ModelError::Refused(said) = &error else { panic!("{error:?}") };
    assert!(said.is_overflow() && said.status == 400 && !said.message.is_empty(), "{error:?}");
    assert!(error.is_permanent());
}

async fn a_path_that_is_none_is_refused_for_good(subject: &Subject) {
    let model = Model::builder().base_url(format!("{}/nowhere", subject.base_url)).name("any").build().unwrap();
    let error = model.text("?").await.unwrap_err();
    assert!(matches!(&error, ModelError::Refused(said) if said.status == 404), "{error:?}");
    assert!(error.is_permanent());
}

async fn a_stream_can_be_let_go_of(subject: &Subject) {
    let model = subject.model();
    let mut words = model.stream("Tell me all about the moon.").await.unwrap();
    words.next().await.unwrap().unwrap();
    drop(words);
    // A server with one seat has it free again.
    let reply = model.chat(ChatRequest::from("What is the moon?").max_tokens(1)).await.unwrap();
    assert!(reply.tokens.output <= 1, "{reply:?}");
}

async fn a_call_is_over_when_its_time_is(subject: &Subject) {
    let model = subject.builder().timeout(Duration::ZERO).build().unwrap();
    let error = model.text("Tell me all about the moon.").await.unwrap_err();
    assert!(matches!(error, ModelError::TimedOut { limit: Limit::Total, .. }), "{error:?}");
}

async fn texts_that_mean_nearly_the_same_lie_near_each_other(subject: &Subject) {
    let (base_url, name) = &subject.embedder;
    let embedder = Model::builder().base_url(base_url).name("none").embedding_model(*name).build().unwrap();
    let texts = ["Refund my invoice, please.", "Please refund this invoice.", "The screen stays black."];
    let vectors = embedder.embed(&texts.map(str::to_owned)).await.unwrap();
    assert!(vectors.len() == 3 && vectors.iter().all(|vector| vector.len() == vectors[0].len()));
    let near = |one: &[f32], other: &[f32]| -> f32 { one.iter().zip(other).map(|(one, other)| one * other).sum() };
    assert!(near(&vectors[0], &vectors[1]) > near(&vectors[0], &vectors[2]));
}
