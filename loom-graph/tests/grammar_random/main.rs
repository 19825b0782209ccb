//! Whatever stands in a `workflow!`, reading it ends in a graph or in sentences, never in a panic; and what is proven of
//! a graph that has no errors holds of its runs.
//!
//! Three kinds of input: tokens of the language in any order, workflows with a few tokens changed, and workflows that
//! are well formed but often wrong. Each failure prints the smallest such input; put it into `tests/corpus`, whose files
//! are read here too. The inputs are the same in every run; `PROPTEST_RNG_SEED` and `PROPTEST_CASES` try others, and more.
//!
//! A workflow without errors is run, branch by branch, in an order that is chosen at random: nothing is read that the
//! branch neither holds nor is lent, no more steps are taken than was said, and what is required is so.

#![expect(clippy::format_push_string, reason = "programs are put together as text, and nobody waits for them")]

mod answers;
mod choices;
mod forks;
mod look;
mod run;
mod tokens;
mod writer;

use choices::{Choices, always, made};
use loomflow_graph::{
    flow::Flow,
    grammar::{
        check::check, describe::describe, errors::Errors, lower::lower, parse::parse, program::Program, reads,
        steps::max_steps,
    },
};
use proc_macro2::TokenStream;
use proptest::prelude::*;
use run::{Known, Run};
use std::{cell::Cell, fs, path::Path, thread};
use tokens::{VALID, babble, mutated};
use writer::well_formed;

