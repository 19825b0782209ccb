//! Vectors for texts: texts that share groups of letters lie near each other.

use crate::{checks::fields, refusal::Refusal};
use serde_json::{Value, json};

const FIELDS: &[&str] = &["model", "input", "encoding_format", "dimensions", "user"];

/// How long the vectors are.
const LENGTH: usize = 64;

/// What is wrong with a request for vectors, if anything is.
pub(crate) fn check(body: &Value) -> Result<(), Refusal> {
    fields::known(body, FIELDS, "")?;
    fields::model(body)?;
    if ![Value::Null, json!("float")].contains(&body["encoding_format"]) {
        return Err(Refusal::of("encoding_format", "this double knows `float` alone"));
    }
    match &body["input"] {
        Value::String(text) if !text.is_empty() => Ok(()),
        Value::Array(texts)
            if !texts.is_empty() && texts.iter().all(|text| text.as_str().is_some_and(|text| !text.is_empty())) =>
        {
            Ok(())
        }
        _ => Err(Refusal::of(
            "input",
            "'$.input' is invalid. Please check the API reference: https://platform.openai.com/docs/api-reference.",
        )),
    }
}

/// The body that answers it.
pub(crate) fn answer(body: &Value) -> Value {
    let texts: Vec<_> = match &body["input"] {
        Value::Array(texts) => texts.iter().filter_map(Value::as_str).collect(),
        text => text.as_str().into_iter().collect(),
    };
    let tokens: usize = texts.iter().map(|text| text.split_whitespace().count()).sum();
    let data = texts
        .iter()
        .enumerate()
        .map(|(at, text)| json!({ "object": "embedding", "index": at, "embedding": vector(text) }));
    json!({
        "object": "list",
        "data": data.collect::<Vec<_>>(),
        "model": body["model"],
        "usage": { "prompt_tokens": tokens, "total_tokens": tokens },
    })
}

/// Counts of groups of three letters, by a sum of them, as a vector of length one.
fn vector(text: &str) -> Vec<f64> {
    let letters: Vec<u32> = format!("  {} ", text.to_lowercase()).chars().map(u32::from).collect();
    let mut counts = vec![0.0_f64; LENGTH];
    for group in letters.windows(3) {
        let sum = group.iter().fold(7_u32, |sum, letter| sum.wrapping_mul(31).wrapping_add(*letter));
        counts[sum as usize % LENGTH] += 1.0;
    }
    let length = counts.iter().map(|count| count * count).sum::<f64>().sqrt();
    counts.iter().map(|count| count / length).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_share_letters_lie_near_each_other() {
        let near = |one: &str, other: &str| -> f64 {
            vector(one).iter().zip(vector(other)).map(|(one, other)| one * other).sum()
        };
        assert!((near("a refund", "a refund") - 1.0).abs() < 1e-9);
        assert!(near("refund my invoice", "invoices and refunds") > near("refund my invoice", "the screen is black"));
    }

    #[test]
    fn what_openai_refuses_is_refused() {
        let fine = json!({ "model": "e", "input": ["a"] });
        assert_eq!(check(&fine), Ok(()));
        for (field, value) in [
            ("input", json!([])),
            ("input", json!("")),
            ("input", json!([""])),
            ("input", json!(null)),
            ("model", json!(null)),
            ("mood", json!("good")),
        ] {
            let mut wrong = fine.clone();
            wrong[field] = value.clone();
            assert!(check(&wrong).is_err(), "{field}: {value}");
        }
    }
}
