//! From what is written to a [`Program`]: names are resolved, ways are joined.
//!
//! A chain is walked from its source on, with the loose ends of what came before in hand; each link ties them to itself
//! and gives its own. What is known of nodes beforehand is in `census`.

mod ends;
mod routes;

use super::{
    ast::{self, Block, Call, Chain, Guard, Route, Statement, Target, Work, WorkKind},
    census::Census,
    errors::Errors,
    later,
    names::single,
    program::{Bare, Carry, Counter, FrameId, Kind, Node, Origin, Point, Program, Subject, Value, ValueId},
    similar::{nearest, similar},
    text::text,
};
use crate::flow::{NodeId, PointId};
use ends::{End, Ends, Loose};
use proc_macro2::{Ident, Span};
use syn::{Expr, spanned::Spanned};

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
    };
    let mut lower = Lower { program, errors, census, gates: Vec::new(), told: Vec::new() };
    lower.declare();
    lower.statements();
    lower.leftovers();
    lower.program
}

/// A guard behind a source: every edge into the node passes it.
#[derive(Clone, Copy)]
struct Gate<'a> {
    max: &'a ast::Max,
    counter: usize,
    /// Where an edge leads when it is spent.
    spent: PointId,
}

struct Lower<'a, 'e> {
    program: Program<'a>,
    errors: &'e Errors,
    census: Census<'a>,
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
        for counted in &self.census.nodes {
            let sets = self.program.values.iter().position(|value| value.name == *counted.sets);
            let sets = sets.unwrap_or_else(|| {
                self.program.values.push(Value { name: counted.sets.clone(), origin: Origin::Unknown });
                self.program.values.len() - 1
            });
            let node = self.program.nodes.len();
            if matches!(self.program.values[sets].origin, Origin::Unknown) {
                self.program.values[sets].origin = Origin::Node(node);
            }
            self.program.nodes.push(Node {
                name: counted.name,
                path: counted.path,
                sets: vec![sets],
                next: None,
                calls: Vec::new(),
            });
        }
        self.program.points.push(Point {
            kind: Kind::Start,
            scope: None,
            carry: Carry::Nothing,
            ways: vec![None],
            span: ast.name.span(),
        });
        for node in 0..self.census.nodes.len() {
            let mut gates = Vec::new();
            for max in self.census.nodes[node].guards.clone() {
                let counter = self.counter(max, None);
                let spent = self.point(Kind::Pass, None, Carry::Nothing, 1, max.keyword);
                gates.push(Gate { max, counter, spent });
            }
            self.gates.push(gates);
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
                Statement::Require(require) => {
                    later::refuse(self.errors, require.keyword, later::REQUIRE);
                    continue;
                }
            };
            let mut ends = Vec::new();
            for source in sources {
                if source.name == "start" {
                    if std::mem::replace(&mut started, true) {
                        self.errors.at(source.name.span(), "a second `start`: a run begins at one place");
                        continue;
                    }
                    if let Some(Guard::Max(ast::Max { keyword, .. })) = source.guards.first() {
                        self.errors.at(*keyword, "no edge leads into `start`, so there is none to count");
                    }
                    ends.push(End { from: Loose::Way(0, 0), carry: Carry::Inputs, bare: Bare::Carried });
                } else if let Some(node) = self.node(&source.name) {
                    ends.push(self.out_of(node));
                    for gate in self.gates[node].clone() {
                        let end = End { from: Loose::Way(gate.spent, 0), carry: Carry::Nothing, bare: Bare::Nothing };
                        ends.extend(self.target(&gate.max.otherwise, vec![end], None, false));
                    }
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
            if node.next.is_none() && !counted.ways_out {
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
        self.program.points.push(Point { kind, scope, carry, ways: vec![None; ways], span });
        self.program.points.len() - 1
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
                    let Guard::Max(max) = guard else {
                        later::refuse_guard(self.errors, guard);
                        continue;
                    };
                    let counter = self.counter(max, scope);
                    let (spent, go) = self.bound(counter, max.keyword, ends, scope, needed);
                    left.extend(self.target(&max.otherwise, spent, scope, false));
                    ends = go;
                }
                let mut out = self.work(work, ends, scope, goes_on);
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

    fn counter(&mut self, max: &'a ast::Max, scope: Option<FrameId>) -> usize {
        let per = match &max.per {
            Some(per) if per != "run" => {
                let node = self.node(per);
                if node.is_none() {
                    let names = self.program.nodes.iter().map(|node| node.name.to_string());
                    let hint = similar(&per.to_string(), names, "a node");
                    self.errors.lost_at(per.span(), format!("there is no node `{per}` to count by{hint}"));
                }
                node
            }
            _ => None,
        };
        if let Expr::Lit(syn::ExprLit { lit: syn::Lit::Int(lit), .. }) = &max.max {
            match lit.base10_parse::<u64>() {
                Ok(0) => self
                    .errors
                    .at(lit.span(), "`max 0` never takes this edge: leave the edge out, or count to at least 1"),
                Ok(_) => {}
                Err(_) => self.errors.at(lit.span(), format!("`{}` is more than can be counted", text(lit))),
            }
        }
        self.program.counters.push(Counter { ast: max, scope, per });
        self.program.counters.len() - 1
    }

    /// A bound before what follows: the ends taken when it is spent, and those taken while it lasts; `needed` says that
    /// something there takes what the edge carries.
    fn bound(
        &mut self,
        counter: usize,
        span: Span,
        mut ends: Ends<'a>,
        scope: Option<FrameId>,
        needed: bool,
    ) -> (Ends<'a>, Ends<'a>) {
        let needed = needed || reads_carried(&self.program.counters[counter].ast.max);
        let same = ends.len() == 1 || ends.iter().all(|end| end.bare == ends[0].bare);
        let (carry, bare) = if needed && same && ends.iter().all(|end| matches!(end.carry, Carry::One(_))) {
            self.carried(&mut ends, true, span)
        } else {
            self.carried(&mut ends, false, span)
        };
        let point = self.point(Kind::Bound(counter), scope, carry.clone(), 2, span);
        self.tie(&ends, point);
        let end = |way| vec![End { from: Loose::Way(point, way), carry: carry.clone(), bare }];
        (end(1), end(0))
    }

    fn work(&mut self, work: &'a Work, mut ends: Ends<'a>, scope: Option<FrameId>, goes_on: bool) -> Ends<'a> {
        if let Some(tried) = work.tried {
            later::refuse(self.errors, tried, later::TRY);
        }
        if let Some(appends) = work.sets.as_ref().and_then(|sets| sets.appends) {
            later::refuse(self.errors, appends, later::APPEND);
        }
        match &work.kind {
            WorkKind::Call(call) => self.call(call, ends, scope, goes_on),
            WorkKind::Fork(fork) => {
                later::refuse_fork(self.errors, fork);
                ends
            }
            WorkKind::Block(block) => {
                let mut out = self.block(block, ends, scope);
                if let Some(sets) = &work.sets {
                    let value = self.named_value(&sets.value, &out);
                    self.set_at(&mut out, value, sets.value.span());
                }
                out
            }
            WorkKind::Expr(_, expr) => {
                let (carry, _) = self.carried(&mut ends, reads_carried(expr), expr.span());
                let subject = Subject::Expr(expr, scope, Box::new(carry.clone()));
                let Some(sets) = &work.sets else {
                    for end in &mut ends {
                        end.carry = Carry::One(subject.clone());
                        end.bare = Bare::Carried;
                    }
                    return ends;
                };
                let value = self.named_value(&sets.value, &Vec::new());
                let point = self.point(Kind::Set(value, subject), scope, carry, 1, sets.value.span());
                self.tie(&ends, point);
                vec![End { from: Loose::Way(point, 0), carry: Carry::One(Subject::Value(value)), bare: Bare::Carried }]
            }
        }
    }

    fn named_value(&mut self, name: &Ident, from: &Ends<'a>) -> ValueId {
        if let Some(value) = self.program.values.iter().position(|value| value.name == *name) {
            return value;
        }
        let origin = from.iter().find_map(|end| match end.carry {
            Carry::One(Subject::Value(value)) => Some(self.program.values[value].origin),
            _ => None,
        });
        if origin.is_none() {
            self.errors.at(name.span(), format!("only an expression sets `{name}`, so its type is written nowhere: declare it with `let {name}: Type;`"));
        }
        self.program.values.push(Value { name: name.clone(), origin: origin.unwrap_or(Origin::Unknown) });
        self.program.values.len() - 1
    }

    fn call(&mut self, call: &'a Call, mut ends: Ends<'a>, scope: Option<FrameId>, goes_on: bool) -> Ends<'a> {
        let Some(node) = call.name().and_then(|name| self.node(name)) else {
            return Vec::new();
        };
        let span = call.name().map_or_else(Span::call_site, Ident::span);
        let needed = call.args.as_ref().is_none_or(|(_, args)| args.iter().any(reads_carried));
        for gate in self.gates[node].clone() {
            let (left, go) = self.bound(gate.counter, span, ends, scope, needed);
            self.tie(&left, gate.spent);
            ends = go;
        }
        let (carry, bare) = self.carried(&mut ends, needed, span);
        let point = self.point(Kind::Call(node, call, bare), scope, carry, 0, span);
        self.tie(&ends, point);
        self.program.nodes[node].calls.push(point);
        if goes_on || !self.census.nodes[node].ways_out { vec![self.out_of(node)] } else { Vec::new() }
    }

    fn block(&mut self, block: &'a Block, mut ends: Ends<'a>, scope: Option<FrameId>) -> Ends<'a> {
        if let Some(chain) = &block.chain {
            return self.chain(chain, ends, scope);
        }
        // It passes on what it got, not what the arm around it bound.
        for end in &mut ends {
            end.bare = Bare::Carried;
        }
        ends
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
                Guard::Within { .. } | Guard::Catch { .. } => false,
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
