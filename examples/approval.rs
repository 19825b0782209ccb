//! A person is asked, the program dies, and the answer comes days later: the run goes on where it stood.
//!
//! ```text
//! cargo run --example approval --features sqlite                                    # all of it, in one go
//! cargo run --example approval --features sqlite -- start refund-17 "Please refund order 17"
//! cargo run --example approval --features sqlite -- list
//! cargo run --example approval --features sqlite -- answer refund-17 yes
//! ```
//!
//! Without arguments it starts itself as another process, kills that one while it waits for a person, answers, and
//! finishes the run. The journal is `approval.db` in the current folder, or what `APPROVAL_JOURNAL` says.

use std::env;
use std::error::Error;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, ExitCode, Stdio};

use loomflow::journal::Filter;
use loomflow::{Loom, Outcome, Sqlite, prelude::*};
use serde::{Deserialize, Serialize};

workflow! {
    /// Drafts an answer to a letter, and sends it when a person says so.
    Letter(text: String) -> String {
        start -> draft(text) -> approve(draft) within 14d else end("nobody had the time".to_owned()) -> match {
            Approval::Granted     => send(draft) -> end,
            Approval::Refused(why) => end(format!("not sent: {why}")),
        };
        require approve is Approval::Granted before send;
    }
}

#[derive(Debug, Serialize, Deserialize)]
enum Approval {
    Granted,
    Refused(String),
}

/// Drafts an answer. It is printed when that happens, which is once.
#[step]
fn draft(text: &str) -> String {
    println!("drafting an answer to {text:?}");
    format!("Dear customer, you wrote {text:?}, and so it will be done.")
}

/// Asks a person whether the answer may go out.
#[ask(Approval)]
fn approve(draft: &str) -> Question {
    Question::new("Send this answer?").show(draft)
}

/// Sends it.
#[step(retry = 3)]
fn send(draft: &str) -> String {
    println!("sending {draft:?}");
    "sent".to_owned()
}

type Done = Result<(), Box<dyn Error>>;

/// The runs of the journal; they need no context.
async fn loom() -> Result<Loom<()>, Box<dyn Error>> {
    let file = env::var_os("APPROVAL_JOURNAL").unwrap_or_else(|| "approval.db".into());
    Ok(Loom::builder(()).journal(Sqlite::open(file).await?).workflow::<Letter>().build())
}

/// Starts a run, and tells how far it comes.
async fn start(id: &str, text: &str) -> Done {
    let run = loom().await?.start::<Letter>(id, text.to_owned()).await?;
    tell(id, run.outcome().await?);
    Ok(())
}

/// Answers a run, here or in a process that comes much later, and carries it on.
async fn answer(id: &str, word: &str) -> Done {
    let approval = match word {
        "yes" => Approval::Granted,
        why => Approval::Refused(why.to_owned()),
    };
    let loom = loom().await?;
    loom.answer::<approve>(id, approval).by(env::var("USER").unwrap_or_else(|_| "somebody".to_owned())).await?;
    tell(id, loom.handle::<Letter>(id).outcome().await?);
    Ok(())
}

/// Lists the runs, and what they wait for.
async fn list() -> Done {
    let loom = loom().await?;
    for run in loom.runs(&Filter::default()).await? {
        println!("{}: {} {}", run.id, run.workflow, run.status.name());
        for open in loom.questions(&run.id).await? {
            println!("  {} {}", open.question, open.question.shown().collect::<Vec<_>>().join(" "));
        }
    }
    Ok(())
}

fn tell(id: &str, outcome: Outcome<String>) {
    match outcome {
        Outcome::Done(reply) => println!("{id}: {reply}"),
        Outcome::Waiting(open) => {
            for open in open {
                println!("{id} waits for `{}`: {}", open.node, open.question);
            }
        }
    }
}

/// Starts a run in a process of its own, kills that while it waits, and answers in this one.
fn all_of_it() -> Done {
    // A file of its own, in a folder that is there.
    let journal = env::temp_dir().join(format!("approval-{}.db", std::process::id()));
    let mut child = Command::new(env::current_exe()?)
        .args(["start", "refund-17", "Please refund order 17", "--stay"])
        .env("APPROVAL_JOURNAL", &journal)
        .stdout(Stdio::piped())
        .spawn()?;
    let lines = BufReader::new(child.stdout.take().ok_or("its output is piped")?).lines();
    for line in lines {
        let line = line?;
        println!("child:  {line}");
        if line.contains("waits for") {
            break;
        }
    }
    child.kill()?;
    println!("child:  killed, {}", child.wait()?);
    let answered = Command::new(env::current_exe()?)
        .args(["answer", "refund-17", "yes"])
        .env("APPROVAL_JOURNAL", &journal)
        .status()?;
    for file in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{file}", journal.display()));
    }
    if answered.success() { Ok(()) } else { Err("the answer did not come through".into()) }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match *args {
        [] => all_of_it(),
        ["start", id, text] => start(id, text).await,
        // For the program that kills this one.
        ["start", id, text, "--stay"] => match start(id, text).await {
            Ok(()) => std::future::pending().await,
            failed => failed,
        },
        ["answer", id, word] => answer(id, word).await,
        ["list"] => list().await,
        _ => {
            eprintln!("usage: approval [start ID TEXT | answer ID yes|REASON | list]");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("approval: {error}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
#[path = "../tests/kept_examples/approval.rs"]
mod kept;
