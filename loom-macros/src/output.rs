//! What all expansions share: where the runtime is found, how code is spanned, and how errors become code.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};
use std::time::Duration;
use syn::{Path, Visibility, parse::ParseStream};

/// Where loomflow is found.
pub(crate) fn facade(krate: Option<&Path>) -> TokenStream {
    krate.map_or_else(|| quote!(::loomflow), |path| quote!(#path))
}

/// The hidden module that generated code reaches everything through.
pub(crate) fn runtime(krate: Option<&Path>) -> TokenStream {
    let facade = facade(krate);
    quote!(#facade::__private)
}

/// The hidden module of what talks to models, which is there with loomflow's feature `openai`.
pub(crate) fn runtime_of_models(krate: Option<&Path>) -> TokenStream {
    let facade = facade(krate);
    quote!(#facade::__models)
}

/// Reads `crate = path`, which names loomflow where it is a dependency under another name.
pub(crate) fn crate_path(input: ParseStream<'_>) -> syn::Result<Path> {
    input.parse::<syn::Token![crate]>()?;
    input.parse::<syn::Token![=]>()?;
    input.call(Path::parse_mod_style)
}

/// A time, as the runtime's type for it.
pub(crate) fn duration(time: Duration, rt: &TokenStream) -> TokenStream {
    let (seconds, nanos) = (time.as_secs(), time.subsec_nanos());
    quote!(#rt::Duration::new(#seconds, #nanos))
}

/// A span at the user's token with the macro's own syntax context: rustc points there, and neither lints the code nor
/// proposes changes to it, for it is not what the user wrote.
pub(crate) fn at(span: Span) -> Span {
    Span::call_site().located_at(span)
}

/// Moves all tokens to one span.
pub(crate) fn respan(tokens: TokenStream, span: Span) -> TokenStream {
    tokens
        .into_iter()
        .map(|token| match token {
            TokenTree::Group(group) => {
                let mut moved = Group::new(group.delimiter(), respan(group.stream(), span));
                moved.set_span(span);
                TokenTree::Group(moved)
            }
            mut other => {
                other.set_span(span);
                other
            }
        })
        .collect()
}

/// A call, spanned as a whole: rustc blames the call for a bound of the function that does not hold. The arguments keep
/// their own spans.
pub(crate) fn call(function: TokenStream, arguments: TokenStream, span: Span) -> TokenStream {
    let function = respan(function, at(span));
    let mut list = Group::new(Delimiter::Parenthesis, arguments);
    list.set_span(at(span));
    quote!(#function #list)
}

/// Errors as code: the first one is the type that could not be made, so that nothing else is said of what uses it; the
/// others stand beside it.
pub(crate) fn errors_as_type(vis: &Visibility, name: &Ident, errors: Vec<syn::Error>) -> TokenStream {
    let mut errors = errors.into_iter().flatten();
    let Some(first) = errors.next() else {
        return TokenStream::new();
    };
    let ty = compile_error(&first);
    let others = errors.map(|error| {
        let item = compile_error(&error);
        quote!(#item)
    });
    quote! {
        #[doc(hidden)]
        #[allow(non_camel_case_types, dead_code)]
        #vis type #name = [(); #ty];
        #(#others)*
    }
}

// `syn::Error::to_compile_error` makes an item of it; this one can stand where a type stands.
fn compile_error(error: &syn::Error) -> TokenStream {
    let text = error.to_string();
    // The first and the last token of what is wrong: rustc underlines all that is between them.
    let tokens: Vec<TokenTree> = error.to_compile_error().into_iter().collect();
    let start = tokens.first().map_or_else(Span::call_site, TokenTree::span);
    let end = tokens.last().map_or(start, TokenTree::span);
    let head = quote_spanned!(start=> ::core::compile_error!);
    let tail = quote_spanned!(end=> { #text });
    quote!(#head #tail)
}
