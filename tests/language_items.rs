//! `for` forks: a branch for each item, so many at once, and a list of what they give in the order of the items.

mod common;

use common::{Log, block_on, ended, failed, poll_once, signal, way};
use loomflow::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::future::pending;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use tokio::sync::Barrier;
use tokio::task::yield_now;

/// Something that is handed over or lent, but not copied.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Page(String);

fn pages(texts: &[&str]) -> Vec<Page> {
    texts.iter().map(|text| Page((*text).to_owned())).collect()
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("{0} is broken")]
struct Broken(u32);

#[step]
fn add(n: u32, by: u32) -> u32 {
    n + by
}

#[step]
fn label(i: usize, text: &str) -> String {
    format!("{i}{text}")
}

#[step]
fn length(page: &Page) -> usize {
    page.0.len()
}

#[step]
fn upper(page: Page) -> Page {
    let Page(text) = page;
    Page(text.to_uppercase())
}

#[step]
fn sum(list: &[u32]) -> u32 {
    list.iter().sum()
}

/// Is done when it was polled `n` times more.
#[step]
async fn wait(n: u32) -> u32 {
    for _ in 0..n {
        yield_now().await;
    }
    n
}

/// Fails on every odd number, when it was polled as often.
#[step]
async fn even(n: u32) -> Result<u32, Broken> {
    for _ in 0..n {
        yield_now().await;
    }
    if n.is_multiple_of(2) { Ok(n) } else { Err(Broken(n)) }
}

/// Waits until it is dropped.
#[step]
async fn hang(#[context] log: &Log, n: u32) -> u32 {
    let _held = log.hold(n.to_string());
    pending().await
}

mod running {
    use super::*;

    #[test]
    fn all_items_run_at_once() {
        workflow! {
            Flow(list: Vec<u32>) -> Vec<u32> { start -> [for n in list => meet(n)] -> end; }
        }
        #[step]
        async fn meet(#[context] barrier: &Barrier, n: u32) -> u32 {
            barrier.wait().await;
            n
        }
        assert_eq!(ended(Flow::trace(&Barrier::new(3), vec![1, 2, 3])), way("meet meet meet", [1, 2, 3]));
    }

    #[test]
    fn results_come_in_the_order_of_the_items_whichever_is_done_first() {
        workflow! {
            Flow(list: Vec<u32>) -> Vec<u32> { start -> waits = [for n in list => wait(n)] -> end(waits); }
        }
        workflow! {
            Some(list: Vec<u32>, most: u8) -> Vec<u32> { start -> waits = [for n in list, most at once => wait(n)] -> end(waits); }
        }
        let lists: [&[u32]; 6] =
            [&[], &[3], &[5, 4, 3, 2, 1, 0], &[0, 1, 2, 3], &[3, 0, 5, 1, 0, 9, 2], &[9, 0, 0, 0, 0]];
        for list in lists {
            assert_eq!(ended(Flow::trace(&(), list.to_vec())).1, list);
            for most in [1, 2, 3, 200] {
                assert_eq!(ended(Some::trace(&(), list.to_vec(), most)).1, list);
            }
        }
    }

    #[test]
    fn without_items_there_are_no_results_and_what_follows_runs() {
        workflow! {
            Flow(list: Vec<u32>) -> (u32, usize) { start -> parts = [for n in list => add(n, 1)] -> sum(parts) -> end((sum, parts.len())); }
        }
        assert_eq!(ended(Flow::trace(&(), Vec::new())), way("sum", (0, 0)));
        assert_eq!(ended(Flow::trace(&(), vec![1, 2])), way("add add sum", (5, 2)));
    }

    #[derive(Default)]
    struct Busy {
        now: AtomicUsize,
        most: AtomicUsize,
    }

