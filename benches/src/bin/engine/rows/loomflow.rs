//! loomflow: the same steps, and the graph in `workflow!`.

#![expect(clippy::unused_async, reason = "the steps are async, as those of all rows are")]

use crate::work::{Engine, Wide, add, pause, take, touch};
use loomflow::prelude::*;

macro_rules! steps {
    ($($plain:ident $wide:ident)*) => {$(
        #[step]
        async fn $plain(mut n: u64) -> u64 {
            add(&mut n);
            n
        }

        #[step]
        async fn $wide(mut v: Wide) -> Wide {
            touch(&mut v);
            v
        }
    )*};
}

steps! { s0 w0 s1 w1 s2 w2 s3 w3 s4 w4 s5 w5 s6 w6 s7 w7 s8 w8 s9 w9 }

#[step]
async fn lower(mut n: u64) -> u64 {
    take(&mut n);
    n
}

#[step]
async fn give_way(mut n: u64) -> u64 {
    pause().await;
    add(&mut n);
    n
}

workflow! {
    Chain(n: u64) -> u64 {
        start -> n = s0(n) -> n = s1(n) -> n = s2(n) -> n = s3(n) -> n = s4(n)
              -> n = s5(n) -> n = s6(n) -> n = s7(n) -> n = s8(n) -> n = s9(n) -> end(n);
    }
}

workflow! {
    WideChain(v: Wide) -> Wide {
        start -> v = w0(v) -> v = w1(v) -> v = w2(v) -> v = w3(v) -> v = w4(v)
              -> v = w5(v) -> v = w6(v) -> v = w7(v) -> v = w8(v) -> v = w9(v) -> end(v);
    }
}

workflow! {
    Countdown(n: u64) -> u64 {
        start -> n = lower(n) -> if n > 0 { n = lower(n) max 1_000_000 else end(n) } -> end(n);
    }
}

workflow! {
    Pausing(n: u64) -> u64 {
        start -> n = s0(n) -> n = s1(n) -> n = s2(n) -> n = s3(n) -> n = give_way(n)
              -> n = s5(n) -> n = s6(n) -> n = s7(n) -> n = s8(n) -> n = s9(n) -> end(n);
    }
}

pub(crate) struct Loomflow;

impl Engine for Loomflow {
    fn new() -> Self {
        Self
    }

    async fn chain(&self, n: u64) -> u64 {
        Chain::run(&(), n).await.expect("a run that does not fail")
    }

    async fn wide(&self, v: Wide) -> Wide {
        WideChain::run(&(), v).await.expect("a run that does not fail")
    }

    async fn countdown(&self, n: u64) -> u64 {
        Countdown::run(&(), n).await.expect("a run that does not fail")
    }

    async fn pausing(&self, n: u64) -> u64 {
        Pausing::run(&(), n).await.expect("a run that does not fail")
    }
}
