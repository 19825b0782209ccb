//! Orchestrator and workers: the model looks at each column of a table and says what is to be done with it, and workers do it.

use loomflow::prelude::*;
use serde::{Deserialize, Serialize};

workflow! {
    /// Describes a table in one line a column.
    pub(crate) Describe(table: String) -> String {
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

/// What stands in a column.
#[derive(Debug, Clone, Copy, Choice, Serialize, Deserialize)]
enum Kind {
    /// Numbers that can be measured.
    Numbers,
    /// Days.
    Dates,
    /// Words that can be counted.
    Words,
}

#[step]
async fn plan(#[context] model: &Model, table: &str) -> Result<Plan, ModelError> {
    let mut rows: Vec<Vec<&str>> = table.lines().map(|line| line.split(',').map(str::trim).collect()).collect();
    let heading = rows.drain(..1.min(rows.len())).next().unwrap_or_default();
    let mut tasks = Vec::new();
    for (at, column) in heading.iter().enumerate() {
        let cells: Vec<String> = rows.iter().filter_map(|row| row.get(at)).map(|&cell| cell.to_owned()).collect();
        let kind = model.choose(format!("What stands in the column `{column}`?\n{}", cells.join("\n"))).await?;
        tasks.push(Task { column: (*column).to_owned(), kind, cells });
    }
    Ok(Plan { rows: rows.len(), tasks })
}

/// What the model says of a column, in one line.
async fn told(model: &Model, task: &Task, question: &str) -> Result<String, ModelError> {
    let told = model.text(format!("{question} Answer in a few words.\n{}", task.cells.join("\n"))).await?;
    Ok(format!("{}: {}", task.column, told.lines().next().unwrap_or_default()))
}

#[step]
async fn measure(#[context] model: &Model, task: &Task) -> Result<String, ModelError> {
    told(model, task, "What is the least and the greatest of these numbers?").await
}

#[step]
async fn span(#[context] model: &Model, task: &Task) -> Result<String, ModelError> {
    told(model, task, "From which day to which day do these go?").await
}

#[step]
async fn count(#[context] model: &Model, task: &Task) -> Result<String, ModelError> {
    told(model, task, "Which of these words comes most often?").await
}

#[step]
fn synthesise(rows: usize, lines: &[String]) -> String {
    format!("{rows} rows, {} columns\n{}", lines.len(), lines.join("\n"))
}

pub(crate) const TABLE: &str = "\
day,sky,warmest
2024-03-01,cloud,9.5
2024-03-02,rain,7.5
2024-03-03,rain,12.0";
