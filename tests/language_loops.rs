//! Loops: edges back, each with a bound, and what is done when it is spent.

mod common;

use common::{ended, failed, way};
use loomflow::graph::MaxSteps;
use loomflow::prelude::*;

#[step]
fn tick(n: u32) -> u32 {
    n + 1
}

#[step]
fn other(n: u32) -> u32 {
    n + 10
}

#[step]
fn outer(n: u32) -> u32 {
    n + 100
}

#[step]
fn last(n: u32) -> u32 {
    n + 1_000
}

#[step]
fn odd(n: u32) -> bool {
    n % 2 == 1
}

/// The nodes of a way.
fn steps(path: &str) -> u64 {
    path.split_whitespace().map(|_| 1).sum()
}

fn times(node: &str, path: &str) -> usize {
    path.split_whitespace().filter(|visited| *visited == node).count()
}

workflow! {
    /// Ticks up to `wanted`, but goes back three times at the most.
    Three(wanted: u32) -> u32 {
        let n: u32 = 0;
        start -> n = tick(n) -> if n >= wanted { end(n) } -> n = tick(n) max 3 else end(n + 100);
    }
}

#[test]
fn a_loop_goes_round_as_often_as_its_bound_says_and_no_more() {
    assert_eq!(ended(Three::trace(&(), 0)), way("tick", 1_u32));
    assert_eq!(ended(Three::trace(&(), 1)), way("tick", 1_u32));
    assert_eq!(ended(Three::trace(&(), 2)), way("tick tick", 2_u32));
    assert_eq!(ended(Three::trace(&(), 4)), way("tick tick tick tick", 4_u32));
    assert_eq!(ended(Three::trace(&(), 5)), way("tick tick tick tick", 104_u32));
    assert_eq!(Three::GRAPH.max_steps(), MaxSteps::Number(4));
}

#[test]
fn a_bound_of_one_goes_round_once() {
    workflow! {
        Flow() -> u32 {
            let n: u32 = 0;
            start -> n = tick(n) -> {} -> n = tick(n) max 1 else end(n);
        }
    }
    assert_eq!(ended(Flow::trace(&())), way("tick tick", 2_u32));
    assert_eq!(Flow::GRAPH.max_steps(), MaxSteps::Number(2));
}

#[test]
fn counts_begin_anew_in_each_run() {
    for _ in 0..3 {
        assert_eq!(ended(Three::trace(&(), 9)), way("tick tick tick tick", 104_u32));
    }
}

#[test]
fn a_bound_can_be_an_expression_of_values() {
    workflow! {
        Flow(rounds: u8, list: Vec<u32>) -> u32 {
            let n: u32 = 0;
            start -> n = tick(n) -> {} -> n = tick(n) max u32::from(rounds) + 1 else n = other(n);
            other -> {} -> n = other(n) max list.len() else end(n);
        }
    }
    let (path, output) = ended(Flow::trace(&(), 2, vec![7, 8]));
    assert_eq!((times("tick", &path), times("other", &path), output), (4, 3, 34));
    let (path, output) = ended(Flow::trace(&(), 0, Vec::new()));
    assert_eq!((times("tick", &path), times("other", &path), output), (2, 1, 12));
}

#[test]
fn a_bound_can_be_a_number_of_any_unsigned_type_and_zero_at_run_time() {
    const ROUNDS: u16 = 2;
    workflow! {
        Sizes(a: usize, b: u64, c: u8) -> u32 {
            let n: u32 = 0;
            start -> n = tick(n) -> {} -> n = tick(n) max a else n = other(n);
            other -> {} -> n = other(n) max b else n = outer(n);
            outer -> {} -> n = outer(n) max c else n = last(n);
            last -> {} -> n = last(n) max ROUNDS else end(n);
        }
    }
    assert_eq!(ended(Sizes::trace(&(), 0, 0, 0)).1, 1 + 10 + 100 + 3_000);
    assert_eq!(ended(Sizes::trace(&(), 1, 2, 3)).1, 2 + 30 + 400 + 3_000);
    assert_eq!(Sizes::GRAPH.max_steps().to_string(), "4 + a + b + c + ROUNDS");
}

