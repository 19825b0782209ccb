//! Parallel: several checks of one document at once, and a step that joins what they found.
//!
//! A contract is read for sums that do not add up, for sections it refers to and does not have, and
//! for terms it uses and never defines. None of the checks needs another, so the graph has them run
//! side by side; the join waits for all three.
//!
//! ```text
//! cargo run --example parallel                   # the contract that comes with it
//! cargo run --example parallel -- contract.txt   # one of your own
//! ```

use std::collections::BTreeSet;
use std::env;
use std::fmt;
use std::fs;
use std::process::ExitCode;

use loomflow::prelude::*;
use serde::{Deserialize, Serialize};

workflow! {
    /// Finds what is wrong with a contract, in the order of its lines.
    Proofread(contract: String) -> Vec<Finding> {
        start -> [sums(contract), references(contract), terms(contract)]
              -> join(sums, references, terms) -> end;
    }
}

/// What is wrong, and in which line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Finding {
    line: usize,
    text: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.text)
    }
}

/// The lines of a text, counted from 1.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    (1..).zip(text.lines().map(str::trim))
}

/// A `Total` is the sum of the amounts above it.
#[step]
fn sums(contract: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut sum = 0;
    for (line, text) in lines(contract) {
        let amount = text.rsplit_once("EUR ").and_then(|(_, amount)| amount.replace(',', "").parse::<u32>().ok());
        match amount {
            Some(total) if text.starts_with("Total") => {
                if total != sum {
                    findings.push(Finding { line, text: format!("the total is EUR {total}, the amounts are {sum}") });
                }
                sum = 0;
            }
            Some(amount) => sum += amount,
            None => {}
        }
    }
    findings
}

/// Each `section 4` is the number of a heading.
#[step]
fn references(contract: &str) -> Vec<Finding> {
    let number = |word: &str| word.trim_end_matches(['.', ',', ';', ')']).parse::<u32>().ok();
    let headings: BTreeSet<u32> = lines(contract)
        .filter_map(|(_, text)| number(text.split_once(". ").map_or("", |(number, _)| number)))
        .collect();
    let mut findings = Vec::new();
    for (line, text) in lines(contract) {
        let words: Vec<&str> = text.split_whitespace().collect();
        for pair in words.windows(2).filter(|pair| pair[0].trim_start_matches('(') == "section") {
            if let Some(section) = number(pair[1])
                && !headings.contains(&section)
            {
                findings.push(Finding { line, text: format!("there is no section {section}") });
            }
        }
    }
    findings
}

/// Each term with a capital behind `the` is defined somewhere: `the “Goods”`. It is told where it is used first.
#[step]
fn terms(contract: &str) -> Vec<Finding> {
    let mut known: BTreeSet<&str> =
        contract.split('“').skip(1).filter_map(|rest| rest.split_once('”')).map(|(term, _)| term).collect();
    let mut findings = Vec::new();
    for (line, text) in lines(contract) {
        let words: Vec<&str> = text.split_whitespace().collect();
        for pair in words.windows(2).filter(|pair| pair[0] == "the" || pair[0] == "The") {
            let term = pair[1].trim_matches(|c: char| !c.is_alphanumeric());
            if term.starts_with(char::is_uppercase) && known.insert(term) {
                findings.push(Finding { line, text: format!("“{term}” is never defined") });
            }
        }
    }
    findings
}

#[step]
fn join(sums: Vec<Finding>, references: Vec<Finding>, terms: Vec<Finding>) -> Vec<Finding> {
    let mut all = [sums, references, terms].concat();
    all.sort();
    all
}

const CONTRACT: &str = "\
1. Parties
Larkspur Ltd (the “Seller”) sells to Wren & Sons (the “Buyer”) a printing press and its
spare parts (the “Goods”).

2. Price
Printing press: EUR 18,400
Spare parts: EUR 1,250
Carriage: EUR 350
Total: EUR 19,900
The Buyer pays within thirty days of delivery (see section 4).

3. Delivery
The Seller delivers the Goods to the Premises by the end of May. If delivery is late, section 7
applies, and the Penalty is owed for each week.

4. Ownership
The Goods stay the property of the Seller until the Price is paid.
";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let contract = match env::args().nth(1) {
        None => Ok(CONTRACT.to_owned()),
        Some(path) => fs::read_to_string(&path).map_err(|error| format!("{path}: {error}")),
    };
    let contract = match contract {
        Ok(contract) => contract,
        Err(error) => {
            eprintln!("parallel: {error}");
            return ExitCode::FAILURE;
        }
    };
    match Proofread::run(&(), contract).await {
        Ok(findings) => {
            for finding in &findings {
                println!("{finding}");
            }
            println!("{} findings", findings.len());
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("parallel: {failure}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
#[path = "../tests/kept_examples/parallel.rs"]
mod kept;
