//! A checked workflow as code: its type, what makes it a step and a machine, and how it is run.

use super::{
    description::{description, kept},
    graph,
    lock::locked,
    machine::{aliases, begin, names, places, states, turn, unraw},
    plan::Plan,
    positions::positions,
    signature::Signature,
    tool,
};
use crate::output::at;
use loomflow_graph::{
    flow::Flow,
    grammar::{ast, program::Program},
};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Lifetime;

pub(super) fn emit(signature: &Signature<'_>, program: &Program<'_>, flow: &Flow) -> TokenStream {
    let plan = Plan::of(signature, program, flow);
    let rt = &signature.rt;
    let once = attempted_once(&plan);
    let described = graph::described(&plan);
    let strukt = strukt(signature, &graph::on_page(&plan, &described));
    let aliases = aliases(&plan);
    let names = names(&plan);
    let states = states(&plan);
    let positions = positions(&plan);
    let (places, place) = places(&plan, &positions, &described);
    let (checked, parts) = (checked_answers(&plan), parts(&plan));
    let step = step_impl(signature, &quote!(#checked #parts));
    let description = description(&plan, &positions);
    let locked = locked(&plan, &positions, &description);
    let kept = kept(&plan, &description, &positions);
    let workflow = workflow_impl(&plan, &graph::constant(&plan, flow, &described), &place, &kept);
    let machine = machine_impl(&plan);
    let inherent = inherent_impl(signature);
    let tool = tool::of(signature);
    quote! {
        #strukt
        #[doc(hidden)]
        #[allow(warnings, clippy::all, clippy::pedantic, clippy::nursery)]
        const _: () = {
            use #rt::{Anyway as _, Lend as _, Sorted as _};
            #aliases
            #names
            #states
            #places
            #step
            #workflow
            #machine
            #once
        };
        #inherent
        #tool
        #locked
    }
}

pub(super) fn strukt(signature: &Signature<'_>, diagram: &TokenStream) -> TokenStream {
    let (rt, attrs, vis, name) = (&signature.rt, &signature.attrs, &signature.ast.vis, signature.name());
    let generics = &signature.ast.generics;
    if !signature.is_generic() {
        return quote! {
            #(#attrs)*
            #diagram
            #[derive(Debug, Clone, Copy)]
            #vis struct #name;
        };
    }
    let (types, bounds) = (signature.type_params(), &generics.where_clause);
    quote! {
        #(#attrs)*
        #diagram
        #[derive(Debug, Clone, Copy)]
        #vis struct #name #generics (#rt::PhantomData<fn() -> (#(#types,)*)>) #bounds;
    }
}

fn lifetime() -> Lifetime {
    Lifetime::new("'__a", Span::mixed_site())
}

pub(super) fn step_impl(signature: &Signature<'_>, check: &TokenStream) -> TokenStream {
    let (rt, a, doc) = (&signature.rt, lifetime(), signature.doc());
    let (impls, _, bounds) = signature.ast.generics.split_for_impl();
    let (names, types) = signature.inputs();
    let (args, bare) = (Ident::new("__args", signature.name().span()), Ident::new("__bare", signature.name().span()));
    let bare_params = if names.is_empty() { quote!(_: #rt::Nothing) } else { quote!(#(#names: #types),*) };
    let (name, output) = (signature.name().to_string(), signature.output);
    let context = signature.with_context();
    let predicates = signature.predicates();
    let param = types.first().map_or_else(|| quote!(()), |first| quote!(#first));
    let (runs, nested) = if signature.is_generic() {
        (quote!(#rt::Caller: #rt::Runs<Self, __C>), quote!(<#rt::Caller as #rt::Runs<Self, __C>>::nested))
    } else {
        (quote!(Self: #rt::Machine<__C>), quote!(<__D as #rt::Driver>::nested::<__C, Self>))
    };
    quote! {
        #[automatically_derived]
        impl #impls #signature #bounds {
            #[doc(hidden)]
            #[inline]
            pub fn #args<#a>(#(#names: #types),*) -> (#(#types,)*) { (#(#names,)*) }
            #[doc(hidden)]
            #[inline]
            pub fn #bare<#a>(#bare_params) -> (#(#types,)*) { (#(#names,)*) }
        }
        #[automatically_derived]
        impl #impls #rt::Step for #signature #bounds {
            const NAME: &'static str = #name;
            const DOC: &'static str = #doc;
            const POLICY: #rt::Policy = #rt::Policy::ONCE;
            type Args<#a> = (#(#types,)*);
            type Output = #output;
            #check
        }
        #[automatically_derived]
        impl #impls #rt::Takes for #signature #bounds {
            type Param = #rt::Taken<#param>;
        }
        #[automatically_derived]
        impl #context #rt::Call<__C> for #signature where #predicates #runs {
            #[inline]
            fn perform<#a, __D: #rt::Driver>(
                __driver: &#a __D,
                __context: &#a __C,
                __at: &#a #rt::At<<__D as #rt::Driver>::Scope>,
                __args: <Self as #rt::Step>::Args<#a>,
            ) -> impl #rt::Future<Output = #rt::Result<<Self as #rt::Step>::Output, #rt::Failure>> + #rt::Send {
                #nested(__driver, __context, __at, __args)
            }
            #[inline]
            fn enter<#a, __D: #rt::Driver>(
                __driver: &#a __D,
                __context: &#a __C,
                __at: &#a #rt::At<<__D as #rt::Driver>::Scope>,
                __args: <Self as #rt::Step>::Args<#a>,
            ) -> impl #rt::Future<Output = #rt::Result<<Self as #rt::Step>::Output, #rt::Failure>> + #rt::Send {
                #nested(__driver, __context, __at, __args)
            }
        }
    }
}

/// Answers are checked by the asks among the steps.
fn checked_answers(plan: &Plan<'_, '_>) -> TokenStream {
    let rt = plan.rt();
    let mut told = Vec::new();
    let steps = (0..plan.program.nodes.len()).filter_map(|node| {
        let text = plan.program.nodes[node].path.to_token_stream().to_string();
        let is_new = !told.contains(&text);
        told.push(text);
        is_new.then(|| plan.step(node))
    });
    quote! {
        fn check_answer(__ask: &str, __json: &str) -> #rt::Option<#rt::Result<(), #rt::JsonError>> {
            #rt::check_answer(&[#(<#steps as #rt::Step>::check_answer),*], __ask, __json)
        }
    }
}

/// What runs within it, node by node.
fn parts(plan: &Plan<'_, '_>) -> TokenStream {
    let rt = plan.rt();
    let steps = (0..plan.program.nodes.len()).map(|node| plan.step(node));
    quote! {
        fn parts() -> #rt::Parts {
            #rt::Parts::of::<Self>(#rt::Some(<Self as #rt::Workflow>::GRAPH), &[#(<#steps as #rt::Step>::parts),*])
        }
    }
}

