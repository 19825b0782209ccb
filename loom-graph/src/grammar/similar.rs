//! "Did you mean": the name that is nearest to one that is not there.

/// A hint that names the candidate nearest to `name`, or nothing when none is near; `what` says what candidates are.
///
/// Nearness is Jaro-Winkler's, with rustc's and clap's habit of keeping quiet below 0.8.
#[must_use]
pub fn similar(name: &str, candidates: impl IntoIterator<Item = String>, what: &str) -> String {
    nearest(name, candidates)
        .map_or_else(String::new, |near| format!(": there is {what} with a similar name, `{near}`"))
}

/// The candidate nearest to `name`, when one is near.
pub fn nearest(name: &str, candidates: impl IntoIterator<Item = String>) -> Option<String> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(name, &candidate), candidate))
        .filter(|(score, _)| *score > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}
