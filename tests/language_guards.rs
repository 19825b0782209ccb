//! Guards: what is done when a step, a fork or a block fails, and `try`, which makes a failure a value.

mod common;

use common::{Log, block_on, ended, failed, poll_once, signal, way};
use loomflow::prelude::*;
use serde::{Deserialize, Serialize};
use std::future::pending;
use std::pin::pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::Poll;
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

/// Fails, panics or succeeds.
#[step]
fn pay(n: u32) -> Result<u32, Broken> {
    match n {
        0 => Err(Broken(0)),
        13 => panic!("thirteen"),
        _ => Ok(n * 10),
    }
}

#[step]
fn refund(n: u32) -> String {
    format!("refund {n}")
}

#[step]
fn note(#[context] log: &Log, text: &str) {
    log.note(text);
}

#[step]
async fn hang(#[context] log: &Log, name: &str) -> u32 {
    let _held = log.hold(name);
    pending().await
}

#[step]
async fn later(n: u32) -> Result<u32, Broken> {
    yield_now().await;
    pay(n)
}

#[step(timeout = 5s)]
async fn slow() -> u32 {
    pending().await
}

mod catching {
    use super::*;

    #[test]
    fn a_failure_that_is_caught_takes_another_way() {
        workflow! {
            Flow(n: u32) -> String { start -> pay(n) catch e => end(e.to_string()) -> end(format!("paid {pay}")); }
        }
        assert_eq!(ended(Flow::trace(&(), 2)), way("pay", "paid 20"));
        assert_eq!(ended(Flow::trace(&(), 0)).1, "workflow `Flow` failed at `pay`, attempt 1: 0 is broken");
        assert_eq!(ended(Flow::trace(&(), 13)).1, "workflow `Flow` failed at `pay`, attempt 1: panicked: thirteen");
    }

    #[test]
    fn a_failure_tells_its_error_kind_place_and_attempt() {
        workflow! {
            Flow(n: u32) -> (Option<u32>, FailureKind, String, u32) {
                start -> pay(n) catch e => end((e.downcast_ref::<Broken>().map(|broken| broken.0), e.kind(), e.node().to_owned(), e.attempt()))
                      -> end((None, FailureKind::Failed, String::new(), 0));
            }
        }
        assert_eq!(ended(Flow::trace(&(), 0)).1, (Some(0), FailureKind::Step, "pay".to_owned(), 1));
        assert_eq!(ended(Flow::trace(&(), 13)).1, (None, FailureKind::Panicked, "pay".to_owned(), 1));
    }

    #[test]
    fn a_catch_leads_to_a_node_an_expression_a_block_or_nothing() {
        workflow! {
            Node(n: u32) -> String { start -> pay(n) catch _ => refund(n) -> text(pay) -> end; refund -> end; }
        }
        workflow! {
            Expr(n: u32) -> u32 { start -> paid = pay(n) catch _ => paid = (n + 5) -> end(paid); }
        }
        workflow! {
            Block(n: u32) -> String {
                start -> pay(n) catch e => { refund(n) -> if e.kind() == FailureKind::Step { said = text(1) } else { said = other: text(2) } -> end(format!("{refund} {said}")) }
                      -> end(pay.to_string());
            }
        }
        workflow! {
            Empty(n: u32) -> u32 { start -> pay(n) catch _ => {} -> end(n); }
        }
        assert_eq!(ended(Node::trace(&(), 2)), way("pay text", "20"));
        assert_eq!(ended(Node::trace(&(), 0)), way("pay refund", "refund 0"));
        assert_eq!(ended(Expr::trace(&(), 2)).1, 20);
        assert_eq!(ended(Expr::trace(&(), 0)).1, 5);
        assert_eq!(ended(Block::trace(&(), 2)).1, "20");
        assert_eq!(ended(Block::trace(&(), 0)), way("pay refund text", "refund 0 1"));
        assert_eq!(ended(Block::trace(&(), 13)), way("pay refund other", "refund 13 2"));
        assert_eq!(ended(Empty::trace(&(), 0)), way("pay", 0_u32));
    }

    #[test]
    fn a_bare_name_takes_the_failure_that_was_caught() {
        workflow! {
            Flow(n: u32) -> String { start -> pay(n) catch e => report -> end(pay.to_string()); report -> end; }
        }
        #[step]
        fn report(failure: &Failure) -> String {
            failure.node().to_owned()
        }
        assert_eq!(ended(Flow::trace(&(), 0)), way("pay report", "pay"));
    }

