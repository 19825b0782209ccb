//! A saga: each step that changes something has a step that undoes it, and the graph draws when. A
//! run that is cancelled takes the same edges as one that fails.
//!
//! Four orders come to a shop: one goes well, one is not covered, one finds no lorry, and of one the
//! customer thinks better while it is loaded. Afterwards the books say the same as before, but for
//! the first.
//!
//! ```text
//! cargo run --example saga
//! ```

use std::future::pending;
use std::process::ExitCode;
use std::sync::{Mutex, MutexGuard, PoisonError};

use loomflow::prelude::*;
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

workflow! {
    /// Sells something, or leaves everything as it was.
    PlaceOrder(order: Order) -> String {
        let why: Failure;
        start   -> reserve(order)
                -> charge(order)      catch e => { why = (e) -> release(order) }
                -> ship(order)        catch e => { why = (e) -> refund(order, charge) }
                -> end(ship);
        refund  -> release(order);
        release -> fail(why);
    }
}

/// So many of something for somebody.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Order {
    customer: String,
    pieces: u32,
}

/// Why something cannot be done now.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Refused(&'static str);

/// Puts pieces aside.
#[step(retry = 2, backoff = 1ms..5ms)]
fn reserve(#[context] shop: &Shop, order: &Order) -> Result<(), Refused> {
    let mut books = shop.books();
    books.stock = books.stock.checked_sub(order.pieces).ok_or(Refused("sold out"))?;
    books.note(format!("{} reserved", order.pieces));
    Ok(())
}

/// Takes the money, once: nobody is charged again because an answer was lost.
#[step(at_most_once)]
fn charge(#[context] shop: &Shop, order: &Order) -> Result<u32, Refused> {
    let mut books = shop.books();
    let euros = order.pieces * 20;
    if euros > 100 {
        return Err(Refused("not covered"));
    }
    books.till += euros;
    books.note(format!("EUR {euros} charged"));
    Ok(euros)
}

/// Loads the lorry, where there is one: it holds three pieces.
#[step(retry = 2, backoff = 1ms..5ms)]
async fn ship(#[context] shop: &Shop, order: &Order) -> Result<String, Refused> {
    if order.pieces > 3 {
        shop.books().note("no lorry".to_owned());
        return Err(Refused("no lorry is large enough"));
    }
    if order.customer == "Wavering" {
        shop.books().note("being loaded".to_owned());
        shop.called.notify_one();
        // The lorry is never full: what ends this step is that the run is cancelled.
        pending::<()>().await;
    }
    shop.books().note("shipped".to_owned());
    Ok(format!("{} pieces for {}", order.pieces, order.customer))
}

/// Gives the money back. What undoes something is tried until it is done.
#[step(retry = 50)]
fn refund(#[context] shop: &Shop, order: &Order, euros: u32) {
    let mut books = shop.books();
    books.till -= euros;
    books.note(format!("EUR {euros} given back to {}", order.customer));
}

/// Puts the pieces back.
#[step(retry = 50)]
fn release(#[context] shop: &Shop, order: &Order) {
    let mut books = shop.books();
    books.stock += order.pieces;
    books.note(format!("{} put back", order.pieces));
}

/// What the shop has, and what was done since it was last told.
#[derive(Debug)]
struct Books {
    stock: u32,
    till: u32,
    notes: Vec<String>,
}

impl Books {
    fn note(&mut self, note: String) {
        self.notes.push(note);
    }
}

struct Shop {
    books: Mutex<Books>,
    /// Told when a customer calls to cancel.
    called: Notify,
}

impl Shop {
    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let shop = Shop { books: Mutex::new(Books { stock: 10, till: 0, notes: Vec::new() }), called: Notify::new() };
    for (customer, pieces) in [("Able", 2), ("Broke", 6), ("Bulky", 4), ("Wavering", 3)] {
        let order = Order { customer: customer.to_owned(), pieces };
        let outcome = PlaceOrder::run(&shop, order).cancelled_by(shop.called.notified()).await;
        let mut books = shop.books();
        println!("{customer}: {}", books.notes.join(", "));
        match outcome {
            Ok(parcel) => println!("  sold: {parcel}"),
            Err(failure) => println!("  {failure}"),
        }
        println!("  stock {}, till EUR {}", books.stock, books.till);
        books.notes.clear();
    }
    ExitCode::SUCCESS
}

#[cfg(test)]
#[path = "../tests/kept_examples/saga.rs"]
mod kept;
