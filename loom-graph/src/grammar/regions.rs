//! The branches of a workflow's forks: each is a closed region, and a node stands in one of them.
//!
//! What stands where is known before anything is lowered, for a statement may go on from a node that a later one has in
//! a branch.

use super::{
    ast::{self, Block, Chain, Else, Fork, Guard, If, Route, Source, Statement, Target, Work, WorkKind},
    program::RegionId,
};
use std::collections::HashMap;

/// Which regions there are, and what stands in which.
pub struct Regions {
    /// The region around each; the workflow itself is the first.
    pub outer: Vec<Option<RegionId>>,
    branches: HashMap<usize, RegionId>,
    nodes: HashMap<String, RegionId>,
}

/// Whether a block is a region: its failure or its time is looked at as a whole.
#[must_use]
pub fn is_closed(work: &Work, guards: &[Guard]) -> bool {
    let guarded = guards.iter().any(|guard| !matches!(guard, Guard::Max(_)));
    matches!(work.kind, WorkKind::Block(_)) && (work.tried.is_some() || guarded)
}

// A part of the tree is known by where it lies: two branches may read alike.
fn key<T>(part: &T) -> usize {
    std::ptr::from_ref(part) as usize
}

impl Regions {
    /// Finds the regions of a workflow.
    #[must_use]
    pub fn of(ast: &ast::Workflow) -> Self {
        let mut regions = Regions { outer: vec![None], branches: HashMap::new(), nodes: HashMap::new() };
        let mut left: Vec<&Statement> = ast.statements.iter().collect();
        // A statement stands in the region of its sources; where those are not known yet, others come first.
        while !left.is_empty() {
            let known = left.iter().position(|statement| match statement {
                Statement::Ways { sources, .. } => sources.iter().any(|source| regions.of_source(source).is_some()),
                Statement::Require(_) => true,
            });
            if let Statement::Ways { sources, chain } = left.remove(known.unwrap_or(0)) {
                let region = regions.of_sources(sources);
                sources.iter().flat_map(|source| &source.guards).for_each(|guard| regions.guard(guard, region));
                regions.chain(chain, region);
            }
        }
        regions
    }

    /// Whether one region is the other, or within it.
    #[must_use]
    pub fn is_within(&self, region: RegionId, other: RegionId) -> bool {
        std::iter::successors(Some(region), |&region| self.outer[region]).any(|region| region == other)
    }

    /// The region of a chain that is a branch.
    #[must_use]
    pub fn of_chain(&self, chain: &Chain) -> RegionId {
        self.branches.get(&key(chain)).copied().unwrap_or(0)
    }

    /// The region of work that is a branch of `first`, or a closed block.
    #[must_use]
    pub fn of_work(&self, work: &Work) -> RegionId {
        self.branches.get(&key(work)).copied().unwrap_or(0)
    }

    /// The region a node stands in.
    #[must_use]
    pub fn of_node(&self, name: &str) -> Option<RegionId> {
        self.nodes.get(name).copied()
    }

    /// The region a statement stands in.
    #[must_use]
    pub fn of_sources(&self, sources: &[Source]) -> RegionId {
        sources.iter().find_map(|source| self.of_source(source)).unwrap_or(0)
    }

    fn of_source(&self, source: &Source) -> Option<RegionId> {
        if source.name == "start" { Some(0) } else { self.of_node(&source.name.to_string()) }
    }

    fn branch(&mut self, key: usize, outer: RegionId) -> RegionId {
        self.outer.push(Some(outer));
        self.branches.insert(key, self.outer.len() - 1);
        self.outer.len() - 1
    }

    fn chain(&mut self, chain: &Chain, region: RegionId) {
        for target in &chain.targets {
            self.target(target, region);
        }
    }

    fn target(&mut self, target: &Target, region: RegionId) {
        match target {
            Target::Work(work, guards) => {
                for guard in guards {
                    self.guard(guard, region);
                }
                if is_closed(work, guards) {
                    let inner = self.branch(key(work), region);
                    self.work(work, inner);
                } else {
                    self.work(work, region);
                }
            }
            Target::Route(Route::Match(route)) => route.arms.iter().for_each(|arm| self.chain(&arm.chain, region)),
            Target::Route(Route::If(route)) => self.if_route(route, region),
            Target::Exit(_) => {}
        }
    }

    fn if_route(&mut self, route: &If, region: RegionId) {
        self.block(&route.then, region);
        match &route.otherwise {
            Some(Else::Block(block)) => self.block(block, region),
            Some(Else::If(route)) => self.if_route(route, region),
            None => {}
        }
    }

    fn block(&mut self, block: &Block, region: RegionId) {
        if let Some(chain) = &block.chain {
            self.chain(chain, region);
        }
    }

    fn guard(&mut self, guard: &Guard, region: RegionId) {
        self.target(guard.otherwise(), region);
    }

    fn work(&mut self, work: &Work, region: RegionId) {
        match &work.kind {
            WorkKind::Call(call) => {
                if let Some(name) = call.name() {
                    self.nodes.entry(name.to_string()).or_insert(region);
                }
            }
            WorkKind::Block(block) => self.block(block, region),
            WorkKind::Fork(Fork::Static(_, branches)) => {
                for chain in branches {
                    let inner = self.branch(key(chain), region);
                    self.chain(chain, inner);
                }
            }
            WorkKind::Fork(Fork::Each(each)) => {
                let inner = self.branch(key(&each.chain), region);
                self.chain(&each.chain, inner);
            }
            WorkKind::Fork(Fork::First(_, branches)) => {
                for (work, chain) in branches {
                    let inner = self.branch(key(work), region);
                    self.work(work, inner);
                    if let Some(chain) = chain {
                        self.chain(chain, region);
                    }
                }
            }
            WorkKind::Expr(..) => {}
        }
    }
}
