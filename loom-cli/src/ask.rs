//! A question that a run waits with: how it is told, and how it is answered.

use crate::{
    out::{BOLD, DIM, WAITS, safe, styled},
    session::Session,
    workflows::Known,
};
use loomflow_runtime::OpenQuestion;
use serde::Serialize;
use std::time::SystemTime;

/// A question that a run waits with, and what is to be said to answer it.
#[derive(Debug, Serialize)]
pub(crate) struct Open {
    node: String,
    ask: String,
    number: u64,
    question: loomflow_runtime::Question,
    /// When it was asked, in milliseconds since the Unix epoch.
    asked_at: u128,
    /// What an answer is, as far as the workflow tells it.
    #[serde(skip_serializing_if = "Option::is_none")]
    expects: Option<String>,
    command: String,
}

/// The questions of a run, with how to answer each.
pub(crate) fn open<C: Send + Sync + 'static>(
    session: &Session<C>,
    known: Option<&dyn Known<C>>,
    id: &str,
    open: Vec<OpenQuestion>,
) -> Vec<Open> {
    let nodes: Vec<String> = open.iter().map(|open| open.node.clone()).collect();
    let question = |open: OpenQuestion| {
        let number = open.number.to_string();
        let mut said = vec!["answer", id, open.node.as_str(), "ANSWER"];
        // A node that asks in several branches at once is told apart by the number of its question.
        if nodes.iter().filter(|node| **node == open.node).count() > 1 {
            said.extend(["--number", &number]);
        }
        let asked_at = open.asked_at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Open {
            command: session.says(&said),
            expects: known.and_then(|known| expects(known, &open.ask)),
            asked_at: asked_at.as_millis(),
            node: open.node,
            ask: open.ask,
            number: open.number,
            question: open.question,
        }
    };
    open.into_iter().map(question).collect()
}

/// What an ask expects, in the words in which its type refuses what nobody would answer.
fn expects<C>(known: &dyn Known<C>, ask: &str) -> Option<String> {
    const NOBODYS: &str = r#""\u0000""#;
    let refused = known.is_answer(ask, NOBODYS)?;
    let Err(refused) = refused else { return Some("a text".to_owned()) };
    let refused = refused.to_string();
    let (_, expected) = refused.split_once("expected ")?;
    let expected = expected.rsplit_once(" at line ").map_or(expected, |(expected, _)| expected);
    Some(expected.to_owned())
}

impl Open {
    /// The question for people.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines =
            vec![format!("{} {} {}", styled(WAITS, "?"), styled(BOLD, safe(&self.node)), safe(self.question.text()))];
        for shown in self.question.shown() {
            // A text is for reading, and anything else for looking at.
            let shown = serde_json::from_str::<String>(shown).unwrap_or_else(|_| shown.to_owned());
            lines.extend(safe(&shown).lines().map(|line| format!("    {line}")));
        }
        let expects = self
            .expects
            .as_ref()
            .map_or_else(String::new, |expects| format!("   {}", styled(DIM, format!("ANSWER: {expects}"))));
        lines.push(format!("  {}{expects}", self.command));
        lines
    }
}
