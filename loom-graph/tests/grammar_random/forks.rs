//! Forks of a run: which branches there are, in what order they do what they do, and what comes of it.

use crate::{
    answers::{Answer, Trail},
    run::{Branch, FailureKind, Run, Stop, Tick},
};
use loomflow_graph::grammar::program::{ForkId, ForkKind, Guard, Kind, RegionId, ValueId};
use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

/// A fork at work.
pub(crate) struct Running {
    fork: ForkId,
    /// The branches that have begun or are about to.
    branches: Vec<Child>,
    /// How many items are left.
    left: u64,
    at_once: usize,
    /// What is lent to the branches.
    lent: Rc<BTreeMap<ValueId, usize>>,
    /// A failure that lets the others go on.
    held: Option<FailureKind>,
    /// What the branches hand on that have joined.
    exports: BTreeMap<ValueId, usize>,
    trails: Vec<Trail>,
}

enum Child {
    Waiting(RegionId),
    Alive(Box<Branch>),
    Joined,
    Failed,
}

impl Running {
    /// What has happened in the branches so far.
    pub(crate) fn trails(self) -> Vec<Trail> {
        let mut trails = self.trails;
        trails.extend(self.branches.into_iter().filter_map(|branch| match branch {
            Child::Alive(branch) => Some(branch.trail_of_all()),
            Child::Waiting(_) | Child::Joined | Child::Failed => None,
        }));
        trails
    }

    fn alive(&self) -> Vec<usize> {
        let alive = |index: &usize| matches!(self.branches[*index], Child::Waiting(_) | Child::Alive(_));
        (0..self.branches.len()).filter(alive).collect()
    }
}

