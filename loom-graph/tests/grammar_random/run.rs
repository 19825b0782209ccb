//! Runs of a program, as the language tells them: routes, failures, time-outs and the order of what branches do are
//! chosen at random, counts are kept, and of what is set only what is said to be live is held, by the branch that is
//! said to hold it.

use crate::{
    answers::{Answer, Trail, answers, takes, tried, ways},
    choices::Random,
    forks::Running,
};
use loomflow_graph::{
    flow::{CounterId, Flow, PointId, VarId, live, steps::Steps},
    grammar::{
        ast::Rule,
        layout::{Layout, layouts, set_on},
        names::single,
        program::{Guard, Kind, Meaning, Program, RegionId, Subject, ValueId},
        reads,
        steps::max_steps,
    },
};
use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};
use syn::{Expr, ExprLit, Lit};

/// What was proven of a program.
pub(crate) struct Known<'p, 'a> {
    pub(crate) program: &'p Program<'a>,
    pub(crate) layouts: Vec<Layout>,
    live_in: Vec<BTreeSet<VarId>>,
    most: Steps,
}

impl<'p, 'a> Known<'p, 'a> {
    pub(crate) fn of(program: &'p Program<'a>, flow: &Flow) -> Self {
        let live_in = live::live_in(&reads::live_flow(program, flow));
        let most = max_steps(program, flow).expect("without errors, every loop is bounded");
        Known { program, layouts: layouts(program, &live_in), live_in, most }
    }
}

/// A run, or a branch of it, that stands somewhere.
pub(crate) struct Branch {
    /// Which branch of this run it is, and which ones are around it.
    pub(crate) line: Rc<[usize]>,
    pub(crate) region: RegionId,
    pub(crate) at: PointId,
    doing: Doing,
    /// The version of each value that it holds by itself.
    pub(crate) held: BTreeMap<ValueId, usize>,
    /// The version of each value that is lent to it.
    pub(crate) lent: Rc<BTreeMap<ValueId, usize>>,
    counts: BTreeMap<CounterId, u64>,
    /// What each frame stood on when its arm was entered.
    pub(crate) frames: Vec<Option<Vec<(ValueId, usize)>>>,
    pub(crate) trail: Trail,
}

impl Branch {
    /// What has happened in a branch that is dropped, in the branches within it too.
    pub(crate) fn trail_of_all(self) -> Trail {
        let mut trail = self.trail;
        if let Doing::Fork(running) = self.doing {
            trail.after(&running.trails());
        }
        trail
    }
}

/// What it does where it stands.
enum Doing {
    /// It has come there.
    Come,
    /// It waits for a call, or for a time.
    Work,
    /// Its branches are at work.
    Fork(Running),
}

/// Why something failed; which it is, a `catch` can tell.
pub(crate) type FailureKind = &'static str;

/// What came of a bit of a run.
pub(crate) enum Tick {
    On,
    Joined,
    Failed(FailureKind),
    /// The run is over.
    Over,
}

/// Why a run was not brought to its end.
pub(crate) enum Stop {
    /// Something that was promised does not hold.
    Broken(String),
    /// A route has no arm for what it looks at, which rustc would have refused.
    Refused,
}

impl From<String> for Stop {
    fn from(what: String) -> Self {
        Stop::Broken(what)
    }
}

/// What is common to all branches of a run.
pub(crate) struct Run<'k, 'p, 'a> {
    pub(crate) known: &'k Known<'p, 'a>,
    pub(crate) random: Random,
    /// What each version of a value is, once something has looked at it.
    versions: Vec<Option<Answer>>,
    /// How often each node was called.
    calls: Vec<u64>,
    steps: u64,
    most: u64,
    /// What an expression behind `max` comes to.
    max: u64,
    /// How many items there are where they are not written out.
    items: u64,
    /// Once in how many times something fails.
    fails: usize,
    pub(crate) branches: usize,
    /// The branches whose fork was left.
    pub(crate) gone: BTreeSet<usize>,
}

impl<'k, 'p, 'a> Run<'k, 'p, 'a> {
    /// Runs a program to its end; says what it did if something that was promised does not hold.
    pub(crate) fn to_the_end(known: &'k Known<'p, 'a>, seed: u64) -> Result<(), String> {
        let (max, items) = (seed % 4, seed / 4 % 4);
        let most = known.most.value(&|text: &str| {
            if text.ends_with(".len()") || text.ends_with(".count()") { items } else { max }
        });
        let mut run = Run {
            known,
            random: Random(seed),
            versions: Vec::new(),
            calls: vec![0; known.program.nodes.len()],
            steps: 0,
            most,
            max,
            items,
            fails: match seed % 3 {
                0 => 200,
                1 => 12,
                _ => 5,
            },
            branches: 1,
            gone: BTreeSet::new(),
        };
        match run.run_whole() {
            Err(Stop::Broken(what)) => Err(format!("{what} (seed {seed})")),
            Ok(()) | Err(Stop::Refused) => Ok(()),
        }
    }