    #[step]
    async fn busy(#[context] busy: &Busy, n: u32) -> u32 {
        busy.most.fetch_max(busy.now.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
        for _ in 0..=n % 3 {
            yield_now().await;
        }
        busy.now.fetch_sub(1, Ordering::Relaxed);
        n
    }

    #[test]
    fn so_many_run_at_once_and_no_more() {
        workflow! {
            Flow(items: u32, most: u64) -> Vec<u32> { start -> [for n in 0..items, most at once => busy(n)] -> end; }
        }
        workflow! {
            Three(items: u32) -> Vec<u32> { start -> [for n in 0..items, 3 at once => busy(n)] -> end; }
        }
        // None would never begin, so it counts as one.
        for (items, most, expected) in
            [(9, 1, 1), (9, 2, 2), (9, 4, 4), (5, 9, 5), (9, 0, 1), (9, u64::MAX, 9), (0, 3, 0)]
        {
            let busy = Busy::default();
            assert_eq!(ended(Flow::trace(&busy, items, most)).1, (0..items).collect::<Vec<_>>());
            assert_eq!((busy.most.into_inner(), busy.now.into_inner()), (expected, 0));
        }
        let busy = Busy::default();
        block_on(Three::run(&busy, 20)).unwrap();
        assert_eq!(busy.most.into_inner(), 3);
    }

    #[test]
    fn a_thousand_items_are_no_more_trouble_than_ten() {
        workflow! {
            Flow(items: u32) -> u32 { start -> [for n in 0..items => wait(n % 7)] -> twice = [for n in _, 10 at once => again: wait(n)] -> sum(twice) -> end; }
        }
        assert_eq!(block_on(Flow::run(&(), 1_000)).unwrap(), (0..1_000).map(|n| n % 7).sum::<u32>());
    }

    #[test]
    fn a_fork_over_items_in_a_loop_runs_anew_each_time() {
        workflow! {
            Flow(list: Vec<u32>) -> Vec<u32> {
                start -> begin: add(0, 0) -> list = [for n in list => add(n, 1)] -> begin: add(0, 0) max 2 else end(list);
            }
        }
        assert_eq!(ended(Flow::trace(&(), vec![1, 5])), way("begin add add begin add add begin add add", [4, 8]));
    }
}

mod items {
    use super::*;

    #[derive(Serialize, Deserialize)]
    struct Plan {
        questions: Vec<String>,
        numbers: [u32; 3],
    }

    impl Plan {
        fn all(&self) -> &[String] {
            &self.questions
        }
    }

    #[step]
    fn plan(text: &str) -> Plan {
        Plan { questions: text.split(' ').map(str::to_owned).collect(), numbers: [1, 2, 3] }
    }

    #[step]
    fn count(text: &str) -> usize {
        text.len()
    }

    #[test]
    fn items_come_from_a_field_an_array_or_a_method() {
        workflow! {
            Flow(text: String) -> (Vec<usize>, Vec<u32>, Vec<usize>) {
                start -> plan(text) -> a = [for text in plan.questions => one: count(text)]
                      -> b = [for n in plan.numbers => add(n, 1)]
                      -> c = [for text in plan.all() => two: count(text)] -> end((a, b, c));
            }
        }
        assert_eq!(ended(Flow::trace(&(), "a bcd".into())).1, (vec![1, 3], vec![2, 3, 4], vec![1, 3]));
    }

    #[test]
    fn items_come_from_ranges_and_literals() {
        workflow! {
            Flow(n: u32) -> (Vec<u32>, Vec<u32>, Vec<u32>) {
                start -> a = [for i in 1..n => one: add(i, 1)] -> b = [for i in 1..=n => two: add(i, 1)]
                      -> c = [for i in [n, 7] => three: add(i, 1)] -> end((a, b, c));
            }
        }
        assert_eq!(ended(Flow::trace(&(), 3)).1, (vec![2, 3], vec![2, 3, 4], vec![4, 8]));
    }

