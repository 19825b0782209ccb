//! Spans of `tracing`: of a call of a model, and of a call of a tool that a model asked for.
//!
//! Names and attributes are those of OpenTelemetry's semantic conventions for generative AI, version 1.41.0. What is said is
//! in none of them: no message, no schema, no argument and no result.

use crate::{error::ModelError, reply::ChatReply, request::ChatRequest};
use loomflow_runtime::{Failure, FailureKind};
use tracing::{Span, field::Empty, info_span};

/// The span of a call of a chat model, all tries of it.
pub(crate) fn chat(request: &ChatRequest, provider: &str, name: &str, stream: bool) -> Span {
    let model = request.model.as_deref().unwrap_or(name);
    info_span!(
        "chat",
        otel.name = format!("chat {model}"),
        otel.kind = "client",
        otel.status_code = Empty,
        error.type = Empty,
        gen_ai.operation.name = "chat",
        gen_ai.provider.name = provider,
        gen_ai.request.model = model,
        gen_ai.request.stream = stream,
        gen_ai.request.max_tokens = request.max_tokens,
        gen_ai.request.temperature = request.temperature.map(f64::from),
        gen_ai.response.model = Empty,
        gen_ai.response.finish_reasons = Empty,
        gen_ai.usage.input_tokens = Empty,
        gen_ai.usage.output_tokens = Empty,
    )
}

/// The span of a call that makes vectors.
pub(crate) fn embeddings(provider: &str, name: &str) -> Span {
    info_span!(
        "embeddings",
        otel.name = format!("embeddings {name}"),
        otel.kind = "client",
        otel.status_code = Empty,
        error.type = Empty,
        gen_ai.operation.name = "embeddings",
        gen_ai.provider.name = provider,
        gen_ai.request.model = name,
    )
}

/// The span of a call of a tool that a model decided on.
pub(crate) fn tool(name: &'static str, description: &'static str) -> Span {
    info_span!(
        "tool",
        otel.name = format!("execute_tool {name}"),
        otel.kind = "internal",
        otel.status_code = Empty,
        error.type = Empty,
        gen_ai.operation.name = "execute_tool",
        gen_ai.tool.name = name,
        gen_ai.tool.type = "function",
        gen_ai.tool.description = description,
        pattern = "agent",
    )
}

/// Says of a call what its reply tells of itself.
pub(crate) fn replied(span: &Span, reply: &ChatReply) {
    if span.is_disabled() {
        return;
    }
    if !reply.model.is_empty() {
        span.record("gen_ai.response.model", reply.model.as_str());
    }
    span.record("gen_ai.response.finish_reasons", String::from(reply.finish.clone()));
    if !reply.tokens.is_zero() {
        span.record("gen_ai.usage.input_tokens", reply.tokens.input);
        span.record("gen_ai.usage.output_tokens", reply.tokens.output);
    }
}

/// Says of a call what it failed with: the status of a server's refusal, or what kind of thing went wrong.
pub(crate) fn failed(span: &Span, error: &ModelError) {
    if span.is_disabled() {
        return;
    }
    let kind = match error {
        ModelError::Refused(error) => {
            fails(span, &error.status.to_string());
            return;
        }
        ModelError::Unreachable { .. } => "unreachable",
        ModelError::TimedOut { .. } => "timeout",
        ModelError::Unreadable { .. } => "unreadable",
        ModelError::CutOff { .. } => "cut_off",
        ModelError::Declined { .. } => "declined",
        ModelError::Misfit { .. } => "misfit",
        ModelError::OverBudget(_) => "over_budget",
        ModelError::Unset { .. }
        | ModelError::Setting { .. }
        | ModelError::Schema(_)
        | ModelError::ScriptExhausted { .. }
        | ModelError::Unsupported { .. } => "_OTHER",
    };
    fails(span, kind);
}

/// Says of the call of a tool that it failed.
pub(crate) fn broke(span: &Span, failure: &Failure) {
    let kind = match failure.kind() {
        FailureKind::Panicked => "panicked",
        FailureKind::TimedOut => "timeout",
        FailureKind::Cancelled => "cancelled",
        _ => "_OTHER",
    };
    fails(span, kind);
}

fn fails(span: &Span, kind: &str) {
    span.record("otel.status_code", "ERROR");
    span.record("error.type", kind);
}
