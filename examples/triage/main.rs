//! Sorts support tickets, answers what can be answered, and hands the rest to a person.
//!
//! Larkspur, a maker of bookkeeping software, gets the mail. Each ticket runs through the graph of
//! [`Triage`] below. All steps are plain Rust: no key and no network is needed, and a step that asks
//! a language model instead would change nothing else.
//!
//! ```text
//! cargo run --example triage                               # the tickets that come with it
//! cargo run --example triage -- my-ticket.txt inbox.lines  # tickets of your own
//! echo "I was charged twice, account 4417 2294" | cargo run --example triage
//! cargo run --example triage --features sqlite -- --journal mail.db   # every finished step is kept
//! ```

mod account;
#[cfg(feature = "sqlite")]
mod kept;
mod reading;
mod report;
mod steps;
mod templates;
mod tickets;

use std::env;
use std::ffi::OsString;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use loomflow::prelude::*;

use report::Report;
use steps::{
    Approval, Desk, Policy, Reason, Reply, Sorter, Verdict, approve, billing, classify, escalate, review, revise, send,
    technical,
};
use templates::Templates;
use tickets::{Source, Ticket};

workflow! {
    /// Sorts a ticket, drafts an answer, has it reviewed, and sends it where the policy allows.
    Triage(ticket: Ticket) -> Reply {
        start -> classify(ticket) -> match {
            Desk::Billing(account) => draft = billing(ticket, account),
            Desk::Technical        => draft = technical(ticket),
            Desk::Spam             => end(Reply::Nothing),
        } -> review(ticket, draft) -> match {
            Verdict::Good       => {}
            Verdict::Weak(note) => draft = revise(draft, note)
                -> review(ticket, draft) max 3 else escalate(ticket, Reason::Unfinished),
        } -> approve(ticket, draft) -> match {
            Approval::Granted      => send(draft) -> end,
            Approval::Refused(why) => escalate(ticket, why),
        };
        escalate -> end;
    }
}

/// What the steps may ask for with `#[context]`.
#[derive(Context)]
struct App {
    policy: Policy,
    sorter: Sorter,
    templates: Templates,
}

/// Where runs are kept.
enum Desks {
    Memory(App),
    #[cfg(feature = "sqlite")]
    Journal(kept::Kept),
}

impl Desks {
    async fn open(app: App, journal: Option<&Path>) -> Result<Self, Trouble> {
        match journal {
            None => Ok(Desks::Memory(app)),
            #[cfg(feature = "sqlite")]
            Some(journal) => Ok(Desks::Journal(kept::Kept::open(app, journal).await?)),
            #[cfg(not(feature = "sqlite"))]
            Some(_) => Err("this was built without SQLite: add `--features sqlite` behind `cargo run`".into()),
        }
    }

    /// Runs one ticket through the graph: the nodes it came through, and what became of it.
    async fn run_one(&self, ticket: Ticket) -> (Vec<String>, Result<Reply, Trouble>) {
        match self {
            Desks::Memory(app) => {
                let (path, outcome) = Triage::trace(app, ticket).await;
                (path.into_iter().map(str::to_owned).collect(), outcome.map_err(Into::into))
            }
            #[cfg(feature = "sqlite")]
            Desks::Journal(kept) => match kept.run_one(ticket).await {
                Ok((path, reply)) => (path, Ok(reply)),
                Err(error) => (Vec::new(), Err(error.into())),
            },
        }
    }
}

/// Why a ticket could not be dealt with.
type Trouble = Box<dyn std::error::Error + Send + Sync>;

const HELP: &str = "\
Sorts support tickets, answers what can be answered, and hands the rest to a person.

Usage: triage [--journal FILE] [FILE]...

Arguments:
  FILE    a file that holds one ticket; or, if its name ends in .lines, one
          ticket a line; or a folder of .txt and .lines files; or - for
          standard input, one ticket a line. Blank lines are skipped.

Without arguments the tickets are read from standard input, or, where that is
a terminal, from the folder that comes with the example.

Options:
  --journal FILE    keep every finished step in this file; started again, the
                    program goes on where it was killed, and answers no ticket
                    a second time (needs `--features sqlite`)
  -h, --help        show this help

The exit code is 1 if a ticket could not be read or its run failed; the other
tickets are dealt with all the same. It is 2 if the command line is wrong.
";

/// What the command line asks for.
enum Command {
    Help,
    Run(Vec<Source>, Option<PathBuf>),
}

fn parse(mut args: impl Iterator<Item = OsString>) -> Result<Command, String> {
    let mut sources = Vec::new();
    let mut options = true;
    let mut journal = None;
    while let Some(arg) = args.next() {
        match arg.to_str() {
            Some("--") if options => options = false,
            Some("-h" | "--help") if options => return Ok(Command::Help),
            Some("--journal") if options => {
                let file = args.next().ok_or("--journal needs the name of a file")?;
                journal = Some(PathBuf::from(file));
            }
            Some("-") => sources.push(Source::Stdin),
            Some(unknown) if options && unknown.starts_with('-') => {
                return Err(format!("unknown option {unknown}; try --help"));
            }
            _ => sources.push(Source::Path(PathBuf::from(arg))),
        }
    }
    if sources.is_empty() {
        sources.push(if io::stdin().is_terminal() {
            let bundled = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/triage/tickets");
            Source::Path(PathBuf::from(bundled))
        } else {
            Source::Stdin
        });
    }
    Ok(Command::Run(sources, journal))
}

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

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let (sources, journal) = match parse(env::args_os().skip(1)) {
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
    let app = App { policy: Policy::default(), sorter: Sorter::default(), templates: Templates::bundled() };
    let desks = match Desks::open(app, journal.as_deref()).await {
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