    #[test]
    fn items_come_from_everything_that_has_an_order() {
        workflow! {
            Flow(map: BTreeMap<String, u32>, set: BTreeSet<u32>, queue: VecDeque<u32>, maybe: Option<u32>) -> (Vec<String>, Vec<u32>, Vec<u32>, Vec<u32>) {
                start -> a = [for (key, value) in map => show(key, value)] -> b = [for n in set => one: add(n, 1)]
                      -> c = [for n in queue => two: add(n, 1)] -> d = [for n in maybe => three: add(n, 1)]
                      -> end((a, b, c, d));
            }
        }
        #[step]
        fn show(key: &str, value: u32) -> String {
            format!("{key}{value}")
        }
        let map = BTreeMap::from([("b".to_owned(), 2), ("a".to_owned(), 1)]);
        let run = Flow::trace(&(), map, BTreeSet::from([5, 3]), VecDeque::from([8, 7]), Some(1));
        assert_eq!(ended(run).1, (texts(&["a1", "b2"]), vec![4, 6], vec![9, 8], vec![2]));
    }

    #[test]
    fn items_come_from_an_iterator() {
        #[expect(clippy::ptr_arg, reason = "`filter` hands it this")]
        fn is_long(text: &String) -> bool {
            text.len() > 1
        }
        workflow! {
            Flow(list: Vec<u32>, text: String) -> (Vec<u32>, Vec<usize>, Vec<u32>, Vec<usize>, Vec<usize>) {
                start -> [
                    e = [for text in list.iter().map(u32::to_string).filter(is_long) => five: count(&text)],
                    a = [for n in list.iter().rev() => one: add(*n, 1)],
                    b = [for part in text.split(',') => two: count(part)],
                    c = [for two in list.chunks(2) => three: sum(two)],
                    d = [for word in text.split(',').filter(|word| word.len() > 1) => four: count(word)],
                ] -> end((a, b, c, d, e));
            }
        }
        assert_eq!(
            ended(Flow::trace(&(), vec![1, 20, 3], "a,bc".into())).1,
            (vec![4, 21, 2], vec![1, 2], vec![21, 3], vec![2], vec![2])
        );
    }

    #[test]
    fn an_item_is_taken_apart_by_a_pattern() {
        #[derive(Serialize, Deserialize)]
        struct Pair {
            left: u32,
            right: (u32, Page),
        }
        workflow! {
            Flow(list: Vec<String>) -> Vec<String> { start -> [for (i, text) in list.iter().enumerate() => label(i, text)] -> end; }
        }
        workflow! {
            Bare(list: Vec<String>) -> Vec<String> { start -> [for (i, text) in list.iter().enumerate() => label] -> end; }
        }
        workflow! {
            Fields(list: Vec<Pair>) -> Vec<u64> {
                let sums: Vec<u64>;
                start -> sums = [for Pair { left, right: (right, page) } in list => [add(left, right), length(page)] -> (u64::from(add) + length as u64)]
                      -> end(sums);
            }
        }
        workflow! {
            Nothing(list: Vec<String>) -> Vec<u32> { start -> [for _ in list => add(1, 1)] -> end; }
        }
        assert_eq!(ended(Flow::trace(&(), texts(&["a", "b"]))).1, texts(&["0a", "1b"]));
        assert_eq!(ended(Bare::trace(&(), texts(&["a", "b"]))).1, texts(&["0a", "1b"]));
        assert_eq!(ended(Nothing::trace(&(), texts(&["a", "b"]))).1, [2, 2]);
        let list =
            vec![Pair { left: 1, right: (2, Page("abc".into())) }, Pair { left: 3, right: (4, Page(String::new())) }];
        assert_eq!(ended(Fields::trace(&(), list)).1, [6, 7]);
    }

    #[test]
    fn a_step_takes_an_item_as_its_parameter_says() {
        #[step]
        fn take(text: String) -> String {
            text + "!"
        }
        #[step]
        #[expect(clippy::ptr_arg, reason = "it is to be lent as it is")]
        fn text(text: &String) -> usize {
            text.len()
        }
        workflow! {
            Flow(list: Vec<String>) -> (Vec<String>, Vec<usize>, Vec<usize>) {
                start -> taken = [for item in list => take(item)] -> lent = [for item in list => text(item)]
                      -> slices = [for item in list => count(item)]
                      -> end((taken, lent, slices));
            }
        }
        let all = (texts(&["a!", "bc!"]), vec![1, 2], vec![1, 2]);
        assert_eq!(ended(Flow::trace(&(), texts(&["a", "bc"]))).1, all);
    }

