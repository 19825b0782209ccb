//! One run under test: how far its rules are used up, and what was seen of its steps.

use super::{
    plan::{Note, Plan, Reply, Stand, What, failed},
    ways::{Choices, Chosen},
};
use crate::{
    failure::{BoxError, Failure},
    locked::locked,
    question::Question,
    step::Step,
    value::Value,
};
use std::{
    any::TypeId,
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

/// One run under test. Of a run that is cut off and carried on, all of its programs share one.
#[derive(Debug)]
pub(crate) struct Session {
    plan: Arc<Plan>,
    state: Mutex<State>,
    choices: Mutex<Choices>,
}

/// What is around the steps of a kept run under test.
pub(crate) struct UnderTest(pub(crate) Arc<Session>);

#[derive(Debug, Default)]
struct State {
    /// What number an attempt, or a question, has among those that a rule is for. The same one has the same number again.
    numbers: HashMap<(usize, String, u32), usize>,
    next: HashMap<usize, usize>,
    calls: HashMap<TypeId, usize>,
    notes: Vec<(TypeId, String)>,
    wrong: Vec<String>,
    /// The visits that were performed, in order, in the program that runs now.
    performed: Vec<(String, &'static str)>,
    /// What was done to its end, as JSON, by visits: what the world outside knows of it.
    done: HashMap<String, String>,
}

/// What becomes of an attempt in place of what the step, or its mock, would do.
pub(super) enum Bad {
    Fails(Failure),
    Panics(String),
}

/// What answers a question.
pub(super) enum Answering {
    /// It is answered with this JSON after a time.
    After(Duration, String),
    /// Nobody answers.
    Nobody,
    /// Nothing was said.
    Unsaid,
}

impl Session {
    pub(super) fn new(plan: Arc<Plan>) -> Self {
        Session { plan, state: Mutex::default(), choices: Mutex::default() }
    }

    /// A run that chooses so where it can choose.
    pub(super) fn choosing(plan: Arc<Plan>, choices: Choices) -> Self {
        Session { choices: Mutex::new(choices), ..Session::new(plan) }
    }

    /// What it chose.
    pub(super) fn chosen(&self) -> Chosen {
        locked(&self.choices).chosen.clone()
    }

    /// What stands in for a step at a node, if anything does.
    pub(super) fn stand<S: Step>(&self, node: &str) -> Option<Mock<S>> {
        let id = TypeId::of::<S>();
        let mut found: Option<(usize, bool)> = None;
        for (index, rule) in self.plan.of(id, node) {
            let is_mock = matches!(rule.what, What::Mock(_) | What::Gives(_) | What::Either(_));
            // What is said of the node goes before what is said of the step, and then what is said last.
            let goes_before = found.is_none_or(|(_, node)| rule.node.is_some() || !node);
            if is_mock && goes_before {
                found = Some((index, rule.node.is_some()));
            }
        }
        match &self.plan.rules[found?.0].what {
            What::Mock(stand) => Arc::clone(stand).downcast().ok().map(Mock::Stand),
            What::Gives(outputs) => Some(Mock::Gives(found?.0, Arc::clone(outputs))),
            What::Either(outputs) => Some(Mock::Either(Arc::clone(outputs))),
            _ => None,
        }
    }

    /// Notes what is to be noted of the arguments of a step.
    pub(super) fn begins<S: Step>(&self, node: &str, args: &S::Args<'_>) {
        let id = TypeId::of::<S>();
        let notes: Vec<_> = self
            .plan
            .of(id, node)
            .filter_map(|(_, rule)| match &rule.what {
                What::Note(note) => note.downcast_ref::<Note<S>>().map(|note| (id, note(args))),
                _ => None,
            })
            .collect();
        locked(&self.state).notes.extend(notes);
    }

    /// Notes that a visit is at work.
    pub(super) fn works<S: Step>(&self, visit: &str) {
        let mut state = locked(&self.state);
        *state.calls.entry(TypeId::of::<S>()).or_default() += 1;
        state.performed.push((visit.to_owned(), S::NAME));
    }

    /// Notes what a visit came to.
    pub(super) fn ends<S: Step>(&self, visit: &str, outcome: &Result<S::Output, Failure>) {
        if let (true, Ok(output)) = (S::POLICY.at_most_once, outcome)
            && let Ok(json) = output.write()
        {
            locked(&self.state).done.insert(visit.to_owned(), json);
        }
    }

    /// How long an attempt takes before it does anything.
    pub(super) fn takes<S: Step>(&self, node: &str) -> Option<Duration> {
        let rules = self.plan.of(TypeId::of::<S>(), node);
        rules.filter_map(|(_, rule)| if let What::Takes(time) = rule.what { Some(time) } else { None }).last()
    }

    /// What goes wrong at an attempt, if anything does.
    pub(super) fn goes_wrong<S: Step>(&self, node: &str, visit: &str, attempt: u32) -> Option<Bad> {
        for (index, rule) in self.plan.of(TypeId::of::<S>(), node) {
            match &rule.what {
                What::Never => {
                    let wrong = format!("`{node}` was called, and it was never to be");
                    locked(&self.state).wrong.push(wrong.clone());
                    return Some(Bad::Panics(wrong));
                }
                What::MayFail(fault) if locked(&self.choices).choose(2) == 1 => {
                    return Some(Bad::Fails(failed(fault())));
                }
                What::Panics(text) => return Some(Bad::Panics(text.clone())),
                What::Fails(times, fault) if self.number(index, visit, attempt) < *times => {
                    return Some(Bad::Fails(failed(fault())));
                }
                _ => {}
            }
        }
        None
    }

    /// What number an attempt has among those of a rule.
    fn number(&self, rule: usize, visit: &str, attempt: u32) -> usize {
        let state = &mut *locked(&self.state);
        let key = (rule, visit.to_owned(), attempt);
        *state.numbers.entry(key).or_insert_with(|| {
            let next = state.next.entry(rule).or_default();
            let number = *next;
            *next += 1;
            number
        })
    }

    /// What a mock gives that was told its outputs one after the other.
    pub(super) fn gives<S: Step>(
        &self,
        rule: usize,
        outputs: &[String],
        node: &str,
        visit: &str,
        attempt: u32,
    ) -> Result<S::Output, BoxError> {
        let number = self.number(rule, visit, attempt);
        let Some(json) = outputs.get(number) else {
            let wrong = format!(
                "`{node}` was called {} times, and there are {} outputs for it: give it more of them, or a mock that is a closure",
                number + 1,
                outputs.len()
            );
            locked(&self.state).wrong.push(wrong.clone());
            return Err(wrong.into());
        };
        S::Output::read(json).map_err(Into::into)
    }

    /// One of several outputs.
    pub(super) fn chooses<S: Step>(&self, outputs: &[String]) -> Result<S::Output, BoxError> {
        let chosen = locked(&self.choices).choose(outputs.len());
        S::Output::read(&outputs[chosen]).map_err(Into::into)
    }

    /// What answers a question of an ask at a node.
    pub(super) fn answer(&self, ask: TypeId, node: &str, visit: &str, question: &Question) -> Answering {
        let is_said = |what: &What| matches!(what, What::Reply(..) | What::Nobody | What::Replies(_));
        let rules: Vec<_> = self.plan.of(ask, node).filter(|(_, rule)| is_said(&rule.what)).collect();
        let at_node = rules.iter().any(|(_, rule)| rule.node.is_some());
        let rules: Vec<_> = rules.into_iter().filter(|(_, rule)| rule.node.is_some() == at_node).collect();
        let Some(&(first, _)) = rules.first() else { return Answering::Unsaid };
        let number = self.number(first, visit, 0).min(rules.len() - 1);
        match &rules[number].1.what {
            What::Reply(after, reply) => replied(*after, reply, question),
            What::Replies(replies) => match &replies[locked(&self.choices).choose(replies.len())] {
                Some(json) => Answering::After(Duration::ZERO, json.clone()),
                None => Answering::Nobody,
            },
            _ => Answering::Nobody,
        }
    }

    /// How often a step was performed.
    pub(super) fn calls(&self, step: TypeId) -> usize {
        locked(&self.state).calls.get(&step).copied().unwrap_or(0)
    }

    /// What was noted of the arguments of a step.
    pub(super) fn notes(&self, step: TypeId) -> Vec<String> {
        let state = locked(&self.state);
        state.notes.iter().filter(|(of, _)| *of == step).map(|(_, note)| note.clone()).collect()
    }

    /// What must not have happened.
    pub(super) fn wrong(&self) -> Vec<String> {
        locked(&self.state).wrong.clone()
    }

    /// What was performed since this was asked last, each with the name of its step.
    pub(super) fn take_performed(&self) -> Vec<(String, &'static str)> {
        std::mem::take(&mut locked(&self.state).performed)
    }

    /// What a visit came to that must not happen twice, as JSON, if it was done to its end.
    pub(super) fn done(&self, visit: &str) -> Option<String> {
        locked(&self.state).done.get(visit).cloned()
    }
}

fn replied(after: Duration, reply: &Reply, question: &Question) -> Answering {
    reply(question).map_or(Answering::Nobody, |json| Answering::After(after, json))
}

/// What stands in for a step.
pub(super) enum Mock<S: Step> {
    Stand(Arc<Stand<S>>),
    Gives(usize, Arc<[String]>),
    Either(Arc<[String]>),
}
