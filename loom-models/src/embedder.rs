//! What turns texts into vectors.

use crate::{chat_model::BoxFuture, error::ModelError};
use std::fmt::Debug;

/// What turns texts into vectors, so that texts that mean nearly the same lie near each other.
///
/// Like a [`ChatModel`](crate::ChatModel) it makes one attempt, and shows no secret in its `Debug`.
pub trait Embedder: Debug + Send + Sync {
    /// Which model gives the vectors. Vectors of different models cannot be compared.
    fn name(&self) -> &str;

    /// Whose API it speaks, as traces name it.
    fn provider(&self) -> &'static str {
        "_OTHER"
    }

    /// One vector for each text, in their order, all of one length.
    ///
    /// # Errors
    /// What keeps it from giving them all.
    fn embed<'a>(&'a self, texts: &'a [String]) -> BoxFuture<'a, Result<Vec<Vec<f32>>, ModelError>>;
}