    fn run_whole(&mut self) -> Result<(), Stop> {
        let program = self.known.program;
        let mut whole = Branch {
            line: Rc::new([0]),
            region: 0,
            at: 0,
            doing: Doing::Come,
            held: BTreeMap::new(),
            lent: Rc::default(),
            counts: BTreeMap::new(),
            frames: vec![None; program.frames.len()],
            trail: Trail::default(),
        };
        for value in reads::sets(program, 0) {
            self.set(&mut whole, value, None);
        }
        // More than this is no run that ends: between two of its steps there are few points.
        for _ in 0..100_000 {
            match self.tick(&mut whole)? {
                Tick::On => {}
                Tick::Joined => return Err("the workflow itself joins".to_owned().into()),
                Tick::Failed(_) | Tick::Over => return Ok(()),
            }
        }
        Err(format!("no end after {} steps, and {} were said to be the most", self.steps, self.most).into())
    }

    pub(crate) fn tick(&mut self, branch: &mut Branch) -> Result<Tick, Stop> {
        match std::mem::replace(&mut branch.doing, Doing::Come) {
            Doing::Come => self.act(branch),
            Doing::Work => self.settle(branch),
            Doing::Fork(running) => {
                let (tick, running) = self.run_branches(branch, running)?;
                if let Some(running) = running {
                    branch.doing = Doing::Fork(running);
                }
                Ok(tick)
            }
        }
    }

    /// A branch that begins; what it takes over is already `held`.
    pub(crate) fn begin(
        &mut self,
        outer: &Branch,
        region: RegionId,
        held: BTreeMap<ValueId, usize>,
        lent: &Rc<BTreeMap<ValueId, usize>>,
    ) -> Result<Branch, Stop> {
        let program = self.known.program;
        let mut branch = Branch {
            line: outer.line.iter().copied().chain([self.branches]).collect(),
            region,
            at: outer.at,
            doing: Doing::Come,
            held,
            lent: Rc::clone(lent),
            counts: BTreeMap::new(),
            frames: outer.frames.clone(),
            trail: outer.trail.begun(),
        };
        self.branches += 1;
        self.arrive(&mut branch, program.regions[region].entry)?;
        Ok(branch)
    }

    /// Does what is to be done at a point.
    fn act(&mut self, branch: &mut Branch) -> Result<Tick, Stop> {
        let program = self.known.program;
        let point = &program.points[branch.at];
        self.read(branch, branch.at)?;
        match &point.kind {
            Kind::Start | Kind::Enter(_) => {
                let counters = program.counters.iter().enumerate().filter(|(_, item)| item.region == branch.region);
                branch.counts.extend(counters.map(|(counter, _)| (counter, 0)));
                self.go(branch, 0)
            }
            Kind::Pass => self.go(branch, 0),
            Kind::Set(value, _) | Kind::Append(value, ..) => {
                self.set(branch, *value, None);
                self.go(branch, 0)
            }
            Kind::Call(node, ..) => {
                self.called(branch, *node)?;
                branch.doing = Doing::Work;
                Ok(Tick::On)
            }
            Kind::Sleep(_) => {
                branch.doing = Doing::Work;
                Ok(Tick::On)
            }
            Kind::Fork(fork) => {
                branch.doing = Doing::Fork(self.fork(branch, *fork));
                Ok(Tick::On)
            }
            Kind::If(_) => {
                let way = self.random.below(2);
                self.go(branch, way)
            }
            Kind::Bound(counter) => {
                let max = match &program.counters[*counter].ast.max {
                    Expr::Lit(ExprLit { lit: Lit::Int(lit), .. }) => {
                        lit.base10_parse().map_err(|error| error.to_string())?
                    }
                    _ => self.max,
                };
                let count = branch.counts.get_mut(counter).ok_or("a count is looked at that is not held".to_owned())?;
                let spent = *count >= max;
                *count += u64::from(!spent);
                self.go(branch, usize::from(spent))
            }
            Kind::Match { .. } => self.route(branch),
            Kind::Join(region) if *region == branch.region => Ok(Tick::Joined),
            Kind::Join(_) => Err("a branch joins where another one ends".to_owned().into()),
            Kind::End(..) => {
                self.required(branch, None)?;
                Ok(Tick::Over)
            }
            Kind::Fail(_) => Ok(Tick::Over),
        }
    }

