//! What a workflow with errors becomes: its type stands, so that nothing is said of what uses it, and rustc still looks
//! at the steps and the arguments that could be read, so that all mistakes are told in one run.

use super::{
    call::{arguments, called},
    expr::{Hold, Place, Writer},
    machine::aliases,
    plan::{Held, Plan},
    signature::Signature,
};
use crate::output::errors_as_type;
use loomflow_graph::{
    flow::{Flow, PointId},
    grammar::{
        ast::Call,
        check::is_typed,
        program::{Bare, Frame, Kind, Program, Subject},
        reads,
    },
};
use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

/// A workflow of which a part is missing: its steps are looked up, no more.
pub(super) fn partial(
    signature: &Signature<'_>,
    program: Option<&Program<'_>>,
    errors: Vec<syn::Error>,
) -> TokenStream {
    let errors = errors_as_type(&signature.ast.vis, signature.name(), errors);
    // Generic paths may name the workflow's own parameters, which stand nowhere here.
    let Some(program) = program.filter(|_| !signature.is_generic()) else { return errors };
    let rt = &signature.rt;
    let steps = program.nodes.iter().map(|node| {
        let path = node.path;
        quote_spanned!(path.span()=> let _ = <#path as #rt::Step>::NAME;)
    });
    quote! {
        #errors
        #[doc(hidden)]
        #[allow(warnings, unused)]
        const _: fn() = || { #(#steps)* };
    }
}

/// A whole workflow whose graph has faults: its calls are put together as if it had none.
pub(super) fn faulty(
    signature: &Signature<'_>,
    program: &Program<'_>,
    flow: &Flow,
    errors: Vec<syn::Error>,
) -> TokenStream {
    if signature.is_generic() || !is_typed(program) {
        return partial(signature, Some(program), errors);
    }
    let errors = errors_as_type(&signature.ast.vis, signature.name(), errors);
    let plan = Plan::of(signature, program, flow);
    let aliases = aliases(&plan);
    let calls = program.points.iter().enumerate().filter_map(|(point, at)| match &at.kind {
        Kind::Call(_, call, bare) if is_sound(program, point) => Some(check_call(&plan, point, call, *bare)),
        _ => None,
    });
    quote! {
        #errors
        #[doc(hidden)]
        #[allow(warnings, unused, clippy::all, clippy::pedantic, clippy::nursery)]
        const _: () = { #aliases #(#calls)* };
    }
}

// What was told of an expression already is not told again by rustc.
fn is_sound(program: &Program<'_>, point: PointId) -> bool {
    // What the items of a fork are is only known within it.
    let item = |frame: &Frame<'_>| matches!(frame.on, Subject::Item(_));
    if program.frames_from(program.points[point].scope).any(|(_, frame)| item(frame)) {
        return false;
    }
    reads::unknown(program, point).is_empty() && reads::of_point(program, point).1.is_empty()
}

fn check_call<'a>(plan: &Plan<'_, 'a>, point: PointId, call: &'a Call, bare: Bare) -> TokenStream {
    let (rt, at) = (plan.rt(), &plan.program.points[point]);
    let Kind::Call(node, ..) = at.kind else { return TokenStream::new() };
    let step = plan.step(node);
    let values = (0..plan.program.values.len()).map(|value| {
        let (name, ty) = (plan.name(Held::Value(value)), plan.ty(value));
        quote!(#name: &mut #rt::Slot<#ty>)
    });
    let (items, function) = arguments(plan, point, call, bare);
    let place = Place { scope: at.scope, carry: &at.carry };
    let writer = Writer::new(plan, place, &|_| Hold::Slot, &items);
    let called = called(&writer, &items, function, &step, call, at.span);
    let called = writer.within_frames(quote!({ let _ = #called; }));
    let name = Ident::new(&format!("__call{point}"), proc_macro2::Span::call_site());
    quote! {
        fn #name(#(#values),*) -> #rt::Result<(), #rt::Failure> {
            #called
            #rt::Ok(())
        }
    }
}
