//! What a step costs: hand-written Rust, loomflow and its peers doing the same work, measured in one run.
//!
//! ```text
//! engine [--rounds N]      every row and every case, as tables
//! engine ROW-CASE RUNS     just one, so many runs of it and nothing else: for a profiler
//! engine --list            the rows and the cases
//! ```

mod rows;
mod work;

use futures_util::{StreamExt, stream::FuturesUnordered};
use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
    env,
    hint::black_box,
    pin::Pin,
    process::ExitCode,
    time::{Duration, Instant},
};
use tokio::runtime::{Builder, Runtime};
use work::{Engine, LINKS};

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

/// Counts this thread's allocations. A reallocation is one more.
struct Counting;

// SAFETY: hands every call on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        unsafe { System.dealloc(ptr, layout) }
    }

    unsafe fn realloc(&self, ptr: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        unsafe { System.realloc(ptr, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[derive(Clone, Copy)]
enum Case {
    Chain,
    Wide,
    /// So many turns a run.
    Loop(u64),
    /// So many runs at once.
    AtOnce(u64),
}

const CASES: [(Case, &str, &str); 7] = [
    (Case::Chain, "chain", "chain of 10"),
    (Case::Wide, "chain-256", "chain of 10, 256 bytes"),
    (Case::Loop(100), "loop-100", "loop of 100"),
    (Case::Loop(10_000), "loop-10000", "loop of 10,000"),
    (Case::Loop(1_000_000), "loop-1000000", "loop of 1,000,000"),
    (Case::AtOnce(1), "runs-1", "1 run at a time"),
    (Case::AtOnce(1_000), "runs-1000", "1,000 runs at once"),
];

impl Case {
    fn steps_a_run(self) -> u64 {
        match self {
            Case::Chain | Case::Wide | Case::AtOnce(_) => LINKS,
            Case::Loop(turns) => turns,
        }
    }

    /// The least number of runs that makes sense to start.
    fn least(self) -> u64 {
        if let Case::AtOnce(runs) = self { runs } else { 1 }
    }
}

type Batch = Pin<Box<dyn Future<Output = ()>>>;

struct Row {
    name: &'static str,
    label: &'static str,
    batch: fn(Case, u64) -> Batch,
}

const fn row<E: Engine + 'static>(name: &'static str, label: &'static str) -> Row {
    Row { name, label, batch: |case, runs| Box::pin(batch::<E>(case, runs)) }
}

/// The first is what the others are set against.
const ROWS: [Row; 7] = [
    row::<rows::hand::Hand>("hand", "hand-written"),
    row::<rows::boxed::Boxed>("boxed", "boxed futures"),
    row::<rows::loomflow::Loomflow>("loomflow", "**loomflow**"),
    row::<rows::sayiir::Sayiir>("sayiir", "sayiir 1.0"),
    row::<rows::graph_flow::GraphFlow>("graph-flow", "graph-flow 0.8"),
    row::<rows::floxide::Floxide>("floxide", "floxide 3.2"),
    row::<rows::spawned::Spawned>("spawned", "a task per step"),
];

/// Builds the workflows once and runs one of them so many times, looking at every output.
async fn batch<E: Engine>(case: Case, runs: u64) {
    let engine = E::new();
    match case {
        Case::Chain => {
            for n in 0..runs {
                assert_eq!(engine.chain(black_box(n)).await, n + LINKS);
            }
        }
        Case::Wide => {
            for n in 0..runs {
                assert_eq!(engine.wide(black_box([n; 32])).await[0], n + LINKS);
            }
        }
        Case::Loop(turns) => {
            for _ in 0..runs {
                assert_eq!(engine.countdown(black_box(turns)).await, 0);
            }
        }
        Case::AtOnce(size) => {
            for _ in 0..runs / size {
                let mut all: FuturesUnordered<_> = (0..size).map(|n| engine.pausing(black_box(n))).collect();
                let mut sum = 0;
                while let Some(n) = all.next().await {
                    sum += n;
                }
                assert_eq!(sum, size * (size - 1) / 2 + size * LINKS);
            }
        }
    }
}

/// One row in one case.
struct Measured {
    row: &'static Row,
    case: Case,
    runs: u64,
    best: f64,
    allocations: f64,
}

impl Measured {
    /// Finds how many runs take long enough to be timed, and counts allocations as the difference of two batches.
    fn new(runtime: &Runtime, row: &'static Row, case: Case) -> Self {
        const LONG_ENOUGH: Duration = Duration::from_millis(5);
        let mut runs = case.least();
        while time(runtime, row, case, runs) < LONG_ENOUGH {
            runs *= 2;
        }
        let least = case.least();
        let once = allocations(runtime, row, case, least);
        let more = allocations(runtime, row, case, least * 3) - once;
        let allocations = ratio(more, least * 2 * case.steps_a_run());
        Self { row, case, runs, best: f64::MAX, allocations }
    }

    fn measure(&mut self, runtime: &Runtime) {
        let took = time(runtime, self.row, self.case, self.runs).as_secs_f64() * 1e9;
        self.best = self.best.min(took / ratio(self.runs * self.case.steps_a_run(), 1));
    }
}

fn time(runtime: &Runtime, row: &Row, case: Case, runs: u64) -> Duration {
    let batch = (row.batch)(case, runs);
    let start = Instant::now();
    runtime.block_on(batch);
    start.elapsed()
}

fn allocations(runtime: &Runtime, row: &Row, case: Case, runs: u64) -> u64 {
    let batch = (row.batch)(case, runs);
    let before = ALLOCATIONS.get();
    runtime.block_on(batch);
    ALLOCATIONS.get() - before
}

#[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
fn ratio(a: u64, b: u64) -> f64 {
    a as f64 / b as f64
}

fn print_table(title: &str, columns: &[String], lines: impl IntoIterator<Item = Vec<String>>) {
    println!("{title}\n");
    println!("| | {} |", columns.join(" | "));
    println!("| --- |{}", " ---: |".repeat(columns.len()));
    for line in lines {
        println!("| {} |", line.join(" | "));
    }
    println!();
}

fn tables(runtime: &Runtime, rounds: u32) {
    let mut cells: Vec<Vec<Measured>> =
        ROWS.iter().map(|row| CASES.iter().map(|&(case, ..)| Measured::new(runtime, row, case)).collect()).collect();
    // The rows of a case run one after the other, round after round, so that a noisy moment strikes all of them.
    for _ in 0..rounds {
        for case in 0..CASES.len() {
            for line in &mut cells {
                line[case].measure(runtime);
            }
        }
    }

    let columns = CASES.map(|(.., title)| title.to_owned());
    let line = |cells: &[Measured], show: &dyn Fn(usize, &Measured) -> String| {
        let mut line = vec![cells[0].row.label.to_owned()];
        line.extend(cells.iter().enumerate().map(|(case, cell)| show(case, cell)));
        line
    };
    print_table(
        &format!("Time a step, as a ratio to hand-written Rust (in brackets: ns, a rough guide; best of {rounds})"),
        &columns,
        cells
            .iter()
            .map(|row| line(row, &|case, cell| format!("×{:.1} ({:.1})", cell.best / cells[0][case].best, cell.best))),
    );
    print_table(
        "Allocations a step",
        &columns,
        cells.iter().map(|row| line(row, &|_, cell| format!("{:.2}", cell.allocations))),
    );
    print_table(
        "Time a step as the work grows (flat is ×1.0)",
        &[
            "10,000 turns of a loop to 100".to_owned(),
            "1,000,000 turns to 100".to_owned(),
            "1,000 runs at once to 1".to_owned(),
        ],
        cells.iter().map(|row| {
            let growth = |many: usize, few: usize| format!("×{:.2}", row[many].best / row[few].best);
            vec![row[0].row.label.to_owned(), growth(3, 2), growth(4, 2), growth(6, 5)]
        }),
    );
}

fn find(name: &str) -> Option<(&'static Row, Case)> {
    ROWS.iter().find_map(|row| {
        let wanted = name.strip_prefix(row.name)?.strip_prefix('-')?;
        CASES.iter().find(|(_, case, _)| *case == wanted).map(|&(case, ..)| (row, case))
    })
}

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let runtime = Builder::new_current_thread().enable_time().build().expect("a runtime");

    match args[..] {
        [] => tables(&runtime, 20),
        ["--rounds", rounds] if rounds.parse().is_ok_and(|n: u32| n > 0) => {
            tables(&runtime, rounds.parse().unwrap_or(1));
        }
        ["--list"] => {
            println!("rows: {}", ROWS.map(|row| row.name).join(" "));
            println!("cases: {}", CASES.map(|(_, case, _)| case).join(" "));
        }
        [name, runs] if find(name).is_some() && runs.parse::<u64>().is_ok() => {
            let ((row, case), runs) = (find(name).expect("found above"), runs.parse().unwrap_or(0));
            runtime.block_on((row.batch)(case, runs));
        }
        _ => {
            eprintln!("usage: engine [--rounds N] | engine ROW-CASE RUNS | engine --list");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
