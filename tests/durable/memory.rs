//! The memory of a run: its own and its user's, found however deep, and written once however often a step is performed.

use crate::{
    echo::echo,
    kept::{Cut, Mortal, program},
};
use futures_util::future::join_all;
use loomflow::{
    Loom, Memory, Model, Tone, Visit,
    journal::MemoryJournal,
    model::{
        Message,
        memory::{Episode, InMemory, MemoryError, MemoryStore},
    },
    prelude::*,
};
use std::error::Error;
use tokio::task::yield_now;

type Trouble = Box<dyn Error + Send + Sync>;

/// Writes something down, and gives all that is remembered here afterwards.
#[step]
async fn notes(#[run] run: &Visit, text: String) -> Result<Vec<String>, MemoryError> {
    let Some(memory) = Memory::here() else { return Ok(vec!["no memory".to_owned()]) };
    memory.remember(&text, "so it is").await?;
    memory.record(run.key(), &[Message::user(text)]).await?;
    yield_now().await;
    Ok(memory.facts().await?.into_iter().map(|fact| fact.key).collect())
}

workflow! {
    Inner(text: String) -> Vec<String> { start -> notes(text) -> end; }
}

/// Runs a workflow itself, as a step may.
#[step]
async fn inside(text: String) -> Result<Vec<String>, Failure> {
    Inner::run(&(), text).await
}

/// The same, with a memory of its own.
#[step]
async fn apart(text: String) -> Result<Vec<String>, Failure> {
    Inner::run(&(), text).with(Memory::in_memory()).await
}

workflow! {
    Deep() -> Vec<Vec<String>> {
        start -> a: notes("a".to_owned()) -> b: Inner("b".to_owned()) -> c: inside("c".to_owned())
              -> d: apart("d".to_owned())
              -> [ notes("e".to_owned()), { f: Inner("f".to_owned()) } ]
              -> each = [for text in vec!["g".to_owned(), "h".to_owned()] => g: notes(text)]
              -> last: notes("z".to_owned()) -> end(vec![a, b, c, d, last]);
    }
}

const FOUND: [&str; 5] = ["a", "a b", "a b c", "d", "a b c e f g h z"];

fn words(found: &[Vec<String>]) -> Vec<String> {
    found.iter().map(|keys| keys.join(" ")).collect()
}

#[test]
fn the_memory_of_a_run_is_found_however_deep_unless_another_was_given_there() {
    program(async {
        let memory = Memory::in_memory();
        assert_eq!(words(&Deep::run(&()).with(memory.clone()).await.expect("it ends")), FOUND);
        assert_eq!(memory.facts().await.expect("it is there").len(), 8);
        let found = Deep::run(&()).await.expect("it ends");
        assert_eq!(words(&found)[2..], ["no memory", "d", "no memory"], "what was given is gone with its run");

        let (store, other) = (InMemory::new(), Memory::in_memory());
        let loom = Loom::builder(()).with(other).with(Memory::new(store.clone())).build();
        let run = loom.start::<Deep>("deep", ()).user("ann").session("s").await.expect("it begins");
        assert_eq!(words(&run.output().await.expect("it ends")), FOUND);
        assert_eq!(store.facts(Some("ann")).await.expect("it is there").len(), 8);
        assert_eq!(store.last(Some("ann"), Some("s"), 9).await.expect("it is there").len(), 8);
        assert_eq!(store.facts(None).await.expect("it is there"), []);
    });
}

#[test]
fn an_agent_has_its_own_memory_before_that_of_the_run() {
    program(async {
        let (own, given) = (Memory::in_memory(), Memory::in_memory());
        let loom = Loom::builder(()).with(given.clone()).build();
        let writes = {
            let own = own.clone();
            loom.run("run", (), async move |()| {
                Memory::or_here(Some(&own)).expect("its own").remember("a", "own").await?;
                Memory::or_here(None).expect("the run's").remember("b", "the run's").await?;
                let here = Memory::here().expect("the run's");
                // A task of its own is in no run, and what was fixed before stays the user's.
                tokio::spawn(async move {
                    assert!(Memory::here().is_none());
                    here.remember("c", "another task").await
                })
                .await??;
                Ok::<_, Trouble>(())
            })
        };
        writes.user("ann").await.expect("it ends");
        let keys = async |memory: &Memory| {
            let facts = memory.of("ann").facts().await.expect("it is there");
            facts.into_iter().map(|fact| fact.key).collect::<Vec<_>>()
        };
        assert_eq!(
            (keys(&own).await, keys(&given).await),
            (vec!["a".to_owned()], vec!["b".to_owned(), "c".to_owned()])
        );
        assert_eq!(given.of_nobody().facts().await.expect("it is there"), []);
    });
}

