//! Users are apart: what is written for one is nothing to another.

use super::{done, episode, fact};
use crate::memory::store::MemoryStore;
use futures_util::future::join_all;

pub(super) async fn check<S: MemoryStore>(open: &impl AsyncFn(&str) -> S) {
    unseen(&open("apart").await).await;
    unmoved(&open("apart, ranked").await).await;
    at_once(&open("apart, at once").await).await;
}

/// Nobody, and users whose names might be taken for it.
const USERS: [Option<&str>; 6] = [None, Some(""), Some("ann"), Some("Ann"), Some("ann "), Some("NULL")];

async fn unseen<S: MemoryStore>(store: &S) {
    for (n, user) in (0..).zip(USERS) {
        done(store.remember(user, &fact("drink", &format!("tea {n}"), n)).await);
        done(store.record(user, &episode(None, "k", &format!("tea {n}"), n)).await);
    }
    for (n, user) in (0..).zip(USERS) {
        let (known, said) = (fact("drink", &format!("tea {n}"), n), episode(None, "k", &format!("tea {n}"), n));
        assert_eq!(done(store.facts(user).await), vec![known.clone()], "{user:?} has facts apart");
        assert_eq!(done(store.facts_about(user, "tea", 9).await), vec![known.clone()], "{user:?} finds none of others");
        assert_eq!(done(store.fact(user, "drink").await), Some(known), "{user:?} has keys apart");
        assert_eq!(done(store.last(user, None, 9).await), vec![said.clone()], "{user:?} has episodes apart");
        assert_eq!(done(store.episodes_about(user, "tea", 9).await), [said], "{user:?} finds none of others");
    }
    done(store.forget_user(None).await);
    assert!(done(store.forget(Some("ann"), "drink").await), "{:?} was not forgotten with nobody", Some("ann"));
    assert_eq!(done(store.facts(Some("")).await).len(), 1, "what another forgets stays");
    assert_eq!(done(store.facts(None).await), [], "nobody is forgotten");
}

async fn unmoved<S: MemoryStore>(store: &S) {
    let texts = ["tea and milk", "milk and honey", "honey and tea and bread", "tea", "bread"];
    for (at, text) in (1..).zip(texts) {
        done(store.remember(Some("ann"), &fact(text, text, at)).await);
    }
    let before = done(store.facts_about(Some("ann"), "tea milk honey", 9).await);
    for n in 0..100 {
        done(store.remember(Some("bob"), &fact(&n.to_string(), "milk milk milk, and more of it", n)).await);
    }
    let after = done(store.facts_about(Some("ann"), "tea milk honey", 9).await);
    assert_eq!(after, before, "what is written for one does not change what another finds, nor its order");
}

async fn at_once<S: MemoryStore>(store: &S) {
    let users: Vec<_> = (0..20).map(|n| format!("user {n}")).collect();
    join_all(users.iter().map(async |user| {
        done(store.remember(Some(user), &fact("who", user, 1)).await);
        done(store.record(Some(user), &episode(None, "k", user, 1)).await);
        assert_eq!(done(store.facts(Some(user)).await), [fact("who", user, 1)], "each has what is its own");
        assert_eq!(done(store.last(Some(user), None, 9).await), [episode(None, "k", user, 1)], "each said its own");
    }))
    .await;
}
