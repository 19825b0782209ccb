//! The ways from one state to the next: conditions, bounds, expressions, ends. A `match` is written by `routes`.
//!
//! What is held stands in locals of the values' names. Every way ends in a leaf: the next state, an end or a failure.

use super::{
    expr::{Hold, Item, Place, Writer},
    plan::{Held, Plan, state_type},
    told::{gives, sets, source, source_of, took},
};
use crate::output::{at, call};
use loomflow_graph::{
    flow::PointId,
    grammar::{
        describe::ELSE,
        names::{Use, single},
        program::{Bare, Carry, Kind, Meaning, RegionId, Subject, ValueId},
        reads,
        text::text,
    },
};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{Expr, spanned::Spanned};

/// Writes the leaves of the ways.
pub(super) trait Leaf {
    /// The run goes on at this state.
    fn go(&self, state: TokenStream) -> TokenStream;
    /// The run ends with this output.
    fn end(&self, output: TokenStream) -> TokenStream;
    /// The run ends as failed, by a `fail(…)`.
    fn fail(&self, failure: TokenStream) -> TokenStream;
    /// The run leaves the workflow as a branch has left it, with an outcome.
    fn exit(&self, outcome: TokenStream) -> TokenStream;
    /// What stands here has failed.
    fn broken(&self, failure: TokenStream) -> TokenStream;
    /// A branch joins its siblings with this.
    fn join(&self, given: TokenStream) -> TokenStream;
}

pub(super) struct Ways<'p, 'a, L> {
    pub(super) plan: &'p Plan<'p, 'a>,
    pub(super) leaf: L,
}

impl<'p, 'a, L: Leaf> Ways<'p, 'a, L> {
    /// The first way on from behind a point.
    pub(super) fn from(&self, point: PointId) -> TokenStream {
        self.way(point, 0)
    }

