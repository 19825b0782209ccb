//! Names in messages.

use std::collections::BTreeSet;

/// Names as a text.
pub(super) fn listed(names: &BTreeSet<String>) -> String {
    if names.is_empty() {
        return "none".to_owned();
    }
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// The name that is nearest to one that is not there, when one is near: as the compiler's messages have it.
pub(super) fn nearest<'n>(name: &str, names: &'n BTreeSet<String>) -> Option<&'n str> {
    let scored = names.iter().map(|candidate| (strsim::jaro_winkler(name, candidate), candidate));
    let near = scored.filter(|(score, _)| *score > 0.8).max_by(|a, b| a.0.total_cmp(&b.0));
    near.map(|(_, candidate)| candidate.as_str())
}
