//! `#[tool]`: a step that a model may call.
//!
//! The function is made a step as by `#[step]`. What a model fills in is read by `read`, with what it owns for what the
//! function is lent from `owned`; `emit` writes the struct of the arguments and the tool itself.

mod emit;
mod owned;
mod read;

use crate::{
    output::{runtime, runtime_of_models},
    step,
};
pub(crate) use emit::Emitted;
use loomflow_graph::grammar::errors::Errors;
use proc_macro2::TokenStream;
use quote::quote;
pub(crate) use read::{Parameter, about};
use step::StepFn;

/// What is made of the function in a build without models: it stays what it is.
pub(crate) fn without_models(item: TokenStream) -> TokenStream {
    let mut step = match StepFn::parse("#[tool]", item) {
        Ok(step) => step,
        Err(error) => return error.into_compile_error(),
    };
    read::parameters(&mut step, &Errors::new());
    let message =
        "a tool is for a model to call, and this build of loomflow has no models: turn on its feature `openai`";
    let error = syn::Error::new(step.sig.ident.span(), message).into_compile_error();
    quote!(#step #error)
}

pub(crate) fn expand(args: TokenStream, item: TokenStream) -> TokenStream {
    let written = item.clone();
    let mut step = match StepFn::parse("#[tool]", item) {
        Ok(step) => step,
        Err(error) => {
            let error = error.into_compile_error();
            return quote!(#error #written);
        }
    };
    let errors = Errors::new();
    let options = step::options(args, &step, &errors);
    let about = about(&step.sig.ident, &step.sig.generics, &step.attrs, &errors);
    let parameters = read::parameters(&mut step, &errors);
    let checked = step::check(&step, &errors);
    step::beside(&step, checked, errors, |parts| {
        let stepped = step::emit(&step, parts, &options);
        let (rt, models) = (runtime(options.krate.as_ref()), runtime_of_models(options.krate.as_ref()));
        let tool = Emitted { name: &step.sig.ident, about: &about, parameters: &parameters, rt, models }.code();
        quote!(#stepped #tool)
    })
}