    fn called(&mut self, branch: &Branch, node: usize) -> Result<(), Stop> {
        if let Some(gone) = branch.line.iter().find(|branch| self.gone.contains(branch)) {
            return Err(format!("a step is run in branch {gone}, whose fork was left").into());
        }
        self.steps += 1;
        self.calls[node] += 1;
        if self.steps > self.most {
            return Err(format!("{} steps, and {} were said to be the most", self.steps, self.most).into());
        }
        self.required(branch, Some(node))?;
        for rule in self.known.program.rules.iter().filter(|rule| matches!(rule.ast.rule, Rule::AtMostOnce)) {
            if rule.of.iter().map(|&node| self.calls[node]).sum::<u64>() > 1 {
                return Err(format!("`{}` is called twice, and was said to be at most once", rule.ast.node).into());
            }
        }
        Ok(())
    }

    /// Whether what is required before a node, or before the end, has happened.
    fn required(&self, branch: &Branch, before: Option<usize>) -> Result<(), String> {
        for (index, rule) in self.known.program.rules.iter().enumerate() {
            let Rule::Before { is, before: name } = &rule.ast.rule else { continue };
            if before.map_or(!rule.before.is_empty(), |node| !rule.before.contains(&node)) {
                continue;
            }
            let trail = &branch.trail;
            let holds = match is {
                None => rule.of.iter().any(|node| trail.done.contains(node)),
                Some(is) => {
                    let is = |&version: &usize| self.versions[version].as_ref().is_some_and(|answer| takes(is, answer));
                    trail.last.get(&index).is_some_and(|last| last.iter().any(is))
                }
            };
            if !holds {
                return Err(format!("`{name}` is reached, and what it requires of `{}` is not so", rule.ast.node));
            }
        }
        Ok(())
    }

    fn settle(&mut self, branch: &mut Branch) -> Result<Tick, Stop> {
        let program = self.known.program;
        let point = &program.points[branch.at];
        if let Kind::Call(node, ..) = point.kind {
            let counters = program.counters.iter().enumerate();
            let anew = counters.filter(|(_, item)| item.per == Some(node) && item.region == branch.region);
            branch.counts.extend(anew.map(|(counter, _)| (counter, 0)));
        }
        let late = point.guards.iter().find_map(|guard| match guard {
            Guard::Within { way, .. } => Some(*way),
            Guard::Catch { .. } => None,
        });
        if let Some(way) = late.filter(|_| self.random.once_in(self.fails)) {
            return self.go(branch, way);
        }
        let fails = self.random.once_in(self.fails);
        let Kind::Call(node, ..) = point.kind else {
            return if fails { self.failed(branch, "Cancelled") } else { self.go(branch, 0) };
        };
        let item = &program.nodes[node];
        if fails && !item.tried {
            let kind = self.kind();
            return self.failed(branch, kind);
        }
        let answer = item.tried.then(|| tried(fails, &mut self.random));
        let version = self.version(answer);
        for &value in item.sets.iter().chain(&item.appends) {
            branch.held.insert(value, version);
        }
        let rules = program.rules.iter().enumerate().filter(|(_, rule)| rule.of.contains(&node));
        branch.trail.answered(version, rules.map(|(rule, _)| rule));
        if !fails {
            branch.trail.done.insert(node);
        }
        self.go(branch, 0)
    }

    pub(crate) fn kind(&mut self) -> FailureKind {
        ["Step", "TimedOut", "Panicked", "Cancelled"][self.random.below(4)]
    }

    /// Takes the way of the first guard that catches a failure.
    pub(crate) fn failed(&mut self, branch: &mut Branch, kind: FailureKind) -> Result<Tick, Stop> {
        let program = self.known.program;
        for guard in &program.points[branch.at].guards {
            let Guard::Catch { kinds, value, frame, way } = guard else { continue };
            if kinds.as_ref().is_some_and(|kinds| !takes(kinds, &Answer::Variant(kind, Vec::new()))) {
                continue;
            }
            let version = self.set(branch, *value, None);
            if let Some(frame) = frame {
                branch.frames[*frame] = Some(vec![(*value, version)]);
            }
            return self.go(branch, *way);
        }
        Ok(Tick::Failed(kind))
    }

