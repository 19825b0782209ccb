//! What OpenAI refuses in a request for a chat completion.
//!
//! One file for each thing a request has: its fields, its messages, its tools, and the schemas it holds the model to.

pub(crate) mod fields;
mod messages;
mod strict;
mod tools;

use crate::{completion::prompt, refusal::Refusal};
use serde_json::Value;

/// The most tokens a conversation may have, a word for a token.
const CONTEXT: usize = 8192;

/// What is wrong with the request, if anything is.
pub(crate) fn check(body: &Value) -> Result<(), Refusal> {
    fields::check(body)?;
    messages::check(&body["messages"])?;
    tools::check(body)?;
    fields::answer(&body["response_format"])?;
    let words = prompt(body);
    if words > CONTEXT {
        let message = format!(
            "This model's maximum context length is {CONTEXT} tokens. However, your messages resulted in {words} tokens. \
             Please reduce the length of the messages."
        );
        return Err(Refusal {
            param: Some("messages".into()),
            ..Refusal::whole(400, Some("context_length_exceeded"), message)
        });
    }
    Ok(())
}