    /// A way on from behind a point.
    pub(super) fn way(&self, point: PointId, way: usize) -> TokenStream {
        match self.plan.program.way(point, way) {
            Some(next) => self.to(next),
            None => {
                let rt = self.plan.rt();
                self.leaf.broken(quote!(#rt::lost()))
            }
        }
    }

    /// The way to a point: to the state that stands there, or on.
    pub(super) fn to(&self, point: PointId) -> TokenStream {
        if let Some(state) = self.plan.state(point) {
            return self.enter(point, &state);
        }
        self.at(point)
    }

    fn enter(&self, point: PointId, state: &Ident) -> TokenStream {
        let rt = self.plan.rt();
        let states = state_type(self.plan.program.points[point].region);
        let fields = self.plan.held_at(point).into_iter().map(|held| {
            let name = self.plan.name(held);
            match held {
                Held::Value(value) if self.plan.consumes(point, value) => quote!(#name: #rt::Slot::new(#name)),
                _ => quote!(#name),
            }
        });
        self.leaf.go(quote!(#states::#state { #(#fields),* }))
    }

    /// What happens at a point that is no call, and the ways from there.
    pub(super) fn at(&self, point: PointId) -> TokenStream {
        let (plan, rt) = (self.plan, self.plan.rt());
        let here = &plan.program.points[point];
        let ways = plan.program.ways(point);
        match &here.kind {
            Kind::Start | Kind::Call(..) | Kind::Fork(_) | Kind::Sleep(_) | Kind::Enter(_) | Kind::Pass => {
                self.from(point)
            }
            Kind::Set(value, subject) => {
                let value_name = plan.name(Held::Value(*value));
                let code = self.subject(point, subject);
                let ty = plan.ty(*value);
                let then = self.to(ways[0]);
                let told = sets(plan, Held::Value(*value), &source(plan, subject));
                quote! { let #value_name: #ty = #code; #told #then }
            }
            Kind::Append(list, subject, all) => {
                let then = self.to(ways[0]);
                if !plan.is_read_after(point, *list) {
                    return then;
                }
                let item = self.subject(point, subject);
                let append = match subject {
                    Subject::Expr(expr, ..) => {
                        let (name, ty) = (plan.name(Held::Value(*list)), plan.ty(*list));
                        let into = quote_spanned!(at(here.span)=> #item, &mut #name);
                        let appended = call(quote!(<#ty as #rt::List>::append), into, expr.span());
                        let source = source(plan, subject);
                        appending(plan, *list, &quote!(#rt::Source::#source), &quote!(#appended;))
                    }
                    _ => {
                        let source = if *all { quote!(Items) } else { source(plan, subject) };
                        let append = append(plan, *list, &quote!(__item), *all, &source, here.span);
                        quote!(let __item = #item; #append)
                    }
                };
                quote! { #append #then }
            }
            Kind::Join(region) => {
                let told = match &here.carry {
                    Carry::One(subject) if plan.program.gives_one(*region) => gives(plan, &source(plan, subject)),
                    _ => TokenStream::new(),
                };
                let join = self.leaf.join(self.given(point, *region));
                quote!({ #told #join })
            }
            Kind::Bound(counter) => {
                let ast = plan.program.counters[*counter].ast;
                let place = Place { scope: plan.program.counters[*counter].scope, carry: &here.carry };
                let count = plan.name(Held::Counter(*counter));
                let max = match &ast.max {
                    Expr::Lit(syn::ExprLit { lit: syn::Lit::Int(lit), .. }) if lit.suffix().is_empty() => {
                        let digits = lit.base10_digits();
                        syn::LitInt::new(&format!("{digits}u64"), lit.span()).into_token_stream()
                    }
                    expr => {
                        let item = Item::Expr(expr, Use::Value);
                        let code = self.look(point, place, &item, |writer| writer.value(&item));
                        call(quote!(#rt::Count::count), code, expr.span())
                    }
                };
                let (go, spent) = (self.to(ways[0]), self.to(ways[1]));
                let counted = sets(plan, Held::Counter(*counter), &quote!(New));
                let took = took(rt, "spent");
                quote! {
                    if #count < #max {
                        let #count = #count + 1;
                        #counted
                        #go
                    } else {
                        #took
                        #spent
                    }
                }
            }
            Kind::If(cond) => {
                let (holds, fails) = (took(rt, &text(*cond)), took(rt, ELSE));
                let item = Item::Expr(cond, Use::Place);
                let cond = self
                    .look(point, Place { scope: here.scope, carry: &here.carry }, &item, |writer| writer.value(&item));
                let (then, otherwise) = (self.to(ways[0]), self.to(ways[1]));
                quote! { if #cond { #holds #then } else { #fails #otherwise } }
            }
            Kind::Match { .. } => self.match_route(point, &ways),
            Kind::End(with, bare) => self.end(point, *with, *bare),
            Kind::Fail(expr) => self.fail(point, expr),
        }
    }

    /// Evaluates an item behind which some values are dead: those it may take.
    fn evaluate(
        &self,
        point: PointId,
        place: Place<'_, 'a>,
        item: &Item<'_, 'a>,
        write: impl Fn(&Writer<'_, 'a>) -> TokenStream,
    ) -> TokenStream {
        let plan = self.plan;
        let hold = move |value: ValueId| held(plan, point, value);
        self.written(place, &hold, item, write)
    }

    /// What a point computes, or what is carried there.
    fn subject(&self, point: PointId, subject: &'p Subject<'a>) -> TokenStream {
        let here = &self.plan.program.points[point];
        let item = match subject {
            Subject::Expr(expr, ..) => Item::Expr(expr, Use::Value),
            _ => Item::Carried(subject, here.span),
        };
        let (scope, carry) = match subject {
            Subject::Expr(_, scope, carry) => (*scope, &**carry),
            _ => (here.scope, &here.carry),
        };
        self.evaluate(point, Place { scope, carry }, &item, |writer| writer.value(&item))
    }

    /// What a branch gives where it joins.
    fn given(&self, point: PointId, region: RegionId) -> TokenStream {
        let plan = self.plan;
        if plan.program.gives_one(region) {
            return match &plan.program.points[point].carry {
                Carry::One(subject) => self.subject(point, subject),
                Carry::Many(subjects) => {
                    let parts = subjects.iter().map(|subject| self.subject(point, subject));
                    quote!((#(#parts,)*))
                }
                Carry::Nothing => quote!(()),
            };
        }
        plan.exports(region)
    }

    /// Evaluates an item that only looks.
    fn look(
        &self,
        point: PointId,
        place: Place<'_, 'a>,
        item: &Item<'_, 'a>,
        write: impl Fn(&Writer<'_, 'a>) -> TokenStream,
    ) -> TokenStream {
        let plan = self.plan;
        self.written(place, &|value| looked_at(plan, point, value), item, write)
    }

    fn written(
        &self,
        place: Place<'p, 'a>,
        hold: &dyn Fn(ValueId) -> Hold,
        item: &Item<'p, 'a>,
        write: impl Fn(&Writer<'_, 'a>) -> TokenStream,
    ) -> TokenStream {
        let item = std::slice::from_ref(item);
        write_with(self.plan, place, hold, item, |writer| writer.within_frames(write(writer)))
    }

    fn end(&self, point: PointId, with: Option<&'p Expr>, bare: Bare) -> TokenStream {
        let (plan, rt) = (self.plan, self.plan.rt());
        let at_point = &plan.program.points[point];
        let place = Place { scope: at_point.scope, carry: &at_point.carry };
        let (workflow, output) = (plan.signature, plan.signature.output);
        let ends = |code: TokenStream, span: Span| call(quote!(<_ as #rt::Ends<#output, #workflow>>::end), code, span);
        let item = match (with, bare, &at_point.carry) {
            (Some(expr), ..) => Item::Expr(expr, Use::Value),
            (None, Bare::Bindings(frame), _) => match plan.program.frames[frame].names.as_slice() {
                [name] => Item::Binding(frame, name, at_point.span),
                // A tuple of them: that the workflow ends in something else is told by its type.
                names => {
                    let items: Vec<_> = names.iter().map(|name| Item::Binding(frame, name, at_point.span)).collect();
                    let hold = |value| held(plan, point, value);
                    let code = write_with(plan, place, &hold, &items, |writer| {
                        let parts = items.iter().map(|item| writer.value(item));
                        writer.within_frames(quote!((#(#parts),*)))
                    });
                    return self.leaf.end(ends(code, at_point.span));
                }
            },
            (None, Bare::Carried, Carry::One(subject)) => Item::Carried(subject, at_point.span),
            (None, Bare::Carried, Carry::Many(subjects)) => {
                let items: Vec<_> = subjects.iter().map(|subject| Item::Carried(subject, at_point.span)).collect();
                let hold = |value| held(plan, point, value);
                let code = write_with(plan, place, &hold, &items, |writer| {
                    let parts = items.iter().map(|item| writer.value(item));
                    writer.within_frames(quote!((#(#parts),*)))
                });
                return self.leaf.end(ends(code, at_point.span));
            }
            (None, ..) => return self.leaf.end(ends(quote!(()), at_point.span)),
        };
        let plain = with.is_some_and(|expr| single(expr).is_none() && !matches!(expr, Expr::Infer(_)));
        let code = self.evaluate(point, place, &item, |writer| writer.value(&item));
        let code = if plain {
            let end = format_ident!("__end");
            quote!({ let #end: #output = #code; #end })
        } else {
            let span = with.map_or(at_point.span, Spanned::span);
            ends(code, span)
        };
        // What a run ends in may be kept already; what an arm binds is a part of something.
        let told = match (with, bare, &at_point.carry) {
            (Some(expr), ..) => gives(plan, &source_of(plan, expr, at_point.scope, &at_point.carry)),
            (None, Bare::Carried, Carry::One(subject)) => gives(plan, &source(plan, subject)),
            _ => TokenStream::new(),
        };
        let end = self.leaf.end(code);
        quote!({ #told #end })
    }

    fn fail(&self, point: PointId, expr: &'p Expr) -> TokenStream {
        let (plan, rt) = (self.plan, self.plan.rt());
        let at_point = &plan.program.points[point];
        let item = Item::Expr(expr, Use::Value);
        let place = Place { scope: at_point.scope, carry: &at_point.carry };
        let code = self.evaluate(point, place, &item, |writer| writer.value(&item));
        let failure = match plan.signature.fault {
            Some(fault) => {
                let code = call(quote!(<_ as #rt::Into<#fault>>::into), code, expr.span());
                call(quote!(#rt::Failure::new), code, fault.span())
            }
            None => call(quote!(#rt::Failure::new), code, expr.span()),
        };
        self.leaf.fail(failure)
    }
}

/// How a value is held at a point that may take it for good.
fn held(plan: &Plan<'_, '_>, point: PointId, value: ValueId) -> Hold {
    match looked_at(plan, point, value) {
        Hold::Kept if !plan.is_read_after(point, value) => Hold::Owned,
        hold => hold,
    }
}

/// How a value is held at a point that only looks at it: what a branch does not hold by itself is lent to it.
pub(super) fn looked_at(plan: &Plan<'_, '_>, point: PointId, value: ValueId) -> Hold {
    if plan.owns(point, value) { Hold::Kept } else { Hold::Ref }
}

/// Appends an item to a list that stands in a local, or all that is in another list. `source` says where the item comes
/// from, or what is in that list, as it is: what turns into another type on the way is new.
pub(super) fn append(
    plan: &Plan<'_, '_>,
    list: ValueId,
    item: &TokenStream,
    all: bool,
    source: &TokenStream,
    span: Span,
) -> TokenStream {
    let (rt, name) = (plan.rt(), plan.name(Held::Value(list)));
    let ty = plan.ty(list);
    let function =
        if all { quote!(<_ as #rt::AppendAll<#ty>>::append) } else { quote!(<_ as #rt::Append<#ty>>::append) };
    let appended = call(function, quote_spanned!(at(span)=> #item, &mut #name), span);
    let as_it_is = if all { quote!(source_of_all) } else { quote!(source) };
    appending(plan, list, &quote!(__list.#as_it_is(&#item, #rt::Source::#source)), &quote!(#appended;))
}

/// Appends to a list that stands in a local, and tells what was appended.
fn appending(plan: &Plan<'_, '_>, list: ValueId, source: &TokenStream, appended: &TokenStream) -> TokenStream {
    let (rt, name) = (plan.rt(), plan.name(Held::Value(list)));
    let (kept, ty) = (plan.kept.name(Held::Value(list)), plan.ty(list));
    quote! {
        let mut #name = #name;
        let __list = #rt::Of::<#ty>::new();
        let __before = __list.length(&#name);
        let __source = #source;
        #appended
        __list.added(&#name, __before, |__added| {
            #rt::Driver::appends(__driver, __at, #kept, __source, __added);
        });
    }
}

/// Writes with a writer that is made for these items.
pub(super) fn write_with<'a>(
    plan: &Plan<'_, 'a>,
    place: Place<'_, 'a>,
    hold: &dyn Fn(ValueId) -> Hold,
    items: &[Item<'_, 'a>],
    write: impl FnOnce(&Writer<'_, 'a>) -> TokenStream,
) -> TokenStream {
    write(&Writer::new(plan, place, hold, items))
}

/// What the start sets, in order: the code of all `let`.
pub(super) fn declarations(plan: &Plan<'_, '_>) -> TokenStream {
    let mut code = TokenStream::new();
    let inits: Vec<_> = plan.program.ast.lets.iter().filter_map(|item| Some((item, item.init.as_ref()?))).collect();
    for (index, (item, init)) in inits.iter().enumerate() {
        let read_later = |value: ValueId| {
            inits[index + 1..]
                .iter()
                .any(|(_, later)| reads::of_init(plan.program, later).0.iter().any(|read| read.var == value))
                || plan.held_behind(0, 0).contains(&Held::Value(value))
        };
        let hold = |value| {
            if read_later(value) { Hold::Kept } else { Hold::Owned }
        };
        let place = Place { scope: None, carry: &Carry::Nothing };
        let items = [Item::Expr(init, Use::Value)];
        let init = write_with(plan, place, &hold, &items, |writer| writer.value(&items[0]));
        let (name, ty) = (&item.name, &item.ty);
        let told = plan.program.resolve(None, name).map(|meaning| match meaning {
            Meaning::Value(value) => sets(plan, Held::Value(value), &quote!(New)),
            Meaning::Binding(_) => TokenStream::new(),
        });
        code.extend(quote!(let #name: #ty = #init; #told));
    }
    let read = plan.held_behind(0, 0);
    for &list in plan.program.lists.iter().filter(|&&list| read.contains(&Held::Value(list))) {
        let (name, ty, rt) = (plan.name(Held::Value(list)), plan.ty(list), plan.rt());
        let told = sets(plan, Held::Value(list), &quote!(New));
        code.extend(quote!(let #name: #ty = #rt::Default::default(); #told));
    }
    code
}
