//! From what is written to a [`Program`]: names are resolved, ways are joined.
//!
//! A chain is walked from its source on, with the loose ends of what came before in hand; each link ties them to itself
//! and gives its own. What is known of nodes beforehand is in `census`.

mod ends;
mod forks;
mod guards;
mod routes;
mod rules;
mod work;

use super::{
    ast::{self, Chain, Guard, Route, Statement, Target, WorkKind},
    census::Census,
    errors::Errors,
    names::single,
    program::{Bare, Carry, FrameId, Kind, Node, Origin, Point, Program, Region, RegionId, Subject, Value, ValueId},
};
use crate::{
    flow::{NodeId, PointId},
    similar::{nearest, similar},
};
use ends::{End, Ends, Loose};
use guards::Gate;
use proc_macro2::{Ident, Span};
use quote::format_ident;
use syn::Expr;

/// Lowers a workflow. With errors, what comes of it is good for looking up names and for nothing else.
pub fn lower<'a>(ast: &'a ast::Workflow, errors: &Errors) -> Program<'a> {
    let census = Census::take(ast, errors);
    let program = Program {
        ast,
        values: Vec::new(),
        nodes: Vec::new(),
        frames: Vec::new(),
        points: Vec::new(),
        counters: Vec::new(),
        regions: Vec::new(),
        forks: Vec::new(),
        lists: Vec::new(),
        rules: Vec::new(),
    };
    let mut lower = Lower { program, errors, census, region: 0, gates: Vec::new(), told: Vec::new() };
    lower.declare();
    lower.statements();
    lower.rules();
    lower.leftovers();
    lower.program
}

struct Lower<'a, 'e> {
    program: Program<'a>,
    errors: &'e Errors,
    census: Census<'a>,
    /// The region that is lowered.
    region: RegionId,
    /// By node.
    gates: Vec<Vec<Gate<'a>>>,
    /// Nodes whose two ways out were told already.
    told: Vec<NodeId>,
}