    #[test]
    fn what_is_no_copy_is_lent_to_its_branch() {
        workflow! {
            Flow(list: Vec<Page>) -> (Vec<usize>, Vec<Page>) {
                start -> lengths = [for page in list => length(page) -> again: length(page)] -> end((lengths, list));
            }
        }
        workflow! {
            Owned(list: Vec<Page>) -> Vec<usize> {
                start -> [for page in list.iter().map(|page| Page(page.0.repeat(2))) => length(page)] -> end;
            }
        }
        assert_eq!(ended(Flow::trace(&(), pages(&["a", "bc"]))).1, (vec![1, 2], pages(&["a", "bc"])));
        assert_eq!(ended(Owned::trace(&(), pages(&["a", "bc"]))).1, [2, 4]);
    }

    #[test]
    fn branches_read_what_stands_around_their_fork() {
        workflow! {
            Flow(list: Vec<u32>, base: u32, page: Page) -> (Vec<u32>, Page) {
                start -> add(base, 1) -> parts = [for n in list => [one: add(n, add), length(page)] -> two: add(one, base)] -> end((parts, page));
            }
        }
        assert_eq!(ended(Flow::trace(&(), vec![1, 2], 10, Page("a".into()))).1, (vec![22, 23], Page("a".into())));
    }

    #[test]
    fn each_branch_begins_with_the_values_that_stood_before() {
        workflow! {
            Flow(list: Vec<u32>) -> Vec<u32> {
                let m: u32 = 5;
                start -> [for n in list => m = add(m, n) -> m = again: add(m, 1)] -> end;
            }
        }
        assert_eq!(ended(Flow::trace(&(), vec![1, 2, 3])).1, [7, 8, 9]);
    }

    #[test]
    fn an_item_hides_a_value_of_its_name_and_is_hidden_within() {
        workflow! {
            Flow(n: u32, list: Vec<u32>) -> (Vec<u32>, u32) { start -> parts = [for n in list => add(n, 1)] -> end((parts, n)); }
        }
        workflow! {
            Inner(rows: Vec<Vec<u32>>) -> Vec<Vec<u32>> { start -> [for row in rows => [for row in row.iter() => add(*row, 1)]] -> end; }
        }
        workflow! {
            Arms(list: Vec<Option<u32>>) -> Vec<u32> {
                start -> [for n in list => match n { Some(n) => m = add(n, 1), None => m = other: add(0, 0) } -> (m)] -> end;
            }
        }
        assert_eq!(ended(Flow::trace(&(), 7, vec![1])).1, (vec![2], 7));
        assert_eq!(ended(Inner::trace(&(), vec![vec![1]])).1, [vec![2]]);
        assert_eq!(ended(Arms::trace(&(), vec![Some(1), None])).1, [2, 0]);
    }

    #[test]
    fn what_an_arm_binds_has_items_and_is_read_in_their_branches() {
        workflow! {
            Flow(list: Vec<Option<Vec<u32>>>, pick: usize) -> u32 {
                start -> choose(list, pick) -> match {
                    Some(inner) if inner.len() > 1 => [sum(inner), parts = [for n in inner => add(n, inner[0])]] -> end(sum + parts[0]),
                    Some(inner) => ones = [for n in inner => one: add(n, 1) -> if n > 5 { end(inner[0]) } -> (one)] -> end(ones[0]),
                    None => end(0),
                };
            }
        }
        #[step]
        fn choose(list: &[Option<Vec<u32>>], pick: usize) -> Option<Vec<u32>> {
            list[pick].clone()
        }
        let list = [Some(vec![1, 2]), Some(vec![3]), None, Some(vec![9])];
        assert_eq!([0, 1, 2, 3].map(|pick| ended(Flow::trace(&(), list.to_vec(), pick)).1), [5, 4, 0, 9]);
    }
}

mod results {
    use super::*;

