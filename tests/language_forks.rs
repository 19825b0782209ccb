//! Forks: branches that run at once, what they share and give, and how they end.

mod common;

use common::{Counted, Log, block_on, ended, failed, poll_once, way};
use loomflow::prelude::*;
use serde::{Deserialize, Serialize};
use std::future::pending;
use std::pin::pin;
use std::task::Poll;
use tokio::sync::Barrier;
use tokio::task::yield_now;

/// Something that is handed over or lent, but not copied.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Page(String);

fn page(text: &str) -> Page {
    Page(text.to_owned())
}

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
fn odd(n: u32) -> bool {
    n % 2 == 1
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

/// Goes on when another one has come here too.
#[step]
async fn meet(#[context] barrier: &Barrier, n: u32) -> u32 {
    barrier.wait().await;
    n
}

/// Waits until it is dropped.
#[step]
async fn hang(#[context] log: &Log, name: &str) -> u32 {
    let _held = log.hold(name);
    pending().await
}

/// Is done when it is polled again.
#[step]
async fn soon(#[context] log: &Log, name: &str, n: u32) -> u32 {
    let _held = log.hold(name);
    yield_now().await;
    n
}

#[step]
async fn breaks(n: u32) -> Result<u32, Broken> {
    yield_now().await;
    Err(Broken(n))
}

#[step]
fn sum(a: u32, b: u32) -> u32 {
    a + b
}

mod running {
    use super::*;

    #[test]
    fn branches_run_at_once() {
        workflow! {
            Flow(n: u32) -> u32 { start -> [a: meet(n), b: meet(n * 10)] -> end(a + b); }
        }
        // Each waits for the other, so one behind the other they would wait for ever.
        assert_eq!(ended(Flow::trace(&Barrier::new(2), 1)), way("a b", 11_u32));
    }

    #[test]
    fn branches_of_forks_within_forks_run_at_once() {
        workflow! {
            Flow(n: u32) -> u32 {
                start -> [a: meet(n), [b: meet(n), [c: meet(n), d: meet(n)]]] -> end(a + b + c + d);
            }
        }
        assert_eq!(ended(Flow::trace(&Barrier::new(4), 1)), way("a b c d", 4_u32));
    }

    #[test]
    fn what_follows_a_fork_runs_when_all_branches_have_joined() {
        workflow! {
            Flow(n: u32) -> u32 {
                start -> [one: soon("one", n), add(n, 1), two: soon("two", n)] -> last: soon("last", one + add + two) -> end;
            }
        }
        let log = Log::default();
        assert_eq!(ended(Flow::trace(&log, 1)), way("one add two last", 4_u32));
        assert_eq!(log.told(), "-one, -two, -last");
    }

    #[test]
    fn a_run_with_forks_can_be_spawned() {
        workflow! {
            Flow(pages: Vec<String>) -> usize {
                start -> [
                    lengths = [for text in &pages, 2 at once => look(text)],
                    [first { look_on: look("a"), waits() => end(0) }, guarded: look("b") within 1h else end(0)],
                ] -> end(lengths.into_iter().sum::<usize>() + guarded);
            }
        }
        #[step]
        async fn look(text: &str) -> usize {
            yield_now().await;
            text.len()
        }
        #[step]
        async fn waits() {
            pending::<()>().await;
        }
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap();
        let run = runtime.spawn(Flow::run(&(), vec!["ab".into(), "cde".into()]));
        assert_eq!(runtime.block_on(run).unwrap().unwrap(), 6);
    }

    #[test]
    fn a_fork_in_a_loop_runs_anew_each_time() {
        workflow! {
            Flow(rounds: u32) -> (u32, u32) {
                let a: u32 = 0;
                let b: u32 = 100;
                start -> begin: add(0, 0) -> [a = one: add(a, 1), b = two: add(b, 1)]
                      -> begin: add(a, b) max rounds else end((a, b));
            }
        }
        assert_eq!(ended(Flow::trace(&(), 2)), way("begin one two begin one two begin one two", (3, 103)));
    }
}

mod values {
    use super::*;

    #[test]
    fn the_values_of_all_branches_are_set_behind_the_fork() {
        workflow! {
            Flow(n: u32) -> (u32, String, u32, u32) {
                start -> [
                    add(n, 1) -> twice: add(add, add),
                    label = text(n),
                    [deep: add(n, 10), [deeper: add(n, 100), [odd(n)]]],
                ] -> if odd { end((twice + add, label, deep, deeper)) } -> end((twice, label, deep, deeper));
            }
        }
        assert_eq!(ended(Flow::trace(&(), 2)).1, (6, "2".to_owned(), 12, 102));
        assert_eq!(ended(Flow::trace(&(), 3)).1, (12, "3".to_owned(), 13, 103));
    }

    #[test]
    fn a_named_fork_is_a_tuple_of_what_its_branches_give() {
        workflow! {
            Flow(n: u32) -> (u32, String) { start -> pair = [add(n, 1), text(n)] -> end((pair.0 + add, pair.1)); }
        }
        workflow! {
            Bare(n: u32) -> (u32, String, bool) { start -> all = [add(n, 1), text(n), odd(n)] -> end; }
        }
        workflow! {
            Chosen(n: u32) -> (u32, u32) {
                start -> pair = [
                    if n > 5 { a = add(n, 1) } else { a = small: add(n, 10) },
                    match n { 0 => b = zero: add(0, 0), _ => b = other: add(n, n) } -> {},
                ] -> end(pair);
            }
        }
        assert_eq!(ended(Flow::trace(&(), 2)).1, (6, "2".to_owned()));
        assert_eq!(ended(Bare::trace(&(), 2)).1, (3, "2".to_owned(), false));
        assert_eq!(ended(Chosen::trace(&(), 9)), way("add other", (10, 18)));
        assert_eq!(ended(Chosen::trace(&(), 0)), way("small zero", (10, 0)));
    }

    #[test]
    fn a_fork_of_one_branch_gives_what_that_gives() {
        workflow! {
            Named(n: u32) -> u32 { start -> all = [add(n, 1)] -> end(all); }
        }
        workflow! {
            Bare(n: u32) -> u32 { start -> [add(n, 1) -> more: add(_, 1)] -> end; }
        }
        assert_eq!(ended(Named::trace(&(), 2)).1, 3);
        assert_eq!(ended(Bare::trace(&(), 2)), way("add more", 4_u32));
    }

    #[test]
    fn a_fork_spreads_over_a_bare_name() {
        workflow! {
            Flow(n: u32) -> u32 { start -> [one: add(n, 1), two: add(n, 2)] -> sum -> end; }
        }
        workflow! {
            Nested(n: u32) -> u32 { start -> [one: add(n, 1), [two: add(n, 2)]] -> Sum -> end; }
        }
        workflow! {
            Sum(a: u32, b: u32) -> u32 { start -> sum -> end; }
        }
        assert_eq!(ended(Flow::trace(&(), 1)), way("one two sum", 5_u32));
        assert_eq!(ended(Nested::trace(&(), 1)), way("one two Sum sum", 5_u32));
    }

    #[test]
    fn what_a_named_fork_carries_is_a_tuple() {
        workflow! {
            Flow(n: u32) -> u32 { start -> pair = [one: add(n, 1), two: add(n, 2)] -> sum(_.0, _.1) -> end; }
        }
        workflow! {
            Ends(n: u32) -> (u32, u32) { start -> [one: add(n, 1), two: add(n, 2)] -> end; }
        }
        workflow! {
            Named(n: u32) -> u32 {
                start -> pair = [one: add(n, 1), two: add(n, 2)] -> match { (2, b) => end(b), (a, b) => end(a * b) };
            }
        }
        assert_eq!(ended(Flow::trace(&(), 1)).1, 5);
        assert_eq!(ended(Ends::trace(&(), 2)).1, (3, 4));
        assert_eq!(ended(Named::trace(&(), 2)).1, 12);
    }

    #[test]
    fn what_leads_to_a_fork_is_carried_into_each_branch() {
        workflow! {
            Flow(n: u32) -> (String, u32) {
                start -> add(n, 1) -> [text, one: add(_, 1), if _ > 5 { end(("many".to_owned(), _)) }] -> end((text, one));
            }
        }
        workflow! {
            Spread(a: u32, b: u32) -> (u32, u32) { start -> [sum, other: sum] -> end; }
        }
        assert_eq!(ended(Flow::trace(&(), 2)), way("add text one", ("3".to_owned(), 4)));
        assert_eq!(ended(Flow::trace(&(), 5)), way("add text one", ("many".to_owned(), 6)));
        assert_eq!(ended(Spread::trace(&(), 2, 3)).1, (5, 5));
    }

    #[test]
    fn a_branch_goes_on_with_a_value_that_was_set_before() {
        workflow! {
            Flow(n: u32) -> (u32, u32) {
                let m: u32 = 50;
                start -> [n = add(n, 1) -> n = again: add(n, 1), m = other: add(m, 1)] -> end((n, m));
            }
        }
        assert_eq!(ended(Flow::trace(&(), 1)).1, (3, 51));
    }

    #[test]
    fn a_branch_that_passes_by_keeps_the_value_that_was_set_before() {
        workflow! {
            Flow(n: u32, page: Page) -> (u32, Page) {
                let m: u32 = 50;
                start -> [if n > 5 { m = add(n, 1) }, if n > 7 { page = upper(page) }] -> end((m, page));
            }
        }
        assert_eq!(ended(Flow::trace(&(), 1, page("a"))), way("", (50, page("a"))));
        assert_eq!(ended(Flow::trace(&(), 6, page("a"))), way("add", (7, page("a"))));
        assert_eq!(ended(Flow::trace(&(), 8, page("a"))), way("add upper", (9, page("A"))));
    }

    #[test]
    fn a_branch_may_have_for_good_what_it_alone_reads() {
        workflow! {
            Flow(one: Page, two: Page) -> (Page, Page) {
                start -> [a: upper(one), [b: upper(two) -> b_again: upper(b)]] -> end((a, b_again));
            }
        }
        assert_eq!(ended(Flow::trace(&(), page("a"), page("b"))).1, (page("A"), page("B")));
    }

    #[test]
    fn branches_look_at_one_value_together_and_it_stands_behind_the_fork() {
        workflow! {
            Flow(page: Page) -> (usize, Page) {
                start -> [
                    one: length(page),
                    two: length(page) -> [three: length(page)],
                ] -> upper(page) -> end((one + two + three, upper));
            }
        }
        assert_eq!(ended(Flow::trace(&(), page("abc"))), way("one two three upper", (9, page("ABC"))));
    }

    #[test]
    fn a_value_that_only_branches_read_is_dropped_with_the_fork_and_never_cloned() {
        workflow! {
            Flow(counted: Counted) -> usize {
                start -> [one: clones(counted), two: clones(counted), three: clones(&counted)] -> end(one + two + three);
            }
        }
        #[step]
        fn clones(counted: &Counted) -> usize {
            counted.clones()
        }
        assert_eq!(ended(Flow::trace(&(), Counted::default())).1, 0);
    }

    #[test]
    fn a_value_that_two_branches_take_is_cloned_for_them() {
        workflow! {
            Flow(counted: Counted) -> (Counted, Counted) { start -> [one: keep(counted), two: keep(counted)] -> end; }
        }
        workflow! {
            Once(counted: Counted) -> Counted { start -> [one: keep(counted), add(1, 1)] -> end(one); }
        }
        #[step]
        fn keep(counted: Counted) -> Counted {
            counted
        }
        assert!(ended(Flow::trace(&(), Counted::default())).1.0.clones() <= 2);
        assert_eq!(ended(Once::trace(&(), Counted::default())).1.clones(), 0);
    }

    #[test]
    fn a_branch_may_only_compute() {
        workflow! {
            Flow(n: u32) -> (u32, u32) {
                let twice: u32;
                let more: u32;
                start -> [twice = (n * 2), more = (n + 1) -> more = (more * 10)] -> end((twice, more));
            }
        }
        workflow! {
            Beside(n: u32) -> u32 {
                let twice: u32;
                start -> [twice = (n * 2), add(n, 1)] -> end(twice + add);
            }
        }
        assert_eq!(ended(Flow::trace(&(), 3)), way("", (6, 40)));
        assert_eq!(ended(Beside::trace(&(), 3)), way("add", 10_u32));
    }

    #[test]
    fn a_branch_may_do_nothing() {
        workflow! {
            Flow(n: u32) -> u32 { start -> [{}, add(n, 1), if n > 5 { more: add(n, 10) }] -> end(add); }
        }
        workflow! {
            Nothing(n: u32) -> u32 { start -> [{}, {}] -> end(n); }
        }
        assert_eq!(ended(Flow::trace(&(), 1)), way("add", 2_u32));
        assert_eq!(ended(Flow::trace(&(), 6)), way("add more", 7_u32));
        assert_eq!(ended(Nothing::trace(&(), 6)), way("", 6_u32));
    }

    #[test]
    fn what_branches_hand_back_is_handed_over_again_in_the_next_round() {
        workflow! {
            Flow(page: Page, n: u32) -> Page {
                start -> n = begin: add(n, 1) -> [page = upper(page), x: add(n, 1)] -> n = begin: add(x, 0) max 2 else end(page);
            }
        }
        workflow! {
            Deeper(page: Page, n: u32) -> Page {
                start -> n = begin: add(n, 1) -> [[page = upper(page), y: add(n, 1)], x: add(n, 1)] -> n = begin: add(x, y) max 2 else end(page);
            }
        }
        workflow! {
            Within(page: Page, n: u32) -> Page {
                start -> [{ page = upper(page) -> {} -> page = upper(page) max 3 else {} }, add(n, 1)] -> end(page);
            }
        }
        assert_eq!(ended(Flow::trace(&(), page("a"), 1)).1, page("A"));
        assert_eq!(ended(Deeper::trace(&(), page("a"), 1)).1, page("A"));
        assert_eq!(ended(Within::trace(&(), page("a"), 1)), way("upper upper upper upper add", page("A")));
    }

    #[test]
    fn a_value_may_be_handed_to_a_fork_that_is_guarded_or_tried() {
        workflow! {
            Caught(page: Page, n: u32) -> Option<Page> { start -> [upper(page), later(n)] catch _ => end(None) -> end(Some(upper)); }
        }
        workflow! {
            Block(page: Page, n: u32) -> Option<Page> { start -> { upper(page) -> later(n) } catch _ => end(None) -> end(Some(upper)); }
        }
        workflow! {
            Tried(page: Page, n: u32) -> Option<(Page, u32)> { start -> tried = try [upper(page), later(n)] -> end(tried.ok()); }
        }
        #[step]
        fn later(n: u32) -> Result<u32, Broken> {
            if n == 0 { Err(Broken(0)) } else { Ok(n) }
        }
        assert_eq!(ended(Caught::trace(&(), page("a"), 0)).1, None);
        assert_eq!(ended(Caught::trace(&(), page("a"), 1)).1, Some(page("A")));
        assert_eq!(ended(Block::trace(&(), page("a"), 0)).1, None);
        assert_eq!(ended(Block::trace(&(), page("a"), 1)).1, Some(page("A")));
        assert_eq!(ended(Tried::trace(&(), page("a"), 1)).1, Some((page("A"), 1)));
    }

    #[test]
    fn what_an_arm_binds_is_lent_or_handed_to_branches_within_the_arm() {
        #[derive(Serialize, Deserialize)]
        enum Kind {
            Both(Page, Page),
            One { page: Page },
        }
        #[step]
        fn kind(n: u32) -> Kind {
            if n == 2 { Kind::Both(page("a"), page("bc")) } else { Kind::One { page: page("d") } }
        }
        workflow! {
            Lent(n: u32) -> (usize, usize) {
                start -> kind(n) -> match {
                    Kind::Both(a, b) => [x: length(a), y: length(b)] -> end((x, y)),
                    Kind::One { page } => [z: length(page), w: length(&page)] -> end((z, w)),
                };
            }
        }
        workflow! {
            Given(n: u32) -> Page {
                start -> kind(n) -> match {
                    Kind::Both(a, _) => [x: upper(a), add(1, 1)] -> end(x),
                    Kind::One { page } => end(page),
                };
            }
        }
        assert_eq!(ended(Lent::trace(&(), 2)).1, (1, 2));
        assert_eq!(ended(Lent::trace(&(), 1)).1, (1, 1));
        assert_eq!(ended(Given::trace(&(), 2)).1, page("A"));
    }

    #[test]
    fn values_may_bear_the_names_that_a_fork_could_use_itself() {
        workflow! {
            Flow(state: u32, driver: u32, context: u32, at: u32, out: u32, work: u32, item: u32, index: u32, r#type: u32) -> u32 {
                start -> [a: add(state, driver), b: add(context, at), [c: add(out, work), d: add(item, index)]]
                      -> [for item in [a, b, c, d] => given: add(item, r#type)] -> end(_.into_iter().sum());
            }
        }
        assert_eq!(ended(Flow::trace(&(), 1, 1, 1, 1, 1, 1, 1, 1, 1)).1, 12);
    }
}

mod branches {
    use super::*;

    #[test]
    fn a_branch_routes_loops_and_counts_by_itself() {
        workflow! {
            Flow(n: u32) -> (u32, String, u32) {
                start -> [
                    m = add(n, 1) -> if m < 10 { m = add(m, 1) max 3 else {} },
                    odd(n) -> match { true => side = text(n), false => side = other: text(n + 1) },
                    k = third: add(n, 0) -> k = (k + 1) -> if k < 100 { k = third: add(k, k) max 2 else { k = (k + 1_000) } },
                ] -> end((m, side, k));
            }
        }
        assert_eq!(ended(Flow::trace(&(), 1)).1, (5, "1".to_owned(), 1_011));
        assert_eq!(ended(Flow::trace(&(), 8)).1, (10, "9".to_owned(), 1_039));
        assert_eq!(ended(Flow::trace(&(), 40)).1, (41, "41".to_owned(), 167));
        assert_eq!(ended(Flow::trace(&(), 99)).1, (100, "99".to_owned(), 100));
    }

    #[test]
    fn a_branch_may_go_on_in_a_statement_of_its_own() {
        workflow! {
            Flow(n: u32) -> u32 {
                start -> [add(n, 1), odd(n) -> if odd { other: add(n, 2) } -> {}] -> end(add);
                other -> more: add(other, 10) -> end(more);
            }
        }
        assert_eq!(ended(Flow::trace(&(), 2)), way("add odd", 3_u32));
        assert_eq!(ended(Flow::trace(&(), 1)), way("add odd other more", 13_u32));
    }

    #[test]
    fn the_arms_of_a_branch_may_give_what_is_of_different_types() {
        workflow! {
            Flow(n: u32) -> u32 { start -> [odd(n) -> match { true => text(n), false => add(n, 1) }, other: add(n, 2)] -> end(other); }
        }
        assert_eq!(ended(Flow::trace(&(), 1)), way("odd text other", 3_u32));
        assert_eq!(ended(Flow::trace(&(), 2)), way("odd add other", 4_u32));
    }

    #[test]
    fn a_count_within_a_branch_begins_anew_when_the_fork_does() {
        workflow! {
            Flow(n: u32) -> u32 {
                start -> begin: add(n, 0) -> [n = add(n, 1) -> {} -> n = add(n, 1) max 2 per run else {}]
                      -> begin: add(n, 0) max 1 per run else end(n);
            }
        }
        assert_eq!(ended(Flow::trace(&(), 0)), way("begin add add add begin add add add", 6_u32));
    }

    #[test]
    fn a_branch_may_be_a_workflow_with_forks_of_its_own() {
        workflow! {
            Inner(n: u32) -> u32 { start -> [a: meet(n), b: meet(n + 1)] -> end(a + b); }
        }
        workflow! {
            Flow(n: u32) -> u32 { start -> [Inner(n), again: Inner(n * 10)] -> end(Inner + again); }
        }
        assert_eq!(ended(Flow::trace(&Barrier::new(4), 1)), way("Inner a b again a b", 24_u32));
    }

    #[test]
    fn a_fork_may_stand_in_a_large_workflow() {
        workflow! {
            Flow(n: u32) -> u32 {
                start -> n = a0: add(n, 1) -> n = a1: add(n, 1) -> n = a2: add(n, 1) -> n = a3: add(n, 1)
                      -> n = a4: add(n, 1) -> n = a5: add(n, 1) -> n = a6: add(n, 1) -> n = a7: add(n, 1)
                      -> [
                          b = b0: add(n, 1) -> b = b1: add(b, 1) -> b = b2: add(b, 1) -> b = b3: add(b, 1) -> b = b4: add(b, 1)
                            -> b = b5: add(b, 1) -> b = b6: add(b, 1) -> b = b7: add(b, 1) -> b = b8: add(b, 1),
                          c = c0: add(n, 1) -> c = c1: add(c, 1) -> [d = d0: add(c, 1), for_each = [for i in 0..n => e: add(i, 1)]],
                      ]
                      -> n = f0: add(b, c) -> n = f1: add(n, 1) -> n = f2: add(n, 1) -> n = f3: add(n, 1) -> n = f4: add(n, 1)
                      -> n = f5: add(n, 1) catch _ => end(0)
                      -> first { n = g0: add(n, 1), g1: add(n, 1) } -> n = f6: add(n, 1) -> n = f7: add(n, 1)
                      -> n = f8: add(n, 1) within 1h else end(0)
                      -> end(n + d + for_each.into_iter().sum::<u32>());
            }
        }
        let run = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        // 8 by `a`, then 17 + 10, 5 by `f1` to `f5`, 4 more; 11 by `d`, 1 to 8 by `e`.
        assert_eq!(run.block_on(Flow::run(&(), 0)).unwrap(), 8 + 9 + 8 + 2 + 5 + 4 + 11 + 36);
    }
}

mod nested {
    use super::*;
    use allocation_counter::measure;

    workflow! {
        Three(n: u32) -> u32 { start -> [a: add(n, 1), [b: add(n, 1), [c: add(n, 1)]]] -> end(a + c); }
    }

    workflow! {
        Eight(n: u32) -> u32 {
            start -> [a: add(n, 1), [b: add(n, 1), [c: add(n, 1), [d: add(n, 1), [e: add(n, 1), [f: add(n, 1), [g: add(n, 1), [h: add(n, 1)]]]]]]]] -> end(a + h);
        }
    }

    workflow! {
        Wide(n: u32) -> u32 {
            start -> [
                    a: add(n, 1), b: add(n, 1), c: add(n, 1), d: add(n, 1), e: add(n, 1), f: add(n, 1), g: add(n, 1), h: add(n, 1),
                    i: add(n, 1), j: add(n, 1), k: add(n, 1), l: add(n, 1), m: add(n, 1), o: add(n, 1), p: add(n, 1), q: add(n, 1),
                  ] -> end(a + b + c + d + e + f + g + h + i + j + k + l + m + o + p + q);
        }
    }

    #[test]
    fn forks_nest_deeply_and_have_many_branches() {
        assert_eq!(ended(Eight::trace(&(), 1)), way("a b c d e f g h", 4_u32));
        assert_eq!(ended(Wide::trace(&(), 1)).1, 32);
    }

    #[test]
    fn a_fork_within_a_fork_takes_room_for_its_own_branches_and_no_more() {
        let [three, eight] = [measure(|| drop(Three::run(&(), 1))), measure(|| drop(Eight::run(&(), 1)))];
        assert!(
            eight.bytes_total < 3 * three.bytes_total,
            "{} for three, {} for eight",
            three.bytes_total,
            eight.bytes_total
        );
    }

    #[test]
    fn a_run_takes_no_more_steps_than_its_graph_says() {
        workflow! {
            Flow(n: u32) -> u32 {
                start -> begin: add(n, 0)
                      -> [a = one: add(n, 0) -> {} -> a = one: add(n, 0) max 2 per run else {}, b: add(n, 1)]
                      -> begin: add(a, b) max 2 per run else end(1);
            }
        }
        let (path, _) = ended(Flow::trace(&(), 1));
        assert_eq!(path.split(' ').count().to_string(), Flow::GRAPH.max_steps().to_string());
    }
}

mod ending {
    use super::*;

    #[test]
    fn an_end_in_a_branch_ends_the_workflow_and_drops_the_others_in_their_order() {
        workflow! {
            Flow(n: u32) -> u32 {
                start -> [one: hang("one"), soon("quick", n) -> end(soon), two: hang("two"), [three: hang("three"), four: hang("four")]]
                      -> end(one + two + three + four);
            }
        }
        let log = Log::default();
        let (path, output) = ended(Flow::trace(&log, 7));
        assert_eq!((path.as_str(), output), ("one soon two three four", 7));
        assert_eq!(log.told(), "-quick, -one, -two, -three, -four");
    }

    #[test]
    fn a_branch_behind_one_that_ends_at_once_never_begins() {
        workflow! {
            Flow(n: u32) -> u32 { start -> [one: hang("one"), end(n), two: hang("two")] -> end(one + two); }
        }
        let log = Log::default();
        assert_eq!(ended(Flow::trace(&log, 7)), way("one", 7_u32));
        assert_eq!(log.told(), "-one");
    }

    #[test]
    fn an_end_leaves_all_the_forks_around_it() {
        workflow! {
            Flow(n: u32) -> u32 {
                start -> [one: hang("one"), [two: hang("two"), [three: hang("three"), soon("quick", n) -> end(soon)] -> end(1)] -> end(2)]
                      -> end(3);
            }
        }
        let log = Log::default();
        assert_eq!(ended(Flow::trace(&log, 7)).1, 7);
        assert_eq!(log.told(), "-quick, -three, -two, -one");
    }

    #[test]
    fn an_end_in_a_nested_workflow_ends_that_alone() {
        workflow! {
            Inner(n: u32) -> u32 { start -> [one: hang("one"), soon("quick", n) -> end(soon)] -> end(one); }
        }
        workflow! {
            Flow(n: u32) -> u32 { start -> [Inner(n), add(n, 1)] -> end(Inner + add); }
        }
        let log = Log::default();
        assert_eq!(ended(Flow::trace(&log, 7)), way("Inner one soon add", 15_u32));
        assert_eq!(log.told(), "-quick, -one");
    }

    #[test]
    fn a_fail_in_a_branch_fails_the_run_where_it_stood() {
        workflow! {
            Flow(n: u32) -> Result<u32, Broken> {
                start -> [one: hang("one"), soon("quick", n) -> fail(Broken(soon)), two: hang("two")] -> end(one + two);
            }
        }
        let log = Log::default();
        let (path, failure) = failed(Flow::trace(&log, 7));
        assert_eq!(path, "one soon two");
        assert_eq!((failure.kind(), failure.downcast_ref()), (FailureKind::Failed, Some(&Broken(7))));
        assert_eq!(failure.workflow(), "Flow");
        assert_eq!(log.told(), "-quick, -one, -two");
    }

    #[test]
    fn a_fork_of_which_a_branch_always_leaves_leads_nowhere() {
        workflow! {
            Flow(n: u32) -> u32 { start -> [a: add(n, 1) -> end(a), b: add(n, 2) -> fail("late")]; }
        }
        assert_eq!(ended(Flow::trace(&(), 7)), way("a", 8_u32));
    }

    #[test]
    fn a_branch_that_fails_cancels_the_others_in_their_order() {
        workflow! {
            Flow(n: u32) -> u32 {
                start -> [one: hang("one"), breaks(n), [two: hang("two"), three: hang("three")]] -> end(one + two + three);
            }
        }
        let log = Log::default();
        let (path, failure) = failed(Flow::trace(&log, 7));
        assert_eq!(path, "one breaks two three");
        assert_eq!(failure.to_string(), "workflow `Flow` failed at `breaks`, attempt 1: 7 is broken");
        assert_eq!(log.told(), "-one, -two, -three");
    }

    #[test]
    fn what_is_done_stays_done_when_another_branch_fails() {
        workflow! {
            Flow(n: u32) -> u32 {
                start -> [note("done"), breaks(n) -> late: note("late"), hang("one")] catch _ => {} -> end(n);
            }
        }
        #[step]
        fn note(#[context] log: &Log, text: &str) {
            log.note(text);
        }
        let log = Log::default();
        assert_eq!(ended(Flow::trace(&log, 7)), way("note breaks hang", 7_u32));
        assert_eq!(log.told(), "done, -one");
    }

    #[test]
    fn the_first_failure_of_several_is_the_runs() {
        workflow! {
            Flow(n: u32) -> u32 { start -> [hang("one"), a: breaks(n), b: breaks(n + 1)] -> end(n); }
        }
        let (_, failure) = failed(Flow::trace(&Log::default(), 7));
        assert_eq!((failure.node(), failure.downcast_ref()), ("a", Some(&Broken(7))));
    }

    #[test]
    fn a_panic_in_an_expression_of_a_branch_is_a_failure_of_the_run() {
        workflow! {
            Flow(list: Vec<u32>) -> u32 {
                start -> [one: hang("one"), add(1, 1) -> more: add(list[5], 1)] -> end(one + more);
            }
        }
        let log = Log::default();
        let (path, failure) = failed(Flow::trace(&log, vec![1]));
        assert_eq!(
            (path.as_str(), failure.kind(), failure.workflow()),
            ("one add more", FailureKind::Panicked, "Flow")
        );
        assert!(failure.cause().to_string().contains("index out of bounds"), "{failure}");
        assert_eq!(log.told(), "-one");
    }

    #[test]
    fn dropping_a_run_drops_its_branches() {
        workflow! {
            Flow() -> u32 { start -> [one: hang("one"), [two: hang("two")], parts = [for i in 0..2_u32 => part(i)]] -> end(one + two + parts[0]); }
        }
        #[step]
        async fn part(#[context] log: &Log, i: u32) -> u32 {
            let _held = log.hold(format!("part {i}"));
            pending().await
        }
        let log = Log::default();
        {
            let mut run = pin!(Flow::run(&log));
            assert!(poll_once(run.as_mut()).is_pending());
            assert_eq!(log.told(), "");
        }
        assert_eq!(log.told(), "-one, -two, -part 0, -part 1");
    }

    #[test]
    fn a_branch_is_dropped_where_it_ends_and_not_with_the_others() {
        workflow! {
            Flow() -> u32 { start -> [one: hang("one"), two: soon("two", 1)] -> end(one + two); }
        }
        let log = Log::default();
        let mut run = pin!(Flow::run(&log));
        assert!(matches!(poll_once(run.as_mut()), Poll::Pending));
        assert!(poll_once(run.as_mut()).is_pending());
        assert_eq!(log.told(), "-two");
    }
}

mod generic {
    use super::*;
    use serde::de::DeserializeOwned;
    use std::fmt::Debug;

    trait Item: Serialize + DeserializeOwned + Send + Sync + Debug + 'static {}

    impl<T: Serialize + DeserializeOwned + Send + Sync + Debug + 'static> Item for T {}

    #[step]
    fn show<T: Item>(item: &T) -> String {
        format!("{item:?}")
    }

    #[step]
    fn same<T: Item>(item: T) -> T {
        item
    }

    workflow! {
        Flow<T: Item + PartialEq, const N: usize>(one: T, two: T, list: Vec<T>) -> (String, Vec<String>, T)
        where
            T: Clone,
        {
            start -> [
                kept: same::<T>(one),
                show::<T>(two) -> if show.is_empty() { end((show, Vec::new(), two)) },
                parts = [for item in list.iter().take(N) => shown: show::<T>(item)],
            ] -> first { chosen = left: same::<T>(two), chosen = right: same::<T>(kept) }
              -> last: same::<T>(chosen) catch e => end((e.to_string(), Vec::new(), two))
              -> end((show, parts, last));
        }
    }

    #[test]
    fn a_generic_workflow_has_forks_and_guards_over_its_types() {
        let run = Flow::<u32, 2>::trace(&(), 1, 2, vec![3, 4, 5]);
        assert_eq!(
            ended(run),
            way("kept show shown shown left last", ("2".to_owned(), vec!["3".to_owned(), "4".to_owned()], 2))
        );
        assert_eq!(
            block_on(Flow::<String, 0>::run(&(), "a".into(), "b".into(), Vec::new())).unwrap().1,
            Vec::<String>::new()
        );
    }
}

#[test]
fn a_fork_within_a_branch_gives_its_values_as_one() {
    workflow! {
        Named(n: u32) -> ((u32, String), bool) {
            start -> all = [[add(n, 1), text(n)], odd(n)] -> end(all);
        }
    }
    workflow! {
        Spread(n: u32) -> String {
            start -> [[add(n, 1), text(n)], odd(n)] -> told -> end;
        }
    }
    workflow! {
        Given(n: u32) -> String {
            start -> [[add(n, 1), text(n)], odd(n)] -> split -> end;
        }
    }
    #[step]
    fn split(pair: (u32, String), odd: bool) -> String {
        let (n, text) = pair;
        format!("{n} {text} {odd}")
    }
    #[step]
    fn told(pair: &(u32, String), odd: bool) -> String {
        format!("{pair:?} {odd}")
    }
    assert_eq!(ended(Named::trace(&(), 3)).1, ((4, "3".to_owned()), true));
    assert_eq!(ended(Spread::trace(&(), 3)).1, r#"(4, "3") true"#);
    assert_eq!(ended(Given::trace(&(), 3)).1, "4 3 true");
}

#[test]
fn a_branch_that_gives_nothing_has_no_part_in_what_its_fork_gives() {
    workflow! {
        Flow(n: u32) -> (u32, bool) {
            start -> both = [add(n, 1), sleep(std::time::Duration::ZERO), odd(n)] -> end(both);
        }
    }
    assert_eq!(ended(Flow::trace(&(), 3)).1, (4, true));
}
