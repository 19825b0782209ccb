//! What the README shows of models, run with a script in the model's place.

#![allow(dead_code, reason = "the README's program is compiled here and not run: it wants a model")]

use loomflow::{Loom, meter::Budget, prelude::*};
use serde::{Deserialize, Serialize};
use std::error::Error;

/// Which desk a ticket belongs to.
#[derive(Choice, Serialize, Deserialize)]
enum Desk {
    /// Invoices, refunds, charges.
    Billing { invoice: Option<u32> },
    /// Something is broken.
    Technical,
    /// Nobody wants to read it.
    Spam,
}

/// The model sees the labels and what the comments say of them, and can give nothing else.
#[step(retry = 3)]
async fn classify(#[context] model: &Model, ticket: &str) -> Result<Desk, ModelError> {
    model.choose(format!("Sort this ticket:\n{ticket}")).await
}

#[step(retry = 3)]
async fn answer(#[context] model: &Model, ticket: &str, desk: &str) -> Result<String, ModelError> {
    model.text(format!("You are at the {desk} desk. Answer this ticket in two sentences:\n{ticket}")).await
}

workflow! {
    Sort(ticket: String) -> String {
        start -> classify(ticket) -> match {
            Desk::Billing { invoice: Some(n) } => end(format!("see invoice {n}")),
            Desk::Billing { invoice: None }    => answer(ticket, "billing"),
            Desk::Technical                    => answer(ticket, "technical"),
            Desk::Spam                         => end(String::new()),
        } -> end;
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let model = Model::from_env()?; // OPENAI_API_KEY, OPENAI_BASE_URL, OPENAI_MODEL
    let loom = Loom::builder(model).build();
    let run = loom.start::<Sort>("ticket-42", "I was charged twice.".to_owned());
    println!("{}", run.budget(Budget::new().calls(10).tokens(5_000)).await?.output().await?);
    Ok(())
}

#[tokio::test]
async fn what_the_readme_shows_does_what_it_says() {
    use loomflow::model::ScriptedModel;
    let script = ScriptedModel::new()
        .chooses(&Desk::Billing { invoice: Some(17) })
        .chooses(&Desk::Technical)
        .says("Turn it off and on again.");
    let model = Model::of(script);
    let sorted = async |ticket: &str| Sort::run(&model, ticket.to_owned()).await.expect("the script has it all");
    assert_eq!(sorted("invoice 17 is wrong").await, "see invoice 17");
    assert_eq!(sorted("it does not start").await, "Turn it off and on again.");
}

/// A build without models runs the README's examples too, so these are not its doc tests.
#[test]
fn what_the_readme_shows_of_models_and_agents_is_compiled() {
    let readme = include_str!("../README.md");
    let page = include_str!("../src/agents.md").replace("\n# ", "\n");
    let compiled = [include_str!("readme_models.rs"), &page];
    let section = readme.split("\n## ").find(|section| section.starts_with("Models and agents")).expect("it has one");
    let shown: Vec<&str> = section.split("```Rust\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(shown.len(), 2, "one of models and one of agents");
    for code in shown {
        assert!(compiled.iter().any(|compiled| compiled.contains(code)), "the README shows other code:\n{code}");
    }
}
