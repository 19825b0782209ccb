//! What the graph of an agent says of one place: what the model may choose there.

use crate::{request::ToolSpec, tool::ToolMisuse};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value as Json};

/// A place of an agent, where its model chooses. `agent!` implements it; nobody does by hand.
pub trait Place: Send + Sync + 'static {
    /// The agent, which needs a model of its context.
    type Agent: ?Sized + 'static;
    /// What the model can choose: nothing else can be said of its reply.
    type Choice: Serialize + DeserializeOwned + Clone + Send + Sync + 'static;
    /// Whose memory it asks.
    type Memory: 'static;
    /// The name of its node.
    const NAME: &'static str;
    /// The places of the same statement, this one included: what they offer is counted together.
    const SHARED: &'static [&'static str];
    /// The model to ask, where it is not the context's own.
    const MODEL: Option<&'static str>;
    /// The calls it offers.
    const OFFERS: &'static [Offer<Self::Choice>];
    /// How many calls may be made from here, of whatever tools.
    const TOTAL: Option<Limit> = None;
    /// The answer in words, where one is offered.
    const WORDS: Option<fn(String) -> Self::Choice> = None;
    /// The tools that must have succeeded before an answer in words.
    const WORDS_AFTER: &'static [&'static str] = &[];
    /// Where no choice is left, where the statement says so.
    const SPENT: Option<fn() -> Self::Choice> = None;

    /// That the reply was no choice.
    fn again() -> Self::Choice;
}

/// A call that is offered.
#[derive(Debug)]
pub struct Offer<C> {
    /// The tool.
    pub tool: &'static str,
    /// What the model is told of it, without the arguments that the graph gives.
    pub spec: fn(&[&str]) -> ToolSpec,
    /// Reads its arguments, together with those that the graph gives.
    pub read: fn(&str, &Map<String, Json>) -> Result<C, ToolMisuse>,
    /// How often it may be called from here.
    pub limit: Option<Limit>,
    /// How many refusals it takes to withdraw it, where a person has to approve it.
    pub refusals: Option<usize>,
    /// The tools that must have succeeded before.
    pub after: &'static [&'static str],
}

/// How often a call may be made.
#[derive(Debug, Clone, Copy)]
pub struct Limit {
    /// The number, where it is written as one; else the graph computes it.
    pub number: Option<u64>,
    /// The tool whose call starts the count anew.
    pub per: Option<&'static str>,
}
