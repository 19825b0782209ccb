//! What a model is sent at a place.

use super::{
    given::Given,
    open::Open,
    place::{Offer, Place},
    said::{Said, messages, tone},
};
use crate::{
    memory::Told,
    request::{ChatRequest, ToolChoice, ToolSpec},
};
use serde_json::Value;

pub(super) fn request<P: Place>(
    conversation: &[Said],
    recalled: Option<&Told>,
    given: &Given,
    open: &Open<P::Choice>,
) -> ChatRequest {
    let mut request = ChatRequest::new(messages(conversation));
    if let Some(recalled) = recalled {
        recalled.put_before(&mut request.messages);
    }
    request.model = P::MODEL.map(str::to_owned);
    request.tone = tone(conversation);
    request.tools = open.offers.iter().map(|offer| spec(offer, given)).collect();
    if let [first, others @ ..] = open.offers.as_slice() {
        request.tool_choice = match (open.words, others) {
            (true, _) => ToolChoice::Auto,
            (false, []) => ToolChoice::Named(first.tool.to_owned()),
            (false, _) => ToolChoice::Required,
        };
        // What may be called next depends on what the call before gave.
        request.parallel_tool_calls = Some(false);
    }
    request
}

/// A tool without the arguments that the graph gives.
fn spec<C>(offer: &Offer<C>, given: &Given) -> ToolSpec {
    let fixed: Vec<&str> = given.arguments(offer.tool).map(|(name, _)| name).collect();
    (offer.spec)(&fixed)
}

/// Whether the graph gives all arguments of a tool, or it has none: then there is nothing to choose.
pub(super) fn is_fixed<C>(offer: &Offer<C>, given: &Given) -> bool {
    match spec(offer, given).parameters.get("properties") {
        Some(Value::Object(fields)) => fields.is_empty(),
        // A schema that does not say what there is may let the model write anything.
        _ => false,
    }
}
