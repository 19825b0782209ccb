//! Orchestrator and workers: a first step looks at the input and plans the work, workers do the
//! tasks, some of them at once, and a last step puts their results together.
//!
//! The input is a table. What there is to do is known only when its columns were looked at: numbers
//! are measured, dates are spanned, words are counted. Three workers are busy at the most.
//!
//! ```text
//! cargo run --example orchestrator                # the table that comes with it
//! cargo run --example orchestrator -- table.csv   # one of your own, with a heading
//! ```

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::process::ExitCode;

use loomflow::prelude::*;
use serde::{Deserialize, Serialize};

workflow! {
    /// Describes a table in one line a column.
    Describe(table: String) -> String {
        start -> plan(table)
              -> lines = [for task in plan.tasks, 3 at once => {
                     match task.kind {
                         Kind::Numbers => line = measure(task),
                         Kind::Dates   => line = span(task),
                         Kind::Words   => line = count(task),
                     } -> (line)
                 }]
              -> synthesise(plan.rows, lines) -> end;
    }
}

/// What is to be done for a table.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Plan {
    rows: usize,
    tasks: Vec<Task>,
}

/// A column, and what is to be done with it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Task {
    column: String,
    kind: Kind,
    cells: Vec<String>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
enum Kind {
    Numbers,
    Dates,
    Words,
}

/// There is nothing to describe.
#[derive(Debug, thiserror::Error)]
#[error("a table has a heading, a row at the least, and as many cells in each: line {0} has not")]
struct NoTable(usize);

/// Looks at each column: what all of its cells are decides what is done with it.
#[step]
fn plan(table: &str) -> Result<Plan, NoTable> {
    let lines = table.lines().filter(|line| !line.trim().is_empty());
    let mut rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').map(str::trim).collect()).collect();
    if rows.len() < 2 {
        return Err(NoTable(rows.len() + 1));
    }
    let heading = rows.remove(0);
    if let Some(short) = rows.iter().position(|row| row.len() != heading.len()) {
        return Err(NoTable(short + 2));
    }
    let tasks = heading.iter().enumerate().map(|(at, column)| {
        let cells: Vec<String> = rows.iter().map(|row| row[at].to_owned()).collect();
        let kind = if cells.iter().all(|cell| cell.parse::<f64>().is_ok()) {
            Kind::Numbers
        } else if cells.iter().all(|cell| is_date(cell)) {
            Kind::Dates
        } else {
            Kind::Words
        };
        Task { column: (*column).to_owned(), kind, cells }
    });
    Ok(Plan { rows: rows.len(), tasks: tasks.collect() })
}

/// Whether it is written like 2024-05-17.
fn is_date(cell: &str) -> bool {
    let parts: Vec<&str> = cell.split('-').collect();
    parts.iter().map(|part| part.len()).eq([4, 2, 2]) && parts.iter().all(|part| part.parse::<u16>().is_ok())
}

#[step]
fn measure(task: &Task) -> String {
    let numbers: Vec<f64> = task.cells.iter().filter_map(|cell| cell.parse().ok()).collect();
    let least = numbers.iter().copied().fold(f64::INFINITY, f64::min);
    let most = numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let count = u32::try_from(numbers.len()).map_or(f64::INFINITY, f64::from);
    let mean = numbers.iter().sum::<f64>() / count;
    format!("{}: {least} to {most}, {mean:.1} in the mean", task.column)
}

#[step]
fn span(task: &Task) -> String {
    // Dates that begin with the year are in order when their letters are.
    let first = task.cells.iter().min().map_or("", String::as_str);
    let last = task.cells.iter().max().map_or("", String::as_str);
    format!("{}: from {first} to {last}", task.column)
}

#[step]
fn count(task: &Task) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for cell in &task.cells {
        *counts.entry(cell).or_default() += 1;
    }
    let (most, often) =
        counts.iter().rev().max_by_key(|(_, often)| **often).map_or(("", 0), |(most, often)| (*most, *often));
    format!("{}: {} different, most often {most} ({often} times)", task.column, counts.len())
}

#[step]
fn synthesise(rows: usize, lines: &[String]) -> String {
    format!("{rows} rows, {} columns\n{}", lines.len(), lines.join("\n"))
}

const TABLE: &str = "\
day,station,sky,warmest,rain
2024-03-01,Harrow Point,cloud,9.5,2
2024-03-01,Mill Lane,rain,8.0,11
2024-03-02,Harrow Point,rain,7.5,14
2024-03-02,Mill Lane,rain,7.0,16
2024-03-03,Harrow Point,sun,12.0,0
2024-03-03,Mill Lane,cloud,10.5,0
2024-03-04,Harrow Point,sun,13.5,0
";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let table = match env::args().nth(1) {
        None => Ok(TABLE.to_owned()),
        Some(path) => fs::read_to_string(&path).map_err(|error| format!("{path}: {error}")),
    };
    let described = match table {
        Ok(table) => Describe::run(&(), table).await.map_err(|failure| failure.to_string()),
        Err(error) => Err(error),
    };
    match described {
        Ok(text) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("orchestrator: {error}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
#[path = "../tests/kept_examples/orchestrator.rs"]
mod kept;
