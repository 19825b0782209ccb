//! Each construct of the language, in a run that is cut off at every write and carried on.

use crate::{
    kept::case,
    steps::{Broken, add, at_once, broken, double, panics, picky, slow, word},
};
use loomflow::prelude::*;

fn long(n: u32) -> String {
    format!("\"{n} is a rather long word, so long that it is kept by itself and told of elsewhere\"")
}

#[test]
fn a_chain_with_aliases() {
    workflow! {
        Flow(n: u32) -> u32 {
            start -> double(n) -> second: double(double) -> sum = add(second, n) -> at_once(sum) -> end;
        }
    }
    assert_eq!(case::<Flow, _>(3).at_every_two_writes(), Ok("115".to_owned()));
}

#[test]
fn routes() {
    workflow! {
        Flow(n: u32) -> u32 {
            start -> double(n) -> if double > 10 { m = add(double, n) } else { m = (n) } -> m = add(m, 1) -> match {
                4 | 5 => end(m),
                x if x > 20 => at_once(x) -> end(at_once + m),
                x => again: double(x) -> end(again),
            };
        }
    }
    assert_eq!(case::<Flow, _>(3).at_every_two_writes(), Ok("4".to_owned()));
    assert_eq!(case::<Flow, _>(4).at_every_two_writes(), Ok("5".to_owned()));
    assert_eq!(case::<Flow, _>(7).at_every_two_writes(), Ok("142".to_owned()));
}

#[test]
fn loops_with_counts() {
    workflow! {
        Flow(n: u32, times: u32) -> Vec<u32> {
            let i: u32 = 0;
            let all: Vec<u32> = Vec::new();
            start -> seen += double(n) -> i = (i + 1) -> n = add(n, i)
                  -> if i < times { all += at_once(i) -> seen += double(n) max 50 else end(seen) }
                  -> seen += [for x in all => other: double(x)] -> end(seen);
        }
    }
    assert_eq!(case::<Flow, _>((3, 4)).at_every_write(), Ok("[6,8,12,18,202,204,206]".to_owned()));
}

#[test]
fn a_loop_whose_bound_is_spent() {
    workflow! {
        Flow(n: u32) -> u32 {
            start -> n = double(n) -> n = double(n) max 3 else fail("spent");
        }
    }
    let ended = case::<Flow, _>(1).at_every_two_writes();
    assert!(ended.as_ref().is_err_and(|failure| failure.contains("spent")), "{ended:?}");
}

#[test]
fn lists_that_items_and_outputs_of_other_types_are_appended_to() {
    #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
    struct Item(String);
    impl From<u32> for Item {
        fn from(n: u32) -> Self {
            Item(n.to_string())
        }
    }
    impl From<String> for Item {
        fn from(text: String) -> Self {
            Item(text)
        }
    }
    workflow! {
        Flow(n: u32) -> Vec<Item> {
            let log: Vec<Item> = vec![Item("first".to_owned())];
            let i: u32 = 0;
            start -> log += double(n) -> log += word(double) -> log += [for x in [1, 2, n] => each: double(x)]
                  -> i = (i + 1) -> if i < 4 { log += double(i) max 9 else end(log) } -> end(log);
        }
    }
    let ended = case::<Flow, _>(7).at_every_write().expect("it ends");
    assert_eq!(ended.matches("\"14\"").count(), 1 + 4, "{ended}");
}

#[test]
fn lists_that_what_was_tried_values_and_what_branches_gave_are_appended_to() {
    workflow! {
        Flow(n: u32) -> (usize, Vec<String>) {
            let words: Vec<String> = Vec::new();
            start -> tried += try double(n) -> tried += try broken(n) -> long: word(n) -> words += (long)
                  -> words += [for x in [1, 2, n], 2 at once => { short: word(x) -> (short) }] -> again: double(n)
                  -> words += (long) -> last: double(again)
                  -> end((tried.iter().filter(|tried| tried.is_ok()).count(), words));
        }
    }
    let ended = case::<Flow, _>(7).at_every_write();
    let words = [7, 1, 2, 7, 7].map(long).join(",");
    assert_eq!(ended, Ok(format!("[1,[{words}]]")));
}

