//! loomflow under another name: each macro is told where it is, and nothing that is generated looks for it elsewhere.

use flow::prelude::*;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// What a plan costs.
#[derive(Debug)]
pub struct Prices {
    /// The price of one piece.
    pub piece: u32,
}

/// What a run is given.
#[derive(Debug, Context)]
#[context(crate = flow)]
pub struct Shop {
    /// The prices.
    pub prices: Prices,
}

/// An order, looked at.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Size {
    /// So many pieces.
    Pieces(u32),
    /// Nothing at all.
    Nothing,
}

/// Reads an order.
///
/// # Errors
/// When it is no number.
#[step(retry = 1, backoff = 1ms, timeout = 1h, crate = flow)]
pub async fn read(order: &str) -> Result<Size, std::num::ParseIntError> {
    let pieces = order.parse()?;
    Ok(if pieces == 0 { Size::Nothing } else { Size::Pieces(pieces) })
}

/// Prices an order.
#[step(crate = flow)]
pub fn price(#[context] prices: &Prices, pieces: u32) -> u32 {
    prices.piece * pieces
}

/// Takes a little off.
#[step(crate = flow)]
pub fn haggle<T: flow::Value + Serialize + DeserializeOwned + Clone>(prices: &[T]) -> Option<T> {
    prices.last().cloned()
}

/// Asks whether a price is fair.
#[ask(bool, inbox, crate = flow)]
#[must_use]
pub fn fair(#[context] prices: &Prices, price: u32) -> Question {
    Question::new(format!("{price} at {} a piece?", prices.piece))
}

workflow! {
    /// Has a price agreed to.
    #[workflow(crate = flow)]
    pub Agreed(price: u32) -> bool { start -> fair(price) -> end; }
}

workflow! {
    /// Prices an order.
    #[workflow(crate = flow)]
    pub Priced(order: String) -> Result<u32, String> {
        start -> read(order) -> match {
            Size::Pieces(pieces) if pieces < 100 => price(pieces) -> end,
            Size::Pieces(_)                      => fail("too many"),
            Size::Nothing                        => end(0),
        };
    }
}

workflow! {
    /// Prices an order twice.
    #[workflow(crate = crate::inner::flow_inside)]
    pub Haggled(order: String) -> u32 {
        let prices: Vec<u32> = vec![1, 2];
        start -> Priced(order) -> haggle::<u32>(prices) -> if let Some(less) = haggle {
            end(Priced - less)
        } -> end(Priced);
    }
}

workflow! {
    /// Prices many orders at once, and more slowly than it may take.
    #[workflow(crate = flow)]
    pub All(orders: Vec<String>) -> Vec<u32> {
        start -> prices = [for order in orders, 2 at once => try { Priced(order) } within 1h else fail("too late") -> match {
            Ok(price) => (price),
            Err(_) => price(1),
        }] -> end(prices);
    }
}

/// Reads an order and prices it, in one line.
///
/// # Errors
/// When it is no number.
pub async fn in_one_line(shop: &Shop, order: &str) -> Result<u32, Failure> {
    let line = flow::route!(crate = flow; read {
        Size::Pieces(pieces) => price(pieces),
        Size::Nothing => price(0),
    });
    line.run(shop, order.to_owned()).await
}

mod inner {
    pub(crate) use flow as flow_inside;
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        pin::pin,
        task::{Context, Poll, Waker},
    };

    fn block_on<F: Future>(run: F) -> F::Output {
        let mut run = pin!(run);
        loop {
            if let Poll::Ready(output) = run.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                return output;
            }
        }
    }

    #[test]
    fn a_workflow_runs() {
        let shop = Shop { prices: Prices { piece: 7 } };
        let run = |order: &str| block_on(Haggled::run(&shop, order.to_owned())).map_err(|failure| failure.to_string());
        assert_eq!(run("3"), Ok(19));
        let failure = run("300").expect_err("that is too many");
        assert!(failure.contains("too many"), "{failure}");
        assert_eq!(block_on(Priced::trace(&shop, "0".to_owned())).0, ["read"]);
        assert_eq!(Haggled::GRAPH.max_steps().to_string(), "2");
    }
}
