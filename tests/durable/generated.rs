//! Workflows whose ways are drawn at random: which route is taken, how many rounds and items there are, what fails.
//!
//! The graphs are fixed, and steered by what they are given; each seed gives the same run in every build.

use crate::kept::case;
use loomflow::prelude::*;
use serde::{Deserialize, Serialize};
use tokio::task::yield_now;

/// What a run does, drawn from a seed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Plan {
    seed: u64,
}

impl Plan {
    /// A number below a bound, for a question that is asked of the plan. The same question has the same answer.
    fn draw(&self, question: u64, below: u64) -> u64 {
        let mut x = self.seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ question.wrapping_mul(0xD6E8_FEB8_6659_FD93);
        for _ in 0..3 {
            x ^= x >> 31;
            x = x.wrapping_mul(0xBF58_476D_1CE4_E5B9);
        }
        (x >> 33) % below
    }

    /// So many items.
    fn items(&self, question: u64, most: u64) -> Vec<u64> {
        (0..self.draw(question, most + 1)).map(|item| question * 10 + item).collect()
    }
}

#[derive(Debug, thiserror::Error)]
#[error("{0} failed")]
struct Failed(u64);

/// Takes some turns of the executor, and may give a number that is told elsewhere, as it is a long text.
#[step]
async fn step(plan: &Plan, n: u64) -> u64 {
    for _ in 0..plan.draw(n, 4) {
        yield_now().await;
    }
    n.wrapping_mul(3) % 1_000_003 + 1
}

/// Fails now and then, for good or for some attempts.
#[step(retry = 1, backoff = 1ms..2ms)]
async fn shaky(plan: &Plan, n: u64) -> Result<u64, Failed> {
    yield_now().await;
    if plan.draw(n, 4) == 0 { Err(Failed(n)) } else { Ok(n + 7) }
}

#[step]
async fn text(n: u64) -> String {
    yield_now().await;
    n.to_string().repeat(1 + usize::try_from(n % 30).unwrap_or(0))
}

/// What is collected is of another type than what steps give.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Item {
    Number(u64),
    Text(String),
}

impl From<u64> for Item {
    fn from(n: u64) -> Self {
        Item::Number(n)
    }
}

impl From<String> for Item {
    fn from(text: String) -> Self {
        Item::Text(text)
    }
}

workflow! {
    /// Rounds of a route, with lists that grow.
    Rounds(plan: Plan) -> Vec<Item> {
        let i: u64 = 0;
        let log: Vec<Item> = vec![Item::Number(1)];
        let why: u64 = 0;
        start -> n = step(&plan, i) -> match plan.draw(n, 5) {
            0 => log += text(n),
            1 => log += [for x in plan.items(n, 4) => each: step(&plan, x)],
            2 => why = (why + 1) -> tried = try shaky(&plan, n) -> log += (Item::Number(u64::from(tried.is_ok()))),
            3 => log += [for x in plan.items(n, 5), 2 at once => { one: text(x) -> other: text(one.len() as u64) }],
            _ => {}
        } -> i = (i + 1) -> if i < plan.draw(0, 9) { n = step(&plan, i + why) max 20 else end(log) } -> end(log);
    }
}

workflow! {
    /// Forks within forks, loops within branches, and workflows within both.
    Forks(plan: Plan) -> (Vec<u64>, u64) {
        let k: u64;
        let part: u64;
        let sum: u64 = 0;
        start -> [
            { a: step(&plan, 1) -> b: Inner(plan.clone(), a) },
            { tried = try { c: shaky(&plan, 2) -> d: step(&plan, c) } },
            many = [for x in plan.items(3, 4), 2 at once => {
                k = (x) -> y = e: step(&plan, k) -> [ f: step(&plan, y), g: Inner(plan.clone(), y + 1) ]
                    -> k = (k + 1) -> if plan.draw(k, 3) > 0 { y = e: step(&plan, f) max 3 else {} } -> part = (f + g) -> (part)
            }],
        ] -> sum = (b + u64::from(tried.is_ok()) + many.len() as u64)
          -> if plan.draw(sum, 2) == 0 { last: Inner(plan.clone(), sum) -> sum = (sum + last) } -> end((many, sum));
    }
}

workflow! {
    /// A nested workflow that loops a little.
    Inner(plan: Plan, n: u64) -> u64 {
        let i: u64 = 0;
        start -> m = step(&plan, n) -> i = (i + 1) -> if i <= plan.draw(n, 3) { m = step(&plan, m) max 4 else {} } -> end(m);
    }
}

workflow! {
    /// What fails is caught, and undone or tried again, within limits that are long enough.
    Sagas(plan: Plan) -> Vec<u64> {
        let done: Vec<u64> = Vec::new();
        let why: Failure;
        let i: u64 = 0;
        start -> one: step(&plan, 5) -> done += (one)
              -> two: shaky(&plan, one) catch e => { why = (e) -> undo(done) }
              -> { three: step(&plan, two) -> four: shaky(&plan, three) } within 9d else end(done) catch e => { why = (e) -> undo(done) }
              -> done += (four) -> sleep(std::time::Duration::from_secs(plan.draw(four, 4)))
              -> rest = [for x in plan.items(6, 3) => try { five: shaky(&plan, x) -> six: step(&plan, five) }]
              -> i = (rest.iter().flatten().sum()) -> done += (i) -> end(done);
        undo -> if plan.draw(9, 2) == 0 { end(done) } -> fail(why);
    }
}

/// Undoes what was done.
#[step(retry = 9)]
async fn undo(done: &[u64]) -> usize {
    yield_now().await;
    done.len()
}

/// How many seeds are drawn of each workflow; more with `LOOMFLOW_SEEDS=1000`.
fn seeds() -> std::ops::Range<u64> {
    0..std::env::var("LOOMFLOW_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(12)
}

#[test]
fn rounds_of_routes_and_lists_end_as_they_would_have() {
    for seed in seeds() {
        let ended = case::<Rounds, _>(Plan { seed }).at_every_write();
        assert!(ended.is_ok(), "{seed}: {ended:?}");
    }
}

#[test]
fn forks_in_forks_end_as_they_would_have() {
    for seed in seeds() {
        let ended = case::<Forks, _>(Plan { seed }).at_every_write();
        assert!(ended.is_ok(), "{seed}: {ended:?}");
    }
}

#[test]
fn what_fails_now_and_then_ends_as_it_would_have() {
    let ended: Vec<bool> = seeds().map(|seed| case::<Sagas, _>(Plan { seed }).at_every_write().is_ok()).collect();
    assert!(ended.contains(&true) && ended.contains(&false), "some end well, and some do not");
}
