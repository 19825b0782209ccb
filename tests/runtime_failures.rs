//! Failures: what a run fails with, what is told of it, and how the step's own error is had back.

mod common;

use common::{block_on, failed, way};
use loomflow::prelude::*;
use std::error::Error;
use std::fmt;
use std::num::ParseIntError;

#[derive(Debug, PartialEq, thiserror::Error)]
enum Refused {
    #[error("the order is empty")]
    Empty,
    #[error("the order is not a number")]
    Number(#[from] ParseIntError),
    #[error("the shop is closed")]
    Closed(#[source] Closed),
}

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("the door is locked")]
struct Closed(#[source] Lost);

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("the key is lost")]
struct Lost;

#[step]
fn order(text: &str) -> Result<u32, Refused> {
    match text {
        "" => Err(Refused::Empty),
        "closed" => Err(Refused::Closed(Closed(Lost))),
        text => Ok(text.parse()?),
    }
}

#[step]
fn check(n: u32) -> bool {
    n.is_multiple_of(2)
}

workflow! {
    Order(text: String) -> u32 { start -> order(text) -> end; }
}

mod steps {
    use super::*;

    #[test]
    fn a_failure_tells_workflow_node_attempt_and_cause() {
        let (path, failure) = failed(Order::trace(&(), String::new()));
        assert_eq!(path, "order");
        assert_eq!(failure.to_string(), "workflow `Order` failed at `order`, attempt 1: the order is empty");
        assert_eq!((failure.workflow(), failure.node(), failure.attempt()), ("Order", "order", 1));
        assert_eq!(failure.kind(), FailureKind::Step);
        assert_eq!(failure.cause().to_string(), "the order is empty");
    }

    #[test]
    fn the_long_forms_tell_all_causes_and_a_chain_of_sources_none_twice() {
        let (_, failure) = failed(Order::trace(&(), "closed".into()));
        let place = "workflow `Order` failed at `order`, attempt 1";
        assert_eq!(failure.to_string(), format!("{place}: the shop is closed"));
        assert_eq!(format!("{failure:#}"), format!("{place}: the shop is closed: the door is locked: the key is lost"));
        assert_eq!(
            format!("{failure:?}"),
            format!("{place}: the shop is closed\n  caused by: the door is locked\n  caused by: the key is lost")
        );
        let sources = std::iter::successors(failure.source(), |&error| error.source());
        assert_eq!(sources.map(ToString::to_string).collect::<Vec<_>>(), ["the door is locked", "the key is lost"]);
    }

    #[test]
    fn the_error_of_a_step_is_had_back_as_its_own_type() {
        let (_, failure) = failed(Order::trace(&(), "five".into()));
        assert!(matches!(failure.downcast_ref(), Some(Refused::Number(_))));
        assert!(failure.downcast_ref::<ParseIntError>().is_none());
        let (_, failure) = failed(Order::trace(&(), String::new()));
        assert_eq!(failure.downcast_ref(), Some(&Refused::Empty));
        assert_eq!(failure.clone().downcast_ref(), Some(&Refused::Empty));
    }

    #[test]
    fn a_step_may_fail_with_a_text_or_a_boxed_error() {
        #[step]
        fn text(n: u32) -> Result<u32, String> {
            if n == 0 { Err("none".to_owned()) } else { Ok(n) }
        }
        #[step]
        fn constant(n: u32) -> Result<u32, &'static str> {
            if n == 1 { Err("one") } else { Ok(n) }
        }
        #[step]
        fn boxed(n: u32) -> Result<u32, Box<dyn Error + Send + Sync>> {
            if n == 2 { Err(Box::new(Lost)) } else { Ok("x".parse::<u32>().unwrap_or(n)) }
        }
        workflow! {
            Flow(n: u32) -> u32 { start -> text -> constant -> boxed -> end; }
        }
        assert_eq!(failed(Flow::trace(&(), 0)).1.cause().to_string(), "none");
        assert_eq!(failed(Flow::trace(&(), 1)).1.cause().to_string(), "one");
        let failure = failed(Flow::trace(&(), 2)).1;
        assert_eq!(failure.node(), "boxed");
        assert_eq!(failure.downcast_ref(), Some(&Lost));
        assert_eq!(common::ended(Flow::trace(&(), 3)), way("text constant boxed", 3_u32));
    }

    #[test]
    fn nothing_is_done_behind_a_step_that_fails() {
        workflow! {
            Flow(text: String) -> bool { start -> order(text) -> check(order) -> end; }
        }
        assert_eq!(failed(Flow::trace(&(), String::new())).0, "order");
    }

    #[test]
    fn a_failure_is_an_error_that_the_question_mark_passes_on() {
        fn ordered(text: &str) -> Result<u32, Failure> {
            let ordered = block_on(Order::run(&(), text.to_owned()))?;
            Ok(ordered + 1)
        }
        fn boxed(text: &str) -> Result<u32, Box<dyn Error + Send + Sync>> {
            Ok(ordered(text)?)
        }
        assert_eq!(ordered("4").unwrap(), 5);
        assert!(boxed("").unwrap_err().downcast_ref::<Failure>().is_some());
    }
}

mod written {
    use super::*;

    fn read_back(failure: &Failure) -> Failure {
        let written = serde_json::to_string(failure).expect("a failure can be written");
        serde_json::from_str(&written).expect("a failure can be read")
    }