impl<'a> Lower<'a, '_> {
    fn declare(&mut self) {
        let ast = self.program.ast;
        let mut names: Vec<&Ident> = Vec::new();
        let inputs = ast.inputs.iter().map(|input| (&input.name, &input.ty));
        for (name, ty) in inputs.chain(ast.lets.iter().map(|item| (&item.name, &item.ty))) {
            if names.contains(&name) {
                self.errors.at(name.span(), format!("`{name}` is declared twice: give one of them another name"));
                continue;
            }
            names.push(name);
            self.program.values.push(Value { name: name.clone(), origin: Origin::Written(ty) });
        }
        self.program.regions =
            self.census.regions.outer.iter().map(|&outer| Region { outer, fork: None, entry: 0, join: None }).collect();
        for node in 0..self.census.nodes.len() {
            let counted = &self.census.nodes[node];
            let own = if counted.tried { Origin::Tried(Box::new(Origin::Node(node))) } else { Origin::Node(node) };
            let appends = counted.appends.map(|list| {
                let items = Origin::List(Box::new(own.clone()));
                self.program.values.iter().position(|value| value.name == *list).unwrap_or_else(|| {
                    self.program.values.push(Value { name: list.clone(), origin: items });
                    self.program.values.len() - 1
                })
            });
            let sets = self.program.values.iter().position(|value| value.name == *counted.sets);
            let sets = sets.unwrap_or_else(|| {
                self.program.values.push(Value { name: counted.sets.clone(), origin: own });
                self.program.values.len() - 1
            });
            self.program.nodes.push(Node {
                name: counted.name,
                path: counted.path,
                sets: vec![sets],
                appends,
                tried: counted.tried,
                region: self.census.regions.of_node(&counted.name.to_string()).unwrap_or(0),
                next: None,
                calls: Vec::new(),
            });
            if let Some(list) = appends {
                self.appended(list);
            }
        }
        self.point(Kind::Start, None, Carry::Nothing, 1, ast.name.span());
        for node in 0..self.census.nodes.len() {
            self.region = self.program.nodes[node].region;
            let guards = self.census.nodes[node].guards.clone();
            let gates = guards.into_iter().map(|guard| self.gate(guard)).collect();
            self.gates.push(gates);
        }
        self.region = 0;
    }

    /// A list that something is appended to begins empty, unless it begins otherwise.
    fn appended(&mut self, list: ValueId) {
        let ast = self.program.ast;
        let name = &self.program.values[list].name;
        let begins = ast.inputs.iter().any(|input| input.name == *name)
            || ast.lets.iter().any(|item| item.name == *name && item.init.is_some());
        if !begins && !self.program.lists.contains(&list) {
            self.program.lists.push(list);
        }
    }

    fn statements(&mut self) {
        let ast = self.program.ast;
        let starts = |statement: &Statement| match statement {
            Statement::Ways { sources, .. } => sources.iter().any(|source| source.name == "start"),
            Statement::Require(_) => false,
        };
        if !ast.statements.iter().any(starts) {
            if !self.errors.is_partial() {
                let name = &ast.name;
                let sources = ast.statements.iter().flat_map(|statement| match statement {
                    Statement::Ways { sources, .. } => sources.as_slice(),
                    Statement::Require(_) => &[],
                });
                let near = |source: &&ast::Source| nearest("start", [source.name.to_string()]).is_some();
                match sources.into_iter().find(near) {
                    Some(source) => self.errors.lost_at(
                        source.name.span(),
                        format!("nothing leads to `{}`: did you mean `start`?", source.name),
                    ),
                    None => self
                        .errors
                        .lost_at(name.span(), format!("`{name}` has no `start`: begin a statement with `start -> …`")),
                }
            }
            return;
        }
        let mut started = false;
        for statement in &ast.statements {
            let (sources, chain) = match statement {
                Statement::Ways { sources, chain } => (sources, chain),
                Statement::Require(_) => continue,
            };
            self.region = self.census.regions.of_sources(sources);
            let mut ends = Vec::new();
            for source in sources {
                if source.name == "start" {
                    if std::mem::replace(&mut started, true) {
                        self.errors.at(source.name.span(), "a second `start`: a run begins at one place");
                        continue;
                    }
                    if let Some(guard) = source.guards.first() {
                        self.errors.at(guard.keyword(), "no edge leads into `start`, so there is none to guard");
                    }
                    let inputs = (0..self.program.ast.inputs.len()).map(Subject::Value);
                    let carry = Carry::of(inputs.collect());
                    ends.push(End { from: Loose::Way(0, 0), carry, bare: Bare::Carried });
                } else if let Some(node) = self.node(&source.name) {
                    if self.program.nodes[node].region != self.region {
                        self.errors.lost_at(
                            source.name.span(),
                            format!(
                                "`{}` stands in another branch than the first of these: give it a statement of its own",
                                source.name
                            ),
                        );
                        continue;
                    }
                    ends.push(self.out_of(node));
                    ends.extend(self.gated(node));
                } else if !self.errors.is_partial() {
                    let names = self.program.nodes.iter().map(|node| node.name.to_string());
                    let hint = similar(&source.name.to_string(), names, "a node");
                    self.errors.at(source.name.span(), format!("nothing leads to `{}`{hint}", source.name));
                }
            }
            // Behind a source that is not there nothing is tied, and nothing in its chain is a mistake of its own.
            if ends.is_empty() {
                continue;
            }
            let left = self.chain(chain, ends, None);
            self.loose(left);
        }
    }

    fn leftovers(&self) {
        // What a broken part would have tied is not a mistake of its own.
        if self.errors.is_partial() {
            return;
        }
        for (node, counted) in self.program.nodes.iter().zip(&self.census.nodes) {
            if node.next.is_none() && !counted.ways_out() {
                let name = node.name;
                self.errors.at(
                    counted.first.span(),
                    match nearest(&name.to_string(), ["end".to_owned(), "fail".to_owned()]) {
                        Some(near) => format!("nothing leads out of `{name}`: did you mean `{near}`?"),
                        None => format!("nothing leads out of `{name}`: add `{name} -> …;`"),
                    },
                );
            }
        }
    }

    fn node(&self, name: &Ident) -> Option<NodeId> {
        self.program.nodes.iter().position(|node| node.name == name)
    }

    fn point(&mut self, kind: Kind<'a>, scope: Option<FrameId>, carry: Carry<'a>, ways: usize, span: Span) -> PointId {
        let (ways, guards, region) = (vec![None; ways], Vec::new(), self.region);
        self.program.points.push(Point { kind, scope, carry, ways, guards, region, span });
        self.program.points.len() - 1
    }

    /// A value without a name a user could write.
    fn hidden(&mut self, what: &str, origin: Origin<'a>) -> ValueId {
        let name = format_ident!("__{what}{}", self.program.values.len());
        self.program.values.push(Value { name, origin });
        self.program.values.len() - 1
    }

    fn out_of(&self, node: NodeId) -> End<'a> {
        let carry = Carry::One(Subject::Value(self.program.nodes[node].sets[0]));
        End { from: Loose::Node(node), carry, bare: Bare::Carried }
    }

    fn chain(&mut self, chain: &'a Chain, mut ends: Ends<'a>, scope: Option<FrameId>) -> Ends<'a> {
        let last = chain.targets.len() - 1;
        for (index, target) in chain.targets.iter().enumerate() {
            ends = self.target(target, ends, scope, index < last);
        }
        ends
    }

    /// Ties `ends` to a target and gives the target's own; `goes_on` says that something stands behind it in its chain.
    fn target(&mut self, target: &'a Target, mut ends: Ends<'a>, scope: Option<FrameId>, goes_on: bool) -> Ends<'a> {
        match target {
            Target::Work(work, guards) => {
                let mut left = Vec::new();
                let needed = takes_carried(target);
                for guard in guards {
                    if let Guard::Max(max) = guard {
                        let counter = self.counter(max, scope);
                        let (spent, go) = self.bound(counter, max.keyword, ends, scope, needed);
                        left.extend(self.target(&max.otherwise, spent, scope, false));
                        ends = go;
                    }
                }
                let guards: Vec<&Guard> = guards.iter().filter(|guard| !matches!(guard, Guard::Max(_))).collect();
                let (mut out, caught) = self.guarded_work(work, &guards, ends, scope, goes_on);
                out.extend(caught);
                out.extend(left);
                out
            }
            Target::Route(Route::Match(route)) => self.match_route(route, ends, scope),
            Target::Route(Route::If(route)) => self.if_route(route, ends, scope),
            Target::Exit(exit) => {
                let span = exit.keyword.span();
                let with = exit.with.as_ref().map(|(_, expr)| expr);
                let needed = with.is_none_or(reads_carried);
                let (carry, bare) = self.carried(&mut ends, needed, span);
                let kind = match with {
                    Some(expr) if exit.fails => Kind::Fail(expr),
                    with => Kind::End(with, bare),
                };
                let point = self.point(kind, scope, carry, 0, span);
                self.tie(&ends, point);
                Vec::new()
            }
        }
    }
}

