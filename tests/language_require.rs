//! Requirements that hold: each form of them, on each kind of way.

mod common;

use common::{ended, failed, way};
use loomflow::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Verdict {
    Good,
    Fair(u32),
    Weak { notes: String },
}

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("{0} is broken")]
struct Broken(u32);

#[step]
fn check(n: u32) -> Verdict {
    match n {
        0 => Verdict::Good,
        1..10 => Verdict::Fair(n),
        _ => Verdict::Weak { notes: n.to_string() },
    }
}

#[step]
fn mend(n: u32) -> u32 {
    n / 10
}

#[step]
fn send(n: u32) -> u32 {
    n + 100
}

#[step]
fn record(n: u32) -> u32 {
    n
}

#[step]
fn even(n: u32) -> Result<u32, Broken> {
    if n.is_multiple_of(2) { Ok(n) } else { Err(Broken(n)) }
}

#[step(at_most_once)]
fn charge(n: u32) -> u32 {
    n
}

#[test]
fn a_node_is_visited_before_another_on_every_way() {
    workflow! {
        Flow(n: u32) -> u32 {
            start -> if n > 5 { record(n) -> check(record) } else { check(n) };
            check -> send(n) -> end;
            require check before send;
        }
    }
    workflow! {
        Unless(n: u32) -> u32 {
            start -> if n > 5 { end(0) } -> check(n) -> if n > 3 { fail("no") } -> send(n) -> end;
            require check before send;
        }
    }
    assert_eq!(ended(Flow::trace(&(), 6)), way("record check send", 106_u32));
    assert_eq!(ended(Flow::trace(&(), 1)), way("check send", 101_u32));
    assert_eq!(ended(Unless::trace(&(), 6)), way("", 0_u32));
    assert_eq!(failed(Unless::trace(&(), 4)).0, "check");
}

#[test]
fn a_node_is_visited_before_every_end() {
    workflow! {
        Flow(n: u32) -> u32 {
            start -> record(n) -> if n > 5 { end(0) } -> send(n) -> end;
            require record before end;
        }
    }
    workflow! {
        Fails(n: u32) -> u32 {
            start -> if n > 5 { fail("a failure is no end") } -> record(n) -> end;
            require record before end;
        }
    }
    assert_eq!(ended(Flow::trace(&(), 6)), way("record", 0_u32));
    assert_eq!(failed(Fails::trace(&(), 6)).0, "");
}

#[test]
fn what_was_answered_is_proven_by_the_arm_of_a_route() {
    workflow! {
        Match(n: u32) -> u32 {
            start -> check(n) -> match { Verdict::Good => send(n) -> end, Verdict::Fair(_) | Verdict::Weak { .. } => end(0) };
            require check is Verdict::Good before send;
        }
    }
    workflow! {
        Behind(n: u32) -> u32 {
            start -> check(n) -> match { Verdict::Good => {} Verdict::Fair(_) => end(1), _ => end(0) } -> record(n) -> send(record) -> end;
            require check is Verdict::Good before send;
        }
    }
    workflow! {
        IfLet(n: u32) -> u32 {
            start -> check(n) -> if let Verdict::Fair(by) = check { send(by) -> end } -> end(0);
            require check is Verdict::Fair(_) before send;
        }
    }
    workflow! {
        Named(n: u32) -> u32 {
            start -> verdict = check(n) -> record(n) -> match verdict { Verdict::Weak { notes } if notes.len() > 2 => send(n) -> end, _ => end(0) };
            require check is Verdict::Weak { .. } before send;
        }
    }
    workflow! {
        Either(n: u32) -> u32 {
            start -> check(n) -> match { Verdict::Good => send(n), Verdict::Fair(1 | 2) => send(n + 1), _ => end(0) };
            send -> end;
            require check is Verdict::Good | Verdict::Fair(_) before send;
        }
    }
    assert_eq!(ended(Match::trace(&(), 0)), way("check send", 100_u32));
    assert_eq!(ended(Match::trace(&(), 1)), way("check", 0_u32));
    assert_eq!(ended(Behind::trace(&(), 0)), way("check record send", 100_u32));
    assert_eq!(ended(IfLet::trace(&(), 7)), way("check send", 107_u32));
    assert_eq!(ended(IfLet::trace(&(), 0)), way("check", 0_u32));
    assert_eq!(ended(Named::trace(&(), 123)), way("check record send", 223_u32));
    assert_eq!(ended(Named::trace(&(), 12)), way("check record", 0_u32));
    assert_eq!(ended(Either::trace(&(), 2)), way("check send", 103_u32));
    assert_eq!(ended(Either::trace(&(), 5)), way("check", 0_u32));
}

#[test]
fn a_step_that_is_asked_again_must_answer_again() {
    workflow! {
        Flow(n: u32) -> u32 {
            start -> check(n) -> match {
                Verdict::Good => send(n) -> end,
                _ => n = mend(n) -> check(n) max 3 else end(0),
            };
            require check is Verdict::Good before send;
        }
    }
    assert_eq!(ended(Flow::trace(&(), 12)), way("check mend check mend check send", 100_u32));
    assert_eq!(ended(Flow::trace(&(), 123_456)).1, 0);
}

