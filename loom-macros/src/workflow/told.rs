//! What a driver is told of the ways that are taken: their labels, and what is set on them.
//!
//! A driver that keeps nothing is told nothing: its part of this is empty, and no code is left of it.

use super::plan::{Held, Plan};
use loomflow_graph::grammar::{
    names::single,
    program::{Carry, Meaning, Subject},
};
use proc_macro2::TokenStream;
use quote::quote;
use syn::Expr;

/// That a way with this label was taken.
pub(super) fn took(rt: &TokenStream, label: &str) -> TokenStream {
    quote!(#rt::Driver::took(__driver, __at, #label);)
}

/// That something was set, and where it comes from.
pub(super) fn sets(plan: &Plan<'_, '_>, held: Held, source: &TokenStream) -> TokenStream {
    told(plan.rt(), plan.kept.name(held), source)
}

/// What a branch gives, or what the workflow ends in.
pub(super) fn gives(plan: &Plan<'_, '_>, source: &TokenStream) -> TokenStream {
    told(plan.rt(), "", source)
}

fn told(rt: &TokenStream, name: &str, source: &TokenStream) -> TokenStream {
    quote!(#rt::Driver::sets(__driver, __at, #name, #rt::Source::#source);)
}

/// Where what a point computes comes from: of a value that is named and nothing else, that it is the same.
pub(super) fn source(plan: &Plan<'_, '_>, subject: &Subject<'_>) -> TokenStream {
    match subject {
        Subject::Value(value) => same(plan, Held::Value(*value)),
        Subject::Expr(expr, scope, carry) => source_of(plan, expr, *scope, carry),
        Subject::Item(_) | Subject::Tuple(_) => quote!(New),
    }
}

/// The same of an expression.
pub(super) fn source_of(plan: &Plan<'_, '_>, expr: &Expr, scope: Option<usize>, carry: &Carry<'_>) -> TokenStream {
    if let (Expr::Infer(_), Carry::One(subject)) = (expr, carry) {
        return source(plan, subject);
    }
    match single(expr).and_then(|name| plan.program.resolve(scope, name)) {
        Some(Meaning::Value(value)) => same(plan, Held::Value(value)),
        Some(Meaning::Binding(_)) | None => quote!(New),
    }
}

fn same(plan: &Plan<'_, '_>, held: Held) -> TokenStream {
    let name = plan.kept.name(held);
    quote!(Same(#name))
}
