//! The nearest meaning: by vectors, and without a word from the model.

use loomflow::{
    model::{BoxFuture, Embedder, ScriptedModel},
    prelude::*,
};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex};

#[derive(Debug, Clone, Copy, PartialEq, Choice, Serialize, Deserialize)]
enum Desk {
    /// invoice refund charge
    Billing,
    /// broken crash error
    Technical,
    OutOfOffice,
}

/// Counts some words, and remembers what it was given.
#[derive(Debug, Clone, Default)]
struct Words {
    given: Arc<Mutex<Vec<Vec<String>>>>,
    /// What it gives in the place of the first vectors.
    instead: Option<Vec<Vec<f32>>>,
}

const WORDS: [&str; 8] = ["invoice", "refund", "charge", "broken", "crash", "error", "office", "out"];

impl Embedder for Words {
    fn name(&self) -> &'static str {
        "words"
    }

    fn embed<'a>(&'a self, texts: &'a [String]) -> BoxFuture<'a, Result<Vec<Vec<f32>>, ModelError>> {
        self.given.lock().unwrap().push(texts.to_vec());
        let count = |text: &String| WORDS.map(|word| if text.contains(word) { 1.0 } else { 0.0 }).to_vec();
        let vectors = self.instead.clone().unwrap_or_else(|| texts.iter().map(count).collect());
        Box::pin(async { Ok(vectors) })
    }
}

fn model(words: &Words) -> (Model, ScriptedModel) {
    let script = ScriptedModel::new();
    (Model::of(script.clone()).with_embedder(words.clone()), script)
}

#[tokio::test(start_paused = true)]
async fn the_nearest_label_is_found_without_a_chat_call() {
    let (model, script) = model(&Words::default());
    let near = model.choose_nearest::<Desk>("a refund of the charge").await.unwrap();
    assert_eq!(near.choice, Desk::Billing);
    assert!((near.score - 2.0 / 6.0_f32.sqrt()).abs() < 1e-6, "{near:?}");
    assert!((near.margin - near.score).abs() < 1e-6, "{near:?}");
    let near = model.choose_nearest::<Desk>("out of office, after a crash").await.unwrap();
    assert_eq!(near.choice, Desk::OutOfOffice);
    assert!(near.margin < near.score, "{near:?}");
    assert!(script.requests().is_empty());
}

#[tokio::test(start_paused = true)]
async fn that_nothing_fits_is_an_answer() {
    let (model, _) = model(&Words::default());
    let near = model.choose_nearest::<Desk>("how far is the moon?").await.unwrap();
    assert!(near.score.abs() < 1e-6 && near.margin.abs() < 1e-6, "{near:?}");
    assert_eq!(near.at_least(0.1), None);
    let near = model.choose_nearest::<Desk>("a crash").await.unwrap();
    assert_eq!(near.at_least(0.5), Some(Desk::Technical));
    assert_eq!(near.clear_by(0.5).and_then(|near| near.at_least(0.9)), None);
    assert_eq!(near.clear_by(0.9), None);
}

#[tokio::test(start_paused = true)]
async fn vectors_of_labels_are_made_once_for_a_model_and_its_clones() {
    let words = Words::default();
    let (model, _) = model(&words);
    model.choose_nearest::<Desk>("a crash").await.unwrap();
    model.clone().choose_nearest::<Desk>("a refund").await.unwrap();
    model.named("other").choose_nearest::<Desk>("an error").await.unwrap();
    let labels = ["invoice refund charge", "broken crash error", "out of office"];
    let given = words.given.lock().unwrap().clone();
    assert_eq!(given[0], [&labels[..], &["a crash"]].concat());
    assert_eq!(given[1..], [["a refund"], ["an error"]]);
    // Vectors of another embedder are not compared with these.
    let other = Words::default();
    model.with_embedder(other.clone()).choose_nearest::<Desk>("a crash").await.unwrap();
    assert_eq!(other.given.lock().unwrap()[0].len(), 4);
}

#[tokio::test(start_paused = true)]
async fn vectors_that_cannot_be_compared_are_an_error() {
    for (instead, part) in [
        (vec![vec![1.0]; 3], "3 vectors for 4 texts"),
        (vec![vec![1.0], vec![1.0], vec![1.0, 2.0], vec![1.0]], "a vector of 2 numbers beside one of 1"),
        (vec![vec![1.0], vec![f32::NAN], vec![1.0], vec![1.0]], "a vector with what is no number"),
    ] {
        let (model, _) = model(&Words { instead: Some(instead), ..Words::default() });
        let error = model.choose_nearest::<Desk>("a crash").await.unwrap_err();
        assert!(matches!(&error, ModelError::Unreadable { why, .. } if why == part), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_model_that_makes_no_vectors_says_so() {
    let error = Model::of(ScriptedModel::new()).choose_nearest::<Desk>("a crash").await.unwrap_err();
    assert!(error.is_permanent() && matches!(error, ModelError::Unsupported { .. }), "{error}");
}

#[derive(Context)]
struct App {
    model: Model,
}

#[step]
async fn sort(#[context] model: &Model, ticket: &str) -> Result<Option<Desk>, ModelError> {
    Ok(model.choose_nearest(ticket).await?.at_least(0.4))
}

workflow! {
    Sorted(ticket: String) -> String {
        start -> sort(ticket) -> match {
            Some(Desk::Billing)     => end("billing".to_owned()),
            Some(Desk::Technical)   => end("technical".to_owned()),
            Some(Desk::OutOfOffice) => end("later".to_owned()),
            None                    => end("a person".to_owned()),
        };
    }
}

#[tokio::test(start_paused = true)]
async fn a_graph_routes_on_the_nearest_label() {
    let app = App { model: model(&Words::default()).0 };
    for (ticket, routed) in [("my invoice", "billing"), ("a crash", "technical"), ("hello", "a person")] {
        assert_eq!(Sorted::run(&app, ticket.to_owned()).await.expect("nothing fails"), routed);
    }
}
