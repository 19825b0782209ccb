//! The nodes of a workflow before its ways are joined: which there are, what each sets, and which have a way out.

use super::{
    ast::{self, Block, Call, Chain, Else, Fork, Guard, If, Route, Statement, Target, Work, WorkKind},
    errors::Errors,
    program::RegionId,
    regions::{Regions, is_closed},
    text::text,
};
use proc_macro2::Ident;
use syn::ExprPath;

/// What is known of the nodes.
pub struct Census<'a> {
    /// The nodes, in the order they first stand in.
    pub nodes: Vec<Counted<'a>>,
    /// The regions they stand in.
    pub regions: Regions,
}

/// What is known of a node.
pub struct Counted<'a> {
    /// Its name.
    pub name: &'a Ident,
    /// Its step.
    pub path: &'a ExprPath,
    /// The value it sets.
    pub sets: &'a Ident,
    /// The list it is appended to.
    pub appends: Option<&'a Ident>,
    /// Whether it is tried.
    pub tried: bool,
    /// Where it first stands.
    pub first: &'a Ident,
    /// Where it last stands.
    pub last: &'a Ident,
    /// The guards of every edge into it.
    pub guards: Vec<&'a Guard>,
    /// Its way out.
    out: WayOut,
    /// The arms its way out is written in.
    out_arms: Arms,
    /// Whether it sets two values, which was told.
    clashes: bool,
}

/// The arms around a place, from the outside in: which route or guarded work, and which of its arms.
type Arms = Vec<(usize, usize)>;

/// A way out of a node as it is written: something follows the node in a chain, or a statement begins with it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum WayOut {
    None,
    /// In this line.
    One(usize),
    /// There are two, which was told.
    Two,
}

impl Counted<'_> {
    /// Whether a way out of it is written.
    pub fn ways_out(&self) -> bool {
        self.out != WayOut::None
    }

    /// Whether there are two, which was told.
    pub fn two_ways(&self) -> bool {
        self.out == WayOut::Two
    }
}

impl<'a> Census<'a> {
    /// Counts the nodes of a workflow.
    pub fn take(ast: &'a ast::Workflow, errors: &Errors) -> Self {
        let census = Census { nodes: Vec::new(), regions: Regions::of(ast) };
        let mut count =
            Count { census, errors, workflow: &ast.name, region: 0, arms: Arms::new(), parted: 0, last: Vec::new() };
        for statement in &ast.statements {
            if let Statement::Ways { chain, sources } = statement {
                count.region = count.census.regions.of_sources(sources);
                for guard in sources.iter().flat_map(|source| &source.guards) {
                    count.guard(guard);
                }
                count.chain(chain);
            }
        }
        for statement in &ast.statements {
            let Statement::Ways { sources, .. } = statement else {
                continue;
            };
            for source in sources {
                if let Some(node) = count.census.position(&source.name) {
                    count.way_out(node, &source.name);
                    count.census.nodes[node].guards.extend(&source.guards);
                }
            }
        }
        count.jumps_aside();
        count.census
    }

    fn position(&self, name: &Ident) -> Option<usize> {
        self.nodes.iter().position(|node| node.name == name)
    }
}

struct Count<'a, 'e> {
    census: Census<'a>,
    errors: &'e Errors,
    workflow: &'a Ident,
    region: RegionId,
    arms: Arms,
    /// How many routes and guarded works there were.
    parted: usize,
    /// The calls that end a chain.
    last: Vec<(usize, &'a Ident, Arms)>,
}

impl<'a> Count<'a, '_> {
    /// A place where ways part.
    fn part(&mut self) -> usize {
        self.parted += 1;
        self.parted
    }

    fn arm(&mut self, parted: usize, arm: usize, count: impl FnOnce(&mut Self)) {
        self.arms.push((parted, arm));
        count(self);
        self.arms.pop();
    }

    /// A call that ends an arm goes on as its node does. Where that is written in another arm of the same route, it was
    /// hardly meant.
    fn jumps_aside(&self) {
        for (node, name, arms) in &self.last {
            let counted = &self.census.nodes[*node];
            let WayOut::One(line) = counted.out else { continue };
            let parts = arms.iter().zip(&counted.out_arms).find(|(here, there)| here != there);
            if parts.is_some_and(|(here, there)| here.0 == there.0) {
                let place = if line > 0 { format!(", in line {line}") } else { String::new() };
                let step = text(counted.path);
                self.errors.lost_at(
                    name.span(),
                    format!("`{name}` would go on as it does in another arm{place}: give this call an alias, `other: {step}(…)`, or say where `{name}` leads in a statement of its own, `{name} -> …;`"),
                );
            }
        }
    }

