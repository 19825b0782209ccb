//! An agent is a workflow too: its tools have mocks, and a script stands in for its model.

use super::told;
use loomflow::{model::ScriptedModel, prelude::*};
use serde_json::json;

/// Searches the web.
#[tool]
fn web_search(query: &str) -> String {
    panic!("a test does not search for {query}")
}

/// Files a report.
#[tool]
fn create_report(title: &str) -> String {
    format!("report: {title}")
}

agent! {
    /// Researches a question.
    Researcher(question: String) -> String {
        prompt "You research questions.";

        start -> web_search(query: question);
        web_search -> web_search max 4 | create_report;
        create_report -> end;
    }
}

#[test]
fn the_tools_of_an_agent_have_mocks() {
    let script = || Model::of(ScriptedModel::new().calls("create_report", &json!({ "title": "Blue" })));
    let test = Researcher::test().context(script).mock::<web_search>(|query| format!("all about {query}"));
    let run = test.run("Why?".to_owned());
    assert_eq!((run.output().as_str(), run.calls::<web_search>()), ("report: Blue", 1));
    assert!(run.path().iter().any(|node| node == "create_report"), "{}", run.path());
    let never = Researcher::test().context(script).never::<web_search>();
    assert!(told(|| never.run("Why?".to_owned())).contains("was called, and it was never to be"));
}