    #[test]
    fn what_kind_of_failure_is_caught_is_a_pattern() {
        workflow! {
            Flow(n: u32) -> String {
                start -> pay(n) catch e @ FailureKind::Panicked => end(format!("oh, {}", e.cause())) -> end(pay.to_string());
            }
        }
        assert_eq!(ended(Flow::trace(&(), 13)).1, "oh, panicked: thirteen");
        let (_, failure) = failed(Flow::trace(&(), 0));
        assert_eq!((failure.kind(), failure.downcast_ref()), (FailureKind::Step, Some(&Broken(0))));
    }

    #[test]
    fn a_name_before_several_kinds_is_that_of_each() {
        workflow! {
            Flow(n: u32) -> String {
                start -> pay(n)
                    catch e @ FailureKind::TimedOut | FailureKind::Panicked | FailureKind::Cancelled => end(format!("one {}", e.node()))
                    catch e @ FailureKind::Failed | FailureKind::Step => end(format!("two {}", e.cause()))
                    -> end(pay.to_string());
            }
        }
        workflow! {
            Source(n: u32) -> String {
                start -> pay(n);
                pay catch e @ FailureKind::Step | FailureKind::Panicked => end(e.cause().to_string()) -> end(pay.to_string());
            }
        }
        assert_eq!(ended(Flow::trace(&(), 0)).1, "two 0 is broken");
        assert_eq!(ended(Flow::trace(&(), 13)).1, "one pay");
        assert_eq!(ended(Flow::trace(&(), 1)).1, "10");
        assert_eq!(ended(Source::trace(&(), 0)).1, "0 is broken");
        assert_eq!(ended(Source::trace(&(), 13)).1, "panicked: thirteen");
    }

    #[test]
    fn several_catches_are_tried_in_their_order() {
        workflow! {
            Flow(n: u32) -> String {
                start -> pay(n)
                    catch FailureKind::TimedOut => end("late".to_owned())
                    catch e @ (FailureKind::Panicked | FailureKind::Cancelled) => end(format!("one {}", e.node()))
                    catch e => end(format!("two {}", e.node()))
                    -> end(pay.to_string());
            }
        }
        assert_eq!(ended(Flow::trace(&(), 0)).1, "two pay");
        assert_eq!(ended(Flow::trace(&(), 13)).1, "one pay");
        assert_eq!(ended(Flow::trace(&(), 1)).1, "10");
    }

    #[test]
    fn a_failure_on_the_way_that_a_catch_takes_is_not_caught_by_it() {
        workflow! {
            Flow(n: u32) -> u32 { start -> pay(n) catch _ => again: pay(n) -> end(0); }
        }
        workflow! {
            Block(n: u32) -> u32 {
                start -> pay(n) catch FailureKind::Step => { again: pay(n) catch FailureKind::TimedOut => end(7) } catch _ => end(9) -> end(0);
            }
        }
        assert_eq!(failed(Block::trace(&(), 0)).0, "pay again");
        assert_eq!(ended(Block::trace(&(), 13)).1, 9);
        let (path, failure) = failed(Flow::trace(&(), 0));
        assert_eq!((path.as_str(), failure.node()), ("pay again", "again"));
    }

    #[test]
    fn a_failure_behind_the_guarded_step_is_not_caught() {
        workflow! {
            Flow(n: u32) -> u32 { start -> pay(1) catch _ => end(1) -> again: pay(n) -> end; }
        }
        assert_eq!(failed(Flow::trace(&(), 0)).1.node(), "again");
    }
}

mod places {
    use super::*;

    #[test]
    fn a_guard_behind_a_source_holds_for_every_edge_into_the_node() {
        workflow! {
            Flow(n: u32, once: bool) -> String {
                let said: String;
                start -> if once { pay(n) } else { add(n, 0) -> pay(add) };
                pay catch e @ FailureKind::Step => { said = (e.node().to_owned()) -> more: text(7) -> end(said + &more) } -> end(pay.to_string());
            }
        }
        workflow! {
            Ends(n: u32, once: bool) -> String {
                start -> if once { pay(n) } else { add(n, 0) -> pay(add) };
                pay catch e @ FailureKind::Step => end(e.node().to_owned()) catch _ => end("oh".to_owned()) -> end(pay.to_string());
            }
        }
        for once in [true, false] {
            assert_eq!(ended(Ends::trace(&(), 0, once)).1, "pay");
            assert_eq!(ended(Ends::trace(&(), 13, once)).1, "oh");
            assert_eq!(ended(Ends::trace(&(), 1, once)).1, "10");
        }
        assert_eq!(ended(Flow::trace(&(), 0, true)), way("pay more", "pay7"));
        assert_eq!(ended(Flow::trace(&(), 0, false)), way("add pay more", "pay7"));
        assert_eq!(failed(Flow::trace(&(), 13, false)).1.kind(), FailureKind::Panicked);
    }

