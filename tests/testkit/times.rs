//! Time that is skipped, and stepped.

use super::{flows::*, told};
use loomflow::{prelude::*, test::Test};
use std::{future::pending, time::Duration};

fn triage() -> Test<Triage, Llm> {
    Triage::test().context(|| Llm)
}

#[test]
fn a_sleep_and_a_limit_pass_at_once() {
    let run = triage().unanswered::<approve>().run(Ticket::from("x"));
    assert_eq!((run.output().as_str(), run.elapsed()), ("escalated: x", 2 * DAY));
    run.assert_took("approve", "after 2d");
    let run = Nightly::test().run(Vec::<String>::new());
    assert_eq!((run.output(), run.elapsed()), (&0, DAY));
}

#[test]
fn a_run_may_be_looked_at_where_it_stands_at_a_time() {
    let test = triage().unanswered::<approve>();
    let run = test.run_until(Duration::from_secs(2 * 86_400 - 1), Ticket::from("x"));
    assert_eq!(run.stands_at(), ["approve"]);
    assert!(run.outcome().is_none());
    assert_eq!(told(|| run.output().clone()), "`Triage` has not ended: it stands at approve");
    assert!(test.run_until(2 * DAY, Ticket::from("x")).stands_at().is_empty());
    let nested = Nightly::test().takes::<fetch>(DAY).run_until(DAY + DAY / 2, vec!["a".to_owned()]);
    assert_eq!(nested.stands_at(), ["measured/fetch"]);
}

#[test]
fn an_answer_comes_in_time_or_too_late() {
    let answered = |after| triage().answer_after::<approve>(after, Approval::Granted).run(Ticket::from("x"));
    let run = answered(DAY);
    assert_eq!((run.output().as_str(), run.elapsed()), ("sent: on x", DAY));
    assert_eq!(answered(3 * DAY).output(), "escalated: x");
}

#[test]
fn answers_come_in_order_and_the_last_one_stays() {
    #[ask(bool)]
    fn more(n: u32) -> Question {
        Question::new(format!("After {n}?"))
    }
    #[step]
    fn next(n: u32) -> u32 {
        n + 1
    }
    workflow! {
        Counted() -> u32 {
            let n: u32 = 0;
            start -> n = next(n) -> more(n) -> if more { n = next(n) max 9 else end(n) } -> end(n);
        }
    }
    let run = Counted::test().answer::<more>(true).answer::<more>(true).answer::<more>(false).run(());
    assert_eq!((run.output(), run.visits("more")), (&3, 3));
    assert_eq!(Counted::test().answer::<more>(true).run(()).output(), &10);
    let run = Counted::test().answers::<more>(|question| Some(!question.text().contains('2'))).run(());
    assert_eq!(run.output(), &2);
}

#[test]
fn a_run_that_waits_for_what_never_comes_is_told_with_where_it_stands() {
    #[step]
    async fn hang() -> u32 {
        pending().await
    }
    workflow! { Hung() -> u32 { start -> hang -> end; } }
    assert_eq!(told(|| Hung::test().run(())), "`Hung` never ends: it stands at hang\n  path: hang");
}

#[test]
fn a_run_is_cancelled_at_a_time() {
    let run = triage().unanswered::<approve>().cancelled_after(DAY).run(Ticket::from("x"));
    assert_eq!((run.failure().kind(), run.failure().node()), (FailureKind::Cancelled, "approve"));
    assert_eq!(run.elapsed(), DAY);
}