fn workflow_impl(plan: &Plan<'_, '_>, graph: &TokenStream, place: &TokenStream, kept: &TokenStream) -> TokenStream {
    let (signature, rt) = (plan.signature, plan.rt());
    let (impls, generics, bounds) = signature.ast.generics.split_for_impl();
    let (inputs, types) = signature.inputs();
    let texts = inputs.iter().map(|input| unraw(input)).collect::<Vec<_>>();
    let begin = begin(plan);
    quote! {
        #[automatically_derived]
        impl #impls #rt::Workflow for #signature #bounds {
            const GRAPH: #rt::graph::Graph<'static> = #graph;
            #kept
            type Input = (#(#types,)*);
            type State = __State #generics;
            fn begin<__D: #rt::Driver>(
                __driver: &__D,
                __at: &#rt::At<<__D as #rt::Driver>::Scope>,
                __input: <Self as #rt::Workflow>::Input,
            ) -> #rt::Result<#rt::Flow<<Self as #rt::Workflow>::State, <Self as #rt::Step>::Output>, #rt::Failure> {
                #begin
            }
            fn restore(
                __from: &mut #rt::Restoring,
            ) -> #rt::Result<<Self as #rt::Workflow>::State, #rt::Unfit> {
                <Self as #rt::Workflow>::State::__restore(__from)
            }
            fn write_input(
                __input: &<Self as #rt::Workflow>::Input,
                __to: &mut #rt::Fields,
            ) -> #rt::Result<(), #rt::Unfit> {
                let (#(#inputs,)*) = __input;
                #(#rt::Of::<#types>::new().put(__to, #texts, #inputs)?;)*
                #rt::Ok(())
            }
            fn read_input(
                __from: &mut #rt::Fields,
            ) -> #rt::Result<<Self as #rt::Workflow>::Input, #rt::Unfit> {
                #rt::Ok((#(#rt::Of::<#types>::new().take(__from, #texts)?,)*))
            }
            fn places() -> &'static [#rt::Place] {
                &__PLACES
            }
            #[inline]
            fn place(__state: &<Self as #rt::Workflow>::State) -> &'static #rt::Place {
                #place
            }
        }
    }
}

