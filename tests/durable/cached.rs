//! Steps whose output is kept for the same input.

#![expect(clippy::unused_async, reason = "steps are async here so that they are performed as such")]

use crate::{
    kept::{Cut, Mortal, program},
    performed::Performed,
};
use loomflow::{
    Loom,
    journal::{Journal, MemoryJournal, RecordKind},
    prelude::*,
};
use serde::Serialize;

#[derive(Clone, Serialize, serde::Deserialize)]
struct Query {
    text: String,
    limit: u32,
}

#[step(cache = 2h, retry = 1, backoff = 1ms)]
async fn search(#[context] done: &Performed, query: &Query, page: Option<&str>) -> Result<Vec<String>, String> {
    done.note("search");
    if query.limit == 0 {
        Err("nothing".to_owned())
    } else {
        Ok(vec![query.text.clone(), page.unwrap_or("-").to_owned()])
    }
}

#[step(cache = 2h)]
fn other(#[context] done: &Performed, query: &Query, page: Option<&str>) -> Vec<String> {
    done.note("other");
    let _ = page;
    vec![query.text.clone()]
}

workflow! {
    Search(query: Query, page: Option<String>) -> Vec<String> {
        start -> one: search(query, page) -> second: search(query, page) -> other(query, page) -> end(second);
    }
}

fn query(limit: u32) -> Query {
    Query { text: "tea".to_owned(), limit }
}

async fn run(loom: &Loom<Performed>, id: &str, limit: u32, page: Option<&str>) -> Option<Vec<String>> {
    loom.start::<Search>(id, (query(limit), page.map(str::to_owned))).await.unwrap().output().await.ok()
}

#[test]
fn the_same_input_is_looked_up_in_all_runs_and_another_one_is_not() {
    let (kept, done) = (MemoryJournal::new(), Performed::default());
    program(async {
        let loom = Loom::builder(done.clone()).journal(kept.clone()).build();
        let first = run(&loom, "a", 1, None).await;
        assert_eq!(first.as_deref(), Some(&["tea".to_owned(), "-".to_owned()][..]));
        assert_eq!(run(&loom, "b", 1, None).await, first);
        assert_eq!(done.sorted(), ["other", "search"]);
        run(&loom, "c", 2, None).await;
        run(&loom, "d", 1, Some("2")).await;
        assert_eq!(done.sorted().iter().filter(|what| *what == "search").count(), 3);
        let records = kept.records(2, 0, 99).await.unwrap();
        let outputs: Vec<_> = records.iter().filter(|record| record.kind == RecordKind::Output).collect();
        assert_eq!(outputs.iter().map(|record| record.attempt).collect::<Vec<_>>(), [0, 0, 0]);
    });
}

#[test]
fn what_is_kept_for_too_long_is_forgotten() {
    let (kept, done) = (MemoryJournal::new(), Performed::default());
    for (generation, performed) in [(0, 1), (1, 1), (3, 2)] {
        program(async {
            let loom = Loom::builder(done.clone()).journal(Mortal::after(&kept, generation, Cut::Never)).build();
            run(&loom, &generation.to_string(), 1, None).await;
        });
        assert_eq!(done.sorted().iter().filter(|what| *what == "search").count(), performed, "{generation}");
    }
}

#[test]
fn failures_are_not_kept() {
    let (kept, done) = (MemoryJournal::new(), Performed::default());
    program(async {
        let loom = Loom::builder(done.clone()).journal(kept.clone()).build();
        assert_eq!(run(&loom, "a", 0, None).await, None);
        assert_eq!(run(&loom, "b", 0, None).await, None);
        assert_eq!(done.sorted(), ["search"; 4]);
    });
}

#[tokio::test]
async fn in_memory_nothing_is_kept() {
    let done = Performed::default();
    Search::run(&done, query(1), None).await.unwrap();
    assert_eq!(done.sorted(), ["other", "search", "search"]);
}
