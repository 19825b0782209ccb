//! Sleeps, limits and questions, in a run that is cut off at every write and carried on.

use crate::{
    kept::case,
    steps::{add, double, slow},
};
use loomflow::{OpenQuestion, prelude::*};
use std::time::Duration;

#[ask(u32)]
fn number(text: &str) -> Question {
    Question::new(text)
}

#[ask(u32, inbox)]
fn mail(text: &str) -> Question {
    Question::new(text)
}

/// Answers how long the question is; a question in capitals is never answered.
fn length(open: &OpenQuestion) -> Option<String> {
    let text = open.question.text();
    (text != text.to_uppercase()).then(|| text.len().to_string())
}

#[test]
fn sleeps_in_chains_loops_and_branches() {
    workflow! {
        Flow(n: u32) -> u32 {
            let i: u32 = 0;
            start -> double(n) -> sleep(3s) -> i = (i + 1) -> sleep(2h) -> if i < 3 { double(i) max 5 else end(0) }
                  -> [ sleep(1s), { sleep(Duration::from_secs(u64::from(n))) -> add(double, i) -> sleep(1d) } ] -> end(add);
        }
    }
    assert_eq!(case::<Flow, _>(4).at_every_two_writes(), Ok("7".to_owned()));
}

#[test]
fn limits_that_are_kept_and_limits_that_are_not() {
    workflow! {
        Call(n: u32) -> u32 {
            start -> slow(n, 3) within 1d else end(1) -> double(slow) within 1d else end(2) -> end;
        }
    }
    workflow! {
        Block(n: u32) -> u32 {
            start -> { sleep(10s) -> double(n) -> sleep(9d) -> again: double(double) } within 5d else { add(n, 1) -> end(add) } -> end(again);
        }
    }
    workflow! {
        Fork(n: u32) -> u32 {
            start -> [ a: double(n), { sleep(9d) -> b: double(n) } ] within 5d else { c: add(n, 1) -> end(c) } -> end(a + b);
        }
    }
    workflow! {
        Sleep(n: u32) -> u32 {
            start -> sleep(1d) within 1h else { c: add(n, 1) -> end(c) } -> end(n);
        }
    }
    assert_eq!(case::<Call, _>(4).at_every_two_writes(), Ok("8".to_owned()));
    assert_eq!(case::<Block, _>(4).at_every_two_writes(), Ok("5".to_owned()));
    assert_eq!(case::<Fork, _>(4).at_every_two_writes(), Ok("5".to_owned()));
    assert_eq!(case::<Sleep, _>(4).at_every_two_writes(), Ok("5".to_owned()));
}

#[test]
fn questions_that_are_answered() {
    workflow! {
        Flow(n: u32) -> Vec<u32> {
            let i: u32 = 0;
            start -> double(n) -> all += number(&format!("how many, {n}?")) -> all += mail("any news?")
                  -> i = (i + 1) -> if i < 2 { double(n) max 3 else end(all) } -> end(all);
        }
    }
    assert_eq!(case::<Flow, _>(4).answered(length).at_every_two_writes(), Ok("[12,9,12,9]".to_owned()));
}

#[test]
fn questions_in_branches() {
    workflow! {
        Flow(n: u32) -> Vec<u32> {
            start -> [ a: number("a?"), { double(n) -> b: number("what is b?") -> add(b, double) } ]
                  -> all = [for text in ["x?", "yy?", "zzz?"] => each: number(text) -> other: double(each)]
                  -> all += (a) -> all += (add) -> end(all);
        }
    }
    assert_eq!(case::<Flow, _>(4).answered(length).at_every_write(), Ok("[4,6,8,2,18]".to_owned()));
}

