//! Asks: questions to people that a run waits for, and who answers them in memory.

mod common;

use common::{block_on, ended, failed, way};
use loomflow::prelude::*;
use loomflow::{Ask, Step};
use serde::{Deserialize, Serialize};
use std::pin::pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context as TaskContext, Waker};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Approval {
    Granted,
    Refused(String),
}

#[derive(Serialize, Deserialize)]
struct Draft {
    to: String,
    about: String,
}

/// Asks a person whether a draft may go out.
#[ask(Approval)]
fn approve(draft: &Draft) -> Question {
    Question::new(format!("Send this to {}?", draft.to)).show(draft)
}

/// What the office calls its customers.
struct Office(&'static str);

/// Asks for a name.
#[ask(String, inbox)]
fn name(#[context] office: &Office, polite: bool) -> Question {
    Question::new(if polite { format!("What is the {}'s name, please?", office.0) } else { "Name?".to_owned() })
}

#[step]
fn write(to: String) -> Draft {
    Draft { to, about: "a refund".to_owned() }
}

workflow! {
    Letter(to: String) -> String {
        start -> draft = write(to) -> approve(draft) -> match {
            Approval::Granted => end(draft.about),
            Approval::Refused(why) => end(why),
        };
    }
}

workflow! {
    Named(polite: bool) -> String { start -> to = name(polite) -> Letter(to) -> end; }
}

const OFFICE: Office = Office("customer");

#[test]
fn an_ask_stays_a_function_that_words_its_question() {
    let question = approve(&Draft { to: "Ada".into(), about: "a refund".into() });
    assert_eq!(question.to_string(), "Send this to Ada?");
    assert_eq!(question.shown().collect::<Vec<_>>(), [r#"{"to":"Ada","about":"a refund"}"#]);
    assert_eq!(name(&OFFICE, true).text(), "What is the customer's name, please?");
}

#[test]
fn an_ask_is_a_step_that_only_waits() {
    fn told<A: Ask>() -> (&'static str, &'static str, bool, bool) {
        (A::NAME, A::DOC, A::WAITS, A::INBOX)
    }
    assert_eq!(told::<approve>(), ("approve", "Asks a person whether a draft may go out.", true, false));
    assert_eq!(told::<name>(), ("name", "Asks for a name.", true, true));
    let others = [write::WAITS, Letter::WAITS];
    assert_eq!(others, [false, false]);
}

#[test]
fn an_answer_is_the_output_of_its_ask() {
    let granted = Letter::trace(&(), "Ada".into()).answering::<approve>(|_| Some(Approval::Granted));
    assert_eq!(ended(granted), way("write approve", "a refund"));
    let refused = Letter::trace(&(), "Ada".into()).answering::<approve>(|_| Some(Approval::Refused("too rude".into())));
    assert_eq!(ended(refused), way("write approve", "too rude"));
}

#[test]
fn who_answers_is_told_the_question() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&asked);
    let run = Letter::run(&(), "Ada".into()).answering::<approve>(move |question| {
        heard.lock().unwrap().push(format!("{question} {}", question.shown().collect::<String>()));
        Some(Approval::Granted)
    });
    assert_eq!(block_on(run).unwrap(), "a refund");
    assert_eq!(*asked.lock().unwrap(), [r#"Send this to Ada? {"to":"Ada","about":"a refund"}"#]);
}

#[test]
fn several_asks_are_answered_in_nested_workflows_too() {
    let run = Named::run(&OFFICE, true)
        .answering::<name>(|question| Some(format!("whoever hears `{question}`")))
        .answering::<approve>(|question| Some(Approval::Refused(question.to_string())));
    assert_eq!(block_on(run).unwrap(), "Send this to whoever hears `What is the customer's name, please?`?");
}

#[test]
fn what_is_said_last_of_an_ask_holds() {
    let run =
        Letter::run(&(), "Ada".into()).answering::<approve>(|_| None).answering::<approve>(|_| Some(Approval::Granted));
    assert_eq!(block_on(run).unwrap(), "a refund");
}

#[test]
fn an_ask_in_a_loop_is_asked_at_every_visit() {
    #[ask(bool)]
    fn enough(n: u32) -> Question {
        Question::new(format!("{n}: enough?"))
    }
    #[step]
    fn more(n: u32) -> u32 {
        n + 1
    }
    workflow! {
        Flow(n: u32) -> u32 {
            start -> n = more(n) -> enough(n) -> if !enough { n = more(n) max 5 else {} } -> end(n);
        }
    }
    let run = Flow::trace(&(), 0).answering::<enough>(|question| Some(question.text().starts_with('3')));
    assert_eq!(ended(run), way("more enough more enough more enough", 3_u32));
}

#[test]
fn an_ask_may_be_generic() {
    #[ask(Vec<T>)]
    fn pick<T: Serialize + for<'de> Deserialize<'de> + Send + Sync + 'static>(from: &[T]) -> Question {
        Question::new("Which?").show(from)
    }
    workflow! {
        Flow(from: Vec<u8>) -> Vec<u8> { start -> picked: pick::<u8>(from) -> end; }
    }
    let run = Flow::run(&(), vec![1, 2]).answering::<pick<u8>>(|question| {
        Some(vec![u8::try_from(question.shown().collect::<String>().len()).unwrap()])
    });
    assert_eq!(block_on(run).unwrap(), [5]);
    assert_eq!(pick(&[1_u8]).text(), "Which?");
}

mod unanswered {
    use super::*;

    #[test]
    fn a_run_that_nobody_answers_fails_at_the_ask_and_says_what_to_do() {
        let (path, failure) = failed(Letter::trace(&(), "Ada".into()));
        assert_eq!(
            (path.as_str(), failure.node(), failure.kind()),
            ("write approve", "approve", FailureKind::Unanswered)
        );
        assert_eq!(
            failure.to_string(),
            "workflow `Letter` failed at `approve`: nobody is there to answer `approve` (Send this to Ada?): say what the \
             answer is with `.answering::<approve>(…)` on the run, or keep the run with a `Loom`, where it waits for one"
        );
        let questions: Vec<_> = failure.questions().iter().map(Question::text).collect();
        assert_eq!(questions, ["Send this to Ada?"]);
    }

    #[test]
    fn who_answers_another_ask_does_not_answer_this_one() {
        let run = Named::trace(&OFFICE, false).answering::<name>(|_| Some("Ada".into()));
        let (_, failure) = failed(run);
        assert!(
            failure.to_string().starts_with("workflow `Named` at `Letter`, workflow `Letter` failed at `approve`: ")
        );
    }

    #[test]
    fn a_question_without_an_answer_yet_keeps_the_run_waiting() {
        let asked = Arc::new(AtomicU32::new(0));
        let times = Arc::clone(&asked);
        let mut run = pin!(Letter::run(&(), "Ada".into()).answering::<approve>(move |_| {
            times.fetch_add(1, Ordering::Relaxed);
            None
        }));
        for _ in 0..3 {
            assert!(run.as_mut().poll(&mut TaskContext::from_waker(Waker::noop())).is_pending());
        }
        assert_eq!(asked.load(Ordering::Relaxed), 1);
    }
}

mod panics {
    use super::*;

    #[ask(bool)]
    fn asks(topic: &str) -> Question {
        assert!(!topic.is_empty(), "nothing to ask about");
        Question::new(topic)
    }

    workflow! {
        Flow(topic: String) -> bool { start -> asks(topic) -> end; }
    }

    #[test]
    fn an_ask_that_panics_fails_its_node() {
        let (path, failure) = failed(Flow::trace(&(), String::new()).answering::<asks>(|_| Some(true)));
        assert_eq!((path.as_str(), failure.kind()), ("asks", FailureKind::Panicked));
        assert_eq!(failure.to_string(), "workflow `Flow` failed at `asks`: panicked: nothing to ask about");
    }

    #[test]
    fn an_answer_that_panics_fails_the_node_of_its_ask() {
        let (_, failure) = failed(Flow::trace(&(), "tea?".into()).answering::<asks>(|_| panic!("out of tea")));
        assert_eq!(failure.to_string(), "workflow `Flow` failed at `asks`: panicked: out of tea");
    }

    #[test]
    #[should_panic(expected = "is said before the run is first polled")]
    fn an_answer_that_comes_after_the_first_poll_is_refused() {
        let mut run = Flow::run(&(), "tea?".into()).answering::<asks>(|_| None);
        assert!(pin!(&mut run).poll(&mut TaskContext::from_waker(Waker::noop())).is_pending());
        drop(run.answering::<asks>(|_| Some(true)));
    }
}
