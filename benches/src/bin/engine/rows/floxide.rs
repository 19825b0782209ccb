//! floxide: its `node!` and `workflow!`, run in the process without a store. Its loop ends in a node of its own, so that
//! a loop of n turns takes n + 1 nodes.

use crate::work::{self, Engine, add, pause, take, touch};
use floxide::{Node, Transition, Workflow, WorkflowCtx, node, workflow};

node! {
    pub struct Add {};
    context = ();
    input = u64;
    output = u64;
    |_ctx, n| {
        let mut n = n;
        add(&mut n);
        Ok(Transition::Next(n))
    }
}

node! {
    pub struct Touch {};
    context = ();
    input = work::Wide;
    output = work::Wide;
    |_ctx, v| {
        let mut v = v;
        touch(&mut v);
        Ok(Transition::Next(v))
    }
}

node! {
    pub struct GiveWay {};
    context = ();
    input = u64;
    output = u64;
    |_ctx, n| {
        let mut n = n;
        pause().await;
        add(&mut n);
        Ok(Transition::Next(n))
    }
}

#[derive(Clone, Debug)]
pub enum Left {
    Some(u64),
    Nothing(u64),
}

node! {
    pub struct Lower {};
    context = ();
    input = u64;
    output = Left;
    |_ctx, n| {
        let mut n = n;
        take(&mut n);
        Ok(Transition::Next(if n > 0 { Left::Some(n) } else { Left::Nothing(n) }))
    }
}

node! {
    pub struct Done {};
    context = ();
    input = u64;
    output = u64;
    |_ctx, n| {
        let out = n;
        Ok(Transition::Next(out))
    }
}

workflow! {
    pub struct Chain {
        s0: Add, s1: Add, s2: Add, s3: Add, s4: Add, s5: Add, s6: Add, s7: Add, s8: Add, s9: Add,
    }
    start = s0;
    context = ();
    edges {
        s0 => { [s1] };
        s1 => { [s2] };
        s2 => { [s3] };
        s3 => { [s4] };
        s4 => { [s5] };
        s5 => { [s6] };
        s6 => { [s7] };
        s7 => { [s8] };
        s8 => { [s9] };
        s9 => {};
    }
}

workflow! {
    pub struct WideChain {
        w0: Touch, w1: Touch, w2: Touch, w3: Touch, w4: Touch, w5: Touch, w6: Touch, w7: Touch, w8: Touch, w9: Touch,
    }
    start = w0;
    context = ();
    edges {
        w0 => { [w1] };
        w1 => { [w2] };
        w2 => { [w3] };
        w3 => { [w4] };
        w4 => { [w5] };
        w5 => { [w6] };
        w6 => { [w7] };
        w7 => { [w8] };
        w8 => { [w9] };
        w9 => {};
    }
}

workflow! {
    pub struct Countdown {
        lower: Lower,
        done: Done,
    }
    start = lower;
    context = ();
    edges {
        lower => {
            Left::Some(_) => [lower];
            Left::Nothing(_) => [done];
        };
        done => {};
    }
}

workflow! {
    pub struct Pausing {
        p0: Add, p1: Add, p2: Add, p3: Add, p4: GiveWay, p5: Add, p6: Add, p7: Add, p8: Add, p9: Add,
    }
    start = p0;
    context = ();
    edges {
        p0 => { [p1] };
        p1 => { [p2] };
        p2 => { [p3] };
        p3 => { [p4] };
        p4 => { [p5] };
        p5 => { [p6] };
        p6 => { [p7] };
        p7 => { [p8] };
        p8 => { [p9] };
        p9 => {};
    }
}

pub(crate) struct Floxide {
    chain: Chain,
    wide: WideChain,
    countdown: Countdown,
    pausing: Pausing,
    context: WorkflowCtx<()>,
}

impl Engine for Floxide {
    fn new() -> Self {
        let (add, touch) = (Add {}, Touch {});
        Self {
            chain: Chain {
                s0: add.clone(),
                s1: add.clone(),
                s2: add.clone(),
                s3: add.clone(),
                s4: add.clone(),
                s5: add.clone(),
                s6: add.clone(),
                s7: add.clone(),
                s8: add.clone(),
                s9: add.clone(),
            },
            wide: WideChain {
                w0: touch.clone(),
                w1: touch.clone(),
                w2: touch.clone(),
                w3: touch.clone(),
                w4: touch.clone(),
                w5: touch.clone(),
                w6: touch.clone(),
                w7: touch.clone(),
                w8: touch.clone(),
                w9: touch,
            },
            countdown: Countdown { lower: Lower {}, done: Done {} },
            pausing: Pausing {
                p0: add.clone(),
                p1: add.clone(),
                p2: add.clone(),
                p3: add.clone(),
                p4: GiveWay {},
                p5: add.clone(),
                p6: add.clone(),
                p7: add.clone(),
                p8: add.clone(),
                p9: add,
            },
            context: WorkflowCtx::new(()),
        }
    }

    async fn chain(&self, n: u64) -> u64 {
        self.chain.run(&self.context, n).await.expect("a run that does not fail")
    }

    async fn wide(&self, v: work::Wide) -> work::Wide {
        self.wide.run(&self.context, v).await.expect("a run that does not fail")
    }

    async fn countdown(&self, n: u64) -> u64 {
        self.countdown.run(&self.context, n).await.expect("a run that does not fail")
    }

    async fn pausing(&self, n: u64) -> u64 {
        self.pausing.run(&self.context, n).await.expect("a run that does not fail")
    }
}