#[test]
fn a_question_that_nobody_answers_in_time() {
    workflow! {
        Call(n: u32) -> u32 {
            start -> number("WHAT?") within 3d else { double(n) -> end(double) } -> end(number);
        }
    }
    workflow! {
        Fork(n: u32) -> u32 {
            start -> [ a: number("a?"), b: number("B?") ] within 2d else { double(n) -> end(double) } -> end(a + b);
        }
    }
    workflow! {
        Block(n: u32) -> u32 {
            start -> { a: number("a?") -> add(a, n) -> b: mail("B?") } within 2d else { double(n) -> end(double) } -> end(b);
        }
    }
    assert_eq!(case::<Call, _>(4).answered(length).at_every_two_writes(), Ok("8".to_owned()));
    assert_eq!(case::<Fork, _>(4).answered(length).at_every_two_writes(), Ok("8".to_owned()));
    assert_eq!(case::<Block, _>(4).answered(length).at_every_two_writes(), Ok("8".to_owned()));
}

#[test]
fn the_first_of_questions_sleeps_and_steps() {
    workflow! {
        Time(n: u32) -> u32 {
            start -> first { number("A?") => end(1), sleep(3d) => { double(n) -> end(double) }, mail("B?") => end(2) };
        }
    }
    workflow! {
        Answer(n: u32) -> u32 {
            start -> first { a: number("a?") => found = double(a), sleep(5d) => end(1), { sleep(6d) -> b: double(n) } => found = (b) }
                  -> add(found, 1) -> end;
        }
    }
    assert_eq!(case::<Time, _>(4).answered(length).at_every_two_writes(), Ok("8".to_owned()));
    assert_eq!(case::<Answer, _>(4).answered(length).at_every_two_writes(), Ok("5".to_owned()));
}

#[test]
fn questions_of_nested_workflows() {
    workflow! {
        Inner(n: u32) -> u32 {
            start -> number("inner?") -> add(number, n) -> end;
        }
    }
    workflow! {
        Flow(n: u32) -> Vec<u32> {
            start -> Inner(n) -> all = [for m in [1, 2] => each: Inner(m)] -> all += (Inner) -> end(all);
        }
    }
    assert_eq!(case::<Flow, _>(4).answered(length).at_every_write(), Ok("[7,8,10]".to_owned()));
}

#[test]
fn runs_that_are_cancelled_and_undo_what_they_did() {
    workflow! {
        Ends(n: u32) -> u32 {
            start -> double(n) -> number("WHAT?") -> end;
        }
    }
    workflow! {
        Undoes(n: u32) -> u32 {
            let why: Failure;
            start -> double(n) -> number("WHAT?") catch e => { why = (e) -> undo: double(double) -> add(undo, n) -> fail(why) } -> end;
        }
    }
    workflow! {
        GoesOn(n: u32) -> u32 {
            start -> double(n) -> sleep(1d) catch _ => { undo: double(double) -> end(undo) } -> end(1);
        }
    }
    workflow! {
        Branches(n: u32) -> u32 {
            start -> [ { a: double(n) -> number("WHAT?") catch _ => { b: double(n) -> c: double(b) } },
                       { d: double(n) -> sleep(1d) catch _ => { e: double(n) -> f: double(e) } },
                       { g: double(n) -> mail("WHAT?") } ]
                  catch e => { h: double(n) -> i: double(h) -> fail(e) } -> end(1);
        }
    }
    workflow! {
        Waits(n: u32) -> u32 {
            start -> double(n) -> number("WHAT?") catch _ => { sleep(3d) -> undo: number("what now?") -> add(undo, n) -> end(add) } -> end;
        }
    }
    let cancelled = |ended: Result<String, String>| ended.is_err_and(|failure| failure.starts_with("Cancelled at "));
    assert!(cancelled(case::<Ends, _>(4).cancelled().at_every_two_writes()));
    assert!(cancelled(case::<Undoes, _>(4).cancelled().at_every_two_writes()));
    assert_eq!(case::<GoesOn, _>(4).cancelled().at_every_two_writes(), Ok("16".to_owned()));
    assert!(cancelled(case::<Branches, _>(4).cancelled().at_every_write()));
    assert_eq!(case::<Waits, _>(4).answered(length).cancelled().at_every_two_writes(), Ok("13".to_owned()));
}
