//! An agent whose runs are exported over OTLP: what it does is spans of `tracing`, and a collector of OpenTelemetry gets them.
//!
//! `main` sends them to the collector of `OTEL_EXPORTER_OTLP_ENDPOINT`, or to the one at <http://localhost:4318>. Its model is a
//! script, so that no key is needed.

use loomflow::{
    model::{ChatReply, ScriptedModel},
    prelude::*,
};
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{ExporterBuildError, Protocol, SpanExporter, WithExportConfig};
use opentelemetry_sdk::{Resource, trace::SdkTracerProvider};
use serde_json::json;
use tracing::Subscriber;
use tracing_subscriber::{Registry, layer::SubscriberExt};

/// Looks a word up.
#[tool]
#[must_use]
pub fn look_up(
    /** what to look for */
    word: &str,
) -> String {
    format!("all about {word}")
}

agent! {
    /// Answers a question, and looks up to two things up before.
    pub Clerk(question: String) -> String {
        start -> look_up | end;
        look_up -> look_up max 2 | end;
    }
}

/// A model that looks one thing up and then answers.
#[must_use]
pub fn model() -> Model {
    Model::of(ScriptedModel::new().calls("look_up", &json!({ "word": "tea" })).replies(ChatReply::text("It is hot.")))
}

/// Exports spans to the collector of an endpoint.
///
/// # Errors
/// When the exporter cannot be made.
pub fn provider(endpoint: &str) -> Result<SdkTracerProvider, ExporterBuildError> {
    // The exporter's client of reqwest chooses no cryptography, so the program does. Whoever did so before may have it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let exporter = SpanExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpJson)
        .with_endpoint(format!("{endpoint}/v1/traces"))
        .build()?;
    let resource = Resource::builder().with_service_name("clerk").build();
    Ok(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build())
}

/// What hands the spans of `tracing` over to a provider.
#[must_use]
pub fn subscriber(provider: &SdkTracerProvider) -> impl Subscriber + Send + Sync + use<> {
    Registry::default().with(tracing_opentelemetry::layer().with_tracer(provider.tracer("loomflow")))
}
