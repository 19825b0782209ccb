//! What a model fills in is owned; what of it the function is lent, it is lent for the call.

use crate::step::borrows;
use loomflow_graph::grammar::errors::Errors;
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::{GenericArgument, PathArguments, Type, TypeReference};

/// How the function takes an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    /// By value.
    Whole,
    /// `&T`
    Lent,
    /// `Option<&T>`
    Perhaps,
    /// `Option<&str>` or `Option<&[T]>`
    PerhapsUnsized,
}

impl Takes {
    /// The argument, of the struct that `from` names.
    pub(super) fn lend(self, from: &Ident, name: &Ident, parameter: &Ident) -> TokenStream {
        match self {
            Takes::Whole => quote!(#parameter.another(&#from.#name)),
            Takes::Lent => quote!(&#from.#name),
            Takes::Perhaps => quote!(#from.#name.as_ref()),
            Takes::PerhapsUnsized => quote!(#from.#name.as_deref()),
        }
    }
}

/// The type that is owned for one that the function takes, and how it takes it.
pub(super) fn owned(ty: &Type, errors: &Errors) -> (Type, Takes) {
    let (owned, takes) = match (ty, within_option(ty)) {
        (Type::Reference(lent), _) => (of(lent, errors), Takes::Lent),
        (_, Some(Type::Reference(lent))) => {
            let (inner, takes) = (of(lent, errors), perhaps(&lent.elem));
            (in_option(ty, &inner), takes)
        }
        _ => (ty.clone(), Takes::Whole),
    };
    if let Some(found) = borrows(&owned) {
        let message = "what a model fills in is owned, and lent as a whole: in here, write `String` for `&str`, `Vec<T>` for `&[T]`, `T` for `&T`";
        errors.on(found, message);
    }
    (owned, takes)
}

fn of(lent: &TypeReference, errors: &Errors) -> Type {
    if let Some(lifetime) = &lent.lifetime {
        let message =
            "what a model fills in is lent for the call and no longer: leave out the lifetime, or take it by value";
        errors.on(lifetime, message);
    }
    match &*lent.elem {
        Type::Path(path) if path.qself.is_none() && path.path.is_ident("str") => {
            let text = quote!(::std::string::String);
            syn::parse_quote!(#text)
        }
        Type::Slice(slice) => {
            let item = &slice.elem;
            syn::parse_quote!(::std::vec::Vec<#item>)
        }
        other => other.clone(),
    }
}

fn perhaps(lent: &Type) -> Takes {
    let is_text = lent.to_token_stream().to_string() == "str";
    if is_text || matches!(lent, Type::Slice(_)) { Takes::PerhapsUnsized } else { Takes::Perhaps }
}

fn within_option(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|last| path.qself.is_none() && last.ident == "Option")?;
    match &last.arguments {
        PathArguments::AngleBracketed(args) if args.args.len() == 1 => match args.args.first() {
            Some(GenericArgument::Type(ty)) => Some(ty),
            _ => None,
        },
        _ => None,
    }
}

/// The same `Option` of another type.
fn in_option(option: &Type, inner: &Type) -> Type {
    let mut option = option.clone();
    if let Type::Path(path) = &mut option
        && let Some(last) = path.path.segments.last_mut()
    {
        last.arguments = PathArguments::AngleBracketed(syn::parse_quote!(<#inner>));
    }
    option
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(code: &str) -> Result<(String, Takes), String> {
        let errors = Errors::new();
        let (ty, takes) = owned(&syn::parse_str(code).expect("the case is a type"), &errors);
        match errors.finish().first() {
            Some(error) => Err(error.to_string()),
            None => Ok((ty.to_token_stream().to_string().replace(' ', ""), takes)),
        }
    }

    #[test]
    fn what_is_lent_is_owned_by_the_arguments() {
        for (code, ty, takes) in [
            ("u32", "u32", Takes::Whole),
            ("Vec<Hit>", "Vec<Hit>", Takes::Whole),
            ("Option<u32>", "Option<u32>", Takes::Whole),
            ("&str", "::std::string::String", Takes::Lent),
            ("&[Hit]", "::std::vec::Vec<Hit>", Takes::Lent),
            ("&Query", "Query", Takes::Lent),
            ("&Option<u32>", "Option<u32>", Takes::Lent),
            ("Option<&Query>", "Option<Query>", Takes::Perhaps),
            ("Option<&str>", "Option<::std::string::String>", Takes::PerhapsUnsized),
            ("std::option::Option<&[u8]>", "std::option::Option<::std::vec::Vec<u8>>", Takes::PerhapsUnsized),
        ] {
            assert_eq!(read(code), Ok((ty.to_owned(), takes)), "{code}");
        }
    }

    #[test]
    fn what_borrows_further_in_is_told() {
        for code in ["Vec<&str>", "&[&str]", "Cow<'_, str>", "Option<Vec<&str>>", "&Text<'a>"] {
            assert!(read(code).is_err_and(|error| error.contains("`String` for `&str`")), "{code}");
        }
        assert!(read("&'static str").is_err_and(|error| error.contains("leave out the lifetime")));
    }
}
