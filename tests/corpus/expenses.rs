//! Two approvers at once, one deadline, a refusal ends early.

use crate::Trouble as PayError;
use crate::common::way;
use crate::kept::case;
use crate::{drawn, ended, failed};
use loomflow::OpenQuestion;
use loomflow::prelude::*;
use loomflow::{Run, Traced};
use serde::{Deserialize, Serialize};
use tokio::task::yield_now;
use tokio::time::Instant;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Expense {
    euros: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Role {
    Manager,
    Finance,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Answer {
    Yes,
    No,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Outcome {
    Paid(u32),
    Refused(Role),
    Expired,
}

#[ask(Answer)]
fn approve(e: &Expense, who: Role) -> Question {
    Question::new(format!("{who:?}: pay {} euros?", e.euros))
}

#[step]
async fn pay(e: &Expense) -> Result<Outcome, PayError> {
    yield_now().await;
    if e.euros > 1_000 { Err(PayError("over the limit")) } else { Ok(Outcome::Paid(e.euros)) }
}

workflow! { pub Expenses(expense: Expense) -> Outcome {
    start -> [
        manager: approve(expense, Role::Manager) -> match { Answer::Yes => {} Answer::No => end(Outcome::Refused(Role::Manager)) },
        finance: approve(expense, Role::Finance) -> match { Answer::Yes => {} Answer::No => end(Outcome::Refused(Role::Finance)) },
    ] within 3d else end(Outcome::Expired)
      -> pay(expense) -> end;
    require manager is Answer::Yes before pay;
} }

/// A run with what the manager and finance say; with `None` they say nothing.
fn asked(euros: u32, manager: Option<Answer>, finance: Option<Answer>) -> Run<'static, Traced<Outcome>> {
    Expenses::trace(&(), Expense { euros }).answering::<approve>(move |question| {
        assert!(question.text().ends_with(&format!("pay {euros} euros?")), "{question}");
        if question.text().starts_with("Manager") { manager } else { finance }
    })
}

#[tokio::test(start_paused = true)]
async fn what_both_approve_is_paid() {
    let run = asked(70, Some(Answer::Yes), Some(Answer::Yes));
    assert_eq!(ended(run).await, way("manager finance pay", Outcome::Paid(70)));
}

#[tokio::test(start_paused = true)]
async fn the_manager_refuses_without_waiting_for_finance() {
    let (path, outcome) = ended(asked(70, Some(Answer::No), None)).await;
    assert_eq!((path.contains("pay"), outcome), (false, Outcome::Refused(Role::Manager)));
}

#[tokio::test(start_paused = true)]
async fn finance_refuses_without_waiting_for_the_manager() {
    let (path, outcome) = ended(asked(70, None, Some(Answer::No))).await;
    assert_eq!((path.contains("pay"), outcome), (false, Outcome::Refused(Role::Finance)));
}

#[tokio::test(start_paused = true)]
async fn what_one_of_them_leaves_unanswered_for_three_days_expires() {
    for (manager, finance) in [(Some(Answer::Yes), None), (None, Some(Answer::Yes)), (None, None)] {
        let begun = Instant::now();
        let run = asked(70, manager, finance);
        assert_eq!(ended(run).await, way("manager finance", Outcome::Expired));
        assert_eq!(begun.elapsed().as_secs(), 3 * 24 * 60 * 60);
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_paid_fails() {
    let (path, failure) = failed(asked(2_000, Some(Answer::Yes), Some(Answer::Yes))).await;
    assert_eq!((path.as_str(), failure.node()), ("manager finance pay", "pay"));
}

#[tokio::test(start_paused = true)]
async fn what_nobody_is_there_to_answer_tells_both_questions() {
    let (_, failure) = failed(Expenses::trace(&(), Expense { euros: 70 })).await;
    assert_eq!(failure.kind(), FailureKind::Unanswered);
    let questions: Vec<_> = failure.questions().iter().map(Question::text).collect();
    assert_eq!(questions, ["Manager: pay 70 euros?", "Finance: pay 70 euros?"]);
}

#[test]
fn it_takes_three_steps() {
    assert_eq!(Expenses::GRAPH.max_steps().to_string(), "3");
}

#[test]
fn it_is_drawn() {
    drawn(
        &Expenses::GRAPH,
        r##"
        flowchart TD
            n0(["start"])
            n1["manager"]
            n2["finance"]
            n3["pay"]
            n4(["end"])
            n5[/"#50; at once"\]
            n6[\"join"/]
            n0 --> n5
            n1 -->|"Answer::Yes"| n6
            n1 -->|"Answer::No"| n4
            n2 -->|"Answer::Yes"| n6
            n2 -->|"Answer::No"| n4
            n3 --> n4
            n5 --> n1
            n5 --> n2
            n5 -->|"after 3d"| n4
            n6 --> n3
        "##,
    );
}

#[test]
fn it_is_carried_on_from_every_write() {
    let yes = |_: &OpenQuestion| Some("\"Yes\"".to_owned());
    let manager = |open: &OpenQuestion| (open.node == "manager").then(|| "\"Yes\"".to_owned());
    let no = |open: &OpenQuestion| (open.node == "finance").then(|| "\"No\"".to_owned());
    let asks = || case::<Expenses, _>(Expense { euros: 70 });
    assert_eq!(asks().answered(yes).at_every_two_writes(), Ok(r#"{"Paid":70}"#.to_owned()));
    assert_eq!(asks().answered(manager).at_every_write(), Ok(r#""Expired""#.to_owned()));
    assert_eq!(asks().answered(no).at_every_write(), Ok(r#"{"Refused":"Finance"}"#.to_owned()));
    assert!(asks().cancelled().at_every_write().is_err_and(|failure| failure.contains("Cancelled")));
}

#[cfg(feature = "test")]
#[test]
fn every_combination_of_answers_takes_every_edge() {
    use loomflow::test::covered;
    let answers = [Some(Answer::Yes), Some(Answer::No), None];
    let test = Expenses::test().answers_either::<approve>(answers);
    covered::<Expenses>(|| assert!(test.ways(Expense { euros: 70 }).count() > 5)).at_least(100);
    let only = Expenses::test().answer::<approve>(Answer::Yes).unanswered::<approve>().only_at("finance");
    let run = only.run(Expense { euros: 70 });
    assert_eq!((run.output(), run.elapsed().as_secs()), (&Outcome::Expired, 3 * 24 * 60 * 60));
}
