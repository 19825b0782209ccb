//! A saga: what was done is undone by drawn edges, and a cancel takes the same edges.

use crate::Trouble as StockError;
use crate::Trouble as PayError;
use crate::Trouble as ShipError;
use crate::common::way;
use crate::kept::case;
use crate::{drawn, ended, failed};
use loomflow::prelude::*;
use serde::{Deserialize, Serialize};
use std::future::pending;
use std::time::Duration;
use tokio::task::yield_now;
use tokio::time::sleep;

/// What is ordered: the steps that fail on it, and the one that never ends.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Order {
    fails: String,
    hangs: String,
}

impl Order {
    async fn reaches(&self, step: &str, error: &'static str) -> Result<(), crate::Trouble> {
        yield_now().await;
        if self.hangs == step {
            pending::<()>().await;
        }
        if self.fails.split(' ').any(|fails| fails == step) { Err(crate::Trouble(error)) } else { Ok(()) }
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Hold {
    order: Order,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Payment {
    order: Order,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Parcel;

#[step(retry = 3)]
async fn reserve(order: &Order) -> Result<Hold, StockError> {
    order.reaches("reserve", "sold out").await?;
    Ok(Hold { order: order.clone() })
}

#[step(at_most_once)]
async fn charge(order: &Order, hold: &Hold) -> Result<Payment, PayError> {
    order.reaches("charge", "no cover").await?;
    Ok(Payment { order: hold.order.clone() })
}

#[step(retry = 3)]
async fn ship(order: &Order, hold: &Hold) -> Result<Parcel, ShipError> {
    order.reaches("ship", "no lorry").await?;
    hold.order.reaches("pack", "no box").await?;
    Ok(Parcel)
}

#[step(retry = 50)]
async fn refund(payment: &Payment) -> Result<(), PayError> {
    payment.order.reaches("refund", "bank closed").await
}

#[step(retry = 50)]
async fn release(hold: &Hold) -> Result<(), StockError> {
    hold.order.reaches("release", "stock closed").await
}

workflow! { pub PlaceOrder(order: Order) -> Parcel {
    let why: Failure;
    start   -> reserve(order)
            -> charge(order, reserve) catch e => { why = (e.into()) -> release(reserve) }
            -> ship(order, reserve)   catch e => { why = (e.into()) -> refund(charge) }
            -> end(ship);
    refund  -> release(reserve);
    release -> fail(why);
} }

fn fails(step: &str) -> Order {
    Order { fails: step.to_owned(), ..Order::default() }
}

fn hangs(step: &str) -> Order {
    Order { hangs: step.to_owned(), ..Order::default() }
}

#[tokio::test(start_paused = true)]
async fn an_order_that_nothing_befalls_is_shipped() {
    assert_eq!(ended(PlaceOrder::trace(&(), Order::default())).await, way("reserve charge ship", Parcel));
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_reserved_has_nothing_to_be_undone() {
    let (path, failure) = failed(PlaceOrder::trace(&(), fails("reserve"))).await;
    assert_eq!((path.as_str(), failure.node(), failure.attempt()), ("reserve", "reserve", 4));
    assert_eq!(failure.downcast_ref(), Some(&StockError("sold out")));
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_charged_is_released() {
    let (path, failure) = failed(PlaceOrder::trace(&(), fails("charge"))).await;
    assert_eq!((path.as_str(), failure.node(), failure.attempt()), ("reserve charge release", "charge", 1));
    assert_eq!((failure.kind(), failure.downcast_ref()), (FailureKind::Step, Some(&PayError("no cover"))));
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_shipped_is_refunded_and_released() {
    for (step, why) in [("ship", "no lorry"), ("pack", "no box")] {
        let (path, failure) = failed(PlaceOrder::trace(&(), fails(step))).await;
        assert_eq!((path.as_str(), failure.node()), ("reserve charge ship refund release", "ship"));
        assert_eq!((failure.attempt(), failure.downcast_ref()), (4, Some(&ShipError(why))));
    }
}

#[tokio::test(start_paused = true)]
async fn an_order_cancelled_while_it_is_charged_is_released() {
    let run = PlaceOrder::trace(&(), hangs("charge")).cancelled_by(sleep(Duration::from_secs(60)));
    let (path, failure) = failed(run).await;
    assert_eq!((path.as_str(), failure.node()), ("reserve charge release", "charge"));
    assert_eq!(failure.kind(), FailureKind::Cancelled);
}

#[tokio::test(start_paused = true)]
async fn an_order_cancelled_while_it_is_shipped_is_refunded_and_released() {
    let run = PlaceOrder::trace(&(), hangs("ship")).cancelled_by(sleep(Duration::from_secs(60)));
    let (path, failure) = failed(run).await;
    assert_eq!((path.as_str(), failure.node()), ("reserve charge ship refund release", "ship"));
    assert_eq!(failure.kind(), FailureKind::Cancelled);
}

#[tokio::test(start_paused = true)]
async fn an_order_cancelled_before_anything_is_reserved_has_nothing_to_be_undone() {
    let run = PlaceOrder::trace(&(), hangs("reserve")).cancelled_by(sleep(Duration::from_secs(60)));
    let (path, failure) = failed(run).await;
    assert_eq!((path.as_str(), failure.kind()), ("reserve", FailureKind::Cancelled));
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_undone_fails_where_it_stands_after_all_attempts() {
    let (path, failure) = failed(PlaceOrder::trace(&(), fails("charge release"))).await;
    assert_eq!((path.as_str(), failure.node(), failure.attempt()), ("reserve charge release", "release", 51));
    let (path, failure) = failed(PlaceOrder::trace(&(), fails("ship refund"))).await;
    assert_eq!((path.as_str(), failure.node(), failure.attempt()), ("reserve charge ship refund", "refund", 51));
}

#[test]
fn it_takes_at_most_five_steps() {
    assert_eq!(PlaceOrder::GRAPH.max_steps().to_string(), "5");
}

#[test]
fn it_is_drawn() {
    drawn(
        &PlaceOrder::GRAPH,
        r#"
        flowchart TD
            n0(["start"])
            n1["reserve"]
            n2["charge"]
            n3["release"]
            n4["ship"]
            n5["refund"]
            n6(["end"])
            n7{{"fail"}}
            n0 --> n1
            n1 --> n2
            n2 --> n4
            n2 -->|"catch"| n3
            n3 --> n7
            n4 --> n6
            n4 -->|"catch"| n5
            n5 --> n3
        "#,
    );
}

#[test]
fn it_is_carried_on_from_every_write() {
    // Where it is not known whether the money was taken, a person says so.
    let order = |order: Order| case::<PlaceOrder, _>(order).answered(|_| Some("\"did_not\"".to_owned()));
    assert!(order(Order::default()).at_every_two_writes().is_ok());
    for step in ["reserve", "charge", "ship", "pack"] {
        assert!(order(fails(step)).at_every_write().is_err());
    }
}

#[cfg(feature = "test")]
#[test]
fn what_is_not_shipped_is_undone_along_every_edge() {
    use loomflow::test::covered;
    covered::<PlaceOrder>(|| {
        PlaceOrder::test().run(Order::default());
        for step in ["charge", "ship"] {
            PlaceOrder::test().run(fails(step));
        }
    })
    .at_least(100);
}
