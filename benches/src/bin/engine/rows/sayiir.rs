//! sayiir: the builder whose types are checked, run in the process without a store, with the quicker of its two codecs:
//! JSON for a number, rkyv for 256 bytes.

use crate::work::{Engine, Wide, add, pause, take, touch};
use sayiir_core::{
    LoopResult,
    codec::{Codec, sealed},
};
use sayiir_runtime::{execute_continuation_async, prelude::*};
use std::sync::Arc;

pub(crate) struct Sayiir {
    chain: Workflow<JsonCodec, u64, ()>,
    wide: Workflow<RkyvCodec, Wide, ()>,
    countdown: Workflow<JsonCodec, u64, ()>,
    pausing: Workflow<JsonCodec, u64, ()>,
}

async fn bump(mut n: u64) -> Result<u64, BoxError> {
    add(&mut n);
    Ok(n)
}

async fn pass(mut v: Wide) -> Result<Wide, BoxError> {
    touch(&mut v);
    Ok(v)
}

async fn lower(mut n: u64) -> Result<LoopResult<u64>, BoxError> {
    take(&mut n);
    Ok(if n > 0 { LoopResult::Again(n) } else { LoopResult::Done(n) })
}

async fn give_way(n: u64) -> Result<u64, BoxError> {
    pause().await;
    bump(n).await
}

fn context<C: Codec>(name: &str, codec: C) -> WorkflowContext<C, ()> {
    WorkflowContext::new(name, Arc::new(codec), Arc::new(()))
}

/// `InProcessRunner::run`, which says only that the run has ended, and the output besides.
async fn run<C, T>(flow: &Workflow<C, T, ()>, input: T) -> T
where
    C: Codec + EnvelopeCodec + Clone + sealed::EncodeValue<T> + sealed::DecodeValue<T>,
{
    let codec = &flow.context().codec;
    let input = codec.encode(&input).expect("an input to encode");
    let output = execute_continuation_async(flow.continuation(), input, codec).await;
    codec.decode(output.expect("a run that does not fail")).expect("an output to decode")
}

impl Engine for Sayiir {
    fn new() -> Self {
        Self {
            chain: WorkflowBuilder::new(context("chain", JsonCodec))
                .then("s0", bump)
                .then("s1", bump)
                .then("s2", bump)
                .then("s3", bump)
                .then("s4", bump)
                .then("s5", bump)
                .then("s6", bump)
                .then("s7", bump)
                .then("s8", bump)
                .then("s9", bump)
                .build()
                .expect("a sound workflow"),
            wide: WorkflowBuilder::new(context("wide", RkyvCodec))
                .then("w0", pass)
                .then("w1", pass)
                .then("w2", pass)
                .then("w3", pass)
                .then("w4", pass)
                .then("w5", pass)
                .then("w6", pass)
                .then("w7", pass)
                .then("w8", pass)
                .then("w9", pass)
                .build()
                .expect("a sound workflow"),
            countdown: WorkflowBuilder::new(context("countdown", JsonCodec))
                .loop_task("lower", lower, 1_000_000)
                .build()
                .expect("a sound workflow"),
            pausing: WorkflowBuilder::new(context("pausing", JsonCodec))
                .then("s0", bump)
                .then("s1", bump)
                .then("s2", bump)
                .then("s3", bump)
                .then("s4", give_way)
                .then("s5", bump)
                .then("s6", bump)
                .then("s7", bump)
                .then("s8", bump)
                .then("s9", bump)
                .build()
                .expect("a sound workflow"),
        }
    }

    async fn chain(&self, n: u64) -> u64 {
        run(&self.chain, n).await
    }

    async fn wide(&self, v: Wide) -> Wide {
        run(&self.wide, v).await
    }

    async fn countdown(&self, n: u64) -> u64 {
        run(&self.countdown, n).await
    }

    async fn pausing(&self, n: u64) -> u64 {
        run(&self.pausing, n).await
    }
}
