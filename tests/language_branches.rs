//! Branches of forks: what they may begin with, and what they may hold.

mod common;

use common::{ended, way};
use loomflow::prelude::*;
use serde::{Deserialize, Serialize};

#[step]
fn double(n: i32) -> i32 {
    2 * n
}

#[step]
fn negate(n: i32) -> i32 {
    -n
}

#[step]
fn add(a: i32, b: i32) -> i32 {
    a + b
}

#[test]
fn a_branch_for_each_item_may_begin_with_a_route() {
    workflow! {
        Flow(all: Vec<i32>) -> Vec<i32> {
            start -> done = [for n in all => {
                match n {
                    0           => m = (7),
                    n if n < 0  => m = negate(n),
                    _           => m = double(n),
                } -> (m)
            }] -> end(done);
        }
    }
    assert_eq!(ended(Flow::trace(&(), vec![0, -1, 1])), way("negate double", vec![7, 1, 2]));
}

#[test]
fn a_branch_that_is_written_out_may_begin_with_a_route() {
    workflow! {
        Flow(a: i32, b: i32) -> i32 {
            let y: i32;
            start -> [if a > 0 { x = double(a) } else { x = negate(a) }, match b { 0 => y = (1), _ => y = other: negate(b) }]
                  -> add(x, y) -> end;
        }
    }
    assert_eq!(ended(Flow::trace(&(), 1, 2)).1, 0);
    assert_eq!(ended(Flow::trace(&(), -1, 0)), way("negate add", 2));
}

#[test]
fn a_branch_of_a_generic_workflow_need_not_say_what_it_is_generic_over() {
    #[step]
    fn same<T: Serialize + for<'de> Deserialize<'de> + Send + Sync + 'static>(item: T) -> T {
        item
    }
    workflow! {
        Flow<T: Serialize + for<'de> Deserialize<'de> + Clone + Send + Sync + 'static>(all: Vec<T>) -> Vec<T> {
            start -> done = [for item in all => same::<T>(item)] -> end(done);
        }
    }
    assert_eq!(ended(Flow::trace(&(), vec!['a', 'b'])), way("same same", vec!['a', 'b']));
}

#[test]
fn items_may_be_written_as_a_reference() {
    workflow! {
        Flow(all: Vec<i32>) -> Vec<i32> { start -> done = [for n in &all => double(n)] -> end(done); }
    }
    assert_eq!(ended(Flow::trace(&(), vec![1, 2])), way("double double", vec![2, 4]));
}
