//! The label whose meaning lies nearest to a text, by vectors and without a word from a model.

use crate::{
    chat_model::BoxFuture,
    choice::{Label, PlainChoice},
    error::ModelError,
    model::Model,
};
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

/// The label that lies nearest to a text, and how near.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Nearest<E> {
    /// The label.
    pub choice: E,
    /// How near it lies: 1 where text and meaning say the same, 0 where they have nothing to do with each other. What is near
    /// depends on the model that makes the vectors: look at some before deciding on a threshold.
    pub score: f32,
    /// By how much it is nearer than the next one. Of a single label, its score.
    pub margin: f32,
}

impl<E> Nearest<E> {
    /// The label, where it is so near at least: that nothing fits is an answer too.
    pub fn at_least(self, score: f32) -> Option<E> {
        (self.score >= score).then_some(self.choice)
    }

    /// The same, where it is nearer than the next one by so much at least.
    pub fn clear_by(self, margin: f32) -> Option<Self> {
        (self.margin >= margin).then_some(self)
    }
}

impl Model {
    /// The label whose meaning lies nearest to a text: no chat call, one call for vectors.
    ///
    /// The meaning of a label is its doc comment, or its name where there is none. Its vector is made once for this model and
    /// its clones.
    ///
    /// # Errors
    /// What keeps it from making vectors: see [`embed`](Model::embed). [`ModelError::Unreadable`] where they are not as many as
    /// texts, or cannot be compared.
    // Not `async`: the compiler would tell of an enum that is no plain choice three times.
    pub fn choose_nearest<'a, E: PlainChoice + 'a>(
        &'a self,
        text: impl Into<String>,
    ) -> BoxFuture<'a, Result<Nearest<E>, ModelError>> {
        let text = text.into();
        Box::pin(async move {
            let meanings: Vec<String> = E::LABELS.iter().map(Label::meaning).collect();
            let (vectors, of_text) = self.vectors_beside(&meanings, text).await?;
            nearest(&vectors, &of_text)
        })
    }

    /// The vectors of texts that come again and again, and of one that does not: in one call, and those that are kept in none.
    async fn vectors_beside(&self, known: &[String], text: String) -> Result<(Vec<Vector>, Vec<f32>), ModelError> {
        // Where there is none, `embed` says so.
        let by = self.embedder.as_ref().map_or("", |embedder| embedder.name());
        let mut texts = self.vectors.missing(by, known);
        texts.push(text);
        let mut made = self.embed(&texts).await?;
        if made.len() != texts.len() {
            return Err(unreadable(format!("{} vectors for {} texts", made.len(), texts.len())));
        }
        let of_text = made.pop().unwrap_or_default();
        Ok((self.vectors.kept(by, known, texts.into_iter().zip(made)), of_text))
    }
}

/// Of the labels with these vectors the one that is nearest to another.
fn nearest<E: PlainChoice>(vectors: &[Vector], to: &[f32]) -> Result<Nearest<E>, ModelError> {
    let mut scored = Vec::new();
    for (label, vector) in E::LABELS.iter().zip(vectors) {
        scored.push((cosine(vector, to)?, label.name));
    }
    // Of two that are as near the one that is declared first: the sort is stable.
    scored.sort_by(|one, other| other.0.total_cmp(&one.0));
    let first = scored.first().and_then(|(score, name)| Some((*score, E::named(name)?)));
    let Some((score, choice)) = first else {
        return Err(ModelError::Setting { name: "choose_nearest", why: format!("`{}` has no labels", E::NAME) });
    };
    let margin = scored.get(1).map_or(score, |(next, _)| score - next);
    Ok(Nearest { choice, score, margin })
}

/// A vector that is kept.
type Vector = Arc<[f32]>;

/// Vectors of texts that come again and again, by the model that made them and the text.
#[derive(Default)]
pub(crate) struct Vectors(Mutex<HashMap<(String, String), Vector>>);

impl Vectors {
    fn missing(&self, by: &str, texts: &[String]) -> Vec<String> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        texts.iter().filter(|text| !kept.contains_key(&(by.to_owned(), (*text).clone()))).cloned().collect()
    }

    /// Keeps what was made, and gives what is kept of those texts.
    fn kept(&self, by: &str, texts: &[String], made: impl Iterator<Item = (String, Vec<f32>)>) -> Vec<Vector> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend(made.map(|(text, vector)| ((by.to_owned(), text), vector.into())));
        texts.iter().filter_map(|text| kept.get(&(by.to_owned(), text.clone())).cloned()).collect()
    }
}

impl fmt::Debug for Vectors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        f.debug_tuple("Vectors").field(&kept.len()).finish()
    }
}

fn cosine(one: &[f32], other: &[f32]) -> Result<f32, ModelError> {
    if one.len() != other.len() {
        return Err(unreadable(format!("a vector of {} numbers beside one of {}", one.len(), other.len())));
    }
    let dot = |one: &[f32], other: &[f32]| one.iter().zip(other).map(|(a, b)| a * b).sum::<f32>();
    let lengths = dot(one, one).sqrt() * dot(other, other).sqrt();
    let cosine = if lengths == 0.0 { 0.0 } else { dot(one, other) / lengths };
    if cosine.is_finite() { Ok(cosine) } else { Err(unreadable("a vector with what is no number".to_owned())) }
}

fn unreadable(why: String) -> ModelError {
    ModelError::Unreadable { why, body: String::new() }
}
