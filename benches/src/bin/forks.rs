//! What a branch costs: forks beside `futures::future::join_all` over the same work, measured in one run; and the memory
//! of a fork over many items.
//!
//! ```text
//! forks [--rounds N]       all cases, as tables
//! ```

#![expect(clippy::unused_async, reason = "the steps are async, as the plain functions beside them are")]

use futures_util::future::{join, join_all};
use loomflow::prelude::*;
use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
    env,
    hint::black_box,
    time::{Duration, Instant},
};
use tokio::runtime::Builder;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
    static BYTES: Cell<isize> = const { Cell::new(0) };
    static MOST: Cell<isize> = const { Cell::new(0) };
}

/// Counts this thread's allocations, and how many bytes it holds at the most.
struct Counting;

fn count(bytes: isize) {
    BYTES.set(BYTES.get() + bytes);
    MOST.set(MOST.get().max(BYTES.get()));
}

// SAFETY: hands every call on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        count(layout.size().cast_signed());
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        count(-layout.size().cast_signed());
        unsafe { System.dealloc(ptr, layout) }
    }

    unsafe fn realloc(&self, ptr: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        count(size.cast_signed() - layout.size().cast_signed());
        unsafe { System.realloc(ptr, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The work of a branch, out of line as the work of a real step is.
#[inline(never)]
fn add(n: u64) -> u64 {
    black_box(n) + 1
}

async fn plain(n: u64) -> u64 {
    add(n)
}

async fn plain_yielding(n: u64) -> u64 {
    tokio::task::yield_now().await;
    add(n)
}

#[step]
async fn one(n: u64) -> u64 {
    add(n)
}

#[step]
async fn yielding(n: u64) -> u64 {
    tokio::task::yield_now().await;
    add(n)
}

workflow! {
    Each(items: Vec<u64>) -> Vec<u64> {
        start -> out = [for n in items => one(n)] -> end(out);
    }
}

workflow! {
    EachYielding(items: Vec<u64>) -> Vec<u64> {
        start -> out = [for n in items => yielding(n)] -> end(out);
    }
}

workflow! {
    EightAtOnce(items: Vec<u64>) -> Vec<u64> {
        start -> out = [for n in items, 8 at once => one(n)] -> end(out);
    }
}

workflow! {
    EightYielding(items: Vec<u64>) -> Vec<u64> {
        start -> out = [for n in items, 8 at once => yielding(n)] -> end(out);
    }
}

workflow! {
    Four(n: u64) -> (u64, u64, u64, u64) {
        start -> [a: one(n), b: one(n), c: one(n), d: one(n)] -> end((a, b, c, d));
    }
}

const BRANCHES: u64 = 100;

fn items(many: u64) -> Vec<u64> {
    (0..many).collect()
}

/// A case: its name, the branches of a run, and so many runs of it.
type Case = (&'static str, u64, fn(u64) -> std::pin::Pin<Box<dyn Future<Output = ()>>>);

macro_rules! case {
    ($name:literal, $branches:expr, $run:expr) => {
        ($name, $branches, |runs| {
            Box::pin(async move {
                for _ in 0..runs {
                    let _ = black_box($run.await);
                }
            })
        })
    };
}

const CASES: [Case; 8] = [
    case!("`join_all` of 100", BRANCHES, join_all(items(BRANCHES).into_iter().map(plain))),
    case!("**fork over 100 items**", BRANCHES, Each::run(&(), items(BRANCHES))),
    case!("**100 items, 8 at once**", BRANCHES, EightAtOnce::run(&(), items(BRANCHES))),
    case!("`join_all` of 100 that yield", BRANCHES, join_all(items(BRANCHES).into_iter().map(plain_yielding))),
    case!("**fork over 100 items that yield**", BRANCHES, EachYielding::run(&(), items(BRANCHES))),
    case!("**100 that yield, 8 at once**", BRANCHES, EightYielding::run(&(), items(BRANCHES))),
    case!("`join` of 4", 4, join(join(plain(1), plain(2)), join(plain(3), plain(4)))),
    case!("**static fork of 4**", 4, Four::run(&(), 1)),
];

fn main() {
    let mut args = env::args().skip(1);
    let rounds = match (args.next().as_deref(), args.next()) {
        (Some("--rounds"), Some(rounds)) => rounds.parse().expect("a number of rounds"),
        _ => 20,
    };
    let runtime = Builder::new_current_thread().build().expect("a runtime");
    let mut best = [Duration::MAX; CASES.len()];
    let mut allocations = [0; CASES.len()];
    for _ in 0..rounds {
        for (index, (_, branches, runs)) in CASES.iter().enumerate() {
            let many = 100_000 / branches;
            let before = ALLOCATIONS.get();
            let began = Instant::now();
            runtime.block_on(runs(many));
            best[index] = best[index].min(began.elapsed() / u32::try_from(many * branches).expect("a small number"));
            allocations[index] = (ALLOCATIONS.get() - before) / many;
        }
    }
    println!(
        "| | ns a branch | as a ratio to the one above in plain | allocations a run |\n| --- | ---: | ---: | ---: |"
    );
    let mut first = Duration::ZERO;
    for (index, (name, ..)) in CASES.iter().enumerate() {
        if name.starts_with('`') {
            first = best[index];
        }
        let ratio = best[index].as_secs_f64() / first.as_secs_f64();
        println!("| {name} | {} | ×{ratio:.2} | {} |", best[index].as_nanos(), allocations[index]);
    }
    println!("\n| items, 8 at once | bytes at the most | beyond the list of results |\n| --- | ---: | ---: |");
    for many in [1_000, 10_000, 100_000] {
        let given = items(many);
        let results = isize::try_from(many.next_power_of_two() * 8).expect("a small number");
        MOST.set(BYTES.get());
        let before = BYTES.get();
        runtime.block_on(async { black_box(EightYielding::run(&(), given).await.expect("a run that does not fail")) });
        let most = MOST.get() - before;
        println!("| {many} | {most} | {} |", most - results);
    }
}
