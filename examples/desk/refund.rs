//! Refunds, which a person approves.

use std::future::pending;
use std::str::FromStr;

use loomflow::prelude::*;
use serde::{Deserialize, Serialize};

workflow! {
    /// Pays money back when a person says so.
    pub(crate) Refund(order: Order) -> Result<Receipt, String> {
        start -> approve(order) within 14d else fail("nobody had the time") -> match {
            Approval::Granted      => pay(order) -> end,
            Approval::Refused(why) => fail(format!("refused: {why}")),
        };
        require approve is Approval::Granted before pay;
    }
}

/// What was bought.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Order {
    id: u32,
    cents: u32,
    #[serde(default)]
    items: Vec<Item>,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Item {
    name: String,
    cents: u32,
}

#[derive(Serialize, Deserialize)]
pub(crate) enum Approval {
    Granted,
    Refused(String),
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Receipt {
    order: u32,
    cents: u32,
}

/// Asks a person whether the money may go back.
#[ask(Approval)]
fn approve(order: &Order) -> Question {
    Question::new(format!("Pay {} cents of order {} back?", order.cents, order.id)).show(order)
}

/// Pays the money back.
#[step]
async fn pay(#[context] bank: &Bank, order: &Order) -> Result<Receipt, String> {
    match bank {
        Bank::Up => Ok(Receipt { order: order.id, cents: order.cents }),
        Bank::Down => Err("the bank is down".to_owned()),
        Bank::Silent => pending().await,
    }
}

/// A bank, and how it is.
pub(crate) enum Bank {
    Up,
    Down,
    Silent,
}

impl FromStr for Bank {
    type Err = String;

    fn from_str(bank: &str) -> Result<Self, String> {
        match bank {
            "up" => Ok(Bank::Up),
            "down" => Ok(Bank::Down),
            "silent" => Ok(Bank::Silent),
            other => Err(format!("DESK_BANK is `up`, `down` or `silent`, and not `{other}`")),
        }
    }
}
