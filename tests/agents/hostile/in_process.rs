//! In this process: what a reply can be once it has been read.

use super::{
    Went, free, granted, offer,
    replies::{Dice, Hostile, hostile},
    ruled, seeds,
};
use crate::desk::{Desk, Done, assert_sound, offered, ran};
use loomflow::{
    model::{AgentError, Assistant, ChatReply, ChatRequest, Finish, ScriptedModel, ToolCall},
    prelude::*,
};
use std::sync::Mutex;

/// Half of ten thousand.
const RUNS: u64 = 5_000;

/// Anything that a server could give.
fn reply(dice: &mut Dice, request: &ChatRequest) -> ChatReply {
    let Hostile { words, calls, refusal } = hostile(dice, &offered(request));
    let call = |(name, arguments)| ToolCall { id: dice.one(&["", "call_1", "same", " "]).to_owned(), name, arguments };
    let tool_calls = calls.into_iter().map(call).collect();
    let mut reply = ChatReply::new(Assistant { content: words, tool_calls, refusal });
    if dice.below(12) == 0 {
        let odd = Finish::Other("heat death".to_owned());
        reply.finish = [Finish::Length, Finish::ContentFilter, Finish::Stop, odd][dice.below(4)].clone();
    }
    reply
}

/// A desk with a model of that seed, whose server refuses what servers refuse.
fn desk(seed: u64) -> Desk {
    let done = Done::default();
    let (dice, log) = (Mutex::new(Dice(seed)), done.clone());
    let script = ScriptedModel::new().always(move |request| {
        assert_sound(&request.messages);
        log.note(offer(&offered(request)));
        Ok(reply(&mut dice.lock().expect("nothing panics here"), request))
    });
    Desk { model: Model::of(script), done }
}

/// Every failure is one that says what the model did, or that nothing was left.
fn assert_told(failure: &Failure, seed: u64) {
    let told = failure.downcast_ref::<AgentError>();
    assert!(matches!(told, Some(AgentError::NoChoice { .. } | AgentError::Spent { .. })), "{seed}: {failure:?}");
}

#[test]
fn no_rule_is_broken_whatever_the_model_replies() {
    let (mut ends, mut fails, mut mails) = (0, 0, 0);
    for seed in seeds(RUNS) {
        let desk = desk(seed);
        let (path, outcome, log) = ran(&desk, ruled(&desk, seed));
        match outcome {
            Ok(_) => ends += 1,
            Err(failure) => {
                assert_told(&failure, seed);
                fails += 1;
            }
        }
        let went = Went { seed, path: &path, log: &log };
        went.holds_to_the_rules();
        mails += went.of("send_email");
        assert!(granted(seed) || went.of("send_email") == 0, "{seed}: {path}");
    }
    assert!(ends > 0 && fails > 0 && mails > 0, "some end well, and some do not: {ends}, {fails}, {mails}");
}

#[test]
fn the_free_form_holds_its_bound_and_its_requirement() {
    let (mut ends, mut fails) = (0, 0);
    for seed in seeds(RUNS) {
        let desk = desk(seed ^ 0x5eed_0000);
        let (path, outcome, log) = ran(&desk, free(&desk));
        let went = Went { seed, path: &path, log: &log };
        went.holds_to_the_bound(outcome.as_deref().ok());
        match outcome {
            Ok(_) => ends += 1,
            Err(failure) => {
                assert_told(&failure, seed);
                fails += 1;
            }
        }
    }
    assert!(ends > 0 && fails > 0, "some end well, and some do not: {ends}, {fails}");
}
