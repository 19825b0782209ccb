//! `#[workflow(tool)]`: a workflow that a model may call, with its inputs to fill in.

use super::signature::Signature;
use crate::{
    docs,
    output::runtime_of_models,
    tool::{Emitted, Parameter, about},
};
use loomflow_graph::grammar::{ast::Workflow, errors::Errors};
use proc_macro2::TokenStream;

/// Tells what keeps it from being a tool.
pub(super) fn check(ast: &Workflow, errors: &Errors) {
    about(&ast.name, &ast.generics, &ast.attrs, errors);
}

/// What makes it a tool, where it is to be one.
pub(super) fn of(signature: &Signature<'_>) -> TokenStream {
    if !signature.options.tool {
        return TokenStream::new();
    }
    let ast = signature.ast;
    let parameters = ast.inputs.iter();
    let parameters: Vec<_> = parameters
        .map(|input| Parameter::whole(input.name.clone(), docs::text(&input.docs), input.ty.clone()))
        .collect();
    let (rt, models) = (signature.rt.clone(), runtime_of_models(signature.options.krate.as_ref()));
    Emitted { name: signature.name(), about: &docs::text(&ast.attrs), parameters: &parameters, rt, models }.code()
}
