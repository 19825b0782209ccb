//! A help desk whose program is the command line of its workflows.
//!
//! ```text
//! cargo run --example desk --features cli -- list
//! cargo run --example desk --features cli -- run Triage ticket="Charged twice, account #42" --id ticket-1
//! cargo run --example desk --features cli -- run Refund order='{"id": 17, "cents": 1250}' --id refund-17
//! cargo run --example desk --features cli -- answer refund-17 approve Granted --by grace
//! cargo run --example desk --features cli -- runs
//! ```
//!
//! Runs are kept in `runs.db` in the current folder, or where `--journal` or `LOOMFLOW_JOURNAL` say.

mod poll;
mod refund;
mod triage;

use std::env;
use std::process::ExitCode;

use loomflow::cli::Cli;
use loomflow::{Loom, prelude::*, workflows};

use poll::Poll;
use refund::{Bank, Refund};
use triage::Triage;

/// What the steps need.
#[derive(Context)]
struct Desk {
    bank: Bank,
}

impl Desk {
    /// `DESK_BANK` says how the bank is: `up`, `down`, or `silent` for one that never replies.
    fn open() -> Result<Self, String> {
        let bank = env::var("DESK_BANK").unwrap_or_else(|_| "up".to_owned());
        Ok(Desk { bank: bank.parse()? })
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    // `list` and `runs` need no bank. What happens to money can be verified.
    let loom = async || Desk::open().map(|desk| Loom::builder(desk).chained());
    Cli::new(loom, workflows![Triage, Refund, Poll]).run().await
}

#[cfg(test)]
#[path = "../../tests/kept_examples/desk.rs"]
mod kept;
