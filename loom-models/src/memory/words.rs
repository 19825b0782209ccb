//! The words of texts and of queries: what both stores find by.

use icu_normalizer::{DecomposingNormalizerBorrowed, properties::CanonicalCombiningClassMapBorrowed};
use std::mem;

/// How many bytes of a word count.
const LONGEST: usize = 64;

/// How many words of a query count.
const MOST: usize = 64;

/// From how many characters on a word of a query finds those that begin with it.
const PREFIX: usize = 3;

/// The words of a text, in their order: letters and digits only, in lower case and without accents.
pub(super) fn words(text: &str) -> Vec<String> {
    let classes = CanonicalCombiningClassMapBorrowed::new();
    let (mut words, mut word) = (Vec::new(), String::new());
    // Accents stand behind their letters then.
    for c in DecomposingNormalizerBorrowed::new_nfkd().normalize_iter(text.chars()) {
        if classes.get_u8(c) != 0 {
            continue;
        }
        let (is_word, is_whole) = (c.is_alphanumeric(), is_whole_word(c));
        if (!is_word || is_whole) && !word.is_empty() {
            words.push(mem::take(&mut word));
        }
        if is_whole {
            words.push(c.to_string());
        } else if is_word && word.len() < LONGEST {
            word.extend(c.to_lowercase().filter(|c| c.is_alphanumeric()));
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// Whether a character is a word: the scripts of Chinese and Japanese have no spaces.
fn is_whole_word(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}')
        && c.is_alphanumeric()
}

/// What is looked for: different words.
#[derive(Debug)]
pub(super) struct Query(Vec<Term>);

#[derive(Debug)]
struct Term {
    word: String,
    is_prefix: bool,
}

impl Query {
    pub(super) fn new(text: &str) -> Self {
        let mut terms: Vec<Term> = Vec::new();
        for word in words(text) {
            if terms.len() == MOST {
                break;
            }
            if terms.iter().all(|term| term.word != word) {
                let is_prefix = word.chars().count() >= PREFIX;
                terms.push(Term { word, is_prefix });
            }
        }
        Query(terms)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// How often each of its words is found among those of a text; none if none is.
    pub(super) fn counts<'a>(&self, words: impl Iterator<Item = &'a str>) -> Option<Found> {
        let mut found = Found { counts: vec![0; self.0.len()], length: 0 };
        for word in words {
            found.length += 1;
            for (count, term) in found.counts.iter_mut().zip(&self.0) {
                *count += u32::from(if term.is_prefix { word.starts_with(&term.word) } else { word == term.word });
            }
        }
        found.counts.iter().any(|count| *count > 0).then_some(found)
    }

    /// The same, in the language of SQLite's full-text search; none where nothing is looked for. Words have letters and
    /// digits alone, and stand in quotes.
    #[cfg(feature = "sqlite")]
    pub(super) fn fts(&self) -> Option<String> {
        let terms = self.0.iter().map(|term| format!("\"{}\"{}", term.word, if term.is_prefix { "*" } else { "" }));
        Some(terms.collect::<Vec<_>>().join(" OR ")).filter(|terms| !terms.is_empty())
    }
}

/// What of a query was found in a text.
#[derive(Debug)]
pub(super) struct Found {
    /// How often each word of the query is there.
    pub(super) counts: Vec<u32>,
    /// How many words the text has.
    pub(super) length: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_letters_and_digits_whatever_their_case_and_accents() {
        for (text, expected) in [
            ("", vec![]),
            (" \"'*:^()-+{}\0\n…", vec![]),
            ("It's 3-fold; NEAR(a b)!", vec!["it", "s", "3", "fold", "near", "a", "b"]),
            ("Crème brûlée, cre\u{300}me, CRÈME", vec!["creme", "brulee", "creme", "creme"]),
            ("ﬁnal Ⅷ ½", vec!["final", "viii", "1", "2"]),
            ("東京タワー a", vec!["東", "京", "タ", "ワ", "ー", "a"]),
            ("İstanbul ÄÖÜ straße", vec!["istanbul", "aou", "straße"]),
        ] {
            assert_eq!(words(text), expected, "{text}");
        }
        assert_eq!(words(&"ä".repeat(1_000)), ["a".repeat(LONGEST)]);
    }

    #[test]
    fn a_query_is_of_different_words_and_not_of_too_many() {
        assert_eq!(Query::new("tea TEA Tea").len(), 1);
        let many: Vec<_> = (0..1_000).map(|n| n.to_string()).collect();
        assert_eq!(Query::new(&many.join(" ")).len(), MOST);
    }

    #[test]
    fn only_what_has_three_letters_finds_longer_words() {
        let finds = |query: &str, text: &str| {
            let words = words(text);
            Query::new(query).counts(words.iter().map(String::as_str)).map(|found| found.counts)
        };
        assert_eq!(finds("tea te", "A teapot"), Some(vec![1, 0]));
        assert_eq!(finds("te", "A teapot"), None);
        assert_eq!(finds("teapots", "A teapot"), None);
    }
}
