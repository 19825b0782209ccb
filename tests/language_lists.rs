//! Lists: `+=` appends to a `Vec` that begins empty, or as it is declared.

mod common;

use common::{Counted, block_on, ended, failed, way};
use loomflow::prelude::*;
use serde::{Deserialize, Serialize};

/// Something that is handed over or lent, but not copied.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Page(String);

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("{0} is broken")]
struct Broken(u32);

#[step]
fn add(n: u32, by: u32) -> u32 {
    n + by
}

#[step]
fn text(n: u32) -> String {
    n.to_string()
}

#[step]
fn sum(list: &[u32]) -> u32 {
    list.iter().sum()
}

#[step]
fn print(text: &str) -> Page {
    Page(text.to_owned())
}

#[step]
fn even(n: u32) -> Result<u32, Broken> {
    if n.is_multiple_of(2) { Ok(n) } else { Err(Broken(n)) }
}

#[test]
fn what_is_appended_to_begins_empty() {
    workflow! {
        Flow(n: u32) -> Vec<u32> { start -> log += add(n, 1) -> log += more: add(n, 2) -> end(log); }
    }
    workflow! {
        Skipped(n: u32) -> Vec<u32> { start -> if n > 5 { log += add(n, 1) } -> end(log); }
    }
    workflow! {
        Read(n: u32) -> (usize, Vec<u32>) {
            let before: usize;
            start -> before = (log.len()) -> log += add(n, 1) -> end((before, log));
        }
    }
    assert_eq!(ended(Flow::trace(&(), 1)), way("add more", [2, 3]));
    assert_eq!(ended(Skipped::trace(&(), 1)).1, Vec::<u32>::new());
    assert_eq!(ended(Skipped::trace(&(), 6)).1, [7]);
    assert_eq!(ended(Read::trace(&(), 6)).1, (0, vec![7]));
}

#[test]
fn a_list_may_begin_as_an_input_or_as_it_is_declared() {
    workflow! {
        Input(log: Vec<u32>) -> Vec<u32> { start -> log += add(1, 1) -> end(log); }
    }
    workflow! {
        Declared(n: u32) -> Vec<u32> {
            let log: Vec<u32> = vec![n];
            start -> log += add(n, 1) -> end(log);
        }
    }
    workflow! {
        Typed(n: u32) -> Vec<u32> {
            let log: Vec<u32>;
            start -> log += add(n, 1) -> end(log);
        }
    }
    assert_eq!(ended(Input::trace(&(), vec![7])).1, [7, 2]);
    assert_eq!(ended(Declared::trace(&(), 7)).1, [7, 8]);
    assert_eq!(ended(Typed::trace(&(), 7)).1, [8]);
}

#[test]
fn what_was_appended_last_is_the_value_of_its_node_and_is_carried() {
    workflow! {
        Flow(n: u32) -> (Vec<u32>, u32, u32) { start -> log += add(n, 1) -> more: add(_, 10) -> end((log, add, more)); }
    }
    workflow! {
        Bare(n: u32) -> u32 { start -> log += add(n, 1) -> log += twice -> end; }
    }
    workflow! {
        Routed(n: u32) -> Vec<u32> { start -> log += add(n, 1) -> match { 3 => end(log), other => log += more: add(other, 1) } -> end(log); }
    }
    #[step]
    fn twice(n: u32) -> u32 {
        n * 2
    }
    assert_eq!(ended(Flow::trace(&(), 1)).1, (vec![2], 2, 12));
    assert_eq!(ended(Bare::trace(&(), 1)).1, 4);
    assert_eq!(ended(Routed::trace(&(), 2)).1, [3]);
    assert_eq!(ended(Routed::trace(&(), 4)).1, [5, 6]);
}

#[test]
fn a_list_grows_in_a_loop_and_is_lent_to_the_step_that_adds_to_it() {
    workflow! {
        Flow(rounds: u32) -> Vec<u32> {
            start -> log += next(log) -> if log.len() > 6 { end(log) } -> log += next(log) max rounds else end(log);
        }
    }
    #[step]
    fn next(list: &[u32]) -> u32 {
        list.iter().rev().take(2).sum::<u32>().max(1)
    }
    assert_eq!(ended(Flow::trace(&(), 9)).1, [1, 1, 2, 3, 5, 8, 13]);
    assert_eq!(ended(Flow::trace(&(), 2)).1, [1, 1, 2]);
}

