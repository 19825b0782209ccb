//! What `agent!` makes: the same as is written by hand.

use crate::desk::{Report, create_report, send_email, web_search};
use loomflow::prelude::*;

agent! {
    /// Researches a question, then mails the answer or files a report.
    pub Researcher(question: String) -> Report {
        model "gpt-4.1-mini";
        prompt "You research questions.";

        start -> web_search;
        web_search -> web_search max 4 | send_email | create_report;
        send_email | create_report -> end;
        require web_search before create_report;
        ask before send_email;
    }
}
