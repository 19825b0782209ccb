//! `workflow!`: from the user's tokens, by way of `loomflow-graph`, to a machine.
//!
//! - `emit` puts the parts together, `graph` is what is shown of the workflow, `signature` its outside, and
//!   `options` what stands in its `#[workflow(…)]`;
//! - `plan` says where the machine has states and what each holds; `positions` by what a run kept there is found again, in
//!   the words of `wording`, and `description` is all that it depends on, as text, and
//!   `lock` holds it against the lock file;
//! - `machine` writes the states and the turns, `transition` the ways between them, `expr` the user's expressions with
//!   the graph's names in them;
//! - `tool` is what makes a tool of it;
//! - `fallback` is what a workflow with errors becomes.

mod branch;
mod call;
mod description;
mod emit;
mod expr;
mod fallback;
mod graph;
mod lock;
mod machine;
mod options;
mod plan;
mod positions;
mod routes;
mod signature;
#[cfg(test)]
mod testing;

mod told;
mod tool;
mod transition;
mod wording;
mod work;

use crate::output::runtime;
use loomflow_graph::grammar::{
    ast::Workflow,
    check,
    errors::Errors,
    lower,
    parse::{
        self,
        lines::{self, Line},
    },
    reads,
};
use options::Options;
use proc_macro2::TokenStream;
use quote::quote;
use signature::Signature;
pub(crate) use signature::result_of;
use syn::{Attribute, Path};

pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let errors = Errors::new();
    let Some(ast) = parse::parse(input, &errors) else {
        return errors.finish().iter().map(syn::Error::to_compile_error).collect();
    };
    let signature = Signature::of(&ast, &errors);
    checked(&ast, &signature, errors)
}

/// Where its attributes say that loomflow is found. What is wrong with them is told when it is expanded.
pub(crate) fn crate_of(attrs: &[Attribute]) -> Option<Path> {
    let ours: Vec<_> = attrs.iter().filter(|attr| attr.path().is_ident("workflow")).collect();
    Options::of(&ours, &Errors::new()).krate
}

/// A workflow in one line, as an expression.
pub(crate) fn expand_line(input: TokenStream, line: Line) -> TokenStream {
    let errors = Errors::new();
    let Some(read) = lines::line(input, line, &errors, runtime) else {
        return errors.finish().iter().map(syn::Error::to_compile_error).collect();
    };
    let mut signature = Signature::of(&read.workflow, &errors);
    (signature.rt, signature.options.krate) = (runtime(read.krate.as_ref()), read.krate.clone());
    let (rt, name, types) = (signature.rt.clone(), signature.name(), &read.types);
    let workflow = checked(&read.workflow, &signature, errors);
    quote!({
        #types
        #workflow
        #rt::Line::<#name>::new()
    })
}

fn checked(ast: &Workflow, signature: &Signature<'_>, errors: Errors) -> TokenStream {
    let parsed = errors.is_empty();
    let program = lower::lower(ast, &errors);
    if errors.is_partial() {
        return fallback::partial(signature, parsed.then_some(&program), errors.finish());
    }
    let flow = reads::flow(&program);
    check::check(&program, &flow, &errors);
    if !errors.is_empty() {
        return fallback::faulty(signature, &program, &flow, errors.finish());
    }
    emit::emit(signature, &program, &flow)
}