/// Writes down what is its own, and tells what it finds and in which tone the model is asked.
#[step]
async fn own(#[context] model: &Model, #[run] run: &Visit, n: u32) -> Result<Vec<String>, Trouble> {
    let memory = Memory::here().ok_or("no memory was given")?;
    memory.remember("number", &n.to_string()).await?;
    yield_now().await;
    memory.record(run.key(), &[Message::user(format!("number {n}"))]).await?;
    yield_now().await;
    let mut found = vec![model.text("?").await?];
    found.extend(memory.facts_about("number", 9).await?.into_iter().map(|fact| fact.text));
    found.extend(memory.last(9).await?.iter().chain(&memory.episodes_about("number", 9).await?).map(text));
    Ok(found)
}

workflow! {
    Own(n: u32) -> Vec<String> { start -> own(n) -> end; }
}

fn text(episode: &Episode) -> String {
    match &episode.messages[..] {
        [Message::User { content }] => content.clone(),
        other => panic!("{other:?}"),
    }
}

/// What one that finds nothing of others finds.
fn only_its_own(n: u32) -> Vec<String> {
    let said = format!("number {n}");
    vec![format!("Answer in this tone: {n}."), n.to_string(), said.clone(), said]
}

#[test]
fn of_a_thousand_runs_at_once_none_sees_the_memory_or_the_tone_of_another() {
    let shared = Memory::in_memory();
    let runs = |memory_of: fn(&Memory, u32) -> Memory| {
        let shared = shared.clone();
        program(async move {
            let runs = (0..1_000).map(|n| {
                let memory = memory_of(&shared, n);
                let run = async move { Own::run(&echo(), n).with(memory).with(Tone::Custom(n.to_string())).await };
                tokio::spawn(async move { (n, run.await.expect("it ends")) })
            });
            for (n, found) in join_all(runs).await.into_iter().map(|run| run.expect("no run panics")) {
                assert_eq!(found, only_its_own(n));
            }
        });
    };
    runs(|_, _| Memory::in_memory());
    runs(|shared, n| shared.of(&format!("user {n}")));
}

#[test]
fn users_of_one_loom_share_nothing_and_their_runs_share_what_is_theirs() {
    program(async {
        let loom = Loom::builder(echo()).with(Memory::in_memory()).with(Tone::Custom("0".to_owned())).build();
        let runs = (0..100).map(async |n: u32| {
            let (id, user) = (format!("run {n}"), format!("user {n}"));
            let run = loom.start::<Own>(&id, n).user(&user).await.expect("it begins");
            (n, run.output().await.expect("it ends"))
        });
        for (n, found) in join_all(runs).await {
            assert_eq!(found[1..], only_its_own(n)[1..]);
        }
        let run = loom.start::<Own>("again", 7).user("user 7").session("s").await.expect("it begins");
        let found = run.output().await.expect("it ends");
        assert_eq!(found[1..], ["7", "number 7", "number 7", "number 7"], "the user's other session is found");
    });
}

/// Answers by what it recalls, and writes that down as an agent does.
#[step]
async fn answer(#[run] run: &Visit, question: String) -> Result<String, MemoryError> {
    let Some(memory) = Memory::here() else { return Ok("no memory".to_owned()) };
    let recalled = memory.recall(run.key(), &question).await?;
    let known: Vec<_> = recalled.facts.iter().map(|fact| &*fact.key).collect();
    let answer = format!("{question}: {} before, known {known:?}", recalled.last.len());
    memory.record(run.key(), &[Message::user(&*question), Message::assistant(&*answer)]).await?;
    Ok(answer)
}

/// Keeps a fact, in a step of its own: what recalls it was recorded before.
#[step]
async fn keeps(key: String, text: &str) -> Result<(), MemoryError> {
    match Memory::here() {
        Some(memory) => memory.remember(&key, text).await,
        None => Ok(()),
    }
}