/// That a step which is required to run at most once is not retried.
fn attempted_once(plan: &Plan<'_, '_>) -> TokenStream {
    let rt = plan.rt();
    let rules = plan.program.rules.iter().filter(|rule| matches!(rule.ast.rule, ast::Rule::AtMostOnce));
    let asserts = rules.flat_map(|rule| rule.of.iter().map(move |&node| (rule, node))).map(|(rule, node)| {
        let (step, name) = (plan.step(node), &rule.ast.node);
        let message = format!("`{name}` can run more than once: it is retried. Take `retry` out of its `#[step(…)]`");
        let span = at(name.span());
        quote_spanned!(span=> const _: () = ::core::assert!(<#step as #rt::Step>::POLICY.attempts == 1, #message);)
    });
    // Of a generic step nothing is known before its parameters are.
    if plan.signature.is_generic() { TokenStream::new() } else { quote!(#(#asserts)*) }
}

fn machine_impl(plan: &Plan<'_, '_>) -> TokenStream {
    let (signature, rt, a) = (plan.signature, plan.rt(), lifetime());
    let context = signature.with_context();
    let predicates = signature.predicates();
    let mut told = Vec::new();
    let calls = (0..plan.program.nodes.len()).filter_map(|node| {
        let path = plan.program.nodes[node].path;
        let text = path.to_token_stream().to_string();
        // Two nodes of one step ask for one bound.
        if told.contains(&text) {
            return None;
        }
        told.push(text);
        let step = plan.step(node);
        Some(if signature.is_generic() {
            quote!(#rt::Caller: #rt::Calls<#step, __C>)
        } else {
            quote!(#step: #rt::Call<__C>)
        })
    });
    let (turn, functions) = turn(plan);
    quote! {
        #[automatically_derived]
        impl #context #rt::Machine<__C> for #signature where #predicates #(#calls,)* {
            async fn turn<#a, __D: #rt::Driver>(
                __state: &#a mut <Self as #rt::Workflow>::State,
                __driver: &#a __D,
                __context: &#a __C,
                __at: &#a #rt::At<<__D as #rt::Driver>::Scope>,
            ) -> #rt::Result<#rt::Option<<Self as #rt::Step>::Output>, #rt::Failure> {
                #turn
            }
        }
        #functions
    }
}

/// What a user calls.
pub(super) fn inherent_impl(signature: &Signature<'_>) -> TokenStream {
    let rt = &signature.rt;
    let (impls, _, bounds) = signature.ast.generics.split_for_impl();
    let (names, types) = signature.inputs();
    let (vis, output) = (&signature.ast.vis, signature.output);
    // Of a generic type rustc knows behind a bound what the bound says, and no more.
    let known = signature.is_generic().then(|| quote!(, Input = (#(#types,)*), Output = #output));
    quote! {
        #[automatically_derived]
        #[allow(dead_code, clippy::too_many_arguments)]
        impl #impls #signature #bounds {
            /// The workflow's graph: nodes, edges, labels, bounds, doc comments and source lines.
            #vis const GRAPH: #rt::graph::Graph<'static> = <Self as #rt::Workflow>::GRAPH;

            /// Runs the workflow in memory; nothing is kept. Dropping the future cancels the run.
            ///
            /// # Errors
            /// When a step fails for good, or the graph comes to a `fail(…)`.
            #vis fn run<'__c, __C>(
                __context: &'__c __C,
                #(#names: #types),*
            ) -> #rt::Run<'__c, #rt::Result<#output, #rt::Failure>>
            where
                __C: ?::core::marker::Sized + #rt::Sync,
                Self: #rt::Machine<__C #known>,
            {
                #rt::run::<__C, Self>(__context, (#(#names,)*))
            }

            /// Runs the workflow in memory and gives, beside its outcome, the names of the nodes it visited, in order.
            #vis fn trace<'__c, __C>(
                __context: &'__c __C,
                #(#names: #types),*
            ) -> #rt::Run<'__c, #rt::Traced<#output>>
            where
                __C: ?::core::marker::Sized + #rt::Sync,
                Self: #rt::Machine<__C #known>,
            {
                #rt::trace::<__C, Self>(__context, (#(#names,)*))
            }
        }
    }
}
