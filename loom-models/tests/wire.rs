//! What a model makes of what a server does, over a socket.

mod common;

use common::{builder, model};
use loomflow_double::{Double, Reply};
use loomflow_models::{
    AnswerSchema, Assistant, ChatEvent, ChatRequest, Cut, Finish, Limit, Message, Model, ModelError, TokenCount,
    TokenLimit, ToolChoice, ToolSpec,
};
use serde_json::json;
use std::{net::TcpListener, time::Duration};

const SHORT: Duration = Duration::from_millis(50);
const LONG: Duration = Duration::from_secs(60);

fn add() -> ToolSpec {
    let number = json!({ "type": "integer" });
    let properties = json!({ "a": number, "b": number });
    let parameters =
        json!({ "type": "object", "properties": properties, "required": ["a", "b"], "additionalProperties": false });
    ToolSpec {
        name: "add".into(),
        description: "Adds two numbers.".into(),
        parameters: parameters.into(),
        strict: true,
    }
}

mod answers {
    use super::*;

    #[tokio::test]
    async fn words_come_back_with_what_they_took() {
        let double = Double::scripted([Reply::text("Far away."), Reply::text("Far away.")]);
        let model = model(&double);
        assert_eq!(model.text("How far?").await.unwrap(), "Far away.");
        let reply = model.chat("How far?").await.unwrap();
        assert_eq!(
            (reply.finish, reply.tokens, &*reply.model),
            (Finish::Stop, TokenCount { input: 2, output: 2 }, "small")
        );
        double.finish();
    }

    #[tokio::test]
    async fn all_that_a_request_can_say_is_let_through_by_a_strict_server() {
        let double = Double::answering(|_| Reply::text("Yes."));
        let schema = json!({ "type": "object", "properties": {}, "required": [], "additionalProperties": false });
        let answer = AnswerSchema { name: "empty".into(), description: "Nothing.".into(), schema, strict: true };
        let call = |id: &str| loomflow_models::ToolCall { id: id.into(), name: "add".into(), arguments: "{}".into() };
        let called = Assistant { tool_calls: vec![call("x"), call("y")], ..Assistant::default() };
        let refused = Assistant { refusal: Some("no".into()), ..Assistant::default() };
        let talk = vec![
            Message::user("?"),
            called.into(),
            Message::tool("y", "1"),
            Message::tool("x", ""),
            Message::assistant(""),
            refused.into(),
            Message::user(""),
        ];
        for token_limit in [TokenLimit::MaxTokens, TokenLimit::MaxCompletionTokens] {
            let model = builder(&double).token_limit(token_limit).max_tokens(5).temperature(0.5).build().unwrap();
            let mut request = ChatRequest::new(talk.clone()).system("Be brief.").tools(vec![add()]);
            for choice in [ToolChoice::Auto, ToolChoice::None, ToolChoice::Required, ToolChoice::Named("add".into())] {
                request.tool_choice = choice;
                request.parallel_tool_calls = Some(false);
                model.chat(request.clone()).await.unwrap();
                model.chat_stream(request.clone()).await.unwrap().reply().await.unwrap();
            }
            model.chat(ChatRequest::from("?").answer(answer.clone())).await.unwrap();
        }
        assert!(double.requests().iter().all(|request| !request.refused));
    }

    #[tokio::test]
    async fn a_request_says_more_than_the_model_and_the_model_more_than_the_provider() {
        let double = Double::answering(|_| Reply::text("Yes."));
        let model = builder(&double).max_tokens(5).temperature(1.0).build().unwrap();
        model.text("?").await.unwrap();
        model.named("large").text(ChatRequest::from("?").max_tokens(7).temperature(0.0)).await.unwrap();
        model.named("large").text(ChatRequest::from("?").model("huge")).await.unwrap();
        let sent: Vec<_> = double
            .requests()
            .iter()
            .map(|request| {
                (request.body["model"].clone(), request.body["max_tokens"].clone(), request.body["temperature"].clone())
            })
            .collect();
        let expected = [("small", 5, 1.0), ("large", 7, 0.0), ("huge", 5, 1.0)];
        assert_eq!(sent, expected.map(|(name, tokens, heat)| (json!(name), json!(tokens), json!(heat))));
    }