    #[test]
    fn a_failure_that_is_read_back_tells_what_it_told() {
        for text in ["", "five", "closed"] {
            let (_, failure) = failed(Order::trace(&(), text.into()));
            let read = read_back(&failure);
            assert_eq!(read.to_string(), failure.to_string());
            assert_eq!(format!("{read:#} {read:?}"), format!("{failure:#} {failure:?}"));
            assert_eq!((read.kind(), read.attempt()), (failure.kind(), failure.attempt()));
            assert_eq!((read.workflow(), read.node()), ("Order", "order"));
            assert!(read.downcast_ref::<Refused>().is_none() && failure.downcast_ref::<Refused>().is_some());
        }
    }

    #[test]
    fn a_failure_can_be_a_value_of_a_graph_and_is_handed_on_as_it_is() {
        #[step]
        fn look(why: &Failure) -> String {
            format!("{:?} at {}", why.kind(), why.node())
        }
        workflow! {
            Flow(why: Failure) -> Result<String, Failure> {
                let told: Failure;
                start -> told = (why) -> look(told) -> if told.kind() == FailureKind::Step { fail(told) } -> end(look);
            }
        }
        let (_, why) = failed(Order::trace(&(), "closed".into()));
        let (path, failure) = failed(Flow::trace(&(), why.clone()));
        assert_eq!(path, "look");
        assert!(failure.to_string().ends_with("failed at `order`, attempt 1: the shop is closed"), "{failure}");
        assert_eq!(failure.downcast_ref(), why.downcast_ref::<Refused>());
        let failed = Flow::trace(&(), Failure::new("late"));
        assert_eq!(common::ended(failed), way("look", "Failed at "));
    }
}

mod fail {
    use super::*;

    /// Closed, or an order that is none.
    #[derive(Debug)]
    struct Complaint(String);

    impl fmt::Display for Complaint {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "we complain: {}", self.0)
        }
    }

    impl Error for Complaint {}

    impl From<&str> for Complaint {
        fn from(text: &str) -> Self {
            Complaint(text.to_owned())
        }
    }

    impl From<Lost> for Complaint {
        fn from(lost: Lost) -> Self {
            Complaint(lost.to_string())
        }
    }

    #[test]
    fn a_workflow_with_a_result_ends_with_its_output_and_fails_with_its_error() {
        workflow! {
            Flow(n: u32) -> Result<u32, Complaint> {
                start -> check(n) -> match n {
                    0 => fail(Complaint("none".to_owned())),
                    1 => fail("one"),
                    2 => fail(Lost),
                    n => end(n),
                };
            }
        }
        let complaint = |n| {
            let (path, failure) = failed(Flow::trace(&(), n));
            assert_eq!((path.as_str(), failure.kind(), failure.attempt()), ("check", FailureKind::Failed, 0));
            let complaint: &Complaint = failure.downcast_ref().expect("it fails with its own error");
            complaint.0.clone()
        };
        assert_eq!(complaint(0), "none");
        assert_eq!(complaint(1), "one");
        assert_eq!(complaint(2), "the key is lost");
        let output: u32 = block_on(Flow::run(&(), 3)).unwrap();
        assert_eq!(output, 3);
    }

    #[test]
    fn any_other_workflow_fails_with_a_text_or_a_failure() {
        workflow! {
            Flow(n: u32) -> u32 {
                start -> check(n) -> match n {
                    0 => fail("none"),
                    1 => fail(format!("{n} is too few")),
                    2 => fail(Failure::new(Lost)),
                    n => end(n),
                };
            }
        }
        assert_eq!(failed(Flow::trace(&(), 0)).1.to_string(), "workflow `Flow` failed at `check`: none");
        assert_eq!(failed(Flow::trace(&(), 1)).1.to_string(), "workflow `Flow` failed at `check`: 1 is too few");
        let failure = failed(Flow::trace(&(), 2)).1;
        assert_eq!(failure.downcast_ref(), Some(&Lost));
        assert_eq!((failure.kind(), failure.workflow(), failure.node()), (FailureKind::Failed, "Flow", "check"));
    }

    #[test]
    fn a_run_can_fail_at_its_start() {
        workflow! {
            Flow(n: u32) -> u32 { start -> if n == 0 { fail("nothing to do") } -> check(n) -> end(n); }
        }
        let (path, failure) = failed(Flow::trace(&(), 0));
        assert_eq!(path, "");
        assert_eq!(failure.to_string(), "workflow `Flow` failed at `start`: nothing to do");
    }

    #[test]
    fn what_fails_may_be_what_the_graph_computed() {
        workflow! {
            Flow(text: String) -> Result<u32, Complaint> {
                let why: Complaint2;
                start -> why = (Complaint2(text)) -> if why.0.is_empty() { end(0) } -> fail(why);
            }
        }
        #[derive(serde::Serialize, serde::Deserialize)]
        struct Complaint2(String);
        impl From<Complaint2> for Complaint {
            fn from(other: Complaint2) -> Self {
                Complaint(other.0)
            }
        }
        assert_eq!(failed(Flow::trace(&(), "late".into())).1.cause().to_string(), "we complain: late");
        assert_eq!(block_on(Flow::run(&(), String::new())).unwrap(), 0);
    }

    #[test]
    fn the_place_of_a_failure_is_the_node_the_run_came_from() {
        workflow! {
            Flow(n: u32) -> u32 {
                start -> one: check(n) -> if n > 5 { two: check(n) -> fail("large") } -> fail("small");
            }
        }
        workflow! {
            Ends(n: u32) -> u32 { start -> if n > 9 { end(n) } -> Flow(n) -> end; }
        }
        assert_eq!(
            failed(Ends::trace(&(), 6)).1.to_string(),
            "workflow `Ends` at `Flow`, workflow `Flow` failed at `two`: large"
        );
        assert_eq!(
            failed(Ends::trace(&(), 1)).1.to_string(),
            "workflow `Ends` at `Flow`, workflow `Flow` failed at `one`: small"
        );
    }
}
