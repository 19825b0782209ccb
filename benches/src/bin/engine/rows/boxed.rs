//! Boxed futures: each step behind a `dyn Fn`, each call of it a boxed future. The floor of engines that look steps up.

use super::hand::{bump, give_way, lower, pass};
use crate::work::{Engine, LINKS, Wide};
use std::pin::Pin;

type Step<T> = Box<dyn Fn(T) -> Pin<Box<dyn Future<Output = T> + Send>> + Send + Sync>;

pub(crate) struct Boxed {
    chain: Vec<Step<u64>>,
    wide: Vec<Step<Wide>>,
    pausing: Vec<Step<u64>>,
    lower: Step<u64>,
}

fn step<T, F>(f: fn(T) -> F) -> Step<T>
where
    T: 'static,
    F: Future<Output = T> + Send + 'static,
{
    Box::new(move |value| Box::pin(f(value)))
}

async fn follow<T>(steps: &[Step<T>], mut value: T) -> T {
    for step in steps {
        value = step(value).await;
    }
    value
}

impl Engine for Boxed {
    fn new() -> Self {
        Self {
            chain: (0..LINKS).map(|_| step(bump)).collect(),
            wide: (0..LINKS).map(|_| step(pass)).collect(),
            pausing: (0..LINKS).map(|i| if i == 4 { step(give_way) } else { step(bump) }).collect(),
            lower: step(lower),
        }
    }

    async fn chain(&self, n: u64) -> u64 {
        follow(&self.chain, n).await
    }

    async fn wide(&self, v: Wide) -> Wide {
        follow(&self.wide, v).await
    }

    async fn countdown(&self, mut n: u64) -> u64 {
        loop {
            n = (self.lower)(n).await;
            if n == 0 {
                return n;
            }
        }
    }

    async fn pausing(&self, n: u64) -> u64 {
        follow(&self.pausing, n).await
    }
}
