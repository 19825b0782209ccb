//! What a model is told of a tool: what it does, and what it takes.

use super::owned::{Takes, owned};
use crate::{
    docs,
    step::{StepFn, unraw},
};
use loomflow_graph::grammar::errors::Errors;
use proc_macro2::{Ident, Span};
use syn::{Attribute, FnArg, Generics, Pat, Type, spanned::Spanned};

/// A parameter that a model fills in.
pub(crate) struct Parameter {
    pub(crate) name: Ident,
    /// What the model is told of it.
    pub(crate) about: String,
    /// The type of what it fills in.
    pub(crate) ty: Type,
    /// Where the type stands that the user wrote.
    pub(crate) span: Span,
    pub(super) takes: Takes,
}

impl Parameter {
    /// One that is taken by value.
    pub(crate) fn whole(name: Ident, about: String, ty: Type) -> Self {
        Parameter { name, about, span: ty.span(), ty, takes: Takes::Whole }
    }
}

/// What the model is told of a tool.
pub(crate) fn about(name: &Ident, generics: &Generics, attrs: &[Attribute], errors: &Errors) -> String {
    check_name(name, errors);
    if !generics.params.is_empty() {
        let message = "a tool is not generic: what a model fills in, and what it is told, is of types that are known";
        errors.on(&generics.params, message);
    }
    let about = docs::text(attrs);
    if about.is_empty() {
        let message = format!(
            "a model is told what a tool does by its doc comment, and `{name}` has none: write `/// …` above it"
        );
        errors.at(name.span(), message);
    }
    about
}

/// Servers take no other names.
fn check_name(name: &Ident, errors: &Errors) {
    let text = unraw(name);
    if text.len() > 64 || !text.is_ascii() {
        let message = "a model calls a tool by its name, of at most 64 letters, digits and `_`, as servers take it: give it such a one";
        errors.at(name.span(), message);
    }
}

/// What a model fills in. The doc comments of parameters are taken off the function: rustc takes none there.
pub(super) fn parameters(step: &mut StepFn, errors: &Errors) -> Vec<Parameter> {
    let mut parameters = Vec::new();
    for arg in &mut step.sig.inputs {
        let FnArg::Typed(arg) = arg else { continue };
        let about = docs::text(&arg.attrs);
        arg.attrs.retain(|attr| !attr.path().is_ident("doc"));
        if arg.attrs.iter().any(|attr| attr.path().is_ident("context") || attr.path().is_ident("run")) {
            continue;
        }
        let Pat::Ident(pat) = &*arg.pat else {
            errors.on(
                &arg.pat,
                "a model knows a parameter by its name: give this one a name, and take it apart in the body",
            );
            continue;
        };
        let (ty, takes) = owned(&arg.ty, errors);
        parameters.push(Parameter { name: pat.ident.clone(), about, ty, span: arg.ty.span(), takes });
    }
    parameters
}
