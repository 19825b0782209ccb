//! The patterns of the other examples with a model in their steps: the same graphs, and nothing else has to change.
//!
//! ```text
//! export OPENAI_API_KEY=… OPENAI_MODEL=gpt-4.1-mini     # or OPENAI_BASE_URL, for a server of your own
//! cargo run --example patterns --features openai -- routing "a poem about the empty garden"
//! ```
//!
//! There are `prompt_chain`, `routing`, `parallel`, `voting`, `orchestrator` and `evaluator_optimizer`. Each comes with an
//! input, and takes one of yours. The examples of these names do the same without a model.

mod evaluator_optimizer;
mod orchestrator;
mod parallel;
mod prompt_chain;
mod routing;
mod voting;

use std::env;
use std::error::Error;
use std::process::ExitCode;

use loomflow::model::ModelBuilder;

use evaluator_optimizer::PlainNotice;
use orchestrator::Describe;
use parallel::Proofread;
use prompt_chain::Chaining;
use routing::Routing;
use voting::Filter;

const USAGE: &str = "patterns prompt_chain|routing|parallel|voting|orchestrator|evaluator_optimizer [INPUT]";

/// Runs one of them: what it says in the end.
async fn run(pattern: &str, input: Option<String>) -> Result<String, Box<dyn Error>> {
    // A model that is small talks on and on if it is let.
    let model = ModelBuilder::from_env().max_tokens(400).build()?;
    let or = |usual: &str| input.unwrap_or_else(|| usual.to_owned());
    Ok(match pattern {
        "prompt_chain" => Chaining::run(&model, or("unicorn")).await?.to_string(),
        "routing" => Routing::run(&model, or("a poem about the empty garden")).await?,
        "parallel" => Proofread::run(&model, or(parallel::CONTRACT)).await?.join("\n"),
        "voting" => Filter::run(&model, or("FREE WATCHES, CLICK HERE")).await?.to_string(),
        "orchestrator" => Describe::run(&model, or(orchestrator::TABLE)).await?,
        "evaluator_optimizer" => PlainNotice::run(&model, or("the coffee machine")).await?.to_string(),
        _ => return Err(USAGE.into()),
    })
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let mut args = env::args().skip(1);
    match run(&args.next().unwrap_or_default(), args.next()).await {
        Ok(told) => {
            println!("{told}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("patterns: {error}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
#[path = "../../tests/kept_examples/patterns.rs"]
mod kept;