    #[test]
    fn a_fork_is_caught_as_a_whole_and_its_branches_are_dropped_first() {
        workflow! {
            Flow(n: u32) -> String {
                start -> [hang("one"), later(n), two: hang("two")] catch e => { note("caught") -> end(e.node().to_owned()) } -> end(String::new());
            }
        }
        workflow! {
            Values(n: u32) -> u32 { start -> pair = [a: add(n, 1), b: pay(n)] catch _ => pair = ((0, 7)) -> end(pair.0 + pair.1); }
        }
        let log = Log::default();
        assert_eq!(ended(Flow::trace(&log, 0)).1, "later");
        assert_eq!(log.told(), "-one, -two, caught");
        assert_eq!(ended(Values::trace(&(), 1)).1, 12);
        assert_eq!(ended(Values::trace(&(), 0)).1, 7);
    }

    #[test]
    fn a_fork_over_items_and_a_first_are_caught() {
        workflow! {
            Items(list: Vec<u32>) -> Vec<u32> { start -> paid = [for n in list => pay(n)] catch _ => paid = (Vec::new()) -> end(paid); }
        }
        workflow! {
            First(n: u32) -> u32 { start -> won = first { pay(n), later(n) } catch FailureKind::Step => won = (1) -> end(won); }
        }
        assert_eq!(ended(Items::trace(&(), vec![1, 2])).1, [10, 20]);
        assert_eq!(ended(Items::trace(&(), vec![1, 0])).1, Vec::<u32>::new());
        assert_eq!(ended(First::trace(&(), 4)).1, 40);
        assert_eq!(ended(First::trace(&(), 0)).1, 1);
    }

    #[test]
    fn a_block_is_caught_as_a_whole() {
        workflow! {
            Flow(n: u32) -> String {
                start -> { add(n, 1) -> if add > 50 { end("much".to_owned()) } -> pay(n) -> again: pay(pay - 10) } catch e => end(e.node().to_owned())
                      -> end(again.to_string());
            }
        }
        assert_eq!(ended(Flow::trace(&(), 0)), way("add pay", "pay"));
        assert_eq!(ended(Flow::trace(&(), 1)), way("add pay again", "again"));
        assert_eq!(ended(Flow::trace(&(), 2)), way("add pay again", "100"));
        assert_eq!(ended(Flow::trace(&(), 50)), way("add", "much"));
    }

    #[test]
    fn a_panic_in_an_expression_within_a_block_is_caught() {
        workflow! {
            Flow(list: Vec<u32>) -> u32 { start -> { add(list[3], 1) } catch FailureKind::Panicked => end(9) -> end(add); }
        }
        assert_eq!(ended(Flow::trace(&(), vec![1])).1, 9);
        assert_eq!(ended(Flow::trace(&(), vec![1, 2, 3, 4])).1, 5);
    }

    #[test]
    fn blocks_that_are_caught_nest() {
        workflow! {
            Flow(n: u32) -> String {
                start -> {
                    { pay(n) -> late: text(pay) } catch FailureKind::Panicked => said = text(1)
                } catch e => end(format!("outer {}", e.node())) -> end("inner".to_owned());
            }
        }
        assert_eq!(ended(Flow::trace(&(), 0)), way("pay", "outer pay"));
        assert_eq!(ended(Flow::trace(&(), 13)), way("pay text", "inner"));
        assert_eq!(ended(Flow::trace(&(), 1)), way("pay late", "inner"));
    }

