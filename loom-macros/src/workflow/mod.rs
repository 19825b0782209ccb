//! `workflow!`: from the user's tokens, by way of `loomflow-graph`, to a machine.
//!
//! - `emit` puts the parts together, `graph` is what is shown of the workflow, `signature` its outside;
//! - `plan` says where the machine has states and what each holds;
//! - `machine` writes the states and the turns, `transition` the ways between them, `expr` the user's expressions with
//!   the graph's names in them;
//! - `fallback` is what a workflow with errors becomes.

mod emit;
mod expr;
mod fallback;
mod graph;
mod machine;
mod plan;
mod signature;
mod transition;

use loomflow_graph::grammar::{check, errors::Errors, lower, parse, reads};
use proc_macro2::TokenStream;
use signature::Signature;

pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let errors = Errors::new();
    let Some(ast) = parse::parse(input, &errors) else {
        return errors.finish().iter().map(syn::Error::to_compile_error).collect();
    };
    let signature = Signature::of(&ast, &errors);
    let parsed = errors.is_empty();
    let program = lower::lower(&ast, &errors);
    if errors.is_partial() {
        return fallback::partial(&signature, parsed.then_some(&program), errors.finish());
    }
    let flow = reads::flow(&program);
    check::check(&program, &flow, &errors);
    if !errors.is_empty() {
        return fallback::faulty(&signature, &program, &flow, errors.finish());
    }
    emit::emit(&signature, &program, &flow)
}
