//! `agent!`: a workflow whose ways a model chooses.
//!
//! - `parse` reads it into [`ast`], `settings` what it says of itself besides its ways, `check` tells what is an agent's own: what is offered, what follows it, whether it ends;
//! - `places` says where the model chooses and what each place is called;
//! - `emit` writes what a place offers, and `lower` the workflow, which then goes through all that every workflow goes through.

mod ast;
mod check;
mod emit;
mod lower;
mod parse;
mod places;
mod settings;
mod ways;

use crate::{
    output::{errors_as_type, runtime_of_models},
    workflow,
};
use ast::{Agent, Offered};
use loomflow_graph::grammar::errors::Errors;
use places::Places;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{Meta, spanned::Spanned};

pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let errors = Errors::new();
    let Some(mut agent) = parse::parse(input, &errors) else {
        return errors.finish().iter().map(syn::Error::to_compile_error).collect();
    };
    as_workflow(&mut agent);
    let models = runtime_of_models(workflow::crate_of(&agent.attrs).as_ref());
    if !errors.is_partial() {
        check::check(&agent, &errors);
    }
    if !errors.is_empty() {
        return faulty(&agent, &models, errors.finish());
    }
    let places = Places::of(&agent);
    let offers = emit::emit(&agent, &places, &models);
    let lowered = workflow::expand(lower::lower(&agent, &places, &models));
    quote!(#offers #lowered)
}

/// What stands in the place of an agent in a build without models.
pub(crate) fn without_models(input: TokenStream) -> TokenStream {
    let read = parse::parse(input, &Errors::new());
    let message = "an agent asks a model, and this build of loomflow has no models: turn on its feature `openai`";
    match read {
        Some(Agent { vis, name, .. }) => errors_as_type(&vis, &name, vec![syn::Error::new(name.span(), message)]),
        None => syn::Error::new(Span::call_site(), message).into_compile_error(),
    }
}

/// The options of an agent are those of a workflow.
fn as_workflow(agent: &mut Agent) {
    for attr in &mut agent.attrs {
        if let Meta::List(list) = &mut attr.meta
            && list.path.is_ident("agent")
        {
            list.path = Ident::new("workflow", list.path.span()).into();
        }
    }
}

/// An agent with errors: its type stands, so that nothing is said of what uses it, and its tools are looked up.
fn faulty(agent: &Agent, models: &TokenStream, errors: Vec<syn::Error>) -> TokenStream {
    let errors = errors_as_type(&agent.vis, &agent.name, errors);
    // One that nothing follows may be misspelt, which is told already.
    let followed = |offered: &&Offered| agent.free.is_some() || agent.statement(offered.tool()).is_some();
    let tools = ways::tools(agent).into_iter().filter(followed).map(|offered| {
        let path = &offered.path;
        quote_spanned!(path.span()=> let _ = <#path as #models::Tool>::spec;)
    });
    quote! {
        #errors
        #[doc(hidden)]
        #[allow(warnings, unused)]
        const _: fn() = || { #(#tools)* };
    }
}

/// The name that stands for a tool in all generated code: its path is written once, so that one that leads nowhere is told
/// once.
fn alias(agent: &Agent, tool: &Ident) -> Ident {
    format_ident!("__{}_{}", agent.name, tool, span = tool.span())
}