    #[test]
    fn a_nested_workflow_is_caught_with_the_way_to_its_failure() {
        workflow! {
            Inner(n: u32) -> Result<u32, Broken> { start -> if n == 7 { fail(Broken(7)) } -> pay(n) -> end; }
        }
        workflow! {
            Flow(n: u32) -> String { start -> Inner(n) catch e => end(format!("{:?} {}", e.kind(), e)) -> end(Inner.to_string()); }
        }
        assert_eq!(
            ended(Flow::trace(&(), 7)).1,
            "Failed workflow `Flow` at `Inner`, workflow `Inner` failed at `start`: 7 is broken"
        );
        assert_eq!(
            ended(Flow::trace(&(), 0)).1,
            "Step workflow `Flow` at `Inner`, workflow `Inner` failed at `pay`, attempt 1: 0 is broken"
        );
    }

    #[test]
    fn a_fail_is_no_failure_that_could_be_caught_beside_it() {
        workflow! {
            Flow(n: u32) -> u32 { start -> { pay(n) -> if n == 7 { fail("seven") } } catch _ => end(1) -> end(2); }
        }
        assert_eq!(ended(Flow::trace(&(), 0)).1, 1);
        assert_eq!(ended(Flow::trace(&(), 3)).1, 2);
        assert_eq!(failed(Flow::trace(&(), 7)).1.kind(), FailureKind::Failed);
    }

    #[test]
    fn guards_stand_in_a_row_with_a_bound() {
        workflow! {
            Flow(n: u32, most: u32) -> u32 {
                let tries: u32 = 0;
                start -> pay(n) -> tries = (tries + 1) -> n = (n - 1)
                      -> pay(n) max most else end(tries + 1_000) catch FailureKind::Panicked => end(13) catch _ => end(tries);
            }
        }
        assert_eq!(ended(Flow::trace(&(), 3, 9)).1, 3);
        assert_eq!(ended(Flow::trace(&(), 15, 9)).1, 13);
        assert_eq!(ended(Flow::trace(&(), 12, 2)).1, 1_003);
    }

    #[test]
    fn a_step_that_failed_is_tried_again_by_a_loop() {
        workflow! {
            Flow(n: u32, most: u32) -> (u32, u32) {
                let tries: u32 = 0;
                start -> failing(n);
                failing catch _ => { tries = (tries + 1) -> n = (n - 1) -> failing(n) max most else end((n, 1_000)) } -> end((failing, tries));
            }
        }
        #[step]
        fn failing(n: u32) -> Result<u32, Broken> {
            if n > 5 { Err(Broken(n)) } else { Ok(n) }
        }
        assert_eq!(ended(Flow::trace(&(), 5, 3)), way("failing", (5, 0)));
        assert_eq!(ended(Flow::trace(&(), 8, 3)), way("failing failing failing failing", (5, 3)));
        assert_eq!(ended(Flow::trace(&(), 8, 2)), way("failing failing failing", (5, 1_000)));
        assert_eq!(Flow::GRAPH.max_steps().to_string(), "1 + most");
    }
}

mod values {
    use super::*;

    #[test]
    fn the_guarded_value_still_has_its_old_value_where_it_was_set_before() {
        workflow! {
            Flow(n: u32) -> u32 { start -> m = add(n, 100) -> m = pay(n) catch _ => end(m) -> end(m); }
        }
        workflow! {
            Lent(n: u32, page: Page) -> Page { start -> page = look(page, n) catch _ => {} -> end(page); }
        }
        #[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
        struct Copied(u32);
        workflow! {
            Cloned(n: u32, copied: Copied) -> Copied { start -> copied = copy(copied, n) catch _ => end(copied) -> end(copied); }
        }
        #[step]
        #[expect(clippy::needless_pass_by_value, reason = "it is to be handed over")]
        fn copy(copied: Copied, n: u32) -> Result<Copied, Broken> {
            if n == 0 { Err(Broken(0)) } else { Ok(Copied(copied.0 + n)) }
        }
        #[step]
        fn look(page: &Page, n: u32) -> Result<Page, Broken> {
            if n == 0 { Err(Broken(0)) } else { Ok(Page(page.0.repeat(2))) }
        }
        assert_eq!(ended(Flow::trace(&(), 1)).1, 10);
        assert_eq!(ended(Flow::trace(&(), 0)).1, 100);
        assert_eq!(ended(Lent::trace(&(), 1, page("a"))).1, page("aa"));
        assert_eq!(ended(Lent::trace(&(), 0, page("a"))).1, page("a"));
        assert_eq!(ended(Cloned::trace(&(), 1, Copied(5))).1, Copied(6));
        assert_eq!(ended(Cloned::trace(&(), 0, Copied(5))).1, Copied(5));
    }

