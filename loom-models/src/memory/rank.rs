//! What of several texts fits a query best: Okapi BM25, over the texts of one user alone.

use super::words::{Found, Query};
use std::cmp::Reverse;

/// How soon more of the same word counts for little.
const K1: f64 = 1.2;

/// How much a long text counts for less.
const B: f64 = 0.75;

/// A text that has something of a query in it.
#[derive(Debug)]
pub(super) struct Candidate<T> {
    pub(super) item: T,
    pub(super) at: i64,
    pub(super) found: Found,
}

/// The best so many of candidates among so many texts, best first; of those that fit as well the newest, and then the first.
pub(super) fn best<T>(query: &Query, texts: usize, candidates: Vec<Candidate<T>>, most: usize) -> Vec<T> {
    let length: f64 = candidates.iter().map(|candidate| f64::from(candidate.found.length)).sum();
    let average = length / real(candidates.len());
    let weights: Vec<f64> = (0..query.len())
        .map(|term| {
            let having = real(candidates.iter().filter(|candidate| candidate.found.counts[term] > 0).count());
            (1.0 + (real(texts) - having + 0.5) / (having + 0.5)).ln()
        })
        .collect();
    let score = |Found { counts, length }: &Found| -> f64 {
        let long = K1 * (1.0 - B + B * f64::from(*length) / average);
        let terms = counts.iter().zip(&weights).map(|(count, weight)| (f64::from(*count), weight));
        terms.map(|(count, weight)| weight * count * (K1 + 1.0) / (count + long)).sum()
    };
    let mut scored: Vec<_> = candidates.into_iter().map(|candidate| (score(&candidate.found), candidate)).collect();
    scored.sort_by(|(a, one), (b, other)| b.total_cmp(a).then_with(|| Reverse(one.at).cmp(&Reverse(other.at))));
    scored.into_iter().take(most).map(|(_, candidate)| candidate.item).collect()
}

fn real(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::words::words;

    fn ranked(query: &str, texts: &[&'static str]) -> Vec<&'static str> {
        let query = Query::new(query);
        let candidates = texts.iter().filter_map(|text| {
            let words = words(text);
            let found = query.counts(words.iter().map(String::as_str))?;
            Some(Candidate { item: *text, at: 0, found })
        });
        let candidates = candidates.collect();
        best(&query, texts.len(), candidates, 10)
    }

    #[test]
    fn what_is_rare_counts_for_more_than_what_is_everywhere() {
        let texts = ["the cat and the dog", "the parrot", "the cat", "the horse", "a stone"];
        assert_eq!(ranked("the parrot", &texts)[0], "the parrot");
        assert_eq!(ranked("the parrot", &texts).len(), 4);
    }

    #[test]
    fn a_word_counts_for_more_in_a_short_text_and_when_it_comes_often() {
        let long = "tea, which is drunk at five in the afternoon by those who do not drink coffee";
        assert_eq!(ranked("tea", &[long, "he likes tea", "milk"]), ["he likes tea", long]);
        assert_eq!(ranked("tea", &["tea and milk and water", "tea and tea and tea"])[0], "tea and tea and tea");
    }

    #[test]
    fn where_nothing_fits_there_is_nothing() {
        assert!(ranked("tea", &["milk"]).is_empty());
        assert!(ranked("", &["milk"]).is_empty());
    }
}
