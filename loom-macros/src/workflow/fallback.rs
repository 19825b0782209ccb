//! What a workflow with errors becomes: its type stands, so that nothing is said of what uses it, and rustc still looks
//! at what could be read, so that all mistakes are told in one run.

use super::signature::Signature;
use crate::output::errors_as_type;
use loomflow_graph::grammar::program::Program;
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

pub(super) fn emit(signature: &Signature<'_>, program: Option<&Program<'_>>, errors: Vec<syn::Error>) -> TokenStream {
    let errors = errors_as_type(&signature.ast.vis, signature.name(), errors);
    // Generic paths may name the workflow's own parameters, which stand nowhere here.
    let Some(program) = program.filter(|_| !signature.is_generic()) else {
        return errors;
    };
    let rt = &signature.rt;
    let steps = program.nodes.iter().map(|node| {
        let path = node.path;
        quote_spanned!(path.span()=> let _ = <#path as #rt::Step>::NAME;)
    });
    quote! {
        #errors
        #[doc(hidden)]
        #[allow(warnings)]
        const _: fn() = || { #(#steps)* };
    }
}