#[test]
fn a_long_list() {
    workflow! {
        Flow(n: u32) -> Vec<String> {
            let i: u32 = 0;
            start -> log += word(i) -> i = (i + 1) -> if i < n { log += word(i) max 99 else end(log) } -> end(log);
        }
    }
    let ended = case::<Flow, _>(12).at_every_write().expect("it ends");
    assert!(ended.contains(&long(11)), "{ended}");
}

#[test]
fn forks_of_branches_and_of_items() {
    workflow! {
        Flow(n: u32) -> Vec<String> {
            let all: Vec<u32> = Vec::new();
            start -> [ left: double(n) -> l2: add(left, 1), right: add(n, 5) ]
                  -> all = (vec![l2, right, n])
                  -> words = [for m in all => double(m) -> word(double)]
                  -> sum: Nested(l2, words) -> end(sum);
        }
    }
    workflow! {
        Nested(n: u32, words: Vec<String>) -> Vec<String> {
            start -> word(n) -> words += again: word(n) -> end(words);
        }
    }
    let ended = case::<Flow, _>(3).at_every_two_writes();
    assert_eq!(ended, Ok(format!("[{},{},{},{}]", long(14), long(16), long(6), long(7))));
}

#[test]
fn items_of_which_two_are_at_work_at_once() {
    workflow! {
        Flow(list: Vec<u32>) -> Vec<u32> {
            start -> found = [for n in list, 2 at once => { slow(n, n) -> double(slow) -> if double > 4 { double2: double(double) -> (double2) } -> (double) }]
                  -> end(found);
        }
    }
    assert_eq!(case::<Flow, _>(vec![3, 0, 1, 5, 2]).at_every_write(), Ok("[6,0,2,10,4]".to_owned()));
}

#[test]
fn forks_in_forks_and_loops_in_branches() {
    workflow! {
        Flow(list: Vec<u32>) -> Vec<Vec<u32>> {
            let k: u32;
            start -> found = [for n in list => {
                k = (0) -> twice = double(n) -> [a: double(twice), { b: add(twice, n) -> c: double(b) }]
                    -> k = (k + 1) -> if k < 3 { twice = double(c) max 5 else {} } -> inner = [for x in [a, c] => at_once(x)] -> (inner)
            }] -> end(found);
        }
    }
    let ended = case::<Flow, _>(vec![1, 2]).at_every_write();
    assert!(ended.is_ok(), "{ended:?}");
}

#[test]
fn nested_workflows_in_branches_and_loops() {
    workflow! {
        Inner(n: u32) -> u32 {
            let i: u32 = 0;
            start -> m = double(n) -> i = (i + 1) -> if i < 2 { m = double(m) max 4 else {} } -> end(m);
        }
    }
    workflow! {
        Middle(n: u32) -> u32 {
            start -> [Inner(n), other: Inner(n + 1)] -> add(Inner, other) -> end;
        }
    }
    workflow! {
        Flow(n: u32) -> Vec<u32> {
            let i: u32 = 0;
            start -> found += Middle(i) -> i = (i + 1) -> if i < n { found += Middle(i) max 9 else end(found) }
                  -> all = [for x in found => Inner(x)] -> end(all);
        }
    }
    let ended = case::<Flow, _>(3).at_every_write();
    assert_eq!(ended, Ok("[16,48,80]".to_owned()));
}

#[test]
fn a_nested_workflow_that_ends_in_its_input_or_at_once() {
    workflow! {
        Same(n: u32) -> u32 { start -> end(n); }
    }
    workflow! {
        Given(n: u32) -> u32 { start -> double(n) -> end(n); }
    }
    workflow! {
        Flow(n: u32) -> u32 {
            start -> Same(n) -> Given(Same) -> [a: Same(Given), b: Given(n)] -> add(a, b) -> end(Given + add);
        }
    }
    assert_eq!(case::<Flow, _>(5).at_every_two_writes(), Ok("15".to_owned()));
}

