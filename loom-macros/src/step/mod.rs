//! `#[step]`: the function stays as it is; beside it stands a type of the same name.
//!
//! `signature` reads and checks the function, `options` what stands in the attribute, `emit` writes the code. The body is
//! never parsed, so that an editor helps in one that is half-written.

mod emit;
mod options;
mod signature;

use crate::output::errors_as_type;
use loomflow_graph::grammar::errors::Errors;
use options::Options;
use proc_macro2::TokenStream;
use quote::quote;
use signature::StepFn;
pub(crate) use signature::borrows;

pub(crate) fn expand(args: TokenStream, item: TokenStream) -> TokenStream {
    let written = item.clone();
    let step: StepFn = match syn::parse2(item) {
        Ok(step) => step,
        Err(error) => {
            let error = error.into_compile_error();
            return quote!(#error #written);
        }
    };
    let errors = Errors::new();
    let options = Options::parse(args, &errors);
    if let (Some(span), None) = (options.timeout_at, &step.sig.asyncness) {
        let message = "`timeout` cannot cut off a function that is not `async`: it never gives way";
        errors.at(span, message);
    }
    let checked = signature::check(&step, &errors);
    let function = &step;
    let beside = match checked {
        Some(parts) if errors.is_empty() => emit::emit(&step, &parts, &options),
        Some(_) => errors_as_type(&step.vis, &step.sig.ident, errors.finish()),
        // Beside a method no type can stand.
        None => errors.finish().iter().map(syn::Error::to_compile_error).collect(),
    };
    quote!(#function #beside)
}

/// `#[ask]` is read in this release and refused.
pub(crate) fn expand_ask(item: TokenStream) -> TokenStream {
    let message =
        "`#[ask]` is not in this release yet: a run that waits for a person needs the journal, which comes with it";
    let written = item.clone();
    match syn::parse2::<StepFn>(item) {
        Ok(step) => {
            let error = syn::Error::new(step.sig.ident.span(), message);
            let beside = errors_as_type(&step.vis, &step.sig.ident, vec![error]);
            quote!(#step #beside)
        }
        Err(_) => {
            let error = syn::Error::new(proc_macro2::Span::call_site(), message).into_compile_error();
            quote!(#error #written)
        }
    }
}
