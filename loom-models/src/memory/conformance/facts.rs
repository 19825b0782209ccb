//! Facts: one of a key, until it is forgotten.

use super::{ODD, done, fact};
use crate::memory::store::{Fact, MemoryStore};
use futures_util::future::join_all;

pub(super) async fn check<S: MemoryStore>(open: &impl AsyncFn(&str) -> S) {
    one_of_a_key(&open("facts").await).await;
    any_text(&open("facts, odd").await).await;
    at_once(&open("facts, at once").await).await;
    kept(open).await;
}

async fn one_of_a_key<S: MemoryStore>(store: &S) {
    assert_eq!(done(store.facts(None).await), [], "a new store is empty");
    assert_eq!(done(store.fact(None, "a").await), None, "there is no fact that was not written");
    assert!(!done(store.forget(None, "a").await), "there is nothing to forget");
    let first = Fact { session: Some("s".into()), by: Some("w".into()), ..fact("b", "one", 1) };
    done(store.remember(None, &first).await);
    done(store.remember(None, &fact("a", "two", 2)).await);
    assert_eq!(done(store.fact(None, "b").await), Some(first.clone()), "a fact is given as it was written");
    assert_eq!(done(store.facts(None).await), [fact("a", "two", 2), first.clone()], "facts are in the order of keys");
    done(store.remember(None, &fact("b", "one", 3)).await);
    assert_eq!(done(store.fact(None, "b").await), Some(first), "the same text written again changes nothing");
    done(store.remember(None, &fact("b", "three", 3)).await);
    assert_eq!(done(store.fact(None, "b").await), Some(fact("b", "three", 3)), "what is written last holds");
    assert_eq!(done(store.facts(None).await).len(), 2, "there is one fact of a key");
    assert!(done(store.forget(None, "b").await), "what is there can be forgotten");
    assert_eq!(done(store.facts(None).await), [fact("a", "two", 2)], "what is forgotten is gone");
}

async fn any_text<S: MemoryStore>(store: &S) {
    let long = "word ".repeat(50_000);
    for text in ODD.into_iter().chain([&*long]) {
        for user in [None, Some(text)] {
            done(store.remember(user, &fact(text, text, 1)).await);
            assert_eq!(done(store.fact(user, text).await), Some(fact(text, text, 1)), "{text:?} is kept as it is");
        }
        assert_eq!(done(store.facts(Some(text)).await).len(), 1, "{text:?} is a user of its own");
    }
    assert_eq!(done(store.facts(None).await).len(), ODD.len() + 1, "all keys are different");
}

async fn at_once<S: MemoryStore>(store: &S) {
    let facts: Vec<_> = (0..50).map(|n| fact("same", &n.to_string(), n)).collect();
    join_all(facts.iter().map(|fact| store.remember(None, fact))).await.into_iter().for_each(done);
    let kept = done(store.facts(None).await);
    assert!(kept.len() == 1 && facts.contains(&kept[0]), "of facts written at once one is kept, whole: {kept:?}");
    let found = done(store.facts_about(None, "same", 100).await);
    assert_eq!(found, kept, "what was replaced is not found");
}

async fn kept<S: MemoryStore>(open: &impl AsyncFn(&str) -> S) {
    done(open("facts, kept").await.remember(Some("ann"), &fact("a", "tea", 1)).await);
    let again = open("facts, kept").await;
    assert_eq!(done(again.facts_about(Some("ann"), "tea", 9).await), [fact("a", "tea", 1)], "it is there later");
}
