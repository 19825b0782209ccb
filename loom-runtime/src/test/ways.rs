//! Every way a workflow can go, run one after the other: each time a step or an ask could give one of several things, one run is
//! made for each.

use super::{build::Test, tested::Tested};
use crate::{
    durable::Inputs,
    machine::{Machine, Workflow},
};
use std::fmt;

/// What was chosen in a run where there was a choice, and among how many.
pub(super) type Chosen = Vec<(usize, usize)>;

/// The choices that a run is to make, and those it made. What is beyond the script is the first.
#[derive(Debug, Clone, Default)]
pub(super) struct Choices {
    script: Vec<usize>,
    pub(super) chosen: Chosen,
}

impl Choices {
    pub(super) fn of(script: Vec<usize>) -> Self {
        Choices { script, chosen: Vec::new() }
    }

    /// Chooses one of so many.
    pub(super) fn choose(&mut self, of: usize) -> usize {
        let number = self.script.get(self.chosen.len()).copied().unwrap_or(0).min(of - 1);
        self.chosen.push((number, of));
        number
    }
}

/// The script of the run that comes behind one that chose so: the last choice that had another is made otherwise.
fn next(mut chosen: Chosen) -> Option<Vec<usize>> {
    while let Some((number, of)) = chosen.pop() {
        if number + 1 < of {
            let before = chosen.into_iter().map(|(number, _)| number);
            return Some(before.chain([number + 1]).collect());
        }
    }
    None
}

/// The runs of all ways, made one at a time as they are asked for: see [`Test::ways`].
pub struct Ways<'t, W, C, I> {
    test: &'t Test<W, C>,
    input: I,
    script: Option<Vec<usize>>,
}

impl<W, C, I> fmt::Debug for Ways<'_, W, C, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ways").field("script", &self.script).finish_non_exhaustive()
    }
}

impl<W: Machine<C>, C: Send + Sync, I: Inputs<W::Input> + Clone> Iterator for Ways<'_, W, C, I> {
    type Item = Tested<W>;

    #[track_caller]
    fn next(&mut self) -> Option<Tested<W>> {
        let script = self.script.take()?;
        let run = self.test.run_by(Choices::of(script), self.input.clone());
        self.script = next(run.session.chosen());
        Some(run)
    }
}

impl<W: Workflow, C> Test<W, C> {
    /// Runs the workflow once for every way it can go: for each combination of what its steps give that have
    /// [several outputs](Test::either), and its asks that have [several answers](Test::answers_either).
    ///
    /// A loop multiplies them by its rounds. They are run as they are asked for, so `.take(1_000)` bounds them, and
    /// [`paths`](super::paths) counts what the graph has beforehand.
    pub fn ways<I: Inputs<W::Input> + Clone>(&self, input: I) -> Ways<'_, W, C, I>
    where
        W: Machine<C>,
        C: Send + Sync,
    {
        Ways { test: self, input, script: Some(Vec::new()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_combination_is_chosen_once() {
        let (mut seen, mut script) = (Vec::new(), Some(Vec::new()));
        while let Some(now) = script {
            let mut choices = Choices::of(now);
            // The first choice decides whether there is a second.
            let first = choices.choose(3);
            seen.push((first, (first == 1).then(|| choices.choose(2))));
            script = next(choices.chosen);
        }
        assert_eq!(seen, [(0, None), (1, Some(0)), (1, Some(1)), (2, None)]);
    }
}