#[test]
fn failures_that_are_tried() {
    workflow! {
        Flow(list: Vec<u32>) -> (u32, Vec<bool>) {
            let one: u32;
            let more: u32;
            start -> t = try picky(list[0]) -> one = (u32::from(t.is_ok()))
                  -> all = [for n in list => try { p: picky(n) -> double(p) }]
                  -> b = try { panics(list[0]) -> other: double(panics) } -> more = (u32::from(b.is_ok()))
                  -> add(one, more)
                  -> end((add, all.iter().map(Result::is_ok).collect()));
        }
    }
    assert_eq!(case::<Flow, _>(vec![3, 4, 6, 7]).at_every_write(), Ok("[0,[false,true,false,true]]".to_owned()));
}

#[test]
fn failures_that_are_caught_and_run_out_of_attempts() {
    workflow! {
        Flow(n: u32) -> String {
            let why: Failure;
            start -> double(n) -> broken(double) catch e => { why = (e) -> undo: double(double) -> add(undo, n) -> fail(why) } -> end(String::new());
        }
    }
    workflow! {
        Whole(n: u32) -> String {
            start -> double(n) -> broken(double) catch e => end(format!("{e} {}", e.attempt())) -> end(String::new());
        }
    }
    let ended = case::<Flow, _>(2).at_every_two_writes();
    assert!(ended.as_ref().is_err_and(|failure| failure.contains("at broken, 4")), "{ended:?}");
    assert!(case::<Whole, _>(2).at_every_write().is_ok_and(|text| text.contains("4 is broken")));
}

#[test]
fn failures_that_end_the_run() {
    workflow! {
        Steps(n: u32) -> u32 { start -> double(n) -> picky(double) -> end; }
    }
    workflow! {
        Ends(n: u32) -> Result<u32, Broken> { start -> double(n) -> if double > 3 { fail(Broken(double)) } -> end(n); }
    }
    workflow! {
        Inside(n: u32) -> u32 { start -> double(n) -> Steps(n) -> end; }
    }
    workflow! {
        Expression(n: u32) -> u32 { start -> double(n) -> add(double, [1, 2][n as usize]) -> end; }
    }
    for ended in [
        case::<Steps, _>(3).at_every_two_writes(),
        case::<Ends, _>(3).at_every_two_writes(),
        case::<Inside, _>(3).at_every_two_writes(),
        case::<Expression, _>(3).at_every_two_writes(),
    ] {
        assert!(ended.is_err(), "{ended:?}");
    }
}

#[test]
fn a_branch_that_fails_or_leaves_and_drops_the_others() {
    workflow! {
        Fails(n: u32) -> u32 {
            start -> [a: slow(n, 9), { b: double(n) -> picky(b) }] catch e => { c: double(e.node().len() as u32) -> end(c) } -> end(a + picky);
        }
    }
    workflow! {
        Leaves(n: u32) -> u32 {
            start -> [a: slow(n, 9), { b: double(n) -> if b > 3 { end(b) } -> {} }] -> end(a);
        }
    }
    assert_eq!(case::<Fails, _>(3).races().at_every_two_writes(), Ok("10".to_owned()));
    assert_eq!(case::<Leaves, _>(3).races().at_every_two_writes(), Ok("6".to_owned()));
}

#[test]
fn the_first_of_several() {
    workflow! {
        Flow(n: u32) -> u32 {
            start -> first {
                slow(n, 6) => found = double(slow),
                { b: double(n) -> c: double(b) } => found = (c),
                picky(n) => found = (picky),
            } -> add(found, 1) -> end;
        }
    }
    assert_eq!(case::<Flow, _>(3).races().at_every_two_writes(), Ok("13".to_owned()));
}