#[test]
fn a_bound_per_node_may_be_another_number_at_each_visit() {
    workflow! {
        Flow(rounds: u32) -> u32 {
            let n: u32 = 0;
            start -> n = outer(n) -> {} -> n = tick(n) -> if n > 0 { n = tick(n) max rounds per outer else {} }
                  -> rounds = (rounds - 1)
                  -> if rounds > 0 { n = outer(n) max 9 per run else end(n) } -> end(n);
        }
    }
    let (path, _) = ended(Flow::trace(&(), 3));
    assert_eq!(path, "outer tick tick tick tick outer tick tick tick outer tick tick");
}

#[test]
fn a_spent_loop_leads_to_a_node() {
    workflow! {
        Flow(wanted: u32) -> u32 {
            let n: u32 = 0;
            start -> n = tick(n) -> if n >= wanted { end(n) } -> n = tick(n) max 2 else last(n);
            last -> end;
        }
    }
    assert_eq!(ended(Flow::trace(&(), 2)), way("tick tick", 2_u32));
    assert_eq!(ended(Flow::trace(&(), 9)), way("tick tick tick last", 1_003_u32));
}

#[test]
fn a_spent_loop_leads_to_an_expression_a_block_or_nothing() {
    workflow! {
        Expr() -> u32 {
            let n: u32 = 0;
            start -> n = tick(n) -> if n > 0 { n = tick(n) max 2 else (n * 7) } -> end;
        }
    }
    workflow! {
        Block(wanted: u32) -> u32 {
            let n: u32 = 0;
            start -> n = tick(n) -> if n < wanted { n = tick(n) max 2 else { other(n) -> if other > 20 { n = (0) } } }
                  -> end(n);
        }
    }
    workflow! {
        Empty(wanted: u32) -> u32 {
            let n: u32 = 0;
            start -> n = tick(n) -> if n < wanted { n = tick(n) max 2 else {} } -> last(n) -> end;
        }
    }
    assert_eq!(ended(Expr::trace(&())), way("tick tick tick", 21_u32));
    assert_eq!(ended(Block::trace(&(), 3)), way("tick tick tick", 3_u32));
    assert_eq!(ended(Block::trace(&(), 9)), way("tick tick tick other", 3_u32));
    assert_eq!(ended(Empty::trace(&(), 9)), way("tick tick tick last", 1_003_u32));
}

#[test]
fn a_spent_loop_can_fail_the_run() {
    workflow! {
        Flow() -> u32 {
            let n: u32 = 0;
            start -> n = tick(n) -> {} -> n = tick(n) max 2 else fail(format!("{n} was not enough"));
        }
    }
    let (path, failure) = failed(Flow::trace(&()));
    assert_eq!(path, "tick tick tick");
    assert_eq!(failure.to_string(), "workflow `Flow` failed at `tick`: 3 was not enough");
}

#[test]
fn two_bounds_on_one_edge_both_hold() {
    workflow! {
        Flow(a: u32, b: u32) -> u32 {
            let n: u32 = 0;
            start -> n = tick(n) -> {} -> n = tick(n) max a per run else end(n) max b per run else end(n + 100);
        }
    }
    assert_eq!(ended(Flow::trace(&(), 2, 5)).1, 3);
    assert_eq!(ended(Flow::trace(&(), 5, 2)).1, 103);
}

workflow! {
    /// A loop of `other` within one of `outer`.
    Within(rounds: u32) -> u32 {
        let n: u32 = 0;
        let round: u32 = 0;
        start -> n = outer(n) -> n = other(n) -> if n % 2 == 0 { n = other(n) max 2 per outer else {} }
              -> round = (round + 1)
              -> if round < rounds { n = outer(n) max 3 per run else end(n) } -> end(n);
    }
}

#[test]
fn a_bound_per_node_counts_anew_at_each_visit_of_that_node() {
    let (path, _) = ended(Within::trace(&(), 1));
    assert_eq!(path, "outer other other other");
    let (path, _) = ended(Within::trace(&(), 2));
    assert_eq!(path, "outer other other other outer other other other");
    let (path, _) = ended(Within::trace(&(), 9));
    assert_eq!((times("outer", &path), times("other", &path)), (4, 12));
}

