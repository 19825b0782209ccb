//! The workflows that are kept here.

use loomflow::prelude::*;
use tokio::sync::watch;

/// How many steps a chain has.
pub(crate) const STEPS: usize = 10;

/// How many steps a loop has that goes on beside others.
pub(crate) const TURNS: u32 = 100;

#[step]
fn add(n: u64) -> u64 {
    n + 1
}

/// What runs wait for that are to go on together.
#[derive(Context)]
pub(crate) struct Gate(pub(crate) watch::Receiver<bool>);

#[step]
async fn opened(#[context] gate: &watch::Receiver<bool>) -> bool {
    gate.clone().wait_for(|open| *open).await.is_ok()
}

/// A person, or a program, that lets a run go on.
#[ask(u64)]
pub(crate) fn go(n: &u64) -> Question {
    Question::new(n.to_string())
}

workflow! {
    pub(crate) Chain(n: u64) -> u64 {
        start -> n = s0: add(n) -> n = s1: add(n) -> n = s2: add(n) -> n = s3: add(n) -> n = s4: add(n)
              -> n = s5: add(n) -> n = s6: add(n) -> n = s7: add(n) -> n = s8: add(n) -> n = s9: add(n) -> end(n);
    }
}

workflow! {
    pub(crate) Single(n: u64) -> u64 {
        start -> n = add(n) -> end(n);
    }
}

workflow! {
    pub(crate) Turns(turns: u64) -> u64 {
        let n: u64 = 0;
        start -> n = add(n) -> if n < turns { n = add(n) max 1_000_000 else {} } -> end(n);
    }
}

workflow! {
    pub(crate) Gated(turns: u64) -> u64 {
        let n: u64 = 0;
        start -> opened() -> n = add(n) -> if n < turns { n = add(n) max 1_000_000 else {} } -> end(n);
    }
}

workflow! {
    pub(crate) Asking(n: u64) -> u64 {
        start -> n = add(n) -> go(n) -> end(n + go);
    }
}

workflow! {
    pub(crate) Looping(turns: u64) -> u64 {
        let n: u64 = 0;
        start -> n = add(n) -> if n < turns { n = add(n) max 1_000_000 else {} } -> go(n) -> end(n + go);
    }
}

workflow! {
    pub(crate) Around(turns: u64) -> u64 {
        start -> inner: Looping(turns) -> end(inner);
    }
}

workflow! {
    pub(crate) Branched(turns: u64) -> u64 {
        let n: u64 = 0;
        start -> [
            { n = add(n) -> if n < turns { n = add(n) max 1_000_000 else {} } -> go(n) },
            other: add(turns),
        ] -> end(go + other);
    }
}

/// A text that 20 steps are lent, which give little.
#[step]
fn read(text: &str, n: u64) -> u64 {
    n + u64::from(!text.is_empty())
}

workflow! {
    pub(crate) Carried(text: String) -> u64 {
        let n: u64 = 0;
        start -> n = read(text, n) -> if n < 20 { n = read(text, n) max 20 else {} } -> end(n);
    }
}

#[step]
fn answer(history: &[String]) -> String {
    "a".repeat(history[0].len())
}

#[ask(String, inbox)]
pub(crate) fn hear(answer: &str) -> Question {
    Question::new(answer)
}

workflow! {
    pub(crate) Talk(opening: String) -> usize {
        let log: Vec<String> = vec![opening];
        start -> log += answer(log) -> log += hear(answer) -> if hear.is_empty() { end(log.len()) }
              -> log += answer(log) max 500 else end(log.len());
    }
}
