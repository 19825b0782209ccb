//! `#[step]` and `#[ask]`: the function stays what it is to who calls it; beside it stands a type of the same name.
//!
//! `signature` reads and checks the function, `options` what stands in the attribute, `emit` writes the code, and `plain`
//! the function; `ask` has what asks have of their own. The body is never parsed, so that an editor helps in one that is half-written.

mod ask;
mod emit;
mod options;
mod plain;
mod signature;

pub(crate) use ask::expand as expand_ask;
pub(crate) use emit::{emit, unraw};
pub(crate) use options::Options;
pub(crate) use signature::{Parts, StepFn, borrows, check};

use crate::output::errors_as_type;
use loomflow_graph::grammar::errors::Errors;
use proc_macro2::TokenStream;
use quote::quote;

pub(crate) fn expand(args: TokenStream, item: TokenStream) -> TokenStream {
    let written = item.clone();
    let step = match StepFn::parse("#[step]", item) {
        Ok(step) => step,
        Err(error) => {
            let error = error.into_compile_error();
            return quote!(#error #written);
        }
    };
    let errors = Errors::new();
    let options = options(args, &step, &errors);
    let checked = check(&step, &errors);
    beside(&step, checked, errors, |parts| emit(&step, parts, &options))
}

/// What stands in the attribute of that function.
pub(crate) fn options(args: TokenStream, step: &StepFn, errors: &Errors) -> Options {
    let options = Options::parse(args, errors);
    if let (Some(span), None) = (options.timeout_at, &step.sig.asyncness) {
        let message = "`timeout` cannot cut off a function that is not `async`: it never gives way";
        errors.at(span, message);
    }
    options
}

/// The code; or the function as it was written, with all that is wrong.
pub(crate) fn beside(
    step: &StepFn,
    checked: Option<Parts>,
    errors: Errors,
    emit: impl FnOnce(&Parts) -> TokenStream,
) -> TokenStream {
    let beside = match checked {
        Some(parts) if errors.is_empty() => return emit(&parts),
        Some(_) => errors_as_type(&step.vis, &step.sig.ident, errors.finish()),
        // Beside a method no type can stand.
        None => errors.finish().iter().map(syn::Error::to_compile_error).collect(),
    };
    quote!(#step #beside)
}