    #[tokio::test]
    async fn tools_are_called_answered_and_the_answer_comes() {
        let double = Double::scripted([Reply::tool("add", json!({ "a": 1, "b": 2 })), Reply::text("It is three.")]);
        let model = model(&double);
        let mut request = ChatRequest::from("1 + 2?").tools(vec![add()]);
        let reply = model.chat(request.clone()).await.unwrap();
        assert_eq!((reply.finish, &*reply.message.content), (Finish::ToolCalls, ""));
        let call = reply.message.tool_calls[0].clone();
        assert_eq!((&*call.name, &*call.arguments), ("add", r#"{"a":1,"b":2}"#));
        request.messages.extend([reply.message.into(), Message::tool(call.id, "3")]);
        assert_eq!(model.text(request).await.unwrap(), "It is three.");
        double.finish();
    }

    #[tokio::test]
    async fn an_answer_that_is_not_whole_is_an_error() {
        let double = Double::scripted([
            Reply::text("one two three"),
            Reply::Filtered("one".into()),
            Reply::Refusal("I will not say.".into()),
        ]);
        let model = builder(&double).max_tokens(2).build().unwrap();
        let error = model.text("Count.").await.unwrap_err();
        assert!(matches!(&error, ModelError::CutOff { cut: Cut::Length, text } if text == "one two"), "{error:?}");
        assert!(error.is_permanent());
        for _ in 0..2 {
            let error = model.text("Count.").await.unwrap_err();
            assert!(matches!(error, ModelError::Declined { .. }), "{error:?}");
        }
        double.finish();
    }

    #[tokio::test]
    async fn texts_become_vectors() {
        let double = Double::scripted([]);
        let texts = ["a refund".to_owned(), "a crash".to_owned()];
        let error = model(&double).embed(&texts).await.unwrap_err();
        assert!(matches!(error, ModelError::Unsupported { .. }) && error.is_permanent());
        let model = builder(&double).embedding_model("vectors").build().unwrap();
        let vectors = model.embed(&texts).await.unwrap();
        assert!(vectors.len() == 2 && vectors[0] != vectors[1] && vectors[0].len() == vectors[1].len());
        assert_eq!(model.embed(&[]).await.unwrap(), Vec::<Vec<f32>>::new());
        assert_eq!(double.requests().len(), 1);
    }
}

mod streams {
    use super::*;

    #[tokio::test]
    async fn words_come_as_they_are_said_and_the_reply_at_the_end() {
        let double = Double::scripted([Reply::text("Far far away.")]);
        let mut words = model(&double).stream("How far?").await.unwrap();
        let mut all = Vec::new();
        while let Some(word) = words.next().await {
            all.push(word.unwrap());
        }
        assert_eq!(all, ["Far", " far", " away."]);
        let reply = words.reply().unwrap();
        assert_eq!((&*reply.message.content, reply.tokens), ("Far far away.", TokenCount { input: 2, output: 3 }));
        assert!(words.next().await.is_none());
    }

    #[tokio::test]
    async fn a_stream_gives_what_a_whole_reply_gives() {
        let replies = || {
            let tools = vec![("add".to_owned(), json!({ "a": 1, "b": "ä" })), ("now".to_owned(), json!({}))];
            [Reply::text(""), Reply::text("a b  c"), Reply::Tools(tools), Reply::Refusal("I will not.".into())]
        };
        let double = Double::scripted(replies().into_iter().flat_map(|reply| [reply.clone(), reply]));
        let model = model(&double);
        for _ in replies() {
            let whole = model.chat("?").await.unwrap();
            assert_eq!(model.chat_stream("?").await.unwrap().reply().await.unwrap(), whole);
        }
        double.finish();
    }

    #[tokio::test]
    async fn a_stream_that_breaks_off_is_an_error_with_what_had_come() {
        let double = Double::scripted([
            Reply::CutAfter(2, "Far far away.".into()),
            Reply::CutAfter(0, "Far far away.".into()),
            Reply::Endless("Far far away.".into()),
        ]);
        let model = model(&double);
        for had_come in ["Far far", "", "Far far away."] {
            let mut words = model.stream("How far?").await.unwrap();
            let mut all = String::new();
            let error = loop {
                match words.next().await.unwrap() {
                    Ok(word) => all.push_str(&word),
                    Err(error) => break error,
                }
            };
            assert_eq!(all, had_come);
            assert!(
                matches!(&error, ModelError::CutOff { cut: Cut::Broken(_), text } if text == had_come),
                "{error:?}"
            );
            // It has been paid for: a step may try again, the client does not.
            assert!(!error.is_transient() && !error.is_permanent());
            assert!(words.next().await.is_none() && words.reply().is_none());
        }
        double.finish();
    }

    #[tokio::test]
    async fn a_stream_that_ends_at_the_limit_of_tokens_is_an_error() {
        let double = Double::scripted([Reply::text("one two three")]);
        let mut words = builder(&double).max_tokens(2).build().unwrap().stream("Count.").await.unwrap();
        let error = words.rest().await.unwrap_err();
        assert!(matches!(error, ModelError::CutOff { cut: Cut::Length, text } if text == "one two"));
        assert_eq!(words.reply().unwrap().finish, Finish::Length);
    }

    #[tokio::test]
    async fn a_stream_that_stands_still_is_given_up() {
        let double = Double::scripted([Reply::HangAfter(1, "Far far away.".into())]);
        let mut words = builder(&double).idle_timeout(SHORT).build().unwrap().stream("How far?").await.unwrap();
        let error = words.rest().await.unwrap_err();
        assert!(matches!(error, ModelError::TimedOut { limit: Limit::Idle, after } if after == SHORT), "{error:?}");
        assert!(words.next().await.is_none());
    }

    #[tokio::test]
    async fn a_stream_is_over_when_its_time_is() {
        let double = Double::scripted([Reply::HangAfter(1, "Far far away.".into())]);
        // Where the machine is slow, it is over before the stream has begun.
        let error = match builder(&double).timeout(SHORT).build().unwrap().stream("How far?").await {
            Ok(mut words) => words.rest().await.unwrap_err(),
            Err(error) => error,
        };
        assert!(matches!(error, ModelError::TimedOut { limit: Limit::Total, after } if after == SHORT), "{error:?}");
    }

    #[tokio::test]
    async fn a_stream_that_talks_nonsense_is_an_error_with_the_nonsense() {
        let event = |data: &str| Reply::Raw {
            status: 200,
            content_type: "text/event-stream".into(),
            body: format!("data: {data}\n\n").into_bytes(),
        };
        let double = Double::scripted([
            Reply::Malformed,
            event(r#"{"error":{"code":503,"message":"overloaded"}}"#),
            event("[DONE]"),
            event("{}"),
        ]);
        let model = model(&double);
        let error = model.stream("?").await.unwrap().rest().await.unwrap_err();
        assert!(matches!(&error, ModelError::Unreadable { body, .. } if body == r#"{"choices":[{"del"#), "{error:?}");
        let error = model.stream("?").await.unwrap().rest().await.unwrap_err();
        assert!(matches!(&error, ModelError::Refused(error) if error.status == 503), "{error:?}");
        for _ in 0..2 {
            let error = model.stream("?").await.unwrap().rest().await.unwrap_err();
            assert!(matches!(error, ModelError::CutOff { .. }), "{error:?}");
        }
        double.finish();
    }

    #[tokio::test]
    async fn a_server_without_streams_gives_the_reply_at_once() {
        let body = r#"{"choices":[{"message":{"content":"Far away."},"finish_reason":"stop"}]}"#;
        let body = body.as_bytes().to_vec();
        let double = Double::scripted([Reply::Raw {
            status: 200,
            content_type: "application/json; charset=utf-8".into(),
            body,
        }]);
        let mut events = model(&double).chat_stream("How far?").await.unwrap();
        assert_eq!(events.next().await.unwrap().unwrap(), ChatEvent::Text("Far away.".into()));
        assert!(matches!(events.next().await, Some(Ok(ChatEvent::Done(_)))));
        assert!(events.next().await.is_none());
    }

    #[tokio::test]
    async fn a_stream_can_be_let_go_of() {
        let double = Double::scripted([Reply::HangAfter(1, "Far far away.".into()), Reply::text("Near.")]);
        let model = model(&double);
        let mut words = model.stream("How far?").await.unwrap();
        assert_eq!(words.next().await.unwrap().unwrap(), "Far");
        drop(words);
        assert_eq!(model.text("How far?").await.unwrap(), "Near.");
    }
}

mod troubles {
    use super::*;

    #[tokio::test]
    async fn a_server_that_is_busy_is_asked_again() {
        let double = Double::scripted([
            Reply::status(429).retry_after(Duration::from_millis(2)),
            Reply::status(500),
            Reply::status(503).retry_after(Duration::ZERO),
            Reply::text("Far away."),
            Reply::status(429),
            Reply::text("Far away."),
        ]);
        let model = model(&double);
        assert_eq!(model.text("How far?").await.unwrap(), "Far away.");
        assert_eq!(model.stream("How far?").await.unwrap().rest().await.unwrap(), "Far away.");
        double.finish();
    }

    #[tokio::test]
    async fn a_server_that_stays_busy_is_given_up_and_its_words_are_kept() {
        let double = Double::scripted([Reply::status(503), Reply::status(502)]);
        let error = builder(&double).retries(1).build().unwrap().text("How far?").await.unwrap_err();
        let ModelError::Refused(said) = &error else { panic!("{error:?}") };
        assert_eq!((said.status, &*said.message, said.kind.as_deref()), (502, "told to answer 502", Some("test")));
        assert!(said.body.starts_with(r#"{"error""#) && error.is_transient());
        double.finish();
    }

    #[tokio::test]
    async fn a_pause_that_is_longer_than_the_call_may_take_is_told_and_not_waited_for() {
        let double = Double::scripted([Reply::status(429).retry_after(2 * LONG)]);
        let error = builder(&double).timeout(LONG).build().unwrap().text("How far?").await.unwrap_err();
        assert_eq!(error.retry_after(), Some(2 * LONG));
        double.finish();
    }

    #[tokio::test]
    async fn what_cannot_get_better_is_asked_once() {
        let quota = r#"{"error":{"message":"pay","type":"insufficient_quota","code":"insufficient_quota"}}"#;
        let mut replies: Vec<_> = [400, 401, 403, 404, 422].map(Reply::status).into();
        replies.push(Reply::Status { code: 429, body: quota.into(), retry_after: None });
        // A code that is a number is one too.
        let number = r#"{"error":{"code":400,"message":"bad","type":"invalid_request_error"}}"#;
        replies.push(Reply::Status { code: 400, body: number.into(), retry_after: None });
        let count = replies.len();
        let double = Double::scripted(replies);
        let model = model(&double);
        for _ in 0..count {
            let error = model.text("How far?").await.unwrap_err();
            assert!(matches!(error, ModelError::Refused(_)) && error.is_permanent(), "{error:?}");
        }
        double.finish();
    }

    #[tokio::test]
    async fn a_conversation_that_is_too_long_is_told_apart() {
        let double = Double::scripted([]);
        let error = model(&double).text("word ".repeat(9000)).await.unwrap_err();
        assert!(matches!(&error, ModelError::Refused(error) if error.is_overflow()), "{error:?}");
        assert!(error.is_permanent());
    }

    #[tokio::test]
    async fn a_server_that_says_nothing_is_given_up_in_time() {
        let double = Double::answering(|_| Reply::Hang);
        let model = builder(&double).timeout(SHORT).build().unwrap();
        for error in [model.text("?").await.unwrap_err(), model.stream("?").await.unwrap_err()] {
            assert!(
                matches!(error, ModelError::TimedOut { limit: Limit::Total, after } if after == SHORT),
                "{error:?}"
            );
        }
        double.finish();
    }

    #[tokio::test]
    async fn a_reply_that_breaks_off_is_not_one() {
        let double = Double::scripted([Reply::CutAfter(1, "Far away.".into())]);
        let error = model(&double).text("How far?").await.unwrap_err();
        assert!(
            matches!(&error, ModelError::CutOff { cut: Cut::Broken(_), text } if text.starts_with('{')),
            "{error:?}"
        );
        double.finish();
    }

    #[tokio::test]
    async fn a_reply_that_cannot_be_read_is_kept() {
        let page = Reply::Raw { status: 200, content_type: "text/html".into(), body: b"<html>".to_vec() };
        let bytes = Reply::Raw { status: 200, content_type: "application/json".into(), body: vec![0xff, 0xfe, 0] };
        let double = Double::scripted([Reply::Malformed, page, bytes]);
        let model = model(&double);
        for body in [r#"{"choices":[{"mess"#, "<html>", "\u{fffd}\u{fffd}\0"] {
            let error = model.text("?").await.unwrap_err();
            assert!(matches!(&error, ModelError::Unreadable { body: kept, .. } if kept == body), "{error:?}");
        }
        double.finish();
    }

    #[tokio::test]
    async fn nobody_there_is_told_with_the_address() {
        // A port that was free a moment ago, and that nobody listens at.
        let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
        let ms = Duration::from_millis(1);
        let model = Model::builder().base_url(format!("http://127.0.0.1:{port}/v1")).name("small").backoff(ms, ms);
        let error = model.build().unwrap().text("?").await.unwrap_err();
        assert!(matches!(error, ModelError::Unreachable { .. }) && error.is_transient(), "{error:?}");
        assert!(error.to_string().contains(&format!("http://127.0.0.1:{port}/v1")), "{error}");
    }

    #[tokio::test]
    async fn a_redirect_is_not_followed() {
        let away = Reply::Raw { status: 308, content_type: "text/html".into(), body: Vec::new() };
        let double = Double::scripted([away]);
        let error = model(&double).text("?").await.unwrap_err();
        assert!(matches!(&error, ModelError::Refused(error) if error.status == 308), "{error:?}");
        double.finish();
    }
}
