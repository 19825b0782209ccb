//! Memories that are gone with the program.

use super::{
    rank::{Candidate, best},
    store::{Episode, Fact, MemoryStore, Remembering},
    words::{Query, words},
};
use std::{
    collections::{BTreeMap, HashMap, hash_map::Entry},
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

/// Memories that are gone with the program, for tests and for what need not outlive it. A clone is the same store. What runs
/// are given is a [`Memory`](super::Memory) of it, `Memory::new(store)`, and not the store itself.
#[derive(Clone, Default)]
pub struct InMemory(Arc<Mutex<HashMap<Option<String>, Person>>>);

/// What is kept of one user.
#[derive(Default)]
struct Person {
    facts: BTreeMap<String, Kept<Fact>>,
    episodes: Vec<Kept<Episode>>,
}

impl Person {
    fn is_empty(&self) -> bool {
        self.facts.is_empty() && self.episodes.is_empty()
    }
}

/// Something with the words it is found by.
struct Kept<T> {
    item: T,
    words: Vec<String>,
}

impl InMemory {
    /// A store with nothing in it.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Answers with what is done under the lock, when it is polled and not before. Of whom nothing is kept afterwards, not
    /// even the name is.
    fn with<'a, T: Send + 'a>(
        &'a self,
        user: Option<&'a str>,
        work: impl FnOnce(&mut Person) -> T + Send + 'a,
    ) -> Remembering<'a, T> {
        Box::pin(async move {
            // What panics under the lock does so before anything is changed.
            let mut people = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            match people.entry(user.map(str::to_owned)) {
                Entry::Vacant(nobody) => {
                    let mut person = Person::default();
                    let done = work(&mut person);
                    if !person.is_empty() {
                        nobody.insert(person);
                    }
                    Ok(done)
                }
                Entry::Occupied(mut person) => {
                    let done = work(person.get_mut());
                    if person.get().is_empty() {
                        person.remove();
                    }
                    Ok(done)
                }
            }
        })
    }
}

/// The best of what is kept, where that is given in the order it is to have among equals.
fn find<'k, T: Clone + 'k>(
    kept: impl ExactSizeIterator<Item = &'k Kept<T>>,
    at: impl Fn(&T) -> i64,
    query: &str,
    most: usize,
) -> Vec<T> {
    let (query, texts) = (Query::new(query), kept.len());
    let candidates = kept.filter_map(|kept| {
        let found = query.counts(kept.words.iter().map(String::as_str))?;
        Some(Candidate { at: at(&kept.item), item: &kept.item, found })
    });
    let candidates = candidates.collect();
    best(&query, texts, candidates, most).into_iter().cloned().collect()
}

impl MemoryStore for InMemory {
    fn remember<'a>(&'a self, user: Option<&'a str>, fact: &'a Fact) -> Remembering<'a, ()> {
        self.with(user, move |person| {
            if person.facts.get(&fact.key).is_none_or(|kept| kept.item.text != fact.text) {
                let words = words(&fact.searched());
                person.facts.insert(fact.key.clone(), Kept { item: fact.clone(), words });
            }
        })
    }

    fn forget<'a>(&'a self, user: Option<&'a str>, key: &'a str) -> Remembering<'a, bool> {
        self.with(user, move |person| person.facts.remove(key).is_some())
    }

    fn fact<'a>(&'a self, user: Option<&'a str>, key: &'a str) -> Remembering<'a, Option<Fact>> {
        self.with(user, move |person| person.facts.get(key).map(|kept| kept.item.clone()))
    }

    fn facts<'a>(&'a self, user: Option<&'a str>) -> Remembering<'a, Vec<Fact>> {
        self.with(user, |person| person.facts.values().map(|kept| kept.item.clone()).collect())
    }

    fn facts_about<'a>(&'a self, user: Option<&'a str>, query: &'a str, most: usize) -> Remembering<'a, Vec<Fact>> {
        self.with(user, move |person| find(person.facts.values(), |fact| fact.at, query, most))
    }

    fn record<'a>(&'a self, user: Option<&'a str>, episode: &'a Episode) -> Remembering<'a, ()> {
        self.with(user, move |person| {
            let is_same =
                |kept: &&mut Kept<Episode>| (&kept.item.session, &kept.item.key) == (&episode.session, &episode.key);
            let there = person.episodes.iter_mut().find(is_same);
            if there.as_ref().is_some_and(|kept| kept.item.messages == episode.messages) {
                return;
            }
            let kept = Kept { item: episode.clone(), words: words(&episode.searched()) };
            match there {
                Some(there) => *there = kept,
                None => person.episodes.push(kept),
            }
        })
    }

    fn last<'a>(
        &'a self,
        user: Option<&'a str>,
        session: Option<&'a str>,
        most: usize,
    ) -> Remembering<'a, Vec<Episode>> {
        self.with(user, move |person| {
            let episodes = person.episodes.iter().rev().filter(|kept| kept.item.session.as_deref() == session);
            let mut last: Vec<_> = episodes.take(most).map(|kept| kept.item.clone()).collect();
            last.reverse();
            last
        })
    }

    fn episodes_about<'a>(
        &'a self,
        user: Option<&'a str>,
        query: &'a str,
        most: usize,
    ) -> Remembering<'a, Vec<Episode>> {
        self.with(user, move |person| find(person.episodes.iter().rev(), |episode| episode.at, query, most))
    }

    fn forget_session<'a>(&'a self, user: Option<&'a str>, session: Option<&'a str>) -> Remembering<'a, u64> {
        self.with(user, move |person| {
            let before = person.episodes.len();
            person.episodes.retain(|kept| kept.item.session.as_deref() != session);
            u64::try_from(before - person.episodes.len()).unwrap_or(u64::MAX)
        })
    }

    fn prune(&self, before: i64) -> Remembering<'_, u64> {
        Box::pin(async move {
            let mut people = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let mut gone = 0;
            people.retain(|_, person| {
                let there = person.episodes.len();
                person.episodes.retain(|kept| kept.item.at >= before);
                gone += there - person.episodes.len();
                !person.is_empty()
            });
            Ok(u64::try_from(gone).unwrap_or(u64::MAX))
        })
    }

    fn forget_user<'a>(&'a self, user: Option<&'a str>) -> Remembering<'a, ()> {
        self.with(user, |person| *person = Person::default())
    }
}

/// Without what is in it, which is not for logs.
impl fmt::Debug for InMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InMemory").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::conformance;

    #[tokio::test]
    async fn a_store_in_memory_does_what_stores_do() {
        let stores = Mutex::new(HashMap::<String, InMemory>::new());
        conformance::check(async |name| stores.lock().unwrap().entry(name.to_owned()).or_default().clone()).await;
    }

    #[tokio::test]
    async fn who_only_asks_and_who_was_forgotten_takes_no_room() {
        let store = InMemory::new();
        for n in 0..100 {
            let name = n.to_string();
            assert_eq!(store.facts(Some(&name)).await.unwrap(), []);
            store.remember(Some(&name), &Fact { key: "k".into(), ..Fact::default() }).await.unwrap();
            assert!(store.forget(Some(&name), "k").await.unwrap());
        }
        store.record(None, &Episode::default()).await.unwrap();
        store.forget_user(None).await.unwrap();
        assert!(store.0.lock().unwrap().is_empty());
    }
}
