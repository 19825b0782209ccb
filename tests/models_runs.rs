//! What a run makes of a model: which failures its `retry` repeats, what is written down of them, and what calls cost.

use loomflow::meter::{Budget, Meter};
use loomflow::prelude::*;
use loomflow::{Model, ModelError};
use loomflow_double::{Double, Reply};
use std::time::Duration;

const KEY: &str = "sk-0123456789abcdef";

fn model(double: &Double) -> Model {
    let ms = Duration::from_millis(1);
    let builder = Model::builder().base_url(double.base_url()).api_key(KEY).name("small").backoff(ms, ms).retries(1);
    builder.build().expect("the settings are settings")
}

/// Puts a text in a few words.
#[step(retry = 2, backoff = 1ms)]
async fn shorten(#[context] model: &Model, text: &str) -> Result<String, ModelError> {
    model.text(format!("Put it in a few words: {text}")).await
}

workflow! {
    Short(text: String) -> String {
        start -> shorten(text) -> end(shorten);
    }
}

#[tokio::test]
async fn a_step_asks_a_model() {
    let double = Double::scripted([Reply::text("Far away.")]);
    assert_eq!(Short::run(&model(&double), "The moon …".to_owned()).await.unwrap(), "Far away.");
    double.finish();
}

#[tokio::test]
async fn what_cannot_get_better_is_not_repeated_by_the_step_either() {
    let double = Double::scripted([]).requiring("another key");
    let failure = Short::run(&model(&double), "The moon …".to_owned()).await.unwrap_err();
    assert_eq!((double.requests().len(), failure.attempt(), failure.is_permanent()), (1, 1, true));
    let told = failure.to_string();
    assert!(
        told.starts_with("workflow `Short` failed at `shorten`, attempt 1 of 3: the model's server answered 401"),
        "{told}"
    );
    assert!(matches!(failure.downcast_ref(), Some(ModelError::Refused(said)) if said.status == 401));
}

#[tokio::test]
async fn what_the_client_does_not_repeat_the_step_does() {
    let double = Double::scripted([Reply::Malformed, Reply::CutAfter(1, "Far away.".into()), Reply::text("Far away.")]);
    assert_eq!(Short::run(&model(&double), "The moon …".to_owned()).await.unwrap(), "Far away.");
    double.finish();
}

#[tokio::test]
async fn calls_count_in_their_run_and_the_one_that_would_go_over_its_budget_is_not_made() {
    let double = Double::scripted([Reply::Malformed, Reply::text("Far away.")]);
    let (model, meter) = (model(&double), Meter::within(Budget::new().calls(2)));
    assert_eq!(Short::run(&model, "The moon …".to_owned()).metered(&meter).await.unwrap(), "Far away.");
    let usage = meter.usage();
    assert_eq!((usage.calls, usage.output), (2, 2));
    assert!(usage.input > 0);
    let failure = Short::run(&model, "The moon …".to_owned()).metered(&meter).await.unwrap_err();
    assert!(matches!(failure.downcast_ref(), Some(ModelError::OverBudget(_))), "{failure}");
    assert_eq!((double.requests().len(), failure.attempt()), (2, 1));

    // What is left of the tokens is the limit of the answer.
    let double = Double::scripted([Reply::text("one two three")]);
    let meter = Meter::within(Budget::new().tokens(9));
    let failure = Short::run(&self::model(&double), "abcd".to_owned()).metered(&meter).await.unwrap_err();
    assert!(matches!(failure.downcast_ref(), Some(ModelError::CutOff { text, .. }) if text == "one two"), "{failure}");
    assert_eq!(meter.usage().output, 2);
}

#[step]
async fn stream_of(#[context] model: &Model, text: &str) -> Result<String, ModelError> {
    model.stream(text).await?.rest().await
}

workflow! { Streamed(text: String) -> String { start -> stream_of(text) -> end(stream_of); } }

#[tokio::test]
async fn a_stream_counts_when_it_ends() {
    let double = Double::scripted([Reply::text("Far away."), Reply::CutAfter(1, "Far away.".into())]);
    let (model, meter) = (model(&double), Meter::new());
    Streamed::run(&model, "How far?".to_owned()).metered(&meter).await.unwrap();
    assert_eq!((meter.usage().calls, meter.usage().tokens()), (1, 4));
    // What a call took that broke off is not known.
    Streamed::run(&model, "How far?".to_owned()).metered(&meter).await.unwrap_err();
    assert_eq!((meter.usage().calls, meter.usage().tokens()), (2, 4));
}

#[tokio::test]
async fn what_is_written_down_of_a_failure_has_no_key_in_it() {
    let echo = || Reply::Raw { status: 200, content_type: "text/html".into(), body: format!("<p>{KEY}").into_bytes() };
    let double = Double::scripted([echo(), echo(), echo()]);
    let failure = Short::run(&model(&double), "The moon …".to_owned()).await.unwrap_err();
    let written = serde_json::to_string(&failure).unwrap();
    assert!(written.contains("<p>[secret]") && !written.contains(KEY), "{written}");
    double.finish();
}
