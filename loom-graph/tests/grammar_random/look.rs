//! What an expression looks at where a branch stands: every name among its tokens is looked for.

use crate::run::{Branch, Run};
use loomflow_graph::{
    flow::PointId,
    grammar::program::{Bare, Carry, ForkKind, FrameId, Kind, Meaning, Subject, ValueId},
};
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use std::collections::BTreeSet;

impl<'a> Run<'_, '_, 'a> {
    /// Whether all that is read at a point is there.
    pub(crate) fn read(&self, branch: &Branch, at: PointId) -> Result<(), String> {
        let program = self.known.program;
        let point = &program.points[at];
        let expr = |expr: &syn::Expr| self.expr(branch, expr, point.scope, &point.carry, None);
        match &point.kind {
            Kind::Start | Kind::Pass | Kind::Enter(_) => Ok(()),
            Kind::Call(node, call, bare) => {
                match &call.args {
                    Some((_, args)) => self.expr(branch, args, point.scope, &point.carry, None)?,
                    None => self.bare(branch, *bare, &point.carry)?,
                }
                program.nodes[*node].appends.map_or(Ok(()), |list| self.value(branch, list).map(drop))
            }
            Kind::Set(_, subject) => self.subject(branch, subject),
            Kind::Append(list, subject, _) => {
                self.value(branch, *list)?;
                self.subject(branch, subject)
            }
            Kind::Match { on, arms, .. } => {
                self.subject(branch, on)?;
                let mut guards = arms.iter().filter_map(|(_, guard, frame)| Some(((*guard)?, *frame)));
                guards
                    .try_for_each(|(guard, frame)| self.expr(branch, guard, frame.or(point.scope), &point.carry, frame))
            }
            Kind::Bound(counter) => {
                let counter = &program.counters[*counter];
                self.expr(branch, &counter.ast.max, counter.scope, &point.carry, None)
            }
            Kind::Fork(fork) => match &program.forks[*fork].kind {
                ForkKind::Each { items, at_once, .. } => {
                    expr(items)?;
                    at_once.map_or(Ok(()), expr)
                }
                ForkKind::All | ForkKind::First => Ok(()),
            },
            Kind::Join(region) => {
                if program.gives_one(*region) {
                    self.carried(branch, &point.carry)
                } else {
                    Ok(())
                }
            }
            Kind::Sleep(with) | Kind::If(with) | Kind::End(Some(with), _) | Kind::Fail(with) => expr(with),
            Kind::End(None, bare) => self.bare(branch, *bare, &point.carry),
        }
    }

    fn bare(&self, branch: &Branch, bare: Bare, carry: &Carry<'a>) -> Result<(), String> {
        match bare {
            Bare::Carried => self.carried(branch, carry),
            Bare::Bindings(frame) => self.binding(branch, frame),
            Bare::Nothing => Ok(()),
        }
    }

    fn carried(&self, branch: &Branch, carry: &Carry<'a>) -> Result<(), String> {
        subjects(carry).iter().try_for_each(|subject| self.subject(branch, subject))
    }

    fn subject(&self, branch: &Branch, subject: &Subject<'a>) -> Result<(), String> {
        match subject {
            Subject::Value(value) => self.value(branch, *value).map(drop),
            Subject::Expr(expr, scope, carry) => self.expr(branch, expr, *scope, carry, None),
            Subject::Item(fork) => self.item(branch, *fork),
            Subject::Tuple(parts) => parts.iter().try_for_each(|part| self.subject(branch, part)),
        }
    }

    /// An item stands in its own branch, and in those within it.
    fn item(&self, branch: &Branch, fork: usize) -> Result<(), String> {
        let program = self.known.program;
        let region = program.forks[fork].regions[0];
        if program.is_within(branch.region, region) {
            Ok(())
        } else {
            Err("an item is read outside of its branch".into())
        }
    }

    /// Every name among the tokens is read; `own` are the bindings of the arm that a guard stands on.
    fn expr(
        &self,
        branch: &Branch,
        expr: impl ToTokens,
        scope: Option<FrameId>,
        carry: &Carry<'a>,
        own: Option<FrameId>,
    ) -> Result<(), String> {
        names(expr.to_token_stream()).try_for_each(|name| match self.known.program.resolve(scope, &name) {
            _ if name == "_" => self.carried(branch, carry),
            Some(Meaning::Value(value)) => self.value(branch, value).map(drop),
            Some(Meaning::Binding(frame)) if Some(frame) == own => Ok(()),
            Some(Meaning::Binding(frame)) => self.binding(branch, frame),
            None => Ok(()),
        })
    }

    /// The version of a value that a branch holds by itself, or that is lent to it.
    pub(crate) fn value(&self, branch: &Branch, value: ValueId) -> Result<usize, String> {
        let owned = self.known.layouts[branch.region].owned.contains(&value);
        let from = if owned { &branch.held } else { &*branch.lent };
        from.get(&value).copied().ok_or_else(|| {
            let how = if owned { "held" } else { "lent" };
            format!("`{}` is read and not {how}", self.known.program.values[value].name)
        })
    }

    fn binding(&self, branch: &Branch, frame: FrameId) -> Result<(), String> {
        let item = &self.known.program.frames[frame];
        let names = || item.names.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        if let Subject::Item(fork) = item.on {
            return self.item(branch, fork);
        }
        let Some(stood_on) = &branch.frames[frame] else {
            return Err(format!("`{}` is read and was never bound", names()));
        };
        for &(value, version) in stood_on {
            if self.value(branch, value)? != version {
                return Err(format!("`{}` is read, and what it was bound to has changed", names()));
            }
        }
        Ok(())
    }

    /// What a pattern is matched against, as versions, so that it can be seen whether it would match again.
    pub(crate) fn stands_on(&self, branch: &Branch, on: &Subject<'a>) -> Result<Vec<(ValueId, usize)>, String> {
        let mut values = BTreeSet::new();
        self.values(on, &mut values);
        values.into_iter().map(|value| Ok((value, self.value(branch, value)?))).collect()
    }

    fn values(&self, subject: &Subject<'a>, values: &mut BTreeSet<ValueId>) {
        match subject {
            Subject::Value(value) => drop(values.insert(*value)),
            Subject::Expr(expr, scope, carry) => {
                for name in names(expr.to_token_stream()) {
                    match self.known.program.resolve(*scope, &name) {
                        _ if name == "_" => subjects(carry).iter().for_each(|subject| self.values(subject, values)),
                        Some(Meaning::Value(value)) => drop(values.insert(value)),
                        Some(Meaning::Binding(frame)) => self.values(&self.known.program.frames[frame].on, values),
                        None => {}
                    }
                }
            }
            Subject::Item(_) => {}
            Subject::Tuple(parts) => parts.iter().for_each(|part| self.values(part, values)),
        }
    }
}

fn subjects<'s, 'a>(carry: &'s Carry<'a>) -> &'s [Subject<'a>] {
    match carry {
        Carry::Nothing => &[],
        Carry::One(subject) => std::slice::from_ref(subject),
        Carry::Many(subjects) => subjects,
    }
}

/// All identifiers among some tokens.
fn names(tokens: TokenStream) -> Box<dyn Iterator<Item = Ident>> {
    Box::new(tokens.into_iter().flat_map(|tree| match tree {
        TokenTree::Ident(name) => vec![name],
        TokenTree::Group(group) => names(group.stream()).collect(),
        _ => Vec::new(),
    }))
}