    #[test]
    fn what_the_guards_way_does_not_read_is_handed_over() {
        workflow! {
            Flow(n: u32, page: Page) -> Page { start -> page = take(page, n) catch _ => page = blank() -> end(page); }
        }
        #[step]
        fn take(page: Page, n: u32) -> Result<Page, Broken> {
            if n == 0 { Err(Broken(0)) } else { Ok(Page(page.0 + "!")) }
        }
        #[step]
        fn blank() -> Page {
            page("")
        }
        assert_eq!(ended(Flow::trace(&(), 1, page("a"))).1, page("a!"));
        assert_eq!(ended(Flow::trace(&(), 0, page("a"))).1, page(""));
    }

    #[test]
    fn values_of_a_fork_that_failed_have_their_old_values() {
        workflow! {
            Flow(n: u32) -> (u32, u32) {
                let m: u32 = 50;
                start -> [n = add(n, 1), { m = other: add(m, 1) -> later(m - 51) }] catch _ => end((n, m)) -> end((n, m));
            }
        }
        workflow! {
            Block(n: u32, page: Page) -> (u32, Page) {
                start -> { n = add(n, 1) -> look(page) -> later(n - 1) } catch _ => {} -> end((n, page));
            }
        }
        #[step]
        fn look(page: &Page) -> usize {
            page.0.len()
        }
        assert_eq!(ended(Flow::trace(&(), 1)).1, (1, 50));
        assert_eq!(ended(Block::trace(&(), 0, page("a"))).1, (0, page("a")));
        assert_eq!(ended(Block::trace(&(), 1, page("a"))).1, (2, page("a")));
    }

    #[test]
    fn a_failure_can_be_kept_and_failed_with_later() {
        workflow! {
            Flow(n: u32) -> String {
                let why: Failure;
                start -> paid = pay(n) catch e => { why = (e.into()) -> refund(n) -> said = text(7) -> fail(why) } -> end(paid.to_string());
            }
        }
        workflow! {
            Shared(n: u32) -> u32 {
                let why: Failure;
                start -> pay(n) catch e => { why = (e) -> undo: add(n, 1) }
                      -> second: pay(pay - 10) catch e => { why = (e.into()) -> undo: add(n, 2) }
                      -> end(second);
                undo -> fail(why);
            }
        }
        let (path, failure) = failed(Flow::trace(&(), 0));
        assert_eq!(
            (path.as_str(), failure.node(), failure.downcast_ref()),
            ("pay refund text", "pay", Some(&Broken(0)))
        );
        assert_eq!(failure.to_string(), "workflow `Flow` failed at `pay`, attempt 1: 0 is broken");
        assert_eq!(failed(Shared::trace(&(), 1)).1.node(), "second");
        assert_eq!(failed(Shared::trace(&(), 0)).0, "pay undo");
        assert_eq!(ended(Shared::trace(&(), 2)).1, 100);
    }
}

mod trying {
    use super::*;

    #[test]
    fn a_tried_step_gives_a_result_to_route_on() {
        workflow! {
            Flow(n: u32) -> String {
                start -> try pay(n) -> match {
                    Ok(paid) => end(paid.to_string()),
                    Err(e) if e.kind() == FailureKind::Panicked => end("panicked".to_owned()),
                    Err(e) => end(e.node().to_owned()),
                };
            }
        }
        workflow! {
            Named(n: u32) -> u32 { start -> tried = try pay(n) -> if let Ok(paid) = tried { end(paid) } -> end(1); }
        }
        assert_eq!(ended(Flow::trace(&(), 2)).1, "20");
        assert_eq!(ended(Flow::trace(&(), 13)).1, "panicked");
        assert_eq!(ended(Flow::trace(&(), 0)).1, "pay");
        assert_eq!(ended(Named::trace(&(), 2)).1, 20);
        assert_eq!(ended(Named::trace(&(), 0)).1, 1);
    }

    #[test]
    fn a_tried_fork_gives_a_result_of_a_tuple() {
        workflow! {
            Flow(n: u32) -> u32 {
                start -> both = try [a: add(n, 1), b: pay(n)] -> match { Ok((a, b)) => end(a + b), Err(_) => end(7) };
            }
        }
        assert_eq!(ended(Flow::trace(&(), 1)).1, 12);
        assert_eq!(ended(Flow::trace(&(), 0)).1, 7);
    }

