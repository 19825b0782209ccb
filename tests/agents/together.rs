//! Agents among workflows: as a step, beside another one, with a workflow as a tool, with a choice of its own model.

use crate::desk::{Desk, Done, Report, add, calls, create_report, offered, ran, search, web_search};
use loomflow::{
    model::{ChatReply, ScriptedModel},
    prelude::*,
};
use serde_json::json;

agent! {
    /// Finds something out.
    Find(question: String) -> String {
        model "finder";
        prompt "Find it out.";
        tools [web_search] max 2;
    }
}

agent! {
    Write(topic: String, notes: String) -> Result<Report, String> {
        model "writer";
        start -> create_report;
        create_report -> if_short;
        if_short -> match {
            true => fail(format!("too little of {topic}")),
            false => finish,
        };
        finish -> end(Report { title: _ });
    }
}

/// Whether a report is too short.
#[tool]
fn if_short(title: &str) -> bool {
    title.len() < 3
}

/// Finishes a report.
#[tool]
fn finish(#[context] done: &Done, title: &str) -> String {
    done.note(format!("finish({title})"));
    title.to_uppercase()
}

workflow! {
    /// Finds something out, and writes of it.
    Essay(topic: String) -> Report {
        start -> [ one: Find(format!("What is {topic}?")), other: Find(format!("Why {topic}?")) ]
              -> Write(topic, format!("{one} {other}")) -> end;
    }
}

/// A model that answers each agent as it asks.
fn model() -> ScriptedModel {
    ScriptedModel::new().always(|request| {
        Ok(match request.model.as_deref() {
            Some("finder") if crate::desk::turns(request) == 0 => search("blue"),
            Some("finder") => ChatReply::text("It is so."),
            _ => match offered(request).as_slice() {
                ["create_report"] => calls("create_report", &json!({ "title": "Blue" })),
                [tool] => calls(tool, &json!({ "title": "Blue" })),
                other => panic!("{other:?}"),
            },
        })
    })
}

#[test]
fn agents_are_steps_of_a_workflow_at_once_and_one_after_the_other() {
    let desk = Desk::of(&model());
    let (_, outcome, done) = ran(&desk, Essay::trace(&desk, "sky".to_owned()));
    assert_eq!(outcome.expect("it ends"), Report { title: "BLUE".to_owned() });
    assert_eq!(done, ["web_search(blue)", "web_search(blue)", "create_report(Blue)", "finish(Blue)"]);
}

#[test]
fn several_inputs_are_told_by_their_names() {
    let script = model();
    let desk = Desk::of(&script);
    ran(&desk, Write::trace(&desk, "sky".to_owned(), "It is so.".to_owned())).1.expect("it ends");
    let first = &script.requests()[0];
    assert_eq!(crate::desk::last(first), "topic: sky\nnotes: It is so.");
}

#[test]
fn an_agent_may_fail_with_an_error_of_its_own() {
    let script = ScriptedModel::new()
        .replies(calls("create_report", &json!({ "title": "x" })))
        .replies(calls("if_short", &json!({ "title": "x" })));
    let desk = Desk::of(&script);
    let (_, outcome, _) = ran(&desk, Write::trace(&desk, "sky".to_owned(), String::new()));
    assert_eq!(outcome.expect_err("it is too short").message(), "too little of sky");
}

workflow! {
    /// Doubles a number.
    #[workflow(tool)]
    Double(n: i64) -> i64 {
        start -> add(n, n) -> end;
    }
}

agent! {
    Counting(question: String) -> String {
        tools [Double, add] max 3;
    }
}

#[test]
fn a_workflow_is_a_tool() {
    let script = ScriptedModel::new().replies(calls("Double", &json!({ "n": 21 }))).replies(ChatReply::text("42"));
    let desk = Desk::of(&script);
    let (path, outcome, done) = ran(&desk, Counting::trace(&desk, "21 twice?".to_owned()));
    assert_eq!(outcome.expect("it ends"), "42");
    assert_eq!(
        (path.as_str(), done.as_slice()),
        ("think_freely Double add think_freely remember_answer", ["add(21, 21)".to_owned()].as_slice())
    );
    assert_eq!(crate::desk::last(&script.requests()[1]), "42");
}
