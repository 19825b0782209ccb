//! Over the wire: what a server can send, which need not even be a reply. The server is strict with what it is sent, and
//! refuses none of it.

use super::{
    Went, free, offer,
    replies::{Dice, Hostile, Written, hostile},
    ruled, seeds,
};
use crate::desk::{Desk, Done};
use loomflow::{Run, Traced, model::AgentError, prelude::*};
use loomflow_double::{Double, Reply, Request};
use serde_json::Value;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

/// How many runs there are of each agent.
const RUNS: u64 = 250;

/// The names of the tools that a request offers.
fn offered(request: &Request) -> Vec<&str> {
    let tools = request.body["tools"].as_array().map_or(&[][..], Vec::as_slice);
    tools.iter().filter_map(|tool| tool["function"]["name"].as_str()).collect()
}

/// Anything that a server can send.
fn reply(dice: &mut Dice, request: &Request) -> Reply {
    let Hostile { words, calls, refusal } = hostile(dice, &offered(request));
    if !calls.is_empty() && dice.below(12) != 0 {
        // A text is sent as it is.
        let call = |(name, arguments): Written| (name, Value::String(arguments));
        return Reply::Tools(calls.into_iter().map(call).collect());
    }
    let raw =
        |body: &[u8]| Reply::Raw { status: 200, content_type: "application/json".to_owned(), body: body.to_vec() };
    match dice.below(10) {
        0 => Reply::status(500),
        1 => Reply::status(400),
        2 => Reply::Malformed,
        3 => Reply::CutAfter(1, words),
        4 => Reply::Filtered(words),
        5 => raw(b"\xff\xfe{\"choices\":\x00[]}"),
        6 => raw(br#"{"choices":[{"message":{"content":7,"tool_calls":"delete_everything()"}}]}"#),
        7 => raw(&b"[".repeat(200_000)),
        _ => refusal.map_or(Reply::Text(words), Reply::Refusal),
    }
}

/// A server that says anything, and a desk that asks it.
struct Line {
    double: Double,
    desk: Desk,
    runtime: Runtime,
}

impl Line {
    fn new(seed: u64) -> Self {
        let done = Done::default();
        let (mut dice, log) = (Dice(seed), done.clone());
        let double = Double::answering(move |request| {
            log.note(offer(&offered(request)));
            reply(&mut dice, request)
        });
        let (ms, builder) = (Duration::from_millis(1), Model::builder().base_url(double.base_url()).name("hostile"));
        let model = builder.backoff(ms, ms).retries(1).build().expect("the settings are settings");
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime can be made");
        Line { double, desk: Desk { model, done }, runtime }
    }

    /// One run; and what is in the log since.
    fn ran<'d, T>(&'d self, run: Run<'d, Traced<T>>) -> (String, Result<T, Failure>, Vec<String>) {
        let before = self.desk.done.all().len();
        let (path, outcome) = self.runtime.block_on(run);
        (path.join(" "), outcome, self.desk.done.all().split_off(before))
    }

    /// That nothing was sent which a server refuses.
    fn was_sound(&self) {
        let refused = self.double.requests().into_iter().find(|request| request.refused);
        assert!(refused.is_none(), "the server refuses {}", refused.map(|request| request.body).unwrap_or_default());
    }
}

/// Every failure is one that says what the model did, what its server did, or that nothing was left.
fn assert_told(failure: &Failure, seed: u64) {
    let told = failure.downcast_ref::<AgentError>();
    let told = matches!(told, Some(AgentError::NoChoice { .. } | AgentError::Spent { .. } | AgentError::Model(_)));
    assert!(told, "{seed}: {failure:?}");
}

#[test]
fn no_rule_is_broken_whatever_the_server_sends() {
    let line = Line::new(1);
    let (mut ends, mut fails) = (0, 0);
    for seed in seeds(RUNS) {
        let (path, outcome, log) = line.ran(ruled(&line.desk, seed));
        match outcome {
            Ok(_) => ends += 1,
            Err(failure) => {
                assert_told(&failure, seed);
                fails += 1;
            }
        }
        Went { seed, path: &path, log: &log }.holds_to_the_rules();
    }
    assert!(ends > 0 && fails > 0, "some end well, and some do not: {ends}, {fails}");
    line.was_sound();
}

#[test]
fn the_free_form_holds_whatever_the_server_sends() {
    let line = Line::new(2);
    let (mut ends, mut fails) = (0, 0);
    for seed in seeds(RUNS) {
        let (path, outcome, log) = line.ran(free(&line.desk));
        Went { seed, path: &path, log: &log }.holds_to_the_bound(outcome.as_deref().ok());
        match outcome {
            Ok(_) => ends += 1,
            Err(failure) => {
                assert_told(&failure, seed);
                fails += 1;
            }
        }
    }
    assert!(ends > 0 && fails > 0, "some end well, and some do not: {ends}, {fails}");
    line.was_sound();
}
