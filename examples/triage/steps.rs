//! The steps of the graph: ordinary functions, and what they hand to each other.

use std::fmt;

use loomflow::prelude::*;
use serde::{Deserialize, Serialize};

use super::account::AccountId;
use super::reading::{Language, Money, Topic, Words, is_angry, signature};
use super::templates::{Draft, Part, Templates};
use super::tickets::Ticket;

/// What the company allows.
pub(crate) struct Policy {
    /// The longest ticket that is read, in characters.
    pub(crate) longest_ticket: usize,
    /// The longest answer, in words.
    pub(crate) longest_answer: usize,
    /// No draft promises more than this.
    pub(crate) largest_promise: Money,
    /// Above this a person decides, even where the promise may be made.
    pub(crate) largest_unattended: Money,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            longest_ticket: 5_000,
            longest_answer: 110,
            largest_promise: Money::euros(250),
            largest_unattended: Money::euros(100),
        }
    }
}

/// Who deals with a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Desk {
    /// Money. The account is the one that the ticket names, if it names one.
    Billing(Option<AccountId>),
    /// Everything else that a customer wrote.
    Technical,
    /// Nobody.
    Spam,
}

/// Why no desk was found for a ticket.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotSorted {
    #[error("the ticket has {length} characters; {longest} are read at the most")]
    TooLong { length: usize, longest: usize },
    #[cfg(feature = "openai")]
    #[error(transparent)]
    Model(#[from] ModelError),
}

/// What sorts tickets.
#[derive(Default)]
pub(crate) enum Sorter {
    /// The words in them.
    #[default]
    Words,
    /// A language model.
    #[cfg(feature = "openai")]
    Model(Model),
}

const SPAM: &[&str] = &[
    "act now",
    "backlinks",
    "bitcoin",
    "casino",
    "click here",
    "cliquez ici",
    "followers",
    "free spins",
    "gagné",
    "gewonnen",
    "guaranteed",
    "http",
    "inheritance",
    "klicken sie hier",
    "limited offer",
    "lottery",
    "million",
    "prize",
    "seo",
    "winner",
    "www",
];

impl Sorter {
    /// Chooses the desk.
    #[cfg_attr(not(feature = "openai"), expect(clippy::unused_async, reason = "a language model takes its time"))]
    async fn sort(&self, text: &str) -> Result<Desk, NotSorted> {
        match self {
            Sorter::Words => Ok(by_words(text)),
            #[cfg(feature = "openai")]
            Sorter::Model(model) => Ok(super::model::sort(model, text).await?),
        }
    }
}

fn by_words(text: &str) -> Desk {
    let account = AccountId::find(text);
    let topics = Topic::all_in(text);
    let billing = topics.iter().filter(|topic| topic.is_billing()).count();
    let technical = topics.len() - billing;
    let spam = Words::of(text).count(SPAM);
    // No spammer guesses the check digit of an account.
    if account.is_none() && spam > topics.len().max(1) {
        Desk::Spam
    } else if billing > technical || (billing == technical && account.is_some()) {
        Desk::Billing(account)
    } else {
        Desk::Technical
    }
}

/// Decides which desk a ticket belongs to.
#[step]
pub(crate) async fn classify(
    #[context] policy: &Policy,
    #[context] sorter: &Sorter,
    ticket: &Ticket,
) -> Result<Desk, NotSorted> {
    let length = ticket.text.chars().count();
    if length > policy.longest_ticket {
        return Err(NotSorted::TooLong { length, longest: policy.longest_ticket });
    }
    sorter.sort(&ticket.text).await
}

/// Drafts an answer about money: to the first thing asked, in the customer's language.
#[step]
pub(crate) fn billing(ticket: &Ticket, account: Option<AccountId>) -> Draft {
    let topic = Topic::all_in(&ticket.text).into_iter().find(|topic| topic.is_billing());
    let answer = match (topic, Money::largest_in(&ticket.text)) {
        (Some(Topic::Refund), Some(amount)) => Part::Promise(amount),
        (Some(topic), _) => Part::Answer(topic),
        (None, _) => Part::AskMore,
    };
    Draft {
        language: Language::of(&ticket.text),
        parts: vec![
            Part::Greeting(signature(&ticket.text)),
            account.map_or(Part::AskAccount, Part::Account),
            answer,
            Part::Closing,
        ],
    }
}

/// Drafts an answer about the product, in a hurry: in English, and without a greeting for those
/// who gave no name.
#[step]
pub(crate) fn technical(ticket: &Ticket) -> Draft {
    let topic = Topic::all_in(&ticket.text).into_iter().find(|topic| !topic.is_billing());
    let mut parts = Vec::new();
    if let Some(name) = signature(&ticket.text) {
        parts.push(Part::Greeting(Some(name)));
    }
    match topic {
        Some(topic) => parts.extend([Part::Answer(topic), Part::Background]),
        None => parts.push(Part::AskMore),
    }
    parts.push(Part::Closing);
    Draft { language: Language::English, parts }
}

/// What the review says of a draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Verdict {
    Good,
    Weak(Note),
}

/// What is to be mended first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Note {
    /// The customer writes in another language.
    Language(Language),
    /// Nobody is greeted; the customer's name, if it is known.
    Greeting(Option<String>),
    /// The ticket names an account and the draft does not.
    Account(AccountId),
    /// The customer is angry and the draft takes no notice.
    Apology,
    /// More is promised than the policy allows.
    Promise,
    /// The ticket asks about something that the draft does not answer.
    Unanswered(Topic),
    /// Nobody reads this much.
    Length,
}