    #[test]
    fn a_tried_block_gives_a_result_of_what_it_ends_with() {
        workflow! {
            Flow(n: u32) -> u32 {
                start -> tried = try { pay(n) -> add(pay, 1) } -> match { Ok(sum) => end(sum), Err(_) => end(7) };
            }
        }
        workflow! {
            Bare(n: u32) -> bool { start -> try { pay(n) -> text(pay) } -> end(_.is_ok()); }
        }
        assert_eq!(ended(Flow::trace(&(), 1)).1, 11);
        assert_eq!(ended(Flow::trace(&(), 0)).1, 7);
        assert!(!ended(Bare::trace(&(), 0)).1);
        assert!(ended(Bare::trace(&(), 1)).1);
    }

    #[test]
    fn a_tried_first_stands_in_a_block() {
        workflow! {
            Flow(n: u32) -> u32 {
                start -> tried = try { first { pay(n), later(n) } } -> match { Ok(won) => end(won), Err(_) => end(7) };
            }
        }
        assert_eq!(ended(Flow::trace(&(), 1)).1, 10);
        assert_eq!(ended(Flow::trace(&(), 0)).1, 7);
    }

    #[test]
    fn what_is_tried_can_be_kept_and_cloned_as_a_value() {
        workflow! {
            Flow(n: u32) -> (bool, u32) { start -> tried = try pay(n) -> okay(tried) -> end((okay, tried.unwrap_or(3))); }
        }
        #[step]
        fn okay(tried: &Result<u32, Failure>) -> bool {
            tried.is_ok()
        }
        assert_eq!(ended(Flow::trace(&(), 1)).1, (true, 10));
        assert_eq!(ended(Flow::trace(&(), 0)).1, (false, 3));
    }
}

mod attempts {
    use super::*;

    #[derive(Default)]
    struct Tries(AtomicU32);

    #[step(retry = 2, backoff = 1s)]
    fn third(#[context] tries: &Tries, until: u32) -> Result<u32, Broken> {
        let now = tries.0.fetch_add(1, Ordering::Relaxed) + 1;
        if now < until { Err(Broken(now)) } else { Ok(now) }
    }