    fn within(&mut self, region: RegionId, count: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.region, region);
        count(self);
        self.region = outer;
    }

    fn way_out(&mut self, node: usize, at: &Ident) {
        let counted = &mut self.census.nodes[node];
        counted.out = match counted.out {
            WayOut::None => WayOut::One(at.span().start().line),
            WayOut::Two => return,
            WayOut::One(line) => {
                let first = if line > 0 { format!(": one in line {line}, and this") } else { String::new() };
                self.errors.lost_at(
                    at.span(),
                    format!("`{at}` has two ways out{first}. Route with `match` or `if`, or give one call an alias, `other: {at}(…)`"),
                );
                WayOut::Two
            }
        };
    }

    fn chain(&mut self, chain: &'a Chain) {
        let last = chain.targets.len() - 1;
        for (index, target) in chain.targets.iter().enumerate() {
            let node = self.target(target);
            match node {
                Some((node, name)) if index < last => {
                    self.way_out(node, name);
                    self.census.nodes[node].out_arms.clone_from(&self.arms);
                }
                Some((node, name)) => self.last.push((node, name, self.arms.clone())),
                None => {}
            }
        }
    }

    /// Counts what is in a target; gives the node, when it is a call.
    fn target(&mut self, target: &'a Target) -> Option<(usize, &'a Ident)> {
        match target {
            Target::Work(work, guards) => {
                let counted = if is_closed(work, guards) {
                    self.within(self.census.regions.of_work(work), |count| {
                        count.work(work);
                    });
                    None
                } else {
                    self.work(work)
                };
                let parted = self.part();
                for (arm, guard) in guards.iter().enumerate() {
                    self.arm(parted, arm, |count| count.guard(guard));
                }
                counted
            }
            Target::Route(Route::Match(route)) => {
                let parted = self.part();
                for (index, arm) in route.arms.iter().enumerate() {
                    self.arm(parted, index, |count| count.chain(&arm.chain));
                }
                None
            }
            Target::Route(Route::If(route)) => {
                self.if_route(route);
                None
            }
            Target::Exit(_) => None,
        }
    }

    fn if_route(&mut self, route: &'a If) {
        let parted = self.part();
        self.arm(parted, 0, |count| count.block(&route.then));
        self.arm(parted, 1, |count| match &route.otherwise {
            Some(Else::Block(block)) => count.block(block),
            Some(Else::If(route)) => count.if_route(route),
            None => {}
        });
    }

    fn block(&mut self, block: &'a Block) {
        if let Some(chain) = &block.chain {
            self.chain(chain);
        }
    }

    fn guard(&mut self, guard: &'a Guard) {
        if let Some((node, name)) = self.target(guard.otherwise()) {
            self.last.push((node, name, self.arms.clone()));
        }
    }

    fn work(&mut self, work: &'a Work) -> Option<(usize, &'a Ident)> {
        match &work.kind {
            WorkKind::Call(call) => return self.call(call, work),
            WorkKind::Block(block) => self.block(block),
            WorkKind::Fork(Fork::Static(_, branches)) => {
                for branch in branches {
                    self.within(self.census.regions.of_chain(branch), |count| count.chain(branch));
                }
            }
            WorkKind::Fork(Fork::Each(each)) => {
                self.within(self.census.regions.of_chain(&each.chain), |count| count.chain(&each.chain));
            }
            WorkKind::Fork(Fork::First(_, branches)) => {
                for (work, chain) in branches {
                    self.within(self.census.regions.of_work(work), |count| {
                        count.work(work);
                    });
                    if let Some(chain) = chain {
                        self.chain(chain);
                    }
                }
            }
            WorkKind::Expr(..) => {}
        }
        None
    }

    fn call(&mut self, call: &'a Call, work: &'a Work) -> Option<(usize, &'a Ident)> {
        let name = call.name()?;
        let path = &call.path;
        if path.path.get_ident().is_some_and(|ident| ident == self.workflow || ident == "Self") {
            let workflow = self.workflow;
            self.errors
                .at(name.span(), format!("`{workflow}` calls itself: use a loop, an edge back with `max N else …`"));
        }
        if path.qself.is_some() {
            self.errors.on(path, "a step is named by a plain path, as in a `use`");
        }
        let sets = work.sets.as_ref();
        let appends = sets.filter(|sets| sets.appends.is_some()).map(|sets| &sets.value);
        let sets = sets.filter(|sets| sets.appends.is_none()).map(|sets| &sets.value);
        if let Some(node) = self.census.position(name) {
            return self.again(node, call, work, sets, appends);
        }
        self.census.nodes.push(Counted {
            name,
            path,
            sets: sets.unwrap_or(name),
            appends,
            tried: work.tried.is_some(),
            first: name,
            last: name,
            guards: Vec::new(),
            out: WayOut::None,
            out_arms: Arms::new(),
            clashes: false,
        });
        Some((self.census.nodes.len() - 1, name))
    }

    /// A node that stands somewhere already: it is the same step there, sets the same value, and is in the same region.
    fn again(
        &mut self,
        node: usize,
        call: &'a Call,
        work: &'a Work,
        sets: Option<&'a Ident>,
        appends: Option<&'a Ident>,
    ) -> Option<(usize, &'a Ident)> {
        let name = call.name()?;
        let region = self.region;
        let counted = &mut self.census.nodes[node];
        counted.last = name;
        let (theirs, ours) = (text(counted.path), text(&call.path));
        let (was, line) = (counted.sets, counted.first.span().start().line);
        let place = if line > 0 { format!(" in line {line}") } else { String::new() };
        if theirs != ours {
            // Which of them a way out belongs to cannot be said.
            counted.out = WayOut::Two;
            let message = if call.alias.is_none() && *name == ours {
                format!("`{name}` is another name of `{theirs}`{place}: write `{name}: {theirs}(…)` here too")
            } else {
                format!(
                    "`{name}` is `{theirs}`{place} and `{ours}` here: give one of them an alias, `other: {ours}(…)`"
                )
            };
            self.errors.lost_at(name.span(), message);
            return None;
        }
        let stands = self.census.regions.of_node(&name.to_string()).unwrap_or(0);
        if stands != region {
            self.census.nodes[node].out = WayOut::Two;
            let message = if self.census.regions.is_within(region, stands) {
                format!(
                    "no edge leads out of a branch: `{name}`{place} stands outside of it. Only `end` and `fail` leave a branch; to call the step here, give it an alias, `other: {ours}(…)`"
                )
            } else {
                format!(
                    "no edge leads into a branch of a fork: `{name}`{place} stands in one. To call the step here, give it an alias, `other: {ours}(…)`"
                )
            };
            self.errors.lost_at(name.span(), message);
            return None;
        }
        let is = sets.unwrap_or(name);
        let appended = |to: Option<&Ident>| to.map(ToString::to_string);
        let differs = if was != is {
            let is_named = sets.is_some();
            Some(if is_named {
                format!(
                    "`{name}` sets `{was}`{place} and `{is}` here: a node sets one value, so give this call an alias, `{is} = other: {ours}(…)`"
                )
            } else {
                format!(
                    "`{name}` sets `{was}`{place}: write `{was} = {ours}(…)` here too, or give this call an alias, `other: {ours}(…)`"
                )
            })
        } else if appended(counted.appends) != appended(appends) {
            Some(match counted.appends {
                Some(list) => format!(
                    "`{name}` is appended to `{list}`{place}: write `{list} += {ours}(…)` here too, or give this call an alias, `other: {ours}(…)`"
                ),
                None => format!(
                    "`{name}` is appended to nothing{place}: write it without `+=` here too, or give this call an alias, `list += other: {ours}(…)`"
                ),
            })
        } else if counted.tried != work.tried.is_some() {
            let (there, here) = if counted.tried { ("with `try`", "without") } else { ("without `try`", "with it") };
            Some(format!(
                "`{name}` stands {there}{place} and {here} here, and it has one output: give this call an alias, `other: {ours}(…)`"
            ))
        } else {
            None
        };
        if let Some(message) = differs
            && !std::mem::replace(&mut self.census.nodes[node].clashes, true)
        {
            self.errors.lost_at(sets.or(appends).unwrap_or(name).span(), message);
        }
        Some((node, name))
    }
}
