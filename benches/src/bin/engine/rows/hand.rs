//! Hand-written: async functions that are awaited one after the other.

use crate::work::{Engine, Wide, add, pause, take, touch};

macro_rules! steps {
    ($($plain:ident $wide:ident)*) => {$(
        async fn $plain(mut n: u64) -> u64 {
            add(&mut n);
            n
        }

        async fn $wide(mut v: Wide) -> Wide {
            touch(&mut v);
            v
        }
    )*};
}

steps! { s0 w0 s1 w1 s2 w2 s3 w3 s4 w4 s5 w5 s6 w6 s7 w7 s8 w8 s9 w9 }

pub(crate) async fn lower(mut n: u64) -> u64 {
    take(&mut n);
    n
}

pub(crate) async fn give_way(mut n: u64) -> u64 {
    pause().await;
    add(&mut n);
    n
}

pub(crate) async fn bump(n: u64) -> u64 {
    s0(n).await
}

pub(crate) async fn pass(v: Wide) -> Wide {
    w0(v).await
}

pub(crate) struct Hand;

impl Engine for Hand {
    fn new() -> Self {
        Self
    }

    async fn chain(&self, n: u64) -> u64 {
        let n = s0(n).await;
        let n = s1(n).await;
        let n = s2(n).await;
        let n = s3(n).await;
        let n = s4(n).await;
        let n = s5(n).await;
        let n = s6(n).await;
        let n = s7(n).await;
        let n = s8(n).await;
        s9(n).await
    }

    async fn wide(&self, v: Wide) -> Wide {
        let v = w0(v).await;
        let v = w1(v).await;
        let v = w2(v).await;
        let v = w3(v).await;
        let v = w4(v).await;
        let v = w5(v).await;
        let v = w6(v).await;
        let v = w7(v).await;
        let v = w8(v).await;
        w9(v).await
    }

    async fn countdown(&self, mut n: u64) -> u64 {
        loop {
            n = lower(n).await;
            if n == 0 {
                return n;
            }
        }
    }

    async fn pausing(&self, n: u64) -> u64 {
        let n = s0(n).await;
        let n = s1(n).await;
        let n = s2(n).await;
        let n = s3(n).await;
        let n = give_way(n).await;
        let n = s5(n).await;
        let n = s6(n).await;
        let n = s7(n).await;
        let n = s8(n).await;
        s9(n).await
    }
}