#[test]
fn a_requirement_names_a_step_with_all_its_aliases() {
    workflow! {
        Flow(n: u32) -> u32 {
            start -> if n > 5 { one: check(n) } else { two: check(n + 1) } -> send(n) -> end;
            require check before send;
        }
    }
    workflow! {
        Alias(n: u32) -> u32 {
            start -> other: check(n) -> mine: check(n) -> match { Verdict::Good => send(n) -> again: send(n) -> end, _ => end(1) };
            require mine is Verdict::Good before send;
            require other before mine;
        }
    }
    assert_eq!(ended(Flow::trace(&(), 6)), way("one send", 106_u32));
    assert_eq!(ended(Flow::trace(&(), 1)), way("two send", 101_u32));
    assert_eq!(ended(Alias::trace(&(), 0)), way("other mine send again", 100_u32));
}

#[test]
fn a_visit_before_a_fork_holds_in_its_branches_and_one_in_a_branch_behind_it() {
    workflow! {
        Before(n: u32) -> u32 {
            start -> check(n) -> [one: send(n), record(n) -> two: send(record)] -> end(one + two);
            require check before send;
        }
    }
    workflow! {
        Behind(n: u32) -> u32 {
            start -> [check(n), record(n)] -> send(n) -> end;
            require check before send;
            require record before send;
        }
    }
    workflow! {
        Answers(n: u32) -> u32 {
            start -> [
                one: check(n) -> match { Verdict::Good => {} _ => end(1) },
                two: check(n) -> match { Verdict::Good => {} _ => end(2) },
            ] -> send(n) -> end;
            require one is Verdict::Good before send;
            require two is Verdict::Good before send;
            require check is Verdict::Good before send;
        }
    }
    workflow! {
        Items(list: Vec<u32>) -> Vec<u32> {
            start -> record(1) -> [for n in list => check(n) -> match { Verdict::Good => send(n), _ => end(Vec::new()) }] -> end;
            require check is Verdict::Good before send;
            require record before check;
        }
    }
    workflow! {
        Guarded(n: u32) -> u32 {
            start -> even(n) catch _ => end(0) -> send(n) -> end;
            require even before send;
        }
    }
    workflow! {
        First(n: u32) -> u32 {
            start -> first { check(n) => send(n), even(n) => end(1) } -> end;
            require check before send;
        }
    }
    assert_eq!(ended(Before::trace(&(), 1)), way("check one record two", 202_u32));
    assert_eq!(ended(Behind::trace(&(), 1)), way("check record send", 101_u32));
    assert_eq!(ended(Answers::trace(&(), 0)), way("one two send", 100_u32));
    assert_eq!(ended(Answers::trace(&(), 1)).1, 1);
    assert_eq!(ended(Items::trace(&(), vec![0, 0])).1, [100, 100]);
    assert_eq!(ended(Items::trace(&(), vec![0, 1])).1, Vec::<u32>::new());
    assert_eq!(ended(Guarded::trace(&(), 2)), way("even send", 102_u32));
    assert_eq!(ended(Guarded::trace(&(), 1)), way("even", 0_u32));
    assert_eq!(ended(First::trace(&(), 1)), way("check send", 101_u32));
}

#[test]
fn a_node_is_visited_at_most_once() {
    workflow! {
        Flow(n: u32) -> u32 {
            start -> if n > 5 { one: charge(n) -> end } else { two: charge(n + 1) -> end };
            require charge at most once;
        }
    }
    workflow! {
        Loop(n: u32) -> u32 {
            start -> check(n) -> match { Verdict::Good => {} _ => n = mend(n) -> check(n) max 2 else {} } -> charge(n) -> record(charge) -> end;
            require charge at most once;
            require record at most once;
        }
    }
    workflow! {
        Fork(n: u32) -> u32 {
            start -> [charge(n), record(n)] -> end(charge);
            require charge at most once;
        }
    }
    assert_eq!(ended(Flow::trace(&(), 6)), way("one", 6_u32));
    assert_eq!(ended(Flow::trace(&(), 1)), way("two", 2_u32));
    assert_eq!(ended(Loop::trace(&(), 12)), way("check mend check mend check charge record", 0_u32));
    assert_eq!(ended(Fork::trace(&(), 12)), way("charge record", 12_u32));
}

#[test]
fn an_ask_is_required_as_a_step_is() {
    #[ask(bool)]
    fn approve(n: u32) -> Question {
        Question::new(format!("{n}?"))
    }
    workflow! {
        Flow(n: u32) -> u32 {
            start -> approve(n) -> if !approve { end(0) } -> send(n) -> end;
            require approve before send;
        }
    }
    workflow! {
        Answered(n: u32) -> u32 {
            start -> approve(n) -> match { true => send(n) -> end, false => end(0) };
            require approve is true before send;
        }
    }
    for (answer, output) in [(true, 107), (false, 0)] {
        assert_eq!(ended(Flow::trace(&(), 7).answering::<approve>(move |_| Some(answer))).1, output);
        assert_eq!(ended(Answered::trace(&(), 7).answering::<approve>(move |_| Some(answer))).1, output);
    }
}

#[test]
fn a_generic_workflow_and_a_nested_one_have_requirements() {
    workflow! {
        Inner<const N: u32>(n: u32) -> u32 {
            start -> check(n + N) -> send(n) -> end;
            require check before send;
            require send at most once;
        }
    }
    workflow! {
        Flow(n: u32) -> u32 {
            start -> Inner::<3>(n) -> record(Inner) -> end;
            require Inner before record;
            require Inner at most once;
        }
    }
    assert_eq!(ended(Flow::trace(&(), 1)), way("Inner check send record", 101_u32));
}
