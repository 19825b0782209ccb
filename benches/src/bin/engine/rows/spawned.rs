//! A spawned task per step, awaited before the next.

use super::hand::{bump, give_way, lower, pass};
use crate::work::{Engine, LINKS, Wide};

pub(crate) struct Spawned;

async fn spawned<T: Send + 'static>(step: impl Future<Output = T> + Send + 'static) -> T {
    tokio::spawn(step).await.expect("a step that does not panic")
}

impl Engine for Spawned {
    fn new() -> Self {
        Self
    }

    async fn chain(&self, mut n: u64) -> u64 {
        for _ in 0..LINKS {
            n = spawned(bump(n)).await;
        }
        n
    }

    async fn wide(&self, mut v: Wide) -> Wide {
        for _ in 0..LINKS {
            v = spawned(pass(v)).await;
        }
        v
    }

    async fn countdown(&self, mut n: u64) -> u64 {
        loop {
            n = spawned(lower(n)).await;
            if n == 0 {
                return n;
            }
        }
    }

    async fn pausing(&self, mut n: u64) -> u64 {
        for i in 0..LINKS {
            n = if i == 4 { spawned(give_way(n)).await } else { spawned(bump(n)).await };
        }
        n
    }
}