    #[test]
    fn a_result_has_a_name_or_is_carried() {
        workflow! {
            Named(list: Vec<u32>) -> u32 { start -> parts = [for n in list => add(n, 1)] -> sum -> end(sum + parts[0]); }
        }
        workflow! {
            Bare(list: Vec<u32>) -> u32 { start -> [for n in list => add(n, 1)] -> sum -> end; }
        }
        workflow! {
            Place(list: Vec<u32>) -> usize { start -> [for n in list => add(n, 1)] -> end(_.len()); }
        }
        workflow! {
            Routed(list: Vec<u32>) -> u32 {
                start -> [for n in list => add(n, 1)] -> match _.as_slice() { [] => end(0), [one] => end(*one), [.., last] => end(*last * 10) };
            }
        }
        assert_eq!(ended(Named::trace(&(), vec![1, 2])).1, 7);
        assert_eq!(ended(Bare::trace(&(), vec![1, 2])), way("add add sum", 5_u32));
        assert_eq!(ended(Place::trace(&(), vec![1, 2])).1, 2);
        for (list, output) in [(vec![], 0), (vec![4], 5), (vec![4, 5], 60)] {
            assert_eq!(ended(Routed::trace(&(), list)).1, output);
        }
    }

    #[test]
    fn a_branch_gives_what_its_last_node_or_expression_gives() {
        workflow! {
            Flow(list: Vec<u32>) -> (Vec<u32>, Vec<(u32, u32)>, Vec<u32>) {
                let computed: Vec<(u32, u32)>;
                start -> chained = [for n in list => add(n, 1) -> more: add(add, 10)]
                      -> computed = [for n in list => twice: add(n, n) -> ((n, twice))]
                      -> kept = [for n in list => two: add(n, 2) -> three: add(n, 3) -> (two)]
                      -> end((chained, computed, kept));
            }
        }
        assert_eq!(ended(Flow::trace(&(), vec![1, 5])).1, (vec![12, 16], vec![(1, 2), (5, 10)], vec![3, 7]));
    }

    #[test]
    fn branches_route_and_loop_by_themselves() {
        workflow! {
            Flow(list: Vec<u32>) -> Vec<u32> {
                start -> [for n in list => m = add(n, 0) -> if m < 10 { m = add(m, 1) max 3 else {} } -> match m {
                    13 => m = unlucky: add(m, 100),
                    _ => {}
                } -> (m)] -> end;
            }
        }
        assert_eq!(ended(Flow::trace(&(), vec![1, 8, 13])).1, [4, 10, 113]);
    }

    #[test]
    fn forks_over_items_nest() {
        workflow! {
            Flow(rows: Vec<Vec<u32>>) -> Vec<Vec<u32>> { start -> [for row in rows => [for cell in row => add(cell, 1)]] -> end; }
        }
        workflow! {
            Table(rows: Vec<Vec<u32>>) -> Vec<u32> {
                start -> sums = [for (i, row) in rows.iter().enumerate(), 2 at once => cells_of = [for cell in row, 1 at once => add(cell, 1)] -> sum(cells_of)]
                      -> end(sums);
            }
        }
        assert_eq!(ended(Flow::trace(&(), vec![vec![1, 2], vec![], vec![3]])).1, [vec![2, 3], vec![], vec![4]]);
        assert_eq!(ended(Table::trace(&(), vec![vec![1, 2], vec![], vec![3]])).1, [5, 0, 4]);
    }

    #[test]
    fn a_branch_that_gives_nothing_counts() {
        workflow! {
            Flow(list: Vec<u32>) -> usize { start -> done = [for n in list => note(n)] -> end(done.len()); }
        }
        workflow! {
            Empty(list: Vec<u32>) -> u32 { start -> [for _ in list => {}] -> [for n in list => if n > 3 { note(n) }] -> end(7); }
        }
        #[step]
        fn note(#[context] log: &Log, n: u32) {
            log.note(n.to_string());
        }
        let log = Log::default();
        assert_eq!(ended(Flow::trace(&log, vec![3, 4])).1, 2);
        assert_eq!(log.told(), "3, 4");
        assert_eq!(ended(Empty::trace(&log, vec![3, 4])), way("note", 7_u32));
    }

