//! The graph that every ticket runs through.

use loomflow::prelude::*;

use super::steps::{
    Approval, Desk, Policy, Reason, Reply, Sorter, Verdict, approve, billing, classify, escalate, review, revise, send,
    technical,
};
use super::templates::Templates;
use super::tickets::Ticket;

workflow! {
    /// Sorts a ticket, drafts an answer, has it reviewed, and sends it where the policy allows.
    pub(crate) Triage(ticket: Ticket) -> Reply {
        start -> classify(ticket) -> match {
            Desk::Billing(account) => draft = billing(ticket, account),
            Desk::Technical        => draft = technical(ticket),
            Desk::Spam             => end(Reply::Nothing),
        } -> review(ticket, draft) -> match {
            Verdict::Good       => {}
            Verdict::Weak(note) => draft = revise(draft, note)
                -> review(ticket, draft) max 3 else escalate(ticket, Reason::Unfinished),
        } -> approve(ticket, draft) -> match {
            Approval::Granted      => send(draft) -> end,
            Approval::Refused(why) => escalate(ticket, why),
        };
        escalate -> end;
    }
}

/// What the steps may ask for with `#[context]`.
#[derive(Context)]
pub(crate) struct App {
    policy: Policy,
    sorter: Sorter,
    templates: Templates,
}

impl App {
    /// Larkspur: its policy, and the texts that come with this example.
    pub(crate) fn larkspur() -> Self {
        App { policy: Policy::default(), sorter: Sorter::default(), templates: Templates::bundled() }
    }

    /// The same with a model in the place of the words.
    #[cfg(feature = "openai")]
    pub(crate) fn sorted_by(self, model: Model) -> Self {
        App { sorter: Sorter::Model(model), ..self }
    }
}
