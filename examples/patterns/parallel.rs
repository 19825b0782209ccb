//! Parallel: three questions about one document, asked at once.

use loomflow::prelude::*;

workflow! {
    /// Finds what is wrong with a contract.
    pub(crate) Proofread(contract: String) -> Vec<String> {
        start -> [sums(contract), references(contract), terms(contract)]
              -> join(sums, references, terms) -> end;
    }
}

#[step]
async fn sums(#[context] model: &Model, contract: &str) -> Result<Vec<String>, ModelError> {
    model.ask(format!("Which sums of this contract do not add up? A short line for each.\n\n{contract}")).await
}

#[step]
async fn references(#[context] model: &Model, contract: &str) -> Result<Vec<String>, ModelError> {
    model
        .ask(format!("Which sections does this contract refer to and not have? A short line for each.\n\n{contract}"))
        .await
}

#[step]
async fn terms(#[context] model: &Model, contract: &str) -> Result<Vec<String>, ModelError> {
    model
        .ask(format!("Which terms does this contract use and never define? A short line for each.\n\n{contract}"))
        .await
}

#[step]
fn join(sums: Vec<String>, references: Vec<String>, terms: Vec<String>) -> Vec<String> {
    [sums, references, terms].concat()
}

pub(crate) const CONTRACT: &str = "\
1. Larkspur Ltd (the “Seller”) sells to Wren & Sons (the “Buyer”) a printing press.
2. Press: EUR 18,400. Carriage: EUR 350. Total: EUR 18,900, paid as section 4 says.
3. The Seller delivers to the Premises by the end of May.
";