#[test]
fn a_bound_per_run_is_not_counted_anew() {
    workflow! {
        Flow() -> u32 {
            let n: u32 = 0;
            start -> n = outer(n) -> n = other(n) -> if n > 0 { n = other(n) max 2 per run else {} }
                  -> n = outer(n) max 2 per run else end(n);
        }
    }
    assert_eq!(ended(Flow::trace(&())), way("outer other other other outer other outer other", 350_u32));
}

#[test]
fn two_loops_that_share_a_node_are_counted_apart() {
    workflow! {
        Flow(evens: u32) -> u32 {
            let n: u32 = 0;
            start -> odd(n) -> match {
                true => n = tick(n) -> odd(n) max 3 per run else end(n),
                false => n = if_even: tick(n) -> odd(n) max evens per run else end(n + 100),
            };
        }
    }
    let (path, output) = ended(Flow::trace(&(), 2));
    assert_eq!((path.as_str(), output), ("odd if_even odd tick odd if_even odd tick odd if_even", 105));
    let (_, output) = ended(Flow::trace(&(), 9));
    assert_eq!(output, 8);
}

#[test]
fn a_loop_carries_its_state_from_round_to_round() {
    workflow! {
        Flow(rounds: usize) -> (Vec<u32>, u32) {
            let seen: Vec<u32> = Vec::new();
            let n: u32 = 1;
            start -> n = tick(n) -> seen = (seen.into_iter().chain([n]).collect())
                  -> n = (n * 2)
                  -> n = tick(n) max rounds else end((seen, n));
        }
    }
    assert_eq!(ended(Flow::trace(&(), 0)).1, (vec![2], 4));
    assert_eq!(ended(Flow::trace(&(), 3)).1, (vec![2, 5, 11, 23], 46));
}

#[test]
fn a_run_never_takes_more_steps_than_its_graph_says() {
    let MaxSteps::Number(most) = Three::GRAPH.max_steps() else { panic!("its bound is a number") };
    let longest = (0..10).map(|wanted| steps(&ended(Three::trace(&(), wanted)).0)).max();
    assert_eq!(longest, Some(most));

    let MaxSteps::Number(most) = Within::GRAPH.max_steps() else { panic!("its bounds are numbers") };
    let longest = (0..10).map(|rounds| steps(&ended(Within::trace(&(), rounds)).0)).max();
    assert_eq!(longest, Some(most));
}

#[test]
fn where_a_value_bounds_a_loop_the_most_steps_are_a_formula_of_it() {
    workflow! {
        Flow(rounds: u64, wanted: u64) -> u64 {
            let n: u64 = 0;
            start -> step(n) -> done(n, wanted) -> n = (n + 1)
                  -> if done { end(n) } -> step(n) max rounds else end(n);
        }
    }
    #[step]
    fn step(n: u64) -> u64 {
        n
    }
    #[step]
    fn done(n: u64, wanted: u64) -> bool {
        n >= wanted
    }
    assert_eq!(Flow::GRAPH.max_steps(), MaxSteps::Formula("2 + rounds * 2"));
    for (rounds, wanted) in [(0, 9), (1, 9), (7, 9), (7, 2)] {
        let (path, _) = ended(Flow::trace(&(), rounds, wanted));
        assert!(steps(&path) <= 2 + rounds * 2);
        assert_eq!(steps(&path) == 2 + rounds * 2, wanted > rounds);
    }
}

#[test]
fn a_graph_without_loops_has_the_steps_of_its_longest_way() {
    workflow! {
        Flow(n: u32) -> u32 {
            start -> if n > 5 { n = tick(n) -> n = other(n) } else { n = outer(n) } -> n = last(n) -> end(n);
        }
    }
    assert_eq!(Flow::GRAPH.max_steps(), MaxSteps::Number(3));
    assert_eq!(ended(Flow::trace(&(), 6)), way("tick other last", 1_017_u32));
    assert_eq!(ended(Flow::trace(&(), 5)), way("outer last", 1_105_u32));
}
