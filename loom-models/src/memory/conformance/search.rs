//! Search: what is found, and in which order.

use super::{ODD, done, episode, fact, keys};
use crate::memory::store::MemoryStore;

pub(super) async fn check<S: MemoryStore>(open: &impl AsyncFn(&str) -> S) {
    found(&open("search").await).await;
    ranked(&open("search, ranked").await).await;
    any_query(&open("search, odd").await).await;
}

async fn about<S: MemoryStore>(store: &S, query: &str) -> Vec<String> {
    done(store.facts_about(None, query, 9).await).into_iter().map(|fact| fact.key).collect()
}

async fn found<S: MemoryStore>(store: &S) {
    for (key, text) in [
        ("pet", "A parrot named Polly."),
        ("café", "Crème brûlée, every Friday"),
        ("city", "東京に住んでいます"),
        ("code", "AND"),
    ] {
        done(store.remember(None, &fact(key, text, 1)).await);
    }
    for (query, key) in [
        ("parrot", "pet"),
        ("PARROT?", "pet"),
        ("What parr", "pet"),
        ("PETS or a pet", "pet"),
        ("cafe", "café"),
        ("cre\u{300}me brulee", "café"),
        ("東京", "city"),
        ("and", "code"),
    ] {
        assert_eq!(about(store, query).await, [key], "`{query}` finds the fact");
    }
    for query in ["", "?", "arrot", "parrots", "po", "fact", "words", "owner", "u1"] {
        assert_eq!(about(store, query).await, [""; 0], "`{query}` finds nothing");
    }
    assert_eq!(done(store.facts_about(None, "parrot friday", 1).await).len(), 1, "no more are given than are wanted");
    assert_eq!(done(store.facts_about(None, "parrot friday", 0).await), [], "none are given where none are wanted");
}

async fn ranked<S: MemoryStore>(store: &S) {
    let said = [
        ("1", "We spoke of the weather, and a little of the trains"),
        ("2", "The refund of the order"),
        ("3", "The order"),
        ("4", "The order"),
        ("5", "The refund, the refund"),
    ];
    for (at, (key, text)) in (1..).zip(said) {
        done(store.record(None, &episode(Some(key), key, text, at)).await);
    }
    let found = done(store.episodes_about(None, "the refund", 9).await);
    assert_eq!(keys(&found)[..2], ["5", "2"], "what fits best is first");
    assert_eq!(keys(&found)[2..], ["4", "3", "1"], "of what fits as well, the newer is first");
}

async fn any_query<S: MemoryStore>(store: &S) {
    done(store.remember(None, &fact("a", "near words or not", 1)).await);
    let long = "(".repeat(10_000);
    let many = (0..10_000).map(|n| n.to_string()).collect::<Vec<_>>().join("\" OR (");
    let operators = [
        "\"",
        "\"\"\"",
        "*",
        "a*",
        "^a",
        "-a",
        "+",
        "a AND",
        "OR",
        "NOT a",
        "NEAR(",
        "NEAR(a b, 2)",
        "words:a",
        "{a b}:c",
        "(((",
        ")",
        "a\"b",
        "';--",
        "\\",
        "owner : u1 OR words : a",
        "\" OR owner : u1 OR \"",
        "\0",
        "a\0b",
    ];
    for query in ODD.into_iter().chain(operators).chain([&*long, &*many]) {
        let found = done(store.facts_about(None, query, 9).await);
        done(store.episodes_about(None, query, 9).await);
        let named = query.to_lowercase();
        let is_named =
            named.split(|c: char| !c.is_alphanumeric()).any(|word| ["a", "or", "not", "near", "words"].contains(&word));
        assert_eq!(!found.is_empty(), is_named, "`{}` means its words and nothing else", query.escape_debug());
    }
}
