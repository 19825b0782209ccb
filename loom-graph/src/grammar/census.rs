//! The nodes of a workflow before its ways are joined: which there are, what each sets, and which have a way out.

use super::{
    ast::{self, Block, Call, Chain, Else, Fork, Guard, If, Route, Sets, Statement, Target, Work, WorkKind},
    duration,
    errors::Errors,
    later,
    text::text,
};
use proc_macro2::Ident;
use syn::{Expr, ExprPath, Lit};

/// What is known of the nodes.
pub struct Census<'a> {
    /// The nodes, in the order they first stand in.
    pub nodes: Vec<Counted<'a>>,
}

/// What is known of a node.
pub struct Counted<'a> {
    /// Its name.
    pub name: &'a Ident,
    /// Its step.
    pub path: &'a ExprPath,
    /// The value it sets.
    pub sets: &'a Ident,
    /// Where it first stands.
    pub first: &'a Ident,
    /// Where it last stands.
    pub last: &'a Ident,
    /// The bounds of every edge into it.
    pub guards: Vec<&'a ast::Max>,
    /// Whether a way out of it is written: something follows it in a chain, or a statement begins with it.
    pub ways_out: bool,
    /// Whether there are two, which was told.
    pub two_ways: bool,
    /// Whether it sets two values, which was told.
    clashes: bool,
    /// The line of the way out.
    line: usize,
}

impl<'a> Census<'a> {
    /// Counts the nodes of a workflow.
    pub fn take(ast: &'a ast::Workflow, errors: &Errors) -> Self {
        let mut count = Count { census: Census { nodes: Vec::new() }, errors, workflow: &ast.name };
        for statement in &ast.statements {
            if let Statement::Ways { chain, sources } = statement {
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
                    for guard in &source.guards {
                        match guard {
                            Guard::Max(max) => count.census.nodes[node].guards.push(max),
                            other => later::refuse_guard(errors, other),
                        }
                    }
                }
            }
        }
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
}

impl<'a> Count<'a, '_> {
    fn way_out(&mut self, node: usize, at: &Ident) {
        let counted = &mut self.census.nodes[node];
        let line = at.span().start().line;
        if counted.ways_out {
            if !counted.two_ways {
                counted.two_ways = true;
                let first =
                    if counted.line > 0 { format!(": one in line {}, and this", counted.line) } else { String::new() };
                self.errors.lost_at(
                    at.span(),
                    format!("`{at}` has two ways out{first}. Route with `match` or `if`, or give one call an alias, `other: {at}(…)`"),
                );
            }
            return;
        }
        counted.ways_out = true;
        counted.line = line;
    }

    fn chain(&mut self, chain: &'a Chain) {
        let last = chain.targets.len() - 1;
        for (index, target) in chain.targets.iter().enumerate() {
            let node = self.target(target);
            if let (Some((node, name)), true) = (node, index < last) {
                self.way_out(node, name);
            }
        }
    }

    /// Counts what is in a target; gives the node, when it is a call.
    fn target(&mut self, target: &'a Target) -> Option<(usize, &'a Ident)> {
        match target {
            Target::Work(work, guards) => {
                for guard in guards {
                    self.guard(guard);
                }
                self.work(work)
            }
            Target::Route(Route::Match(route)) => {
                route.arms.iter().for_each(|arm| self.chain(&arm.chain));
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
        self.block(&route.then);
        match &route.otherwise {
            Some(Else::Block(block)) => self.block(block),
            Some(Else::If(route)) => self.if_route(route),
            None => {}
        }
    }

    fn block(&mut self, block: &'a Block) {
        if let Some(chain) = &block.chain {
            self.chain(chain);
        }
    }

    fn guard(&mut self, guard: &'a Guard) {
        let (Guard::Max(ast::Max { otherwise, .. }) | Guard::Within { otherwise, .. } | Guard::Catch { otherwise, .. }) =
            guard;
        self.target(otherwise);
    }

    fn work(&mut self, work: &'a Work) -> Option<(usize, &'a Ident)> {
        match &work.kind {
            WorkKind::Call(call) => self.call(call, work.sets.as_ref()),
            WorkKind::Block(block) => {
                self.block(block);
                None
            }
            WorkKind::Fork(Fork::Static(_, branches)) => {
                for branch in branches {
                    self.chain(branch);
                }
                None
            }
            WorkKind::Fork(Fork::Each(each)) => {
                self.chain(&each.chain);
                None
            }
            WorkKind::Fork(Fork::First(_, branches)) => {
                for (work, chain) in branches {
                    self.work(work);
                    if let Some(chain) = chain {
                        self.chain(chain);
                    }
                }
                None
            }
            WorkKind::Expr(..) => None,
        }
    }

    fn call(&mut self, call: &'a Call, sets: Option<&'a Sets>) -> Option<(usize, &'a Ident)> {
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
        if name == "sleep" && call.args.iter().flat_map(|(_, args)| args).any(is_duration) {
            later::refuse(self.errors, name.span(), later::SLEEP);
            return None;
        }
        let is_named = sets.is_some();
        let sets = sets.map_or(name, |sets| &sets.value);
        if let Some(node) = self.census.position(name) {
            let counted = &mut self.census.nodes[node];
            counted.last = name;
            let (theirs, ours) = (text(counted.path), text(path));
            let (was, line) = (counted.sets, counted.first.span().start().line);
            let place = if line > 0 { format!(" in line {line}") } else { String::new() };
            if theirs != ours {
                // Which of them a way out belongs to cannot be said.
                counted.two_ways = true;
                let message = if call.alias.is_none() && *name == ours {
                    format!("`{name}` is another name of `{theirs}`{place}: write `{name}: {theirs}(…)` here too")
                } else {
                    format!(
                        "`{name}` is `{theirs}`{place} and `{ours}` here: give one of them an alias, `other: {ours}(…)`"
                    )
                };
                self.errors.lost_at(name.span(), message);
                return None;
            } else if was != sets && !std::mem::replace(&mut counted.clashes, true) {
                let message = if is_named {
                    format!(
                        "`{name}` sets `{was}`{place} and `{sets}` here: a node sets one value, so give this call an alias, `{sets} = other: {ours}(…)`"
                    )
                } else {
                    format!(
                        "`{name}` sets `{was}`{place}: write `{was} = {ours}(…)` here too, or give this call an alias, `other: {ours}(…)`"
                    )
                };
                self.errors.lost_at(sets.span(), message);
            }
            return Some((node, name));
        }
        self.census.nodes.push(Counted {
            name,
            path,
            sets,
            first: name,
            last: name,
            guards: Vec::new(),
            ways_out: false,
            two_ways: false,
            clashes: false,
            line: 0,
        });
        Some((self.census.nodes.len() - 1, name))
    }
}

// A step of the user's own may be called `sleep`; none takes `30d`, which is no Rust.
fn is_duration(expr: &Expr) -> bool {
    let lit = match expr {
        Expr::Lit(lit) => lit,
        Expr::Range(range) => match range.start.as_deref() {
            Some(Expr::Lit(lit)) => lit,
            _ => return false,
        },
        Expr::Call(call) => return call.args.iter().any(is_duration),
        _ => return false,
    };
    let suffix = match &lit.lit {
        Lit::Int(lit) => lit.suffix(),
        Lit::Float(lit) => lit.suffix(),
        _ => "",
    };
    duration::is_unit(suffix)
}
