//! What a test says of a run before it begins: the mocks, the faults and the answers, each a rule for a step.

use super::{
    handed::{Handed, Lent},
    words::listed,
};
use crate::{
    failure::{BoxError, Failure, FailureKind, Fault},
    parts::Parts,
    question::Question,
    step::Step,
    value::Value,
};
use loomflow_graph::similar::nearest;
use std::{
    any::{Any, TypeId},
    collections::BTreeSet,
    fmt,
    sync::Arc,
    time::Duration,
};

/// What stands in for a step: what it makes of the arguments.
pub(super) type Stand<S> =
    Box<dyn for<'a> Fn(&<S as Step>::Args<'a>) -> Result<<S as Step>::Output, BoxError> + Send + Sync>;

/// What is noted of the arguments of a step.
pub(super) type Note<S> = Box<dyn for<'a> Fn(&<S as Step>::Args<'a>) -> String + Send + Sync>;

/// What answers a question: when, and with what, as JSON; none when nobody does.
pub(super) type Reply = Arc<dyn Fn(&Question) -> Option<String> + Send + Sync>;

/// What a rule says.
#[derive(Clone)]
pub(super) enum What {
    /// This is done in place of the step: a [`Stand`] of it.
    Mock(Arc<dyn Any + Send + Sync>),
    /// These are its outputs, as JSON, one after the other.
    Gives(Arc<[String]>),
    /// One of these is its output, as JSON: each in a run of its own.
    Either(Arc<[String]>),
    /// An attempt fails, or does not: each in a run of its own.
    MayFail(Arc<dyn Fn() -> BoxError + Send + Sync>),
    /// One of these answers it, as JSON, or nobody: each in a run of its own.
    Replies(Arc<[Option<String>]>),
    /// So many attempts fail.
    Fails(usize, Arc<dyn Fn() -> BoxError + Send + Sync>),
    /// Every attempt panics.
    Panics(String),
    /// Every attempt takes so long before it does anything.
    Takes(Duration),
    /// It must not be called.
    Never,
    /// This is noted of its arguments: a [`Note`] of it.
    Note(Arc<dyn Any + Send + Sync>),
    /// A question of it is answered after a time.
    Reply(Duration, Reply),
    /// Nobody answers it.
    Nobody,
}

#[derive(Clone)]
pub(super) struct Rule {
    pub(super) step: TypeId,
    /// The only node it is for, if it is for one.
    pub(super) node: Option<String>,
    pub(super) what: What,
}

impl Rule {
    /// Whether it is for a step at a node.
    pub(super) fn is_for(&self, step: TypeId, node: &str) -> bool {
        self.step == step && self.node.as_deref().is_none_or(|only| only == node)
    }
}

/// All rules of a test.
#[derive(Clone, Default)]
pub(super) struct Plan {
    pub(super) rules: Vec<Rule>,
}

impl fmt::Debug for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plan").field("rules", &self.rules.len()).finish()
    }
}

impl Plan {
    /// Adds a rule for a step that stands in the workflow, or in one within.
    #[track_caller]
    pub(super) fn put<S: Step>(&mut self, workflow: &Parts, what: What) {
        known::<S>(workflow);
        self.rules.push(Rule { step: TypeId::of::<S>(), node: None, what });
    }

    /// Says of the last rule that it is for one node only.
    #[track_caller]
    pub(super) fn only_at(&mut self, workflow: &Parts, node: &str) {
        let Some(rule) = self.rules.last_mut() else {
            panic!(
                "`only_at(\"{node}\")` says of what was said just before at which node it holds, and nothing was said"
            );
        };
        let mut names = BTreeSet::new();
        let mut step = "";
        workflow.each(&mut |_, name, parts| {
            if parts.id == rule.step {
                names.insert(name.to_owned());
                step = parts.name;
            }
        });
        assert!(
            names.contains(node),
            "no node `{node}` of `{}` is the step `{step}`: it stands at {}",
            workflow.name,
            listed(&names)
        );
        rule.node = Some(node.to_owned());
    }

    pub(super) fn of(&self, step: TypeId, node: &str) -> impl Iterator<Item = (usize, &Rule)> {
        self.rules.iter().enumerate().filter(move |(_, rule)| rule.is_for(step, node))
    }
}

/// That a workflow has a step.
#[track_caller]
pub(super) fn known<S: Step>(workflow: &Parts) {
    let (mut is_there, mut names) = (false, BTreeSet::new());
    workflow.each(&mut |_, _, parts| {
        is_there |= parts.id == TypeId::of::<S>();
        names.insert(parts.name.to_owned());
    });
    if is_there {
        return;
    }
    let near = match nearest(S::NAME, &names) {
        Some(near) if near == S::NAME => "another step of that name stands there, from elsewhere".to_owned(),
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("its steps are {}", listed(&names)),
    };
    panic!("the workflow `{}` has no step `{}`: {near}", workflow.name, S::NAME);
}

/// A closure that gives an output, as what stands in for a step.
pub(super) fn stand<S: Step>(
    mock: impl for<'a, 'b> Fn(&'b Lent<'a, S>) -> Result<S::Output, BoxError> + Send + Sync + 'static,
) -> What
where
    for<'a> S::Args<'a>: Handed,
{
    let stand: Stand<S> = Box::new(move |args| mock(args.lent()));
    What::Mock(Arc::new(stand))
}

/// A closure that words the arguments of a step.
pub(super) fn note<S: Step>(note: impl for<'a, 'b> Fn(&'b Lent<'a, S>) -> String + Send + Sync + 'static) -> What
where
    for<'a> S::Args<'a>: Handed,
{
    let note: Note<S> = Box::new(move |args| note(args.lent()));
    What::Note(Arc::new(note))
}

/// Outputs, as JSON.
#[track_caller]
pub(super) fn written<T: Value>(what: &str, outputs: impl IntoIterator<Item = T>) -> Arc<[String]> {
    let json = outputs.into_iter().map(|output| match output.write() {
        Ok(json) => json,
        Err(error) => panic!("what `{what}` is to give cannot be written as JSON: {error}"),
    });
    json.collect()
}

/// An error that is made anew each time.
pub(super) fn faults<E: Fault + Clone + Send + Sync + 'static>(error: E) -> Arc<dyn Fn() -> BoxError + Send + Sync> {
    Arc::new(move || error.clone().into_boxed())
}

/// The failure of an attempt with such an error.
pub(super) fn failed(error: BoxError) -> Failure {
    Failure::of(FailureKind::Step, error)
}
