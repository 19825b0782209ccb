//! Partial failure: what succeeded counts.

use crate::Trouble as Error;
use crate::Trouble as DbError;
use crate::common::{ended, failed, way};
use crate::drawn;
use crate::kept::case;
use loomflow::prelude::*;
use serde::{Deserialize, Serialize};
use std::cell::Cell;
use tokio::task::yield_now;

/// A night, and the tables it has.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Date(Vec<Table>);

/// A table, and the step that breaks on it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Table {
    name: String,
    breaks: String,
}

impl Table {
    fn reaches(&self, step: &'static str) -> Result<(), crate::Trouble> {
        if self.breaks == step { Err(crate::Trouble(step)) } else { Ok(()) }
    }
}

thread_local! {
    // Each test runs on a thread of its own, and its run with it.
    static AT_ONCE: Cell<usize> = const { Cell::new(0) };
    static MOST_AT_ONCE: Cell<usize> = const { Cell::new(0) };
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Raw(String);

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Rows(usize);

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Loaded(usize);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    rows: usize,
    failed: usize,
    whys: Vec<String>,
}

#[step]
async fn tables(night: &Date) -> Result<Vec<Table>, Error> {
    yield_now().await;
    if night.0.len() > 100 { Err(Error("too many")) } else { Ok(night.0.clone()) }
}

#[step]
async fn extract(t: &Table) -> Result<Raw, Error> {
    AT_ONCE.set(AT_ONCE.get() + 1);
    MOST_AT_ONCE.set(MOST_AT_ONCE.get().max(AT_ONCE.get()));
    yield_now().await;
    AT_ONCE.set(AT_ONCE.get() - 1);
    t.reaches("extract")?;
    Ok(Raw(t.name.clone()))
}

#[step]
async fn transform(t: &Table, r: &Raw) -> Result<Rows, Error> {
    yield_now().await;
    assert_ne!(t.breaks, "transform");
    Ok(Rows(r.0.len()))
}

#[step]
async fn load(t: &Table, r: &Rows) -> Result<Loaded, DbError> {
    yield_now().await;
    t.reaches("load")?;
    Ok(Loaded(r.0))
}

#[step]
fn summarise(night: &Date, loads: &[Result<Loaded, Failure>]) -> Summary {
    assert!(loads.len() <= night.0.len());
    let whys: Vec<String> = loads.iter().filter_map(|load| load.as_ref().err()).map(ToString::to_string).collect();
    Summary { rows: loads.iter().flatten().map(|loaded| loaded.0).sum(), failed: whys.len(), whys }
}

#[step]
fn page_oncall(summary: &Summary) {
    assert!(summary.failed < 3, "nobody on call");
}

workflow! { pub Nightly(night: Date) -> Summary {
    start -> tables(night)
          -> loads = [for t in tables, 4 at once => try { extract(t) -> transform(t, extract) -> load(t, transform) }]
          -> summarise(night, loads) -> if summarise.failed > 0 { page_oncall(summarise) } -> end(summarise);
} }

/// A night with tables of these names, each with the step that breaks on it behind a colon.
fn night(tables: &str) -> Date {
    let tables = tables.split_whitespace().map(|table| {
        let (name, breaks) = table.split_once(':').unwrap_or((table, ""));
        Table { name: name.to_owned(), breaks: breaks.to_owned() }
    });
    Date(tables.collect())
}

fn visits(path: &str, node: &str) -> usize {
    path.split(' ').filter(|visited| *visited == node).count()
}

#[test]
fn a_night_without_failures_pages_nobody() {
    let (path, summary) = ended(Nightly::trace(&(), night("users")));
    assert_eq!(path, "tables extract transform load summarise");
    assert_eq!(summary, Summary { rows: 5, failed: 0, whys: Vec::new() });
}

#[test]
fn a_night_without_tables_is_summarised_as_well() {
    let expected = way("tables summarise", Summary { rows: 0, failed: 0, whys: Vec::new() });
    assert_eq!(ended(Nightly::trace(&(), night(""))), expected);
}

#[test]
fn what_succeeded_counts_and_what_failed_is_paged() {
    let (path, summary) = ended(Nightly::trace(&(), night("users:extract orders items:load")));
    assert_eq!(["extract", "transform", "load"].map(|node| visits(&path, node)), [3, 2, 2]);
    assert!(path.ends_with("summarise page_oncall"), "{path}");
    assert_eq!((summary.rows, summary.failed), (6, 2));
    let whys = ["extract", "load"].map(|step| format!("workflow `Nightly` failed at `{step}`, attempt 1: {step}"));
    assert_eq!(summary.whys, whys);
}

#[test]
fn a_step_that_panics_is_a_failure_like_any_other() {
    let (path, summary) = ended(Nightly::trace(&(), night("users:transform orders")));
    assert_eq!((summary.rows, summary.failed, visits(&path, "page_oncall")), (6, 1, 1));
}

#[test]
fn four_tables_are_at_work_at_once_and_never_more() {
    for (tables, most) in [(1, 1), (3, 3), (4, 4), (5, 4), (40, 4)] {
        MOST_AT_ONCE.set(0);
        let (path, summary) = ended(Nightly::trace(&(), night(&"users ".repeat(tables))));
        assert_eq!((visits(&path, "extract"), summary.rows), (tables, 5 * tables));
        assert_eq!((MOST_AT_ONCE.get(), AT_ONCE.get()), (most, 0));
    }
}

#[test]
fn what_cannot_be_listed_or_paged_fails_the_run() {
    let (path, failure) = failed(Nightly::trace(&(), night(&"users ".repeat(101))));
    assert_eq!((path.as_str(), failure.node()), ("tables", "tables"));
    let (_, failure) = failed(Nightly::trace(&(), night("a:load b:load c:load")));
    assert_eq!((failure.node(), failure.kind()), ("page_oncall", FailureKind::Panicked));
}

#[test]
fn it_takes_as_many_steps_as_there_are_tables() {
    assert_eq!(Nightly::GRAPH.max_steps().to_string(), "3 + tables.len() * 3");
}

#[test]
fn it_is_drawn() {
    drawn(
        &Nightly::GRAPH,
        r#"
        flowchart TD
            n0(["start"])
            n1["tables"]
            n2["extract"]
            n3["transform"]
            n4["load"]
            n5["summarise"]
            n6["page_oncall"]
            n7(["end"])
            n8[/"for t in tables, 4 at once"\]
            n9[\"join"/]
            n10[/"try block"\]
            n11[\"join"/]
            n0 --> n1
            n1 --> n8
            n2 --> n3
            n3 --> n4
            n4 --> n11
            n5 -->|"summarise.failed #gt; 0"| n6
            n5 -->|"else"| n7
            n6 --> n7
            n8 --> n10
            n9 --> n5
            n10 --> n2
            n11 --> n9
        "#,
    );
}

#[test]
fn it_is_carried_on_from_every_write() {
    for tables in ["", "users", "users:extract orders items a b:transform c"] {
        assert!(case::<Nightly, _>(night(tables)).at_every_write().is_ok());
    }
    assert!(case::<Nightly, _>(night("a:load b:load c:load")).at_every_write().is_err());
}
