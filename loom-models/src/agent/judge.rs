//! What a model's reply is taken for: the one choice it makes, or none, and then what it is told.
//!
//! What does not fit stays in the conversation as far as servers take it back: each call that is in there is answered, a name
//! is one that a tool can have, arguments are JSON, and no message is empty.

use super::{
    given::Given,
    open::Open,
    place::{Offer, Place},
    said::TurnSaid,
};
use crate::{
    error::Clipped,
    message::{Assistant, Message, ToolCall},
    reply::{ChatReply, Finish},
};
use serde_json::{Map, Value};

/// A reply that was looked at.
pub(super) struct Judged<C> {
    /// What stays of it.
    pub(super) said: TurnSaid,
    /// What it chooses, or why it chooses nothing.
    pub(super) choice: Result<C, String>,
}

/// The longest name that a tool can have.
const LONGEST_NAME: usize = 64;

pub(super) fn judge<P: Place>(
    reply: ChatReply,
    given: &Given,
    open: &Open<P::Choice>,
    id: impl Fn(usize) -> String,
) -> Judged<P::Choice> {
    let ChatReply { message, finish, .. } = reply;
    let words = message.refusal.as_ref().filter(|_| message.content.trim().is_empty()).unwrap_or(&message.content);
    let words = words.trim().to_owned();
    if let Some(why) = broken_off(&message, &finish) {
        // A call that is cut off cannot be answered, so it is left out.
        return none(Assistant { content: words, ..Assistant::default() }, Vec::new(), why, open);
    }
    match message.tool_calls.as_slice() {
        [] if words.is_empty() => none(Assistant::default(), Vec::new(), "the reply is empty".to_owned(), open),
        [] => match P::WORDS.filter(|_| open.words) {
            Some(answer) => {
                let message = Some(Assistant { content: words.clone(), ..Assistant::default() });
                Judged { said: TurnSaid { message, ..TurnSaid::default() }, choice: Ok(answer(words)) }
            }
            None => {
                let why = "it is in words, and a tool is to be called here".to_owned();
                none(Assistant { content: words, ..Assistant::default() }, Vec::new(), why, open)
            }
        },
        [call] => {
            let choice = match open.offers.iter().find(|offer| offer.tool == call.name) {
                Some(offer) => read(offer, &call.arguments, given),
                None => Err(unknown(&call.name, open)),
            };
            let call = clean(call, id(0));
            match choice {
                Ok(choice) => {
                    let made = Some((call.name.clone(), call.id.clone()));
                    let message = Some(Assistant { content: words, tool_calls: vec![call], refusal: None });
                    Judged { said: TurnSaid { call: made, message, ..TurnSaid::default() }, choice: Ok(choice) }
                }
                Err(why) => {
                    let told = Message::tool(&call.id, format!("The call was not made: {why}. {}", instead(open)));
                    none(Assistant { content: words, tool_calls: vec![call], refusal: None }, vec![told], why, open)
                }
            }
        }
        several => {
            let why = format!("it makes {} calls at once", several.len());
            // A reply of a thousand calls would be sent back with a thousand answers.
            let mut calls: Vec<ToolCall> = Vec::new();
            for (number, call) in several.iter().take(MOST_CALLS).enumerate() {
                let mut call = clean(call, id(number));
                if calls.iter().any(|other| other.id == call.id) {
                    call.id = id(number);
                }
                calls.push(call);
            }
            let told = "The call was not made: one call is made at a time. Make one call.";
            let told = calls.iter().map(|call| Message::tool(&call.id, told)).collect();
            none(Assistant { content: words, tool_calls: calls, refusal: None }, told, why, open)
        }
    }
}

/// How many of the calls that are made at once stay in the conversation.
const MOST_CALLS: usize = 8;

/// The arguments that the graph gives, as an object.
pub(super) fn fixed(tool: &str, given: &Given) -> Result<Map<String, Value>, String> {
    let argument = |(name, value): (&'static str, &Result<Value, String>)| match value {
        Ok(value) => Ok((name.to_owned(), value.clone())),
        Err(error) => Err(format!("`{name}` cannot be written as JSON: {error}")),
    };
    given.arguments(tool).map(argument).collect()
}

/// The call that an offer makes of arguments.
pub(super) fn read<C>(offer: &Offer<C>, arguments: &str, given: &Given) -> Result<C, String> {
    (offer.read)(arguments, &fixed(offer.tool, given)?).map_err(|misuse| misuse.to_string())
}

/// Why a reply is not whole, if it is not.
fn broken_off(message: &Assistant, finish: &Finish) -> Option<String> {
    match finish {
        Finish::Length => Some("it was cut off at the limit of tokens: be shorter".to_owned()),
        Finish::ContentFilter => Some("a filter of the server took it away".to_owned()),
        _ if message.refusal.is_some() && message.tool_calls.is_empty() => Some("it is a refusal".to_owned()),
        _ => None,
    }
}

/// A reply that is no choice.
fn none<C>(message: Assistant, told: Vec<Message>, why: String, open: &Open<C>) -> Judged<C> {
    let corrections = if told.is_empty() {
        vec![Message::user(format!("Your reply cannot be used: {why}. {}", instead(open)))]
    } else {
        told
    };
    let is_empty = message.content.is_empty() && message.tool_calls.is_empty();
    let message = (!is_empty).then_some(message);
    Judged { said: TurnSaid { message, corrections, ..TurnSaid::default() }, choice: Err(why) }
}

fn unknown<C>(name: &str, open: &Open<C>) -> String {
    let near = open.offers.iter().map(|offer| offer.tool);
    let near = near.map(|tool| (strsim::jaro_winkler(tool, name), tool)).filter(|(score, _)| *score > 0.8);
    let near = near.max_by(|one, other| one.0.total_cmp(&other.0));
    let near = near.map_or_else(String::new, |(_, tool)| format!(" (the nearest is `{tool}`)"));
    format!("no tool {} can be called here{near}", Clipped(name))
}

/// What can be done instead.
fn instead<C>(open: &Open<C>) -> String {
    let tools: Vec<String> = open.offers.iter().map(|offer| format!("`{}`", offer.tool)).collect();
    match (tools.as_slice(), open.words) {
        ([], _) => "Answer in words.".to_owned(),
        ([one], false) => format!("Call {one}, once."),
        ([one], true) => format!("Call {one}, once, or answer in words."),
        (several, false) => format!("Call one of {}, once.", several.join(", ")),
        (several, true) => format!("Call one of {}, once, or answer in words.", several.join(", ")),
    }
}

/// A call as servers take it back.
fn clean(call: &ToolCall, id: String) -> ToolCall {
    let name: String = call.name.chars().take(LONGEST_NAME).collect();
    let name = name.replace(|letter: char| !(letter.is_ascii_alphanumeric() || "_-".contains(letter)), "_");
    let name = if name.is_empty() { "unnamed".to_owned() } else { name };
    let is_object = serde_json::from_str::<Map<String, Value>>(&call.arguments).is_ok();
    let arguments = if is_object { call.arguments.clone() } else { "{}".to_owned() };
    let id = if call.id.trim().is_empty() || call.id.len() > LONGEST_NAME { id } else { call.id.clone() };
    ToolCall { id, name, arguments }
}
