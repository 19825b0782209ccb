//! Whose memory an agent uses, and the step in which it writes down what it was asked and answered.
//!
//! What it recalls before its first turn is recalled by [`think`](super::think), and recorded with that turn.

use super::{
    error::AgentError,
    said::{Said, question},
};
use crate::{memory::Memory, message::Message};
use loomflow_runtime::{
    __private::{At, Call, Driver, Fallible, Needs, once},
    Failure, Policy, Step,
};
use std::{fmt, marker::PhantomData};

/// The memory of the run, where it was given one.
#[derive(Debug)]
pub enum OfTheRun {}

/// A memory of the agent's own, which its context provides.
pub struct Own<T>(PhantomData<fn() -> T>);

/// None, whatever the run was given.
#[derive(Debug)]
pub enum Nowhere {}

impl<T> fmt::Debug for Own<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Own")
    }
}

/// What an agent can have for a memory of its own.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no memory",
    label = "an agent remembers in a `Memory`, and this is `{Self}`",
    note = "name `Memory`, or a type of yours that holds one and implements `AsRef<Memory>`"
)]
pub trait AMemory: Send + Sync + 'static {
    /// The memory.
    fn memory(&self) -> &Memory;
}

#[diagnostic::do_not_recommend]
impl<T: AsRef<Memory> + Send + Sync + 'static> AMemory for T {
    fn memory(&self) -> &Memory {
        self.as_ref()
    }
}

/// Says of a type that it is a memory.
pub fn is_memory<T: AMemory>() {}

/// Whose memory an agent asks, in a context. It is that of the run's user and session, so it is looked up in a step.
pub trait Memorized<C: ?Sized, A: ?Sized> {
    /// The memory, if there is one.
    fn memory(context: &C) -> Option<Memory>;
}

impl<C: ?Sized, A: ?Sized> Memorized<C, A> for OfTheRun {
    fn memory(_: &C) -> Option<Memory> {
        Memory::here()
    }
}

impl<C: Needs<T, A> + ?Sized, A: ?Sized, T: AMemory> Memorized<C, A> for Own<T> {
    fn memory(context: &C) -> Option<Memory> {
        Some(context.need().memory().fixed())
    }
}

impl<C: ?Sized, A: ?Sized> Memorized<C, A> for Nowhere {
    fn memory(_: &C) -> Option<Memory> {
        None
    }
}

/// The step in which the agent `A` writes down what it was asked and what it answered, in the memory `M`. Its key is that of
/// its visit, so what is performed again writes nothing twice.
pub struct Remember<A: ?Sized + 'static, M: 'static>(PhantomData<fn() -> M>, PhantomData<fn() -> A>);

impl<A: ?Sized + 'static, M: 'static> fmt::Debug for Remember<A, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Remember")
    }
}

impl<A: ?Sized + 'static, M: 'static> Remember<A, M> {
    #[doc(hidden)]
    #[must_use]
    pub fn __args(conversation: &[Said], answer: String) -> (&[Said], String) {
        (conversation, answer)
    }
}

impl<A: ?Sized + 'static, M: 'static> Step for Remember<A, M> {
    const NAME: &'static str = "remember_answer";
    const DOC: &'static str = "Writes down what was asked and answered, where there is a memory.";
    const POLICY: Policy = Policy::ONCE;
    type Args<'a> = (&'a [Said], String);
    type Output = ();
}

impl<A: Step + ?Sized, M: Memorized<C, A> + 'static, C: ?Sized + Sync> Call<C> for Remember<A, M> {
    fn perform<'a, D: Driver>(
        driver: &'a D,
        context: &'a C,
        at: &'a At<D::Scope>,
        (conversation, answer): Self::Args<'a>,
    ) -> impl Future<Output = Result<(), Failure>> + Send {
        let work = async move {
            let Some(memory) = M::memory(context) else { return Ok(()) };
            let said = [Message::user(question(conversation)), Message::assistant(answer)];
            let visit = driver.visit(at);
            Ok(memory.by(A::NAME).record(visit.key(), &said).await?)
        };
        once(at, Fallible::new(work, |error: AgentError| error.into()))
    }
}