/// Judges the text of a draft against the ticket, and names the first fault.
#[step]
pub(crate) fn review(
    #[context] policy: &Policy,
    #[context] templates: &Templates,
    ticket: &Ticket,
    draft: &Draft,
) -> Verdict {
    let text = templates.render(draft);
    let words = Words::of(&text);
    let language = Language::of(&ticket.text);
    let answered = Topic::all_in(&text);
    let is_open = |topic: &Topic| !answered.contains(topic);

    if Language::of(&text) != language {
        return Verdict::Weak(Note::Language(language));
    }
    if !["Dear", "Hello", "Guten Tag", "Bonjour"].iter().any(|greeting| text.starts_with(greeting)) {
        return Verdict::Weak(Note::Greeting(signature(&ticket.text)));
    }
    if let Some(account) = AccountId::find(&ticket.text)
        && AccountId::find(&text) != Some(account)
    {
        return Verdict::Weak(Note::Account(account));
    }
    if is_angry(&ticket.text) && !words.mention(&["sorry", "entschuldigung", "excuser"]) {
        return Verdict::Weak(Note::Apology);
    }
    if Money::largest_in(&text).is_some_and(|amount| amount > policy.largest_promise) {
        return Verdict::Weak(Note::Promise);
    }
    if let Some(topic) = Topic::all_in(&ticket.text).into_iter().find(is_open) {
        return Verdict::Weak(Note::Unanswered(topic));
    }
    if text.split_whitespace().count() > policy.longest_answer {
        return Verdict::Weak(Note::Length);
    }
    Verdict::Good
}

/// Mends the fault that the note names, as far as there are words for it.
#[step]
pub(crate) fn revise(#[context] templates: &Templates, mut draft: Draft, note: Note) -> Draft {
    let after_greeting = usize::from(matches!(draft.parts.first(), Some(Part::Greeting(_))));
    match note {
        Note::Language(language) => draft.language = language,
        Note::Greeting(name) => draft.parts.insert(0, Part::Greeting(name)),
        Note::Account(account) => draft.parts.insert(after_greeting, Part::Account(account)),
        Note::Apology => draft.parts.insert(after_greeting, Part::Apology),
        Note::Promise => {
            for part in &mut draft.parts {
                if matches!(part, Part::Promise(_)) {
                    *part = Part::Pending;
                }
            }
        }
        // A question that no text answers stays open. It is the bound of the loop that ends this.
        Note::Unanswered(topic) => {
            if templates.answer(draft.language, topic).is_some() {
                let last_answer = |part: &Part| !matches!(part, Part::Background | Part::Closing);
                let at = draft.parts.iter().rposition(last_answer);
                draft.parts.insert(at.map_or(0, |at| at + 1), Part::Answer(topic));
            }
        }
        Note::Length => {
            let is_spare = |part: &Part| matches!(part, Part::Background);
            let is_answer = |part: &Part| matches!(part, Part::Answer(_));
            let at = draft.parts.iter().position(is_spare);
            if let Some(at) = at.or_else(|| draft.parts.iter().rposition(is_answer)) {
                draft.parts.remove(at);
            }
        }
    }
    draft
}

/// Whether an answer may go out with nobody looking at it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Approval {
    Granted,
    Refused(Reason),
}

/// Why a person takes over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Reason {
    /// The review was not content after three revisions.
    Unfinished,
    /// The ticket gives orders to the machine that reads it.
    Tampering,
    /// The ticket speaks of lawyers or courts.
    Legal,
    /// Somebody else may have got into the account.
    Breach,
    /// The refund is too high for nobody to look at it.
    Refund(Money),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unfinished => f.write_str("no good answer after three revisions"),
            Self::Tampering => f.write_str("the ticket gives orders to the machine"),
            Self::Legal => f.write_str("the customer speaks of the law"),
            Self::Breach => f.write_str("the account may be in the wrong hands"),
            Self::Refund(amount) => write!(f, "a refund of {amount} needs a signature"),
        }
    }
}

/// Holds ticket and draft against the rules for answers that nobody looks at.
#[step]
pub(crate) fn approve(#[context] policy: &Policy, ticket: &Ticket, draft: &Draft) -> Approval {
    const TAMPERING: &[&str] = &[
        "all previous instructions",
        "ignore previous",
        "ignore the instructions",
        "ignore your",
        "system prompt",
        "you are now",
        "vorherigen anweisungen",
    ];
    const LEGAL: &[&str] = &["anwalt", "attorney", "avocat", "court", "lawsuit", "lawyer", "tribunal"];
    const BREACH: &[&str] = &["hacked", "not me", "someone else", "stolen", "gehackt", "piraté"];

    let words = Words::of(&ticket.text);
    let promised = draft.parts.iter().find_map(|part| match part {
        Part::Promise(amount) => Some(*amount),
        _ => None,
    });
    if words.mention(TAMPERING) {
        Approval::Refused(Reason::Tampering)
    } else if words.mention(LEGAL) {
        Approval::Refused(Reason::Legal)
    } else if words.mention(BREACH) {
        Approval::Refused(Reason::Breach)
    } else if let Some(amount) = promised
        && amount > policy.largest_unattended
    {
        Approval::Refused(Reason::Refund(amount))
    } else {
        Approval::Granted
    }
}

/// What became of a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Reply {
    /// Spam is not answered.
    Nothing,
    Sent(String),
    /// The customer hears that a person will write.
    Escalated {
        why: Reason,
        text: String,
    },
}

/// Sends the draft as it is.
#[step]
pub(crate) fn send(#[context] templates: &Templates, draft: &Draft) -> Reply {
    Reply::Sent(templates.render(draft))
}

/// Hands the ticket to a person and tells the customer so.
#[step]
pub(crate) fn escalate(#[context] templates: &Templates, ticket: &Ticket, why: Reason) -> Reply {
    let language = Language::of(&ticket.text);
    let text = templates.holding(language, signature(&ticket.text));
    Reply::Escalated { why, text }
}
