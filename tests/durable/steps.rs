//! Steps that the workflows of these tests are made of.

use loomflow::prelude::*;
use tokio::task::yield_now;

/// What a step fails with.
#[derive(Debug, thiserror::Error)]
#[error("{0} is broken")]
pub(crate) struct Broken(pub(crate) u32);

#[step]
pub(crate) async fn double(n: u32) -> u32 {
    yield_now().await;
    2 * n
}

#[step]
pub(crate) async fn add(n: u32, m: u32) -> u32 {
    yield_now().await;
    n + m
}

#[step]
pub(crate) fn at_once(n: u32) -> u32 {
    n + 100
}

/// Takes as many turns of the executor as it is told.
#[step]
pub(crate) async fn slow(n: u32, turns: u32) -> u32 {
    for _ in 0..turns {
        yield_now().await;
    }
    n
}

/// Gives a text that is so long that it is kept by itself.
#[step]
pub(crate) async fn word(n: u32) -> String {
    yield_now().await;
    format!("{n} is a rather long word, so long that it is kept by itself and told of elsewhere")
}

/// Fails on multiples of three.
#[step]
pub(crate) async fn picky(n: u32) -> Result<u32, Broken> {
    yield_now().await;
    if n.is_multiple_of(3) { Err(Broken(n)) } else { Ok(n) }
}

/// Fails three times over, and then for good.
#[step(retry = 3, backoff = 1s..4s)]
pub(crate) async fn broken(n: u32) -> Result<u32, Broken> {
    yield_now().await;
    Err(Broken(n))
}

#[step]
pub(crate) fn panics(n: u32) -> u32 {
    assert!(n.is_multiple_of(2), "odd");
    n
}