    #[test]
    fn a_workflow_is_run_for_each_item() {
        workflow! {
            Inner(n: u32) -> Vec<u32> { start -> [for i in 0..n => add(i, n)] -> end; }
        }
        workflow! {
            Flow(list: Vec<u32>) -> Vec<Vec<u32>> { start -> [for n in list => Inner(n)] -> end; }
        }
        assert_eq!(ended(Flow::trace(&(), vec![2, 1])), way("Inner add add Inner add", [vec![2, 3], vec![1]]));
    }

    #[test]
    fn the_most_steps_are_a_formula_of_the_items() {
        workflow! {
            Flow(list: Vec<u32>) -> Vec<u32> { start -> [for n in list => add(n, 1) -> more: add(add, 1)] -> end; }
        }
        workflow! {
            Wide(list: Vec<u32>) -> u32 { start -> [one: add(1, 1), two: add(1, 2) -> three: add(two, 1)] -> end(one + three); }
        }
        assert_eq!(Flow::GRAPH.max_steps().to_string(), "list.len() * 2");
        assert_eq!(Wide::GRAPH.max_steps().to_string(), "3");
    }

    #[test]
    fn a_branch_that_only_computes_gives_what_a_let_says() {
        workflow! {
            Flow(list: Vec<(usize, String)>) -> Vec<String> {
                let texts: Vec<String>;
                start -> texts = [for (n, text) in list => (text.repeat(n))] -> end(texts);
            }
        }
        assert_eq!(ended(Flow::trace(&(), vec![(2, "a".into())])).1, ["aa"]);
    }

    #[test]
    fn what_a_branch_catches_is_a_result_too() {
        workflow! {
            Flow(list: Vec<u32>) -> Vec<u32> { start -> [for n in list => even(n) catch _ => (n * 100)] -> end; }
        }
        workflow! {
            Named(list: Vec<u32>) -> Vec<u32> { start -> [for n in list => m = even(n) catch _ => m = (n * 100) -> (m)] -> end; }
        }
        assert_eq!(ended(Flow::trace(&(), vec![1, 2])).1, [100, 2]);
        assert_eq!(ended(Named::trace(&(), vec![1, 2])).1, [100, 2]);
    }
}

mod ending {
    use super::*;

    #[test]
    fn an_end_in_a_branch_ends_the_workflow_and_drops_the_others_in_the_order_of_their_items() {
        workflow! {
            Flow(list: Vec<u32>) -> u32 {
                start -> [for n in list => if n == 3 { wait(n) -> end(wait * 10) } -> hang(n)] -> end(0);
            }
        }
        let log = Log::default();
        assert_eq!(ended(Flow::trace(&log, vec![7, 5, 3, 6])).1, 30);
        assert_eq!(log.told(), "-7, -5, -6");
    }

    #[test]
    fn a_branch_that_never_joins_leaves_only_the_way_without_items() {
        workflow! {
            Flow(list: Vec<u32>) -> u32 { start -> [for n in list => add(n, 1) -> end(add)] -> end(0); }
        }
        assert_eq!(ended(Flow::trace(&(), vec![7, 8])), way("add", 8_u32));
        assert_eq!(ended(Flow::trace(&(), Vec::new())), way("", 0_u32));
    }

    #[test]
    fn a_branch_that_fails_cancels_the_others_and_the_items_behind_never_begin() {
        workflow! {
            Flow(list: Vec<u32>) -> u32 { start -> [for n in list, 3 at once => if n % 2 == 1 { even(n) } else { hang(n) }] -> end(0); }
        }
        let log = Log::default();
        let (path, failure) = failed(Flow::trace(&log, vec![2, 3, 6, 8]));
        assert_eq!((path.as_str(), failure.downcast_ref()), ("hang even hang", Some(&Broken(3))));
        assert_eq!(log.told(), "-2, -6");
    }

