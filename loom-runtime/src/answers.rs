//! Who answers the asks of a run in memory.

use crate::{ask::Ask, question::Question, step::Step};
use std::{
    any::{Any, TypeId},
    collections::BTreeMap,
};

/// What answers an ask: `None` when it has no answer.
pub(crate) type Answer<T> = Box<dyn Fn(&Question) -> Option<T> + Send + Sync>;

/// For each ask what answers it: an [`Answer`] of its output.
#[derive(Default)]
pub(crate) struct Answers(BTreeMap<TypeId, Box<dyn Any + Send + Sync>>);

impl Answers {
    pub(crate) fn put<A: Ask>(&mut self, answer: Answer<A::Output>) {
        self.0.insert(TypeId::of::<A>(), Box::new(answer));
    }

    /// What answers `S`, if anything does.
    pub(crate) fn of<S: Step>(&self) -> Option<&Answer<S::Output>> {
        self.0.get(&TypeId::of::<S>())?.downcast_ref()
    }
}