    #[tokio::test(start_paused = true)]
    async fn retries_are_spent_before_a_failure_is_caught() {
        workflow! {
            Flow(until: u32) -> (u32, u32) { start -> third(until) catch e => end((e.attempt(), 0)) -> end((0, third)); }
        }
        workflow! {
            Tried(until: u32) -> (u32, u32) { start -> try third(until) -> match { Err(e) => end((e.attempt(), 0)), Ok(n) => end((0, n)) }; }
        }
        assert_eq!(Flow::run(&Tries::default(), 3).await.unwrap(), (0, 3));
        assert_eq!(Flow::run(&Tries::default(), 4).await.unwrap(), (3, 0));
        assert_eq!(Tried::run(&Tries::default(), 3).await.unwrap(), (0, 3));
        assert_eq!(Tried::run(&Tries::default(), 4).await.unwrap(), (3, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn a_step_that_takes_too_long_is_caught() {
        workflow! {
            Flow() -> FailureKind { start -> slow() catch e @ FailureKind::TimedOut => end(e.kind()) -> end(FailureKind::Failed); }
        }
        workflow! {
            Other() -> u32 { start -> slow() catch FailureKind::Step => end(1) -> end(2); }
        }
        assert_eq!(Flow::run(&()).await.unwrap(), FailureKind::TimedOut);
        assert_eq!(Other::run(&()).await.unwrap_err().kind(), FailureKind::TimedOut);
    }
}

mod cancelling {
    use super::*;

    #[test]
    fn a_catch_covers_cancelling_and_what_undoes_runs_to_its_end() {
        workflow! {
            Flow() -> u32 {
                let why: Failure;
                start -> hang("work") catch e => { why = (e.into()) -> undo: note("undone") -> more: note("and told") -> fail(why) } -> end(hang);
            }
        }
        let log = Log::default();
        let (cancel, cancelled) = signal();
        let mut run = pin!(Flow::trace(&log).cancelled_by(cancelled));
        assert!(poll_once(run.as_mut()).is_pending());
        cancel.send(()).unwrap();
        let Poll::Ready((path, Err(failure))) = poll_once(run.as_mut()) else { panic!("the run goes on") };
        assert_eq!(
            (path.join(" ").as_str(), failure.kind(), failure.node()),
            ("hang undo more", FailureKind::Cancelled, "hang")
        );
        assert_eq!(log.told(), "-work, undone, and told");
    }

    #[test]
    fn each_branch_that_stands_is_cancelled_and_undoes_what_it_did() {
        workflow! {
            Flow() -> u32 {
                start -> [
                    { one: hang("one") catch e => { note("undo one") -> end_one: note("done one") } },
                    { two: hang("two") catch e => { other: note("undo two") -> fail(e) } },
                ] -> end(7);
            }
        }
        let log = Log::default();
        let (cancel, cancelled) = signal();
        let mut run = pin!(Flow::run(&log).cancelled_by(cancelled));
        assert!(poll_once(run.as_mut()).is_pending());
        cancel.send(()).unwrap();
        let Poll::Ready(Err(failure)) = poll_once(run.as_mut()) else { panic!("the run goes on") };
        assert_eq!(failure.kind(), FailureKind::Cancelled);
        assert_eq!(log.told(), "-one, undo one, done one, -two, undo two");
    }

    #[test]
    fn a_cancelled_branch_lets_its_siblings_undo_before_the_fork_fails() {
        workflow! {
            Flow() -> u32 {
                start -> [
                    one: hang("one"),
                    { two: hang("two") catch _ => { slowly("a") -> again: slowly("b") } },
                ] catch e => { last: note("fork") -> end(9) } -> end(7);
            }
        }
        #[step]
        async fn slowly(#[context] log: &Log, name: &str) {
            yield_now().await;
            log.note(name);
        }
        let log = Log::default();
        let (cancel, cancelled) = signal();
        let mut run = pin!(Flow::run(&log).cancelled_by(cancelled));
        assert!(poll_once(run.as_mut()).is_pending());
        cancel.send(()).unwrap();
        assert_eq!(block_on(run).unwrap(), 9);
        assert_eq!(log.told(), "-one, -two, a, b, fork");
    }

    #[test]
    fn a_catch_of_another_kind_does_not_cover_cancelling() {
        workflow! {
            Flow() -> u32 { start -> hang("work") catch FailureKind::Step => end(1) -> end(2); }
        }
        let log = Log::default();
        let (cancel, cancelled) = signal();
        let mut run = pin!(Flow::run(&log).cancelled_by(cancelled));
        assert!(poll_once(run.as_mut()).is_pending());
        cancel.send(()).unwrap();
        assert!(
            matches!(poll_once(run.as_mut()), Poll::Ready(Err(failure)) if failure.kind() == FailureKind::Cancelled)
        );
    }
}

mod unanswered {
    use super::*;

    #[ask(bool)]
    fn approve(n: u32) -> Question {
        Question::new(format!("{n}?"))
    }

    #[test]
    fn that_nobody_answers_is_neither_caught_nor_tried() {
        workflow! {
            Caught() -> bool { start -> approve(1) catch _ => end(false) -> end; }
        }
        workflow! {
            Tried() -> bool { start -> tried = try approve(1) -> end(tried.is_ok()); }
        }
        workflow! {
            Block() -> bool { start -> { approve(1) -> done: add(1, 1) } catch _ => end(false) -> end(approve); }
        }
        workflow! {
            Fork() -> u32 { start -> try [approve(1), other: approve(2), add(1, 1)] -> end(1); }
        }
        assert_eq!(failed(Caught::trace(&())).1.kind(), FailureKind::Unanswered);
        assert_eq!(failed(Tried::trace(&())).1.kind(), FailureKind::Unanswered);
        assert_eq!(failed(Block::trace(&())).1.kind(), FailureKind::Unanswered);
        let (path, failure) = failed(Fork::trace(&()));
        let questions: Vec<&str> = failure.questions().iter().map(Question::text).collect();
        assert_eq!((path.as_str(), questions), ("approve other add", vec!["1?", "2?"]));
    }

    #[test]
    fn an_answer_goes_on_behind_a_catch() {
        workflow! {
            Caught() -> bool { start -> approve(1) catch _ => end(false) -> end; }
        }
        assert!(ended(Caught::trace(&()).answering::<approve>(|_| Some(true))).1);
        assert!(!ended(Caught::trace(&()).answering::<approve>(|_| panic!("no"))).1);
    }
}