/// Whether a target takes what the edge into it carries, or may hand it on. What nobody takes need not be of one type
/// where ways meet.
fn takes_carried(target: &Target) -> bool {
    match target {
        Target::Work(work, guards) => {
            let taken = match &work.kind {
                WorkKind::Call(call) => call.args.as_ref().is_none_or(|(_, args)| args.iter().any(reads_carried)),
                WorkKind::Expr(_, expr) => reads_carried(expr),
                WorkKind::Fork(_) | WorkKind::Block(_) => true,
            };
            let guarded = |guard: &Guard| match guard {
                Guard::Max(max) => reads_carried(&max.max) || takes_carried(&max.otherwise),
                Guard::Within { otherwise, .. } => takes_carried(otherwise),
                Guard::Catch { .. } => false,
            };
            taken || guards.iter().any(guarded)
        }
        Target::Route(_) => true,
        Target::Exit(exit) => exit.with.as_ref().is_none_or(|(_, expr)| reads_carried(expr)),
    }
}

/// Whether an expression reads `_`.
fn reads_carried(expr: &Expr) -> bool {
    struct Reads(bool);
    impl super::names::Names for Reads {
        fn knows(&self, _: &Ident) -> bool {
            false
        }
        fn read(&mut self, name: super::names::Name<'_>, _: super::names::Use) -> Option<Expr> {
            self.0 |= matches!(name, super::names::Name::Carried(_));
            None
        }
        fn again(&self, place: Expr) -> Expr {
            place
        }
        fn refuse(&mut self, _: Span, _: &str) {}
    }
    let mut reads = Reads(false);
    if single(expr).is_none() {
        super::names::rewrite(expr, super::names::Use::Value, &mut reads);
    }
    reads.0
}
