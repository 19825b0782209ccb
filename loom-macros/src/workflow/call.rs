//! A call of a step: its arguments put together, and what its output sets.

use super::{
    expr::{Hold, Item, Place, Writer},
    machine::marker,
    plan::{Held, Plan},
    told::sets,
    transition::append,
};
use crate::output::{at, respan};
use loomflow_graph::{
    flow::{NodeId, PointId},
    grammar::{
        ast::Call,
        names::Use,
        program::{Bare, Carry, Kind, Origin, ValueId},
    },
};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};

/// The future of a call with its arguments, for `around` to await in the same statement: what they borrow lives as long as
/// it runs.
pub(super) fn enter(
    plan: &Plan<'_, '_>,
    point: PointId,
    hold: &dyn Fn(ValueId) -> Hold,
    around: impl Fn(TokenStream) -> TokenStream,
) -> TokenStream {
    let Kind::Call(node, call, bare) = &plan.program.points[point].kind else {
        return TokenStream::new();
    };
    let (rt, step) = (plan.rt(), plan.step(*node));
    let (items, function) = arguments(plan, point, call, *bare);
    let place = Place { scope: plan.program.points[point].scope, carry: &plan.program.points[point].carry };
    let writer = Writer::new(plan, place, hold, &items);
    let span = plan.program.points[point].span;
    let called = called(&writer, &items, function, &step, call, span);
    let enter = if plan.signature.is_generic() {
        quote!(<#rt::Caller as #rt::Calls<#step, __C>>::enter)
    } else {
        quote!(<#step as #rt::Call<__C>>::enter)
    };
    let enter = respan(enter, at(span));
    writer.within_frames(around(quote!(#enter(__driver, __context, __at, #called))))
}

/// The arguments of a call put together, with no more around them.
pub(super) fn called(
    writer: &Writer<'_, '_>,
    items: &[Item<'_, '_>],
    function: &str,
    step: &TokenStream,
    call: &Call,
    span: Span,
) -> TokenStream {
    // The parentheses are the user's: that is where an argument is missing.
    let arguments = items.iter().map(|item| writer.argument(item, step));
    let function = Ident::new(function, at(span));
    let list = quote!(#(#arguments),*);
    let parenthesis = call.args.as_ref().map_or(span, |(paren, _)| paren.span.join());
    let mut group = proc_macro2::Group::new(proc_macro2::Delimiter::Parenthesis, list);
    group.set_span(at(parenthesis));
    let path = respan(quote!(<#step>::#function), at(span));
    quote!(#path #group)
}

/// What a call hands over, and the function that takes it.
pub(super) fn arguments<'p, 'a>(
    plan: &'p Plan<'_, 'a>,
    point: PointId,
    call: &'p Call,
    bare: Bare,
) -> (Vec<Item<'p, 'a>>, &'static str) {
    let at_point = &plan.program.points[point];
    let span = at_point.span;
    if let Some((_, args)) = &call.args {
        return (args.iter().map(|arg| Item::Expr(arg, Use::Value)).collect(), "__args");
    }
    match (bare, &at_point.carry) {
        (Bare::Bindings(frame), _) => {
            let names = &plan.program.frames[frame].names;
            (names.iter().map(|name| Item::Binding(frame, name, span)).collect(), "__args")
        }
        (Bare::Carried, Carry::One(subject)) => (vec![Item::Carried(subject, span)], "__bare"),
        (Bare::Carried, Carry::Many(subjects)) => {
            (subjects.iter().map(|subject| Item::Carried(subject, span)).collect(), "__args")
        }
        (Bare::Nothing, _) | (Bare::Carried, Carry::Nothing) => (Vec::new(), "__args"),
    }
}

/// Gives the output to the values it sets and to the list it is appended to, as far as they are read.
pub(super) fn set_output(plan: &Plan<'_, '_>, point: PointId, node: NodeId) -> TokenStream {
    let read: Vec<ValueId> = plan.program.nodes[node]
        .sets
        .iter()
        .copied()
        .filter(|&value| plan.held_behind(point, 0).contains(&Held::Value(value)))
        .collect();
    let span = plan.program.points[point].span;
    let appends = plan.program.nodes[node].appends;
    let list = appends.filter(|&list| plan.held_behind(point, 0).contains(&Held::Value(list)));
    if let Some(list) = list {
        let source = output_of(plan, node);
        if read.is_empty() {
            return append(plan, list, &quote!(__out), false, &source, span);
        }
        let again = again(plan, span);
        let append = append(plan, list, &quote!(__again), false, &source, span);
        let rest = set_values(plan, node, &read, span);
        return quote!(#again #append #rest);
    }
    set_values(plan, node, &read, span)
}

/// Where what a node gives comes from.
fn output_of(plan: &Plan<'_, '_>, node: NodeId) -> TokenStream {
    if plan.program.nodes[node].tried { quote!(Tried) } else { quote!(Output) }
}

/// The output once more, in a statement of its own: asked for where a type is expected, it would be looked for with that
/// type, and what does not fit would be told of `Again`.
fn again(plan: &Plan<'_, '_>, span: Span) -> TokenStream {
    let rt = plan.rt();
    quote_spanned!(at(span)=> let __again = #rt::Again::again(&__out);)
}

fn set_values(plan: &Plan<'_, '_>, node: NodeId, read: &[ValueId], span: Span) -> TokenStream {
    let Some((last, others)) = read.split_last() else {
        return quote!(let _ = __out;);
    };
    let mut code = TokenStream::new();
    for &value in others {
        code.extend(again(plan, span));
        code.extend(set(plan, node, value, &quote!(__again), span));
    }
    code.extend(set(plan, node, *last, &quote!(__out), span));
    code
}

/// Sets a value; where its type is not this node's by definition, that it is the same is told by `Sets`.
fn set(plan: &Plan<'_, '_>, node: NodeId, value: ValueId, output: &TokenStream, span: Span) -> TokenStream {
    let rt = plan.rt();
    let item = &plan.program.values[value];
    let (name, ty, step) = (plan.name(Held::Value(value)), plan.ty(value), plan.step(node));
    let told = sets(plan, Held::Value(value), &output_of(plan, node));
    let by = match &item.origin {
        Origin::Node(by) if *by == node => return quote!(let #name: #ty = #output; #told),
        Origin::Tried(of) if matches!(**of, Origin::Node(by) if by == node) => {
            return quote!(let #name: #ty = #output; #told);
        }
        Origin::Node(by) => plan.step(*by),
        _ => quote!(__names::declaration),
    };
    let marker = marker(&item.name);
    let set = respan(quote!(<_ as #rt::Sets<#ty, __names::#marker, #by, #step>>::set), at(span));
    quote!(let #name: #ty = #set(#output); #told)
}