#[test]
fn appending_copies_nothing() {
    workflow! {
        Flow(rounds: u32) -> Vec<Page> {
            start -> log += print("a") -> {} -> log += print("b") max rounds else end(log);
        }
    }
    workflow! {
        Counts(counted: Counted) -> Vec<Counted> { start -> log += keep(counted) -> end(log); }
    }
    #[step]
    fn keep(counted: Counted) -> Counted {
        counted
    }
    let pages: Vec<Page> = ["a", "b", "b"].map(|text| Page(text.to_owned())).into();
    assert_eq!(ended(Flow::trace(&(), 2)).1, pages);
    assert_eq!(ended(Counts::trace(&(), Counted::default())).1[0].clones(), 0);
}

#[test]
fn an_expression_is_appended_without_a_step() {
    workflow! {
        Flow(n: u32) -> Vec<String> {
            let log: Vec<String>;
            start -> log += (format!("begin {n}")) -> add(n, 1) -> log += (add.to_string()) -> log += text(7) -> end(log);
        }
    }
    workflow! {
        Value(n: u32, list: Vec<u32>) -> Vec<u32> { start -> list += (n) -> list += (n + 1) -> end(list); }
    }
    workflow! {
        Itself(list: Vec<usize>) -> Vec<usize> { start -> list += (list.len()) -> list += (list.iter().sum()) -> end(list); }
    }
    assert_eq!(ended(Flow::trace(&(), 1)), way("add text", ["begin 1", "2", "7"].map(str::to_owned)));
    assert_eq!(ended(Value::trace(&(), 1, vec![9])).1, [9, 1, 2]);
    assert_eq!(ended(Itself::trace(&(), vec![7])).1, [7, 1, 8]);
}

#[test]
fn of_a_fork_over_items_all_elements_are_appended() {
    workflow! {
        Flow(list: Vec<u32>) -> (Vec<u32>, u32) {
            start -> log += add(0, 100) -> log += [for n in list => one: add(n, 1)] -> log += [for n in list => two: add(n, 10)] -> sum(log) -> end((log, sum));
        }
    }
    workflow! {
        Loop(rounds: u32) -> Vec<u32> {
            start -> begin: add(0, 0) -> log += [for n in [1, 2] => add(n, log_len(&log))] -> begin: add(0, 0) max rounds else end(log);
        }
    }
    fn log_len(list: &[u32]) -> u32 {
        u32::try_from(list.len()).unwrap() * 10
    }
    assert_eq!(ended(Flow::trace(&(), vec![1, 2])).1, (vec![100, 2, 3, 11, 12], 128));
    assert_eq!(ended(Flow::trace(&(), Vec::new())).1, (vec![100], 100));
    assert_eq!(ended(Loop::trace(&(), 1)).1, [1, 2, 21, 22]);
}

#[test]
fn what_each_branch_of_a_static_fork_gives_is_appended() {
    workflow! {
        Flow(n: u32) -> Vec<u32> { start -> log += [add(n, 1), more: add(n, 2)] -> log += third: add(n, more) -> end(log); }
    }
    assert_eq!(ended(Flow::trace(&(), 1)).1, [2, 3, 4]);
}

#[test]
fn what_turns_into_an_item_is_appended() {
    workflow! {
        Flow(n: u32) -> Vec<u64> {
            let log: Vec<u64> = vec![7];
            start -> log += add(n, 1) -> log += [for m in [1, 2] => more: add(n, m)] -> log += (add.into()) -> end(log);
        }
    }
    assert_eq!(ended(Flow::trace(&(), 1)).1, [7, 2, 2, 3, 2]);
}

#[test]
fn of_what_has_several_ends_each_is_appended() {
    workflow! {
        Block(n: u32) -> Vec<u32> { start -> log += { add(n, 1) -> more: add(add, 1) } -> end(log); }
    }
    workflow! {
        First(n: u32) -> Vec<u32> { start -> log += first { even(n), add(n, 100) } -> end(log); }
    }
    assert_eq!(ended(Block::trace(&(), 1)).1, [3]);
    assert_eq!(ended(First::trace(&(), 2)).1, [2]);
    assert_eq!(ended(First::trace(&(), 3)).1, [103]);
}