/// Writes what it is told, twice in one visit.
#[step]
async fn jots(#[run] run: &Visit, text: String) -> Result<(), MemoryError> {
    let Some(memory) = Memory::here() else { return Ok(()) };
    for n in 0..2 {
        memory.record(&format!("{}.{n}", run.key()), &[Message::user(format!("{text} {n}"))]).await?;
    }
    Ok(())
}

workflow! {
    Talk() -> Vec<String> {
        start -> one: answer("one".to_owned()) -> keeps("first".to_owned(), one)
              -> two: answer("two".to_owned()) -> more: keeps("second".to_owned(), two)
              -> [for text in vec!["x".to_owned(), "y".to_owned()] => jots(text)]
              -> three: answer("three".to_owned()) -> end(vec![one, two, three]);
    }
}

/// What a run gives, and what is remembered afterwards, when its program dies at a write and another one goes on.
fn talked<S: MemoryStore + Clone + 'static>(cut: Cut, store: &S) -> (Vec<String>, Vec<String>, usize) {
    let kept = MemoryJournal::new();
    let loom = |hours, cut| {
        let journal = Mortal::after(&kept, hours, cut);
        let loom = Loom::builder(()).journal(journal.clone()).with(Memory::new(store.clone())).build();
        (loom, journal)
    };
    let begin =
        async |loom: &Loom<()>| loom.start::<Talk>("talk", ()).user("ann").session("s").await.expect("it begins");
    let writes = program(async {
        let (loom, journal) = loom(0, cut);
        let run = begin(&loom).await;
        tokio::select! {
            output = run.output() => drop(output.expect("it ends")),
            () = journal.died() => {}
        }
        journal.writes()
    });
    let said = program(async {
        let output = begin(&loom(1, Cut::Never).0).await.output().await.expect("it ends");
        let episodes = store.last(Some("ann"), Some("s"), 99).await.expect("it is there");
        let facts = store.facts(Some("ann")).await.expect("they are there");
        let mut said: Vec<_> = episodes.iter().map(|episode| format!("{:?}", episode.messages)).collect();
        // Branches write in any order.
        said[2..6].sort();
        said.extend(facts.into_iter().map(|fact| fact.text));
        (output, said)
    });
    (said.0, said.1, writes)
}

fn at_every_write<S: MemoryStore + Clone + 'static>(mut store: impl FnMut() -> S) {
    let (output, said, writes) = talked(Cut::Never, &store());
    assert_eq!(output[2], r#"three: 6 before, known ["first", "second"]"#);
    assert_eq!(said.len(), 9);
    assert!(writes > 5, "{writes}");
    for cut in (0..writes).flat_map(|write| [Cut::Behind(write), Cut::Before(write)]) {
        let (again, remembered, _) = talked(cut, &store());
        assert_eq!((&again, &remembered), (&output, &said), "{cut:?}");
    }
}

#[test]
fn what_is_performed_again_recalls_what_it_did_and_writes_nothing_twice() {
    at_every_write(InMemory::new);
}

#[cfg(feature = "sqlite")]
mod in_a_file {
    use super::*;
    use loomflow::{Sqlite, journal::Journal, model::memory::SqliteMemory};
    use tempfile::tempdir;

    #[test]
    fn what_is_performed_again_writes_nothing_twice_to_a_file_either() {
        let folder = tempdir().expect("a folder can be made");
        let mut files = 0;
        at_every_write(|| {
            files += 1;
            program(SqliteMemory::open(folder.path().join(format!("{files}.db")))).expect("it can be opened")
        });
    }

    #[tokio::test]
    async fn a_journal_and_memories_share_a_file_whichever_was_there_first() {
        let folder = tempdir().expect("a folder can be made");
        let path = |name: &str| folder.path().join(name);
        for name in ["journal first", "memories first"] {
            if name == "journal first" {
                Sqlite::open(path(name)).await.expect("it can be opened");
            }
            let memory = Memory::new(SqliteMemory::open(path(name)).await.expect("it can be opened"));
            let journal = Sqlite::open(path(name)).await.expect("it can be opened");
            let loom = Loom::builder(()).journal(journal.clone()).with(memory.clone()).build();
            let run = loom.start::<Talk>("talk", ()).user("ann").await.expect("it begins");
            run.output().await.expect("it ends");
            assert_eq!(memory.of("ann").facts().await.expect("it is there").len(), 2, "{name}");
            assert!(journal.run("talk").await.expect("it is there").is_some(), "{name}");
        }
    }
}
