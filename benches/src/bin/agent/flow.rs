//! The same as an agent of loomflow.

use crate::tools::{PROMPT, QUESTION, Report, read, report, search};
use loomflow::prelude::*;

agent! {
    Researcher(question: String) -> Report {
        prompt PROMPT.to_owned();
        start -> search;
        search | read -> search max 200 | read max 200 | report;
        report -> end;
    }
}

/// One run.
pub(crate) async fn run(model: &Model) -> Report {
    Researcher::run(model, QUESTION.to_owned()).await.expect("it ends")
}