    fn route(&mut self, branch: &mut Branch) -> Result<Tick, Stop> {
        let program = self.known.program;
        let Kind::Match { on, arms, open, .. } = &program.points[branch.at].kind else {
            return Err("no route".to_owned().into());
        };
        let looked_at = match on {
            Subject::Value(value) => Some(*value),
            Subject::Expr(expr, scope, _) => match single(expr).and_then(|name| program.resolve(*scope, name)) {
                Some(Meaning::Value(value)) => Some(value),
                _ => None,
            },
            _ => None,
        };
        let version = looked_at.map(|value| self.value(branch, value)).transpose()?;
        let ways = |answer: &Answer| ways(arms.iter().map(|(pat, guard, _)| (*pat, guard.is_some())), *open, answer);
        let open = match version.and_then(|version| self.versions[version].as_ref()) {
            Some(answer) => ways(answer),
            None => {
                // Nothing has looked at it: it may be whatever an arm takes.
                let mut all = answers();
                all.retain(|answer| !ways(answer).is_empty());
                if all.is_empty() {
                    return Err(Stop::Refused);
                }
                let answer = all.swap_remove(self.random.below(all.len()));
                let open = ways(&answer);
                if let Some(version) = version {
                    self.versions[version] = Some(answer);
                }
                open
            }
        };
        if open.is_empty() {
            return Err(Stop::Refused);
        }
        let way = open[self.random.below(open.len())];
        if let Some((.., Some(frame))) = arms.get(way) {
            branch.frames[*frame] = Some(self.stands_on(branch, on)?);
        }
        self.go(branch, way)
    }

    fn version(&mut self, answer: Option<Answer>) -> usize {
        self.versions.push(answer);
        self.versions.len() - 1
    }

    /// Sets a value to something new.
    pub(crate) fn set(&mut self, branch: &mut Branch, value: ValueId, answer: Option<Answer>) -> usize {
        let version = self.version(answer);
        branch.held.insert(value, version);
        version
    }

    /// Takes a way of the point where a branch stands.
    pub(crate) fn go(&mut self, branch: &mut Branch, way: usize) -> Result<Tick, Stop> {
        let program = self.known.program;
        let to = program.way(branch.at, way).ok_or("a way leads nowhere".to_owned())?;
        for value in set_on(program, &self.known.layouts, branch.at, way) {
            if self.is_held(branch.region, to, value) && !branch.held.contains_key(&value) {
                return Err(format!("`{}` is said to be set on a way, and is not", program.values[value].name).into());
            }
        }
        self.arrive(branch, to)?;
        Ok(Tick::On)
    }

    fn is_held(&self, region: RegionId, at: PointId, value: ValueId) -> bool {
        self.known.live_in[at].contains(&value) && self.known.layouts[region].owned.contains(&value)
    }

    /// Comes to a point. Of what is held, no more than what is live is kept, and all of that is there.
    fn arrive(&mut self, branch: &mut Branch, to: PointId) -> Result<(), Stop> {
        let program = self.known.program;
        if program.points[to].region != branch.region {
            return Err("a way leads into another branch".to_owned().into());
        }
        branch.at = to;
        let values = program.values.len();
        let (region, live) = (branch.region, &self.known.live_in[to]);
        branch.held.retain(|&value, _| self.is_held(region, to, value));
        branch.counts.retain(|counter, _| live.contains(&(values + counter)));
        for value in live.range(..values).filter(|&&value| self.is_held(region, to, value)) {
            if !branch.held.contains_key(value) {
                return Err(format!("`{}` is live and not held", program.values[*value].name).into());
            }
        }
        Ok(())
    }

    /// How many items a fork over items has.
    pub(crate) fn count(&self, items: &Expr) -> u64 {
        match items {
            Expr::Array(array) => array.elems.len() as u64,
            Expr::Paren(paren) => self.count(&paren.expr),
            Expr::Reference(reference) => self.count(&reference.expr),
            Expr::Range(range) => match (range.start.as_deref(), range.end.as_deref()) {
                (Some(Expr::Lit(start)), Some(Expr::Lit(end))) => {
                    let closed = u64::from(matches!(range.limits, syn::RangeLimits::Closed(_)));
                    (number(end) + closed).saturating_sub(number(start))
                }
                _ => self.items,
            },
            _ => self.items,
        }
    }

    /// How many branches run at once.
    pub(crate) fn at_once(&self, at_once: Option<&Expr>) -> usize {
        match at_once {
            None => usize::MAX,
            Some(Expr::Lit(lit)) => usize::try_from(number(lit)).unwrap_or(usize::MAX).max(1),
            Some(_) => usize::try_from(self.max).unwrap_or(usize::MAX).max(1),
        }
    }
}

fn number(lit: &ExprLit) -> u64 {
    match &lit.lit {
        Lit::Int(lit) => lit.base10_parse().unwrap_or(0),
        _ => 0,
    }
}
