//! "Did you mean": the name that is nearest to one that is not there.

/// How like two names must be for one to be meant by the other, by [`likeness`]: rustc and clap keep quiet below it too.
pub const LIKE: f64 = 0.8;

/// How like two names are, from 0 to 1: the measure of Jaro and Winkler.
#[must_use]
pub fn likeness(one: &str, other: &str) -> f64 {
    strsim::jaro_winkler(one, other)
}

/// The candidate nearest to `name`, when one is near.
pub fn nearest<N: AsRef<str>>(name: &str, candidates: impl IntoIterator<Item = N>) -> Option<N> {
    candidates
        .into_iter()
        .map(|candidate| (likeness(name, candidate.as_ref()), candidate))
        .filter(|(score, _)| *score > LIKE)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

/// A hint that names the candidate nearest to `name`, or nothing when none is near; `what` says what candidates are.
#[must_use]
pub fn similar(name: &str, candidates: impl IntoIterator<Item = String>, what: &str) -> String {
    nearest(name, candidates)
        .map_or_else(String::new, |near| format!(": there is {what} with a similar name, `{near}`"))
}