impl Run<'_, '_, '_> {
    /// A fork that begins.
    pub(crate) fn fork(&mut self, outer: &Branch, id: ForkId) -> Running {
        let fork = &self.known.program.forks[id];
        let (taken, owned) = (self.taken(id), &self.known.layouts[outer.region].owned);
        let mut lent: BTreeMap<ValueId, usize> = (*outer.lent).clone();
        lent.retain(|value, _| !owned.contains(value));
        lent.extend(outer.held.iter().filter(|(value, _)| !taken.contains(value)));
        let (mut branches, mut left, mut at_once) = (Vec::new(), 0, usize::MAX);
        match &fork.kind {
            ForkKind::All | ForkKind::First => {
                branches.extend(fork.regions.iter().map(|&region| Child::Waiting(region)));
            }
            ForkKind::Each { items, at_once: number, .. } => {
                left = self.count(items);
                at_once = self.at_once(*number);
            }
        }
        Running {
            fork: id,
            branches,
            left,
            at_once,
            lent: Rc::new(lent),
            held: None,
            exports: BTreeMap::new(),
            trails: Vec::new(),
        }
    }

    /// The values that a fork gives to one of its branches for good.
    fn taken(&self, id: ForkId) -> BTreeSet<ValueId> {
        let regions = self.known.program.forks[id].regions.iter();
        let imports = regions.flat_map(|&region| &self.known.layouts[region].imports);
        imports.filter(|import| import.moved).map(|import| import.value).collect()
    }

    /// Lets one of the branches do something; gives the fork back while it is at work.
    pub(crate) fn run_branches(
        &mut self,
        outer: &mut Branch,
        mut running: Running,
    ) -> Result<(Tick, Option<Running>), Stop> {
        let program = self.known.program;
        let fork = &program.forks[running.fork];
        let late = program.points[outer.at].guards.iter().find_map(|guard| match guard {
            Guard::Within { way, .. } => Some(*way),
            Guard::Catch { .. } => None,
        });
        if let Some(way) = late.filter(|_| self.random.once_in(24)) {
            self.leave(outer, running);
            return Ok((self.go(outer, way)?, None));
        }
        let mut alive = running.alive();
        if running.left > 0 && alive.len() < running.at_once && (alive.is_empty() || self.random.once_in(2)) {
            running.left -= 1;
            running.branches.push(Child::Waiting(fork.regions[0]));
            alive = running.alive();
        }
        if alive.is_empty() {
            return Ok((self.joined(outer, running)?, None));
        }
        let which = alive[self.random.below(alive.len())];
        let first = matches!(fork.kind, ForkKind::First);
        let mut branch = match std::mem::replace(&mut running.branches[which], Child::Failed) {
            Child::Waiting(region) => Box::new(self.take_over(outer, region, &running)?),
            Child::Alive(branch) => branch,
            Child::Joined | Child::Failed => return Err("a branch goes on that has ended".to_owned().into()),
        };
        match self.tick(&mut branch)? {
            Tick::On => running.branches[which] = Child::Alive(branch),
            Tick::Over => return Ok((Tick::Over, None)),
            Tick::Joined => {
                running.branches[which] = Child::Joined;
                for value in &self.known.layouts[branch.region].exports {
                    let version = branch.held.get(value).copied();
                    let name = &program.values[*value].name;
                    let version = version.ok_or_else(|| format!("`{name}` is handed on and not held"))?;
                    running.exports.insert(*value, version);
                }
                running.trails.push(branch.trail);
                self.gone.extend(branch.line.last());
                if first {
                    let exports = self.leave(outer, running);
                    outer.held.extend(exports);
                    return Ok((self.go(outer, which)?, None));
                }
            }
            Tick::Failed(kind) => {
                running.trails.push(branch.trail);
                self.gone.extend(branch.line.last());
                let goes_on = if first { !self.is_lost(&running) } else { self.random.once_in(8) };
                if !goes_on {
                    return Ok((self.fork_failed(outer, running, kind)?, None));
                }
                running.held = Some(kind);
            }
        }
        Ok((Tick::On, Some(running)))
    }

    /// Whether every branch of a race that does more than wait has failed.
    fn is_lost(&self, running: &Running) -> bool {
        let program = self.known.program;
        let regions = &program.forks[running.fork].regions;
        let works = |region: RegionId| {
            let mut inside = program.points.iter().filter(|point| program.is_within(point.region, region));
            let calls = inside.clone().any(|point| matches!(point.kind, Kind::Call(..)));
            calls || !inside.any(|point| matches!(point.kind, Kind::Sleep(_)))
        };
        let alive = running.alive();
        let worked = regions.iter().any(|&region| works(region));
        alive.is_empty() || (worked && !alive.iter().any(|&index| works(regions[index])))
    }

    /// A branch that begins, with what it takes over.
    fn take_over(&mut self, outer: &mut Branch, region: RegionId, running: &Running) -> Result<Branch, Stop> {
        let known = self.known;
        let mut held = BTreeMap::new();
        for import in &known.layouts[region].imports {
            let from =
                if import.moved { outer.held.remove(&import.value) } else { running.lent.get(&import.value).copied() };
            let name = &known.program.values[import.value].name;
            held.insert(import.value, from.ok_or_else(|| format!("`{name}` is taken over and not there"))?);
        }
        self.begin(outer, region, held, &running.lent)
    }

    /// Drops what is still at work. What was given to a branch for good is gone, begun or not.
    fn leave(&mut self, outer: &mut Branch, mut running: Running) -> BTreeMap<ValueId, usize> {
        let taken = self.taken(running.fork);
        outer.held.retain(|value, _| !taken.contains(value));
        for branch in &running.branches {
            if let Child::Alive(branch) = branch {
                self.gone.extend(branch.line.last());
            }
        }
        let exports = std::mem::take(&mut running.exports);
        outer.trail.after(&running.trails());
        exports
    }

    fn joined(&mut self, outer: &mut Branch, running: Running) -> Result<Tick, Stop> {
        if let Some(kind) = running.held {
            return self.fork_failed(outer, running, kind);
        }
        let fork = &self.known.program.forks[running.fork];
        let exports = self.leave(outer, running);
        outer.held.extend(exports);
        if let Some(result) = fork.result {
            let answer = fork.tried.then(|| crate::answers::tried(false, &mut self.random));
            self.set(outer, result, answer);
        }
        self.go(outer, 0)
    }

    fn fork_failed(&mut self, outer: &mut Branch, running: Running, kind: FailureKind) -> Result<Tick, Stop> {
        let fork = &self.known.program.forks[running.fork];
        self.leave(outer, running);
        if fork.tried {
            let result = fork.result.ok_or("a tried fork gives nothing".to_owned())?;
            let answer: Answer = crate::answers::tried(true, &mut self.random);
            self.set(outer, result, Some(answer));
            return self.go(outer, 0);
        }
        self.failed(outer, kind)
    }
}
