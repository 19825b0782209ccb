//! What a schema says in words, and what names may look like.

use serde_json::{Map, Value};

/// A text with something added, as a paragraph of its own or as a list below it.
pub(crate) fn with(text: &str, more: &str) -> String {
    match (text, more) {
        ("", more) => more.to_owned(),
        (text, "") => text.to_owned(),
        (text, more) => format!("{text}\n{more}"),
    }
}

/// Labels and what they mean, one on a line; nothing where none of them has a meaning.
pub(crate) fn labels<'a>(labels: impl Iterator<Item = (&'a str, &'a str)> + Clone) -> String {
    if labels.clone().all(|(_, about)| about.is_empty()) {
        return String::new();
    }
    list(labels)
}

/// Labels and what they mean where they mean something, one on a line.
pub(crate) fn list<'a>(labels: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let lines = labels.map(|(label, about)| match about {
        "" => format!("- {label}"),
        about => format!("- {label}: {about}"),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// What a schema demands and a strict one cannot, taken out of it and put in words.
pub(super) fn demands(schema: &mut Map<String, Value>) -> String {
    let mut words = Vec::new();
    for key in ["format", "pattern", "minLength", "maxLength", "uniqueItems", "minProperties", "maxProperties"] {
        let Some(value) = schema.remove(key) else { continue };
        if key == "format" && (is_a_width(&value) || super::check::is_known_format(&value)) {
            schema.extend(super::check::is_known_format(&value).then(|| (key.to_owned(), value)));
            continue;
        }
        words.push(match value {
            Value::String(text) => format!("{key}: {text}"),
            value => format!("{key}: {value}"),
        });
    }
    if words.is_empty() { String::new() } else { format!("({})", words.join(", ")) }
}

// schemars tells how wide Rust's numbers are; their bounds say it already.
fn is_a_width(format: &Value) -> bool {
    let text = format.as_str().unwrap_or_default();
    ["uint", "int", "float", "double"].iter().any(|prefix| text.starts_with(prefix))
}

/// A name that servers take: letters, digits, `_` and `-`, 64 at the most.
pub(crate) fn name(text: &str) -> String {
    let is_fine = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    let name: String = text.chars().map(|letter| if is_fine(letter) { letter } else { '_' }).take(64).collect();
    if name.is_empty() { "answer".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_that_servers_take() {
        assert_eq!(name("Result_of_Ärger<T>"), "Result_of__rger_T_");
        assert_eq!(name(&"n".repeat(100)).len(), 64);
        assert_eq!(name(""), "answer");
    }

    #[test]
    fn labels_without_a_meaning_are_listed_beside_those_with_one() {
        assert_eq!(labels([("a", "first"), ("b", "")].into_iter()), "- a: first\n- b");
        assert_eq!(labels([("a", ""), ("b", "")].into_iter()), "");
    }
}