    #[test]
    fn a_fail_in_a_branch_fails_the_run() {
        workflow! {
            Flow(list: Vec<u32>) -> Result<u32, Broken> { start -> [for n in list => wait(n) -> fail(Broken(n))] -> end(0); }
        }
        let (_, failure) = failed(Flow::trace(&(), vec![5, 2, 3]));
        assert_eq!((failure.kind(), failure.downcast_ref()), (FailureKind::Failed, Some(&Broken(2))));
    }

    #[test]
    fn a_tried_fork_gives_a_result() {
        workflow! {
            Flow(list: Vec<u32>) -> Result<u32, Broken> {
                start -> tried = try [for n in list => even(n)] -> match {
                    Ok(evens) => end(evens.into_iter().sum()),
                    Err(e) => end(e.downcast_ref::<Broken>().map_or(0, |broken| 100 + broken.0)),
                };
            }
        }
        workflow! {
            Bare(list: Vec<u32>) -> bool { start -> try [for n in list => even(n)] -> end(_.is_ok()); }
        }
        workflow! {
            Exit(list: Vec<u32>) -> u32 { start -> tried = try [for n in list => if n > 9 { end(9) } -> even(n)] -> end(u32::from(tried.is_ok())); }
        }
        assert_eq!(ended(Flow::trace(&(), vec![2, 4])).1, 6);
        assert_eq!(ended(Flow::trace(&(), Vec::new())).1, 0);
        assert_eq!(ended(Flow::trace(&(), vec![2, 5, 3])).1, 103);
        assert!(ended(Bare::trace(&(), vec![2, 4])).1);
        assert!(!ended(Bare::trace(&(), vec![2, 5])).1);
        assert_eq!(ended(Exit::trace(&(), vec![2, 10])).1, 9);
        assert_eq!(ended(Exit::trace(&(), vec![2, 3])).1, 0);
        assert_eq!(ended(Exit::trace(&(), vec![2])).1, 1);
    }

    #[test]
    fn a_tried_step_keeps_what_succeeded() {
        workflow! {
            Flow(list: Vec<u32>) -> (usize, Vec<u32>, String) {
                start -> results = [for n in list => try even(n)]
                      -> end((
                          results.iter().filter(|result| result.is_err()).count(),
                          results.iter().flatten().copied().collect(),
                          results[1].as_ref().map_or_else(|e| e.to_string(), |n| n.to_string()),
                      ));
            }
        }
        let output = (2, vec![2, 4], "workflow `Flow` failed at `even`, attempt 1: 3 is broken".to_owned());
        assert_eq!(ended(Flow::trace(&(), vec![2, 3, 4, 5])).1, output);
    }

    #[test]
    fn a_tried_block_of_several_steps_keeps_what_succeeded() {
        workflow! {
            Flow(list: Vec<u32>) -> Vec<Option<u32>> {
                start -> results = [for n in list => try { even(n) -> add(even, 100) -> more: add(add, n) }]
                      -> end(results.into_iter().map(Result::ok).collect());
            }
        }
        let (path, output) = ended(Flow::trace(&(), vec![0, 3, 4]));
        assert_eq!((path.as_str(), output), ("even add more even even add more", vec![Some(100), None, Some(108)]));
    }

    #[test]
    fn panics_in_expressions_are_failures_of_the_run() {
        workflow! {
            Branch(list: Vec<u32>) -> Vec<u32> { start -> [for n in list => add(n, 10 / n)] -> end; }
        }
        workflow! {
            Items(list: Vec<u32>) -> Vec<u32> { start -> begin: add(0, 0) -> [for n in list[3..].iter() => add(*n, begin)] -> end; }
        }
        workflow! {
            AtOnce(list: Vec<u32>) -> Vec<u32> { start -> begin: add(0, 0) -> [for n in list, list[9] at once => add(n, begin)] -> end; }
        }
        let (_, failure) = failed(Branch::trace(&(), vec![5, 0]));
        assert_eq!((failure.kind(), failure.workflow()), (FailureKind::Panicked, "Branch"));
        assert!(failure.to_string().ends_with("panicked: attempt to divide by zero"), "{failure}");
        let (_, failure) = failed(Items::trace(&(), vec![5]));
        assert_eq!((failure.kind(), failure.node()), (FailureKind::Panicked, "begin"));
        let (_, failure) = failed(AtOnce::trace(&(), vec![5]));
        assert_eq!((failure.kind(), failure.node()), (FailureKind::Panicked, "begin"));
    }