/// Reads a workflow as the macro does; gives the messages, and what there is when there are none to `then`.
fn read(tokens: TokenStream, then: impl FnOnce(&Program<'_>, &Flow)) -> Vec<String> {
    let errors = Errors::new();
    let Some(ast) = parse(tokens, &errors) else {
        assert!(!errors.is_empty(), "nothing was read, and nothing is said of it");
        return messages(errors);
    };
    let program = lower(&ast, &errors);
    if errors.is_empty() {
        let flow = reads::flow(&program);
        check(&program, &flow, &errors);
        if errors.is_empty() {
            let drawn = describe(&program).with("W", |graph| graph.drawing().to_mermaid());
            assert!(drawn.starts_with("flowchart TD\n"), "{drawn}");
            assert!(max_steps(&program, &flow).is_some(), "no error, and no bound on the steps");
            then(&program, &flow);
        }
    }
    messages(errors)
}

fn messages(errors: Errors) -> Vec<String> {
    let messages: Vec<String> = errors.finish().into_iter().flatten().map(|error| error.to_string()).collect();
    assert!(messages.iter().all(|message| !message.trim().is_empty()), "an error without a message: {messages:?}");
    messages
}

#[test]
fn tokens_in_any_order_are_read_or_told_of() {
    always(4_000, made(400, babble), |made| {
        read(made.0.parse().expect("the vocabulary is tokens"), |_, _| {});
        Ok(())
    });
}

#[test]
fn workflows_have_no_errors_before_their_tokens_are_changed() {
    for text in VALID {
        assert_eq!(read(text.parse().expect("a workflow is tokens"), runs_keep_what_was_promised), [""; 0], "{text}");
    }
}

#[test]
fn workflows_with_changed_tokens_are_read_or_told_of() {
    let mutant = |choices: &mut Choices| {
        let base = choices.below(2 * VALID.len());
        let base = VALID.get(base).map_or_else(|| well_formed(choices), |text| (*text).to_owned());
        let mut tokens: TokenStream = base.parse().expect("a workflow is tokens");
        for _ in 0..=choices.below(4) {
            tokens = mutated(tokens, choices);
        }
        tokens
    };
    always(4_000, made(300, mutant), |made| {
        read(made.0.clone(), |_, _| {});
        Ok(())
    });
}

#[test]
fn well_formed_workflows_are_read_or_told_of_and_their_runs_keep_what_was_promised() {
    let free = Cell::new(0);
    always(12_000, made(450, well_formed), |made| {
        let mut kept = Ok(());
        let messages = read(made.0.parse().expect("a workflow is tokens"), |program, flow| {
            free.set(free.get() + 1);
            let known = Known::of(program, flow);
            kept = (0..16).try_for_each(|seed| Run::to_the_end(&known, seed));
        });
        prop_assert!(!messages.iter().any(|message| message.starts_with("expected")), "not well formed: {messages:?}");
        kept.map_err(TestCaseError::fail)
    });
    let free = free.get();
    assert!(free >= 3_000, "only {free} of the workflows have no errors");
}

/// Reads workflows that have errors of one kind alone; says how many, and of how many some run shows it.
fn shown_by_runs(cases: u32, is_told: fn(&str) -> bool, is_shown: fn(&str) -> bool) -> (u32, u32) {
    let (told, shown) = (Cell::new(0), Cell::new(0));
    always(cases, made(300, well_formed), |made| {
        let errors = Errors::new();
        let Some(ast) = parse(made.0.parse().expect("a workflow is tokens"), &errors) else { return Ok(()) };
        let program = lower(&ast, &errors);
        if !errors.is_empty() {
            return Ok(());
        }
        let flow = reads::flow(&program);
        check(&program, &flow, &errors);
        let messages = messages(errors);
        if !messages.is_empty() && messages.iter().all(|message| is_told(message)) {
            told.set(told.get() + 1);
            let known = Known::of(&program, &flow);
            let mut runs = (0..1_000).map(|seed| Run::to_the_end(&known, seed));
            let is_shown = runs.any(|run| run.is_err_and(|what| is_shown(&what)));
            shown.set(shown.get() + u32::from(is_shown));
        }
        Ok(())
    });
    (told.get(), shown.get())
}

// What is left are ways that a thousand runs do not come by.
#[test]
fn nearly_all_that_is_said_to_be_called_twice_is_so_in_some_run() {
    let told = |message: &str| message.contains("can be called more than once");
    let (told, shown) = shown_by_runs(3_000, told, |what| what.contains("is called twice"));
    assert!(told >= 100 && shown * 10 >= told * 9, "{shown} of {told}");
}

#[test]
fn nearly_all_that_is_said_to_be_reached_without_what_it_requires_is_so_in_some_run() {
    let told = |message: &str| message.contains("can be reached with") || message.contains("can be reached where");
    let (told, shown) = shown_by_runs(3_000, told, |what| what.contains("requires of"));
    assert!(told >= 100 && shown * 10 >= told * 9, "{shown} of {told}");
}

fn runs_keep_what_was_promised(program: &Program<'_>, flow: &Flow) {
    let known = Known::of(program, flow);
    assert_eq!((0..200).try_for_each(|seed| Run::to_the_end(&known, seed)), Ok(()));
}

/// Workflows that break what is promised of them, each in a way that was once let through, and what is said of it.
const BROKEN: [(&str, &str); 13] = [
    // A branch counts by itself, so its bound bounds no loop around it.
    ("start -> d(n) -> [a(n) max 2 else end(n)] -> d(n);", "the loop `d -> d` has no bound"),
    ("start -> d(n) -> [a(n) max 2 else end(n)] -> d(n) max 3 else end(n);", "`max 2` bounds no loop"),
    (
        "let k: u32 = 3; start -> d(n) -> k = [for x in n => a(x)] -> d(n) max k else end(n);",
        "`max k` bounds nothing: `k` is set anew within the loop",
    ),
    ("start -> try a(n) -> b(n) -> end; require a before b;", "`b` can be reached where `a` has failed"),
    (
        "start -> { a(n) -> c(n) } within 2d else second: a(n) -> end(n); require a at most once;",
        "`a` can be called more than once",
    ),
    (
        "start -> { a(n) -> c(n) } catch _ => again: a(n) -> end(n); require a at most once;",
        "`a` can be called more than once",
    ),
    (
        "start -> first { a(n) => end(n), c(n) => second: a(n) } -> end(n); require a at most once;",
        "`a` can be called more than once",
    ),
    (
        "start -> d(n) -> { a(n) -> c(n) } catch _ => { d(n) max 2 else end(n) } -> end(n); require a at most once;",
        "`a` can be called more than once: it stands on the loop",
    ),
    // What another node gives is no answer.
    (
        "start -> if n < 2 { a(n) } else { c(n) } -> match { X => b(n) -> end(n), _ => end(n) }; \
         require a is X before b;",
        "`b` can be reached without a route on `a`",
    ),
    (
        "let v: u32 = 0; start -> match v { X => b(n), _ => v = a(n) } -> end(n); require a is X before b;",
        "`v` is not set by `a` alone",
    ),
    (
        "start -> match n { X => b(n), _ => n = a(n) } -> end(n); require a is X before b;",
        "`n` is not set by `a` alone",
    ),
    // Asked again in a branch that is dropped.
    (
        "start -> a(n) -> match { X => {}, _ => end(n) } -> { second: a(n) -> c(n) } within 2d else b(n) -> end(n); \
         require a is X before b;",
        "`b` can be reached where `a` was asked again",
    ),
    (
        "start -> a(n) -> match { X => {}, _ => end(n) } -> first { second: a(n), sleep(3s) => b(n) } -> end(n); \
         require a is X before b;",
        "`b` can be reached where `a` was asked again",
    ),
];

#[test]
fn what_was_once_let_through_is_refused() {
    for (body, message) in BROKEN {
        let text = format!("W(n: u32) -> u32 {{ {body} }}");
        let told = read(text.parse().expect("a workflow is tokens"), |_, _| {});
        assert!(told.iter().any(|told| told.contains(message)), "{text}\n{told:?}");
    }
}

#[test]
fn the_corpus_is_read_or_told_of() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let mut count = 0;
    for file in fs::read_dir(folder).expect("the corpus can be read") {
        let path = file.expect("a file of the corpus can be read").path();
        let text = fs::read_to_string(&path).expect("a file of the corpus can be read");
        // As much stack as rustc gives to macros.
        let reading = thread::Builder::new().stack_size(8 << 20).spawn(move || {
            read(text.parse().expect("a file of the corpus is tokens"), runs_keep_what_was_promised);
        });
        let read = reading.expect("a thread can be had").join();
        assert!(read.is_ok(), "{}", path.display());
        count += 1;
    }
    assert!(count >= 25, "{count} files in the corpus");
}
