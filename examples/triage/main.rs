//! Sorts support tickets, answers what can be answered, and hands the rest to a person.
//!
//! Larkspur, a maker of bookkeeping software, gets the mail. Each ticket runs through the graph in
//! `graph.rs`, whose steps stand in `steps.rs`. All steps are plain Rust: no key and no network is
//! needed. With `OPENAI_BASE_URL` or `OPENAI_API_KEY` set, and `OPENAI_MODEL`, a language model sorts
//! the tickets instead of a list of words, and nothing else changes.
//!
//! ```text
//! cargo run --example triage                               # the tickets that come with it
//! cargo run --example triage -- my-ticket.txt inbox.lines  # tickets of your own
//! echo "I was charged twice, account 4417 2294" | cargo run --example triage
//! cargo run --example triage --features openai             # a model sorts them, where one is configured
//! cargo run --example triage --features sqlite -- --journal mail.db   # every finished step is kept
//! ```

mod account;
mod command;
mod desks;
mod graph;
#[cfg(feature = "sqlite")]
mod journal;
#[cfg(feature = "openai")]
mod model;
mod reading;
mod report;
mod steps;
mod templates;
mod tickets;

use std::env;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;

use command::{Command, HELP};
use desks::{Desks, Trouble};
use graph::App;
use report::Report;
use tickets::Source;

/// Deals with all tickets, one after the other; whether all of them came through.
async fn run(desks: &Desks, sources: &[Source]) -> io::Result<bool> {
    let mut report = Report::new(io::stdout().lock());
    for ticket in sources.iter().flat_map(Source::read) {
        match ticket {
            Ok(ticket) => {
                let name = ticket.name.clone();
                let (path, outcome) = desks.run_one(ticket).await;
                report.ticket(&name, &path, &outcome)?;
            }
            Err(unread) => report.unread(&unread)?,
        }
    }
    report.close()
}

/// The desks of Larkspur, with the model that the environment names.
async fn open(journal: Option<&Path>) -> Result<Desks, Trouble> {
    let app = App::larkspur();
    #[cfg(feature = "openai")]
    let app = match model::configured()? {
        Some(model) => app.sorted_by(model),
        None => app,
    };
    Desks::open(app, journal).await
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let (sources, journal) = match Command::parse(env::args_os().skip(1)) {
        Ok(Command::Run(sources, journal)) => (sources, journal),
        Ok(Command::Help) => {
            // Whoever closes the pipe has read enough.
            let _ = io::stdout().write_all(HELP.as_bytes());
            return ExitCode::SUCCESS;
        }
        Err(message) => {
            eprintln!("triage: {message}");
            return ExitCode::from(2);
        }
    };
    let desks = match open(journal.as_deref()).await {
        Ok(desks) => desks,
        Err(error) => {
            eprintln!("triage: {error}");
            return ExitCode::FAILURE;
        }
    };
    match run(&desks, &sources).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        // As with `triage | head`.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("triage: standard output: {error}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
#[path = "../../tests/kept_examples/triage.rs"]
mod kept;

#[cfg(all(test, feature = "test"))]
#[path = "../../tests/kept_examples/triage_tested.rs"]
mod tested;
