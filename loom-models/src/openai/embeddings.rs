//! Embeddings in OpenAI's words.

use super::{
    reply::{json, unreadable},
    request::unwritable,
};
use crate::error::ModelError;
use async_openai::types::embeddings::{CreateEmbeddingRequest, EmbeddingInput};
use serde::Deserialize;

/// The body of the request.
pub(super) fn body(name: &str, texts: &[String]) -> Result<Vec<u8>, ModelError> {
    let input = EmbeddingInput::StringArray(texts.to_vec());
    let request = CreateEmbeddingRequest { model: name.to_owned(), input, ..CreateEmbeddingRequest::default() };
    serde_json::to_vec(&request).map_err(unwritable)
}

#[derive(Deserialize)]
struct Vectors {
    data: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    index: Option<usize>,
    embedding: Vec<f32>,
}

/// Reads one vector for each of so many texts, in their order.
pub(super) fn read(body: &str, texts: usize) -> Result<Vec<Vec<f32>>, ModelError> {
    let json = json(body)?;
    let vectors = Vectors::deserialize(json).map_err(|error| unreadable(&error.to_string(), body))?.data;
    let mut found = vec![Vec::new(); texts];
    let count = vectors.len();
    for (at, Entry { index, embedding }) in vectors.into_iter().enumerate() {
        if let Some(place) = found.get_mut(index.unwrap_or(at)) {
            *place = embedding;
        }
    }
    let length = found.first().map_or(0, Vec::len);
    if count != texts || length == 0 || found.iter().any(|vector| vector.len() != length) {
        return Err(unreadable(&format!("it has not one vector for each of {texts} texts, all of one length"), body));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_stand_in_the_order_of_their_texts() {
        let body = r#"{"data":[{"index":1,"embedding":[3,4]},{"index":0,"embedding":[1,2.5]}]}"#;
        assert_eq!(read(body, 2).unwrap(), [[1.0, 2.5], [3.0, 4.0]]);
        let body = r#"{"data":[{"embedding":[1]},{"embedding":[2]}],"usage":null}"#;
        assert_eq!(read(body, 2).unwrap(), [[1.0], [2.0]]);
    }

    #[test]
    fn a_vector_that_is_missing_or_of_another_length_is_an_error() {
        for body in [
            r#"{"data":[]}"#,
            r#"{"data":[{"index":0,"embedding":[1]}]}"#,
            r#"{"data":[{"index":0,"embedding":[1]},{"index":0,"embedding":[1]}]}"#,
            r#"{"data":[{"index":0,"embedding":[1]},{"index":9,"embedding":[1]}]}"#,
            r#"{"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":[1,2]}]}"#,
            r#"{"data":[{"index":0,"embedding":[]},{"index":1,"embedding":[]}]}"#,
            r#"{"data":[{"index":0,"embedding":"AAAA"},{"index":1,"embedding":"AAAA"}]}"#,
            "{}",
        ] {
            assert!(matches!(read(body, 2), Err(ModelError::Unreadable { .. })), "{body}");
        }
    }
}