    #[test]
    fn dropping_a_run_drops_its_branches_in_the_order_of_their_items() {
        workflow! {
            Flow(list: Vec<u32>) -> Vec<u32> { start -> [for n in list, 3 at once => hang(n)] -> end; }
        }
        let log = Log::default();
        {
            let mut run = pin!(Flow::run(&log, vec![3, 1, 2, 4]));
            assert!(poll_once(run.as_mut()).is_pending());
        }
        assert_eq!(log.told(), "-3, -1, -2");
    }

    #[test]
    fn behind_a_cancelled_branch_no_other_begins_and_those_that_run_undo_what_they_did() {
        workflow! {
            Flow(list: Vec<u32>) -> Vec<u32> {
                start -> [for n in list, 2 at once => hang(n) catch _ => { undo(n) -> again: undo(n + 10) -> (n) }] -> end;
            }
        }
        workflow! {
            Fails(list: Vec<u32>) -> Vec<u32> { start -> [for n in list, 2 at once => hang(n)] -> end; }
        }
        #[step]
        async fn undo(#[context] log: &Log, n: u32) -> u32 {
            yield_now().await;
            log.note(n.to_string());
            n
        }
        let log = Log::default();
        let (cancel, cancelled) = signal();
        let mut run = pin!(Fails::run(&log, vec![1, 2, 3, 4]).cancelled_by(cancelled));
        assert!(poll_once(run.as_mut()).is_pending());
        cancel.send(()).unwrap();
        let Poll::Ready(Err(failure)) = poll_once(run.as_mut()) else { panic!("the run goes on") };
        assert_eq!((failure.kind(), log.told().as_str()), (FailureKind::Cancelled, "-1, -2"));

        let (cancel, cancelled) = signal();
        let mut run = pin!(Flow::run(&log, vec![1, 2]).cancelled_by(cancelled));
        assert!(poll_once(run.as_mut()).is_pending());
        cancel.send(()).unwrap();
        assert_eq!(block_on(run).unwrap(), [1, 2]);
        assert_eq!(log.told(), "-1, -2, 1, 2, 11, 12");
    }
}

#[test]
fn an_item_is_read_by_several_branches_within_its_own() {
    workflow! {
        Forked(texts: Vec<String>) -> Vec<(String, String)> {
            start -> pairs = [for text in texts => [one: label(1, text), other: label(2, text)]] -> end(pairs);
        }
    }
    workflow! {
        Raced(texts: Vec<String>) -> Vec<String> {
            start -> all = [for text in texts => first { label(1, text), { wait(1) -> again: label(2, text) } }] -> end(all);
        }
    }
    workflow! {
        Tried(pages: Vec<Taken>) -> Vec<Taken> {
            start -> all = [for page in pages => try { take(page) } -> match {
                Ok(page) => (page),
                Err(_) => again: take(page),
            }] -> end(all);
        }
    }
    let (_, pairs) = ended(Forked::trace(&(), texts(&["a", "b"])));
    assert_eq!(pairs, [("1a".to_owned(), "2a".to_owned()), ("1b".to_owned(), "2b".to_owned())]);
    assert_eq!(ended(Raced::trace(&(), texts(&["a", "b"]))).1, ["1a", "1b"]);
    assert_eq!(ended(Tried::trace(&(), vec![Taken(1)])).1, [Taken(1)]);
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Taken(u32);

#[step]
fn take(page: Taken) -> Taken {
    page
}
