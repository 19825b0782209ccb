//! What an agent's turn costs: a run of `agent!` beside a loop by hand on async-openai that has the same conversation with
//! the same model. That both send the same is checked before anything is timed.
//!
//! ```text
//! agent [--rounds N]     all cases, as a table
//! agent ROW CALLS RUNS   just one, so many runs: for a profiler. Rows: hand loomflow hand-loopback loomflow-loopback
//! ```

mod flow;
mod hand;
mod in_process;
mod over_the_wire;
mod script;
mod tools;

use hand::{Client, Loop};
use in_process::InProcess;
use loomflow::Model;
use loomflow_double::Double;
use std::{
    env,
    time::{Duration, Instant},
};
use tokio::runtime::{Builder, Runtime};

/// How many calls a run makes before its report.
const CALLS: [usize; 3] = [5, 20, 100];

/// How long so many runs of the loop by hand take.
fn by_hand(runtime: &Runtime, by_hand: &Loop, client: &impl Client, runs: usize) -> Duration {
    let began = Instant::now();
    runtime.block_on(async {
        for _ in 0..runs {
            assert_eq!(by_hand.run(client).await.title, "Leases");
        }
    });
    began.elapsed()
}

/// How long so many runs of the agent take.
fn by_agent(runtime: &Runtime, model: &Model, runs: usize) -> Duration {
    let began = Instant::now();
    runtime.block_on(async {
        for _ in 0..runs {
            assert_eq!(flow::run(model).await.title, "Leases");
        }
    });
    began.elapsed()
}

/// That both have the same conversation: what a server hears of both is the same.
fn check(runtime: &Runtime, by_hand: &Loop, calls: usize) {
    let (one, other) = (over_the_wire::server(calls), over_the_wire::server(calls));
    self::by_hand(runtime, by_hand, &over_the_wire::OpenAi::of(&one), 1);
    by_agent(runtime, &over_the_wire::model(&other), 1);
    let bodies = |server: Double| server.requests().into_iter().map(|request| request.body).collect::<Vec<_>>();
    assert_eq!(bodies(one), bodies(other), "both send the same");
}

/// The best times of both, measured in turns: their ratio, and of the loop by hand the microseconds a turn.
fn compare(
    rounds: usize,
    turns: usize,
    mut hand: impl FnMut() -> Duration,
    mut agent: impl FnMut() -> Duration,
) -> (f64, f64) {
    let (mut of_hand, mut of_agent) = (Duration::MAX, Duration::MAX);
    for _ in 0..rounds {
        of_hand = of_hand.min(hand());
        of_agent = of_agent.min(agent());
    }
    (of_agent.as_secs_f64() / of_hand.as_secs_f64(), of_hand.as_secs_f64() * 1e6 / number(turns))
}

#[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
const fn number(count: usize) -> f64 {
    count as f64
}

fn tables(runtime: &Runtime, rounds: usize) {
    let by_hand = Loop::new();
    println!(
        "| calls a run | in process, by hand, µs a turn | **loomflow** | over loopback, by hand, µs a turn | **loomflow** |"
    );
    println!("| ---: | ---: | ---: | ---: | ---: |");
    for calls in CALLS {
        check(runtime, &by_hand, calls);
        let (client, model) = (InProcess::new(calls), Model::of(InProcess::new(calls)));
        // A turn is dearer the longer the conversation.
        let runs = 20_000 / (calls * calls).max(100);
        let hand = || self::by_hand(runtime, &by_hand, &client, runs);
        let (ratio, time) = compare(3 * rounds, runs * (calls + 1), hand, || by_agent(runtime, &model, runs));

        // What a server has heard it keeps, so each has its own.
        let (one, other) = (over_the_wire::server(calls), over_the_wire::server(calls));
        let (client, model) = (over_the_wire::OpenAi::of(&one), over_the_wire::model(&other));
        let runs = (200 / calls).max(2);
        let hand = || self::by_hand(runtime, &by_hand, &client, runs);
        let (wire, on_wire) = compare(rounds, runs * (calls + 1), hand, || by_agent(runtime, &model, runs));
        println!("| {calls} | {time:.1} | ×{ratio:.2} | {on_wire:.0} | ×{wire:.2} |");
    }
}

fn main() {
    rustls::crypto::ring::default_provider().install_default().expect("it is the first");
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let usage =
        "agent [--rounds N] | agent ROW CALLS RUNS, with a row of hand loomflow hand-loopback loomflow-loopback";
    let parsed = |text: &str| text.parse().expect(usage);
    match arguments.as_slice() {
        [] => tables(&runtime, 21),
        ["--rounds", rounds] => tables(&runtime, parsed(rounds)),
        [row, calls, runs] => {
            let (calls, runs) = (parsed(calls), parsed(runs));
            let server = over_the_wire::server(calls);
            match *row {
                "hand" => by_hand(&runtime, &Loop::new(), &InProcess::new(calls), runs),
                "loomflow" => by_agent(&runtime, &Model::of(InProcess::new(calls)), runs),
                "hand-loopback" => by_hand(&runtime, &Loop::new(), &over_the_wire::OpenAi::of(&server), runs),
                "loomflow-loopback" => by_agent(&runtime, &over_the_wire::model(&server), runs),
                _ => panic!("{usage}"),
            };
        }
        _ => panic!("{usage}"),
    }
}
