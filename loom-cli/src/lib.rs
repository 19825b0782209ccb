//! A command line for the binary of whoever has workflows. Use it through the `loomflow` crate, with its feature `cli`.
//!
//! ```no_run
//! use loomflow_cli::{run, workflows};
//! # use loomflow_runtime::machine::Machine;
//! use std::process::ExitCode;
//!
//! # async fn sample<Triage: Machine<()>, Refund: Machine<()>>() -> ExitCode {
//! // In the `main` of a program that has the workflows `Triage` and `Refund`:
//! run((), workflows![Triage, Refund]).await
//! # }
//! ```
//!
//! | command | what it does |
//! | --- | --- |
//! | `desk list` | the workflows, with what they take and give |
//! | `desk graph Triage`, `desk graph --run ticket-42` | the graph of one, or of a run with where it went, as Mermaid, DOT or an image |
//! | `desk run Triage ticket="I was charged twice."` | begins a run, and follows it until it ends or waits |
//! | `desk runs --status waiting` | the runs of the journal |
//! | `desk show ticket-42` | how a run stands, what happened in it, and what it waits for |
//! | `desk explain ticket-42 billing` | why a node ran in a run, or did not |
//! | `desk answer ticket-42 approve Granted` | answers a question of a run, which goes on |
//! | `desk resume` | carries on what was cut off: one run, or all |
//! | `desk retry ticket-42` | tries a failed run again from where it stood |
//! | `desk cancel ticket-42` | cancels a run |
//! | `desk export ticket-42` | the audit log of a run, or of all |
//! | `desk verify` | whether the records of chained runs are what was written |
//! | `desk prune --older-than 30d` | deletes runs that ended long ago |
//! | `desk completions bash` | completions for a shell |
//!
//! # Runs and their file
//!
//! Runs are kept in the file that `--journal FILE` names, or the variable `LOOMFLOW_JOURNAL`, else in `runs.db` in the current
//! folder. [`Cli::journal`] says another store. A command that runs something stays until the run ends or waits; if it is
//! killed, `desk resume` goes on with the run. Other processes may use the same file at the same time.
//!
//! # What a program reads
//!
//! On a terminal the output is text for people, in a pipe it is one JSON object a line; `--text` and `--json` say which. What a run
//! does is told as its [events](loomflow_runtime::event), and the last line says what it came to: `run`, `workflow`, `status`, and
//! then `output`, `error` or `questions`. Errors are text on standard error. Whoever closes the pipe has read enough: a run goes on.
//!
//! | exit code | meaning |
//! | --- | --- |
//! | 0 | it was done; the run has ended with its output |
//! | 1 | the run failed, or is not what was written |
//! | 2 | what was said does not fit: the command line, a name, an input, an answer |
//! | 3 | the run waits, for an answer or a time |
//! | 4 | the run was cancelled |
//! | 5 | it could not be done: the journal, another process that is at the run, a run that has ended |
//!
//! # More than a context
//!
//! [`run`] takes the context that runs are lent. What takes time, or can fail, is better made by the commands that need it, as
//! `run` and `resume` do and `list` and `runs` do not: see [`Cli::new`].

mod args;
mod ask;
mod cli;
mod command;
mod exit;
mod follow;
mod input;
mod nearest;
mod out;
mod report;
mod session;
mod told;
mod trouble;
mod when;
mod workflows;

pub use cli::{Cli, run};
pub use workflows::Workflows;