#[test]
fn what_was_tried_is_appended_as_a_result() {
    workflow! {
        Flow(n: u32) -> Vec<bool> {
            start -> log += try even(n) -> log += try again: even(n + 1) -> end(log.iter().map(Result::is_ok).collect());
        }
    }
    workflow! {
        Forks(list: Vec<u32>) -> Vec<Option<usize>> {
            start -> log += try [for n in list => even(n)] -> log += try { again: even(1) -> second: add(1, 1) -> parts = [for n in list => add(n, 1)] }
                  -> end(log.into_iter().map(|tried| tried.ok().map(|list| list.len())).collect());
        }
    }
    assert_eq!(ended(Flow::trace(&(), 1)).1, [false, true]);
    assert_eq!(ended(Forks::trace(&(), vec![2, 4])).1, [Some(2), None]);
    assert_eq!(ended(Forks::trace(&(), vec![2, 3])).1, [None, None]);
}

#[test]
fn what_fails_is_not_appended() {
    workflow! {
        Flow(n: u32) -> Vec<u32> { start -> log += add(n, 0) -> log += even(n) catch _ => log += (99) -> end(log); }
    }
    workflow! {
        Left(n: u32) -> Vec<u32> { start -> log += add(n, 0) -> log += even(n) catch _ => {} -> end(log); }
    }
    workflow! {
        Fails(n: u32) -> Vec<u32> { start -> log += even(n) -> end(log); }
    }
    assert_eq!(ended(Flow::trace(&(), 2)).1, [2, 2]);
    assert_eq!(ended(Flow::trace(&(), 3)).1, [3, 99]);
    assert_eq!(ended(Left::trace(&(), 3)).1, [3]);
    assert_eq!(failed(Fails::trace(&(), 3)).1.node(), "even");
}

#[test]
fn a_branch_appends_to_a_list_of_its_own() {
    workflow! {
        Flow(n: u32) -> (Vec<u32>, Vec<String>) {
            start -> log += add(n, 1) -> [
                log += more: add(n, 2) -> log += again: add(n, 3),
                said += text(n) -> if n > 5 { said += other: text(n + 1) },
            ] -> end((log, said));
        }
    }
    assert_eq!(ended(Flow::trace(&(), 1)).1, (vec![2, 3, 4], vec!["1".to_owned()]));
    assert_eq!(ended(Flow::trace(&(), 6)).1, (vec![7, 8, 9], vec!["6".to_owned(), "7".to_owned()]));
}

#[test]
fn the_list_of_a_loser_is_not_kept() {
    workflow! {
        Flow(n: u32) -> Vec<u32> {
            start -> log += add(n, 0) -> first { { log += one: add(n, 1) -> even(n) }, { log += two: add(n, 2) -> last: add(n, 3) } } -> end(log);
        }
    }
    assert_eq!(ended(Flow::trace(&(), 2)).1, [2, 3]);
    assert_eq!(ended(Flow::trace(&(), 3)).1, [3, 5]);
}

#[test]
fn a_list_may_be_set_anew() {
    workflow! {
        Flow(n: u32) -> Vec<u32> {
            start -> log += add(n, 1) -> log = (Vec::new()) -> log += more: add(n, 2) -> end(log);
        }
    }
    assert_eq!(ended(Flow::trace(&(), 1)).1, [3]);
}

#[test]
fn several_nodes_append_to_one_list_in_the_order_of_the_run() {
    workflow! {
        Flow(n: u32) -> Vec<u32> {
            start -> add(n, 0) -> match add { 0 => log += zero: add(0, 0), 1 => log += one: add(0, 1), _ => log += many: add(0, 100) }
                  -> log += last: add(n, n) -> end(log);
        }
    }
    for (n, output) in [(0, [0, 0]), (1, [1, 2]), (5, [100, 10])] {
        assert_eq!(block_on(Flow::run(&(), n)).unwrap(), output);
    }
}
