//! What a model is told of a tool's output.

use loomflow_runtime::Value;

/// The output as JSON, and a text as it is: quotes around it would only be said again.
pub(super) fn told(output: &impl Value) -> String {
    match output.write() {
        Ok(json) if json.starts_with('"') => serde_json::from_str(&json).unwrap_or(json),
        Ok(json) => json,
        // No run can keep such an output either; the model gets words, for its calls have to be answered all the same.
        Err(error) => format!("what the tool gave cannot be written down: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::told;

    #[test]
    fn a_text_is_told_as_it_is_and_all_else_as_json() {
        assert_eq!(told(&"two\nlines \"quoted\"".to_owned()), "two\nlines \"quoted\"");
        assert_eq!(told(&vec![1, 2]), "[1,2]");
        assert_eq!(told(&Some("word".to_owned())), "word");
        assert_eq!(told(&()), "null");
    }

    #[test]
    fn what_cannot_be_written_is_told_in_words() {
        let by_list = std::collections::BTreeMap::from([(vec![1], 2)]);
        assert!(told(&by_list).contains("cannot be written down: key must be a string"));
    }
}
