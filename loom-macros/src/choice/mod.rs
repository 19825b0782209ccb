//! `#[derive(Choice)]`: an enum whose labels a model chooses from.
//!
//! [`read`] makes a [`Choice`](read::Choice) of the enum, with the names that [`serde`] gives and the texts of [`crate::docs`];
//! [`emit`] makes the trait's implementation of that.

mod emit;
mod names;
mod read;
mod serde;

use loomflow_graph::grammar::errors::Errors;
use proc_macro2::TokenStream;
use syn::DeriveInput;

pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let input: DeriveInput = match syn::parse2(input) {
        Ok(input) => input,
        Err(error) => return error.into_compile_error(),
    };
    let errors = Errors::new();
    let choice = read::Choice::of(&input, &errors);
    let errors = errors.finish();
    if errors.is_empty() { emit::choice(&choice) } else { emit::fallback(&input, &choice, errors) }
}

/// What stands in the derive's place in a build without models.
pub(crate) fn without_models(input: TokenStream) -> TokenStream {
    let at = syn::parse2::<DeriveInput>(input).map_or_else(|error| error.span(), |input| input.ident.span());
    let message =
        "a choice is for a model to make, and this build of loomflow has no models: turn on its feature `openai`";
    syn::Error::new(at, message).into_compile_error()
}
