//! Mocks: of a step, of a node, in sequence, never called.

use super::{flows::*, told};
use loomflow::{prelude::*, test::Test};

fn triage() -> Test<Triage, Llm> {
    Triage::test().context(|| Llm)
}

#[test]
fn a_mock_stands_in_for_its_step_and_the_others_run() {
    let run = triage().mock::<classify>(|_| Desk::Spam).run(Ticket::from("bill"));
    assert_eq!(run.output(), "nothing");
    assert_eq!(run.path(), ["classify"]);
    let run = triage()
        .mock::<billing>(|(ticket, account)| format!("{}: {account}", ticket.text))
        .answer::<approve>(Approval::Granted)
        .run(Ticket::from("a bill"));
    assert_eq!(run.output(), "sent: a bill: 7");
    run.assert_path(["classify", "billing", "review", "approve", "send"]);
}

#[test]
fn without_an_answer_a_run_fails_with_its_question() {
    let run = triage().run(Ticket::from("help"));
    assert_eq!((run.failure().kind(), run.failure().node()), (FailureKind::Unanswered, "approve"));
    let message = told(|| run.output().clone());
    assert!(
        message
            .ends_with("in a test: `.answer::<approve>(…)`, or `.unanswered::<approve>()` to have it wait for nobody"),
        "{message}"
    );
}

#[test]
fn outputs_are_given_in_order_and_one_call_too_many_is_told() {
    let weak = || Verdict::Weak("!".to_owned());
    let reviewed = |verdicts: Vec<Verdict>| {
        triage().gives::<review>(verdicts).answer::<approve>(Approval::Granted).run(Ticket::from("help"))
    };
    let run = reviewed(vec![weak(), weak(), Verdict::Good]);
    assert_eq!((run.output().as_str(), run.visits("revise"), run.calls::<review>()), ("sent: on help!!", 2, 3));
    assert_eq!(
        told(|| reviewed(vec![weak()])),
        "`Triage`: `review` was called 2 times, and there are 1 outputs for it: give it more of them, or a mock that is a closure\n  path: classify technical review revise review"
    );
}

#[test]
fn a_step_that_is_never_to_be_called_tells_where_it_was() {
    let run =
        triage().never::<send>().answer::<approve>(Approval::Refused("rude".to_owned())).run(Ticket::from("help"));
    assert_eq!((run.output().as_str(), run.calls::<send>()), ("escalated: help", 0));
    let never = triage().never::<send>().answer::<approve>(Approval::Granted);
    assert_eq!(
        told(|| never.run(Ticket::from("help"))),
        "`Triage`: `send` was called, and it was never to be\n  path: classify technical review approve send"
    );
}

#[test]
fn what_is_noted_of_inputs_is_had_visit_by_visit() {
    let run = triage()
        .note::<billing>(|(ticket, account)| format!("{} {account}", ticket.text))
        .note::<revise>(|(_, notes)| (*notes).to_owned())
        .gives::<review>([Verdict::Weak("a".to_owned()), Verdict::Weak("b".to_owned()), Verdict::Good])
        .answer::<approve>(Approval::Granted)
        .run(Ticket::from("bill"));
    assert_eq!(run.noted::<billing>(), ["bill 7"]);
    assert_eq!(run.noted::<revise>(), ["a", "b"]);
}

#[test]
fn a_mock_at_one_node_goes_before_that_of_its_step() {
    workflow! {
        Twice(text: String) -> String {
            start -> one: quick(text) -> two: quick(text) -> end(format!("{one}, {two}"));
        }
    }
    let run = Twice::test()
        .mock::<quick>(|_| "2".to_owned())
        .only_at("two")
        .mock::<quick>(|text| text.to_uppercase())
        .run("tea".to_owned());
    assert_eq!(run.output(), "TEA, 2");
    assert_eq!(
        told(|| Twice::test().mock::<quick>(|_| String::new()).only_at("three")),
        "no node `three` of `Twice` is the step `quick`: it stands at `one`, `two`"
    );
}

#[test]
fn mocks_reach_into_nested_workflows() {
    let run = Nightly::test().mock::<fetch>(|_| 5).run(vec!["a".to_owned(), "b".to_owned()]);
    assert_eq!(run.output(), &20);
    run.assert_path([
        "sleep",
        "measured",
        "measured/fetch",
        "measured/fetch",
        "measured/total",
        "again",
        "again/fetch",
        "again/fetch",
        "again/total",
    ]);
}

#[test]
fn a_mock_of_what_the_graph_does_not_have_is_told_with_the_nearest() {
    mod elsewhere {
        use loomflow::prelude::*;
        #[step]
        pub fn clasify() -> u32 {
            1
        }
        #[step]
        pub fn send() -> u32 {
            1
        }
        #[step]
        pub fn burn() -> u32 {
            1
        }
    }
    assert_eq!(
        told(|| triage().mock::<elsewhere::clasify>(|()| 2)),
        "the workflow `Triage` has no step `clasify`: did you mean `classify`?"
    );
    assert_eq!(
        told(|| triage().mock::<elsewhere::send>(|()| 2)),
        "the workflow `Triage` has no step `send`: another step of that name stands there, from elsewhere"
    );
    let told = told(|| triage().never::<elsewhere::burn>());
    assert!(
        told.ends_with(
            "its steps are `approve`, `billing`, `classify`, `escalate`, `review`, `revise`, `send`, `technical`"
        ),
        "{told}"
    );
}

#[test]
fn an_ask_is_answered_and_not_mocked() {
    assert_eq!(
        told(|| triage().mock::<approve>(|_| Approval::Granted)),
        "`approve` is an ask, and cannot mock: say what it is answered, with `.answer::<approve>(…)`"
    );
}

#[test]
fn a_test_runs_more_than_once_each_time_anew() {
    let test = triage().gives::<classify>([Desk::Spam]);
    for _ in 0..2 {
        assert_eq!(test.run(Ticket::from("x")).output(), "nothing");
    }
}

#[tokio::test]
async fn a_test_may_be_run_within_a_runtime() {
    let run = triage().unanswered::<approve>().run(Ticket::from("x"));
    assert_eq!(run.output(), "escalated: x");
    let here = triage().answer::<approve>(Approval::Granted).run_here(Ticket::from("x")).await;
    assert_eq!(here.output(), "sent: on x");
}

#[test]
fn what_a_run_is_given_is_around_its_steps() {
    #[step]
    fn told() -> u32 {
        loomflow::around::given::<u32>().map_or(0, |given| *given)
    }
    workflow! { Told() -> u32 { start -> told -> end; } }
    assert_eq!(Told::test().with(7_u32).run(()).output(), &7);
}
