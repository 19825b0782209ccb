//! Partial failure: each item is worked on by itself, and what fails does not stop the others. What
//! succeeded counts, and what did not is told.
//!
//! Branch offices send their sales as text. `try` makes a failure in a branch of the fork a value, so
//! the summary sees both. Where not even half can be read, the run fails after all.
//!
//! ```text
//! cargo run --example partial_failure                         # the reports that come with it
//! cargo run --example partial_failure -- "Oslo: 4, 7" "Bern:" # reports of your own
//! ```

use std::env;
use std::process::ExitCode;

use loomflow::prelude::*;
use serde::{Deserialize, Serialize};

workflow! {
    /// Adds up the sales of all branch offices that can be read.
    Sales(reports: Vec<String>) -> Summary {
        start -> offices = [for report in reports, 4 at once => try {
                     parse(report) -> check(parse) -> convert(check)
                 }]
              -> summarise(offices)
              -> if 2 * summarise.failed.len() > offices.len() { fail(TooFew(summarise.failed)) }
              -> end(summarise);
    }
}

/// What an office sold, day by day.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Report {
    office: String,
    days: Vec<u32>,
}

/// What an office sold, in euros.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Office {
    name: String,
    euros: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Summary {
    offices: Vec<Office>,
    /// Why the others are missing.
    failed: Vec<String>,
}

/// What is wrong with a report.
#[derive(Debug, thiserror::Error)]
enum Unread {
    #[error("`{0}` is no report: write `office: day, day, …`")]
    Shape(String),
    #[error("{office}: `{day}` is no number")]
    Day { office: String, day: String },
    #[error("{0}: a week has seven days")]
    Week(String),
    #[error("{0}: in no currency that is known")]
    Currency(String),
}

#[derive(Debug, thiserror::Error)]
#[error("less than half of the reports can be read:\n  {}", .0.join("\n  "))]
struct TooFew(Vec<String>);

#[step]
fn parse(report: &str) -> Result<Report, Unread> {
    let (office, days) = report.split_once(':').ok_or_else(|| Unread::Shape(report.to_owned()))?;
    let days = days.split(',').map(str::trim).filter(|day| !day.is_empty()).map(|day| {
        let wrong = || Unread::Day { office: office.to_owned(), day: day.to_owned() };
        day.parse().map_err(|_| wrong())
    });
    Ok(Report { office: office.to_owned(), days: days.collect::<Result<_, _>>()? })
}

#[step]
fn check(report: Report) -> Result<Report, Unread> {
    if report.days.len() > 7 { Err(Unread::Week(report.office)) } else { Ok(report) }
}

/// Sums up, and changes into euros what is not in euros.
#[step]
fn convert(report: &Report) -> Result<Office, Unread> {
    let hundredths = match report.office.as_str() {
        "Bern" => 104,
        "Oslo" => 9,
        "Lyon" | "Turin" | "Ghent" => 100,
        other => return Err(Unread::Currency(other.to_owned())),
    };
    Ok(Office { name: report.office.clone(), euros: report.days.iter().sum::<u32>() * hundredths / 100 })
}

#[step]
fn summarise(offices: &[Result<Office, Failure>]) -> Summary {
    let failed = offices.iter().filter_map(|office| office.as_ref().err());
    Summary {
        offices: offices.iter().flatten().cloned().collect(),
        failed: failed.map(|failure| format!("{} ({})", cause(failure), failure.node())).collect(),
    }
}

/// The step's own words.
fn cause(failure: &Failure) -> String {
    failure.downcast_ref::<Unread>().map_or_else(|| failure.to_string(), Unread::to_string)
}

const REPORTS: [&str; 6] = [
    "Lyon: 120, 80, 95, 110, 60",
    "Bern: 70, 85, 90, 100, 40",
    "Oslo: 900, 1200, 850",
    "Turin: 50, 65, none, 80",
    "Ghent: 10, 20, 30, 40, 50, 60, 70, 80",
    "Kyiv: 4000, 3500",
];

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let given: Vec<String> = env::args().skip(1).collect();
    let reports = if given.is_empty() { REPORTS.map(str::to_owned).to_vec() } else { given };
    match Sales::run(&(), reports).await {
        Ok(summary) => {
            for office in &summary.offices {
                println!("{}: EUR {}", office.name, office.euros);
            }
            println!("together: EUR {}", summary.offices.iter().map(|office| office.euros).sum::<u32>());
            for failed in &summary.failed {
                println!("missing: {failed}");
            }
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("partial_failure: {failure}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
#[path = "../tests/kept_examples/partial_failure.rs"]
mod kept;
