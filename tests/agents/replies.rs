//! Replies that are no choice: each kind is told to the model, and a few in a row end the agent with an error that says so.

use crate::desk::{Desk, Report, add, assert_sound, calls, calls_as, create_report, last, ran, search, web_search};
use loomflow::{
    model::{AgentError, Assistant, ChatReply, Finish, Message, ModelError, ScriptedModel, ToolCall, ToolChoice},
    prelude::*,
};
use serde_json::json;

const PROMPT: &str = "Report.";

agent! {
    Reported(question: String) -> Report {
        prompt PROMPT;
        start -> web_search;
        web_search -> create_report;
        create_report -> end;
    }
}

agent! {
    Answered(question: String) -> String {
        start -> web_search | add | end;
        web_search -> end(question);
        add -> add max 2 | end;
    }
}

fn report() -> ChatReply {
    calls("create_report", &json!({ "title": "Blue" }))
}

/// A reply like one that was cut off, or taken away.
fn finished(mut reply: ChatReply, finish: Finish) -> ChatReply {
    reply.finish = finish;
    reply
}

fn refusal(text: &str) -> ChatReply {
    ChatReply::new(Assistant { refusal: Some(text.to_owned()), ..Assistant::default() })
}

fn two() -> ChatReply {
    let call = |id: &str| ToolCall { id: id.to_owned(), name: "web_search".to_owned(), arguments: "{}".to_owned() };
    ChatReply::new(Assistant { tool_calls: vec![call("same"), call("same")], ..Assistant::default() })
}

#[test]
fn each_kind_of_reply_that_is_no_choice_is_told_to_the_model() {
    let long = "x".repeat(10_000);
    let cases = [
        (ChatReply::text("It is blue."), "it is in words, and a tool is to be called here"),
        (ChatReply::text("  \n"), "the reply is empty"),
        (refusal("I will not."), "it is a refusal"),
        (finished(search("blue"), Finish::Length), "it was cut off at the limit of tokens"),
        (finished(ChatReply::text("It"), Finish::ContentFilter), "a filter of the server took it away"),
        (two(), "one call is made at a time"),
        (search_with("{}"), "`query` is missing"),
        (search_with(r#"{"query": 7}"#), "`query` is wrong"),
        (search_with(r#"{"query": "blue", "count": 3}"#), "there is no parameter `count`"),
        (search_with("query=blue"), "its arguments are not JSON"),
        (search_with(r#"["blue"]"#), "its arguments are a list"),
        (calls("web_serch", &json!({})), "(the nearest is `web_search`)"),
        (calls("", &json!({})), "no tool \"\" can be called here"),
        (calls(&long, &json!({})), "can be called here"),
        (calls("rm -rf /", &json!({})), "no tool \"rm -rf /\" can be called here"),
        (calls("create_report", &json!({ "title": "Blue" })), "no tool \"create_report\" can be called here"),
    ];
    for (reply, told) in cases {
        let script = ScriptedModel::new().replies(reply.clone()).replies(search("blue")).replies(report());
        let desk = Desk::of(&script);
        let (path, outcome, done) = ran(&desk, Reported::trace(&desk, "why?".to_owned()));
        outcome.unwrap_or_else(|failure| panic!("{reply:?}: {failure}"));
        assert_eq!(path, "think think web_search think_after_web_search create_report remember_answer", "{reply:?}");
        assert_eq!(done, ["web_search(blue)", "create_report(Blue)"]);
        let requests = script.requests();
        let correction = last(&requests[1]);
        assert!(correction.contains(told), "{reply:?}: {correction}");
        assert!(correction.len() < 1000, "{correction}");
        for request in &requests {
            assert_sound(&request.messages);
        }
    }
}

fn search_with(arguments: &str) -> ChatReply {
    calls_as("", "web_search", arguments)
}

#[test]
fn the_third_in_a_row_fails_the_agent_and_says_what_it_was() {
    let script = ScriptedModel::new().always(|_| Ok(ChatReply::text("It is blue.")));
    let desk = Desk::of(&script);
    let (path, outcome, done) = ran(&desk, Reported::trace(&desk, "why?".to_owned()));
    let failure = outcome.expect_err("nothing was chosen");
    assert_eq!((path.as_str(), failure.node()), ("think think think", "think"));
    assert!(
        matches!(failure.downcast_ref(), Some(AgentError::NoChoice { tries: 3, reply, .. }) if reply == "It is blue.")
    );
    assert_eq!(done, Vec::<String>::new());
}

#[test]
fn a_call_begins_the_count_anew() {
    let words = || ChatReply::text("Hm.");
    let script = ScriptedModel::new()
        .replies(words())
        .replies(words())
        .replies(search("blue"))
        .replies(words())
        .replies(words())
        .replies(report());
    let desk = Desk::of(&script);
    let (_, outcome, _) = ran(&desk, Reported::trace(&desk, "why?".to_owned()));
    outcome.expect("it ends");
}

#[test]
fn a_model_that_cannot_be_asked_fails_the_agent_with_its_own_error() {
    let script = ScriptedModel::new().fails(ModelError::refused(401, "no such key"));
    let desk = Desk::of(&script);
    let (_, outcome, _) = ran(&desk, Reported::trace(&desk, "why?".to_owned()));
    let failure = outcome.expect_err("it has no key");
    assert!(matches!(failure.downcast_ref(), Some(AgentError::Model(ModelError::Refused(_)))), "{failure}");
}

#[test]
fn what_is_sent_says_what_may_be_done() {
    let script = ScriptedModel::new().replies(search("blue")).replies(report());
    let desk = Desk::of(&script);
    ran(&desk, Reported::trace(&desk, "why?".to_owned())).1.expect("it ends");
    let requests = script.requests();
    assert_eq!(requests[0].messages, [Message::system("Report."), Message::user("why?")]);
    assert_eq!(requests[0].tool_choice, ToolChoice::Named("web_search".to_owned()));
    assert_eq!(requests[0].parallel_tool_calls, Some(false));
    assert!(requests.iter().all(|request| request.answer.is_none()), "never tools and a schema of the answer at once");

    let script = ScriptedModel::new().replies(calls("add", &json!({ "a": 1, "b": 2 }))).replies(ChatReply::text(" 3 "));
    let desk = Desk::of(&script);
    let (_, outcome, _) = ran(&desk, Answered::trace(&desk, "1 + 2?".to_owned()));
    assert_eq!(outcome.expect("it ends"), "3");
    let requests = script.requests();
    assert_eq!(requests[0].tool_choice, ToolChoice::Auto);
    assert_eq!(last(&requests[1]), "3");
}

#[test]
fn when_its_calls_are_spent_it_is_offered_words_alone() {
    let script = ScriptedModel::new().always(|request| {
        Ok(if request.tools.is_empty() { ChatReply::text("enough") } else { calls("add", &json!({ "a": 1, "b": 1 })) })
    });
    let desk = Desk::of(&script);
    let (_, outcome, done) = ran(&desk, Answered::trace(&desk, "1 + 1?".to_owned()));
    assert_eq!((outcome.expect("it ends").as_str(), done.len()), ("enough", 3));
    let requests = script.requests();
    let words = requests.last().expect("it was asked");
    assert!(words.tools.is_empty() && words.tool_choice.is_auto() && words.parallel_tool_calls.is_none());
}
