//! `#[derive(Context)]`: a struct provides its fields.

use crate::output::{crate_path, runtime};
use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::{Data, DeriveInput, Fields, GenericArgument, Path, PathArguments, Type, spanned::Spanned};

pub(crate) fn expand(input: TokenStream) -> TokenStream {
    match syn::parse2(input).and_then(|input| derive(&input)) {
        Ok(code) => code,
        Err(error) => error.into_compile_error(),
    }
}

fn derive(input: &DeriveInput) -> syn::Result<TokenStream> {
    let Data::Struct(data) = &input.data else {
        return Err(syn::Error::new_spanned(&input.ident, "a context is a struct: its fields are what it provides"));
    };
    if let Fields::Unit = data.fields {
        let message = "this context has no fields to provide: use `()` as the context instead";
        return Err(syn::Error::new_spanned(&input.ident, message));
    }
    let mut krate = None;
    for attr in input.attrs.iter().filter(|attr| attr.path().is_ident("context")) {
        krate = Some(attr.parse_args_with(crate_path)?);
    }
    let rt = runtime(krate.as_ref());
    let name = &input.ident;
    let (impls, types, bounds) = input.generics.split_for_impl();
    let mut provided: Vec<&Type> = Vec::new();
    let mut code = TokenStream::new();
    let mut pointed: Vec<(&Type, syn::Member)> = Vec::new();
    for (index, field) in data.fields.iter().enumerate() {
        if is_skipped(field)? {
            continue;
        }
        let ty = &field.ty;
        if provided.contains(&ty) {
            let message = "two fields of one type, and a step asks by type: mark one `#[context(skip)]`, or wrap it in a type of its own";
            return Err(syn::Error::new_spanned(ty, message));
        }
        provided.push(ty);
        let member = field.ident.clone().map_or_else(|| syn::Member::Unnamed(index.into()), syn::Member::Named);
        code.extend(quote_spanned! {ty.span()=>
            #[automatically_derived]
            impl #impls #rt::Provides<#ty> for #name #types #bounds {
                #[inline]
                fn provide(&self) -> &#ty {
                    &self.#member
                }
            }
        });
        pointed.extend(pointee(ty).map(|inner| (inner, member)));
    }
    // A step asks for `&dyn Model`, whatever the struct keeps it in.
    for (ty, member) in pointed {
        if provided.contains(&ty) {
            continue;
        }
        provided.push(ty);
        code.extend(quote_spanned! {ty.span()=>
            #[automatically_derived]
            impl #impls #rt::Provides<#ty> for #name #types #bounds {
                #[inline]
                fn provide(&self) -> &#rt::Same<#ty> {
                    &*self.#member
                }
            }
        });
    }
    Ok(code)
}

/// What a `Box` or an `Arc` points to.
fn pointee(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == "Arc" || last.ident == "Box")?;
    let PathArguments::AngleBracketed(args) = &last.arguments else { return None };
    match args.args.first()? {
        GenericArgument::Type(inner) if args.args.len() == 1 => Some(inner),
        _ => None,
    }
}

fn is_skipped(field: &syn::Field) -> syn::Result<bool> {
    let Some(attr) = field.attrs.iter().find(|attr| attr.path().is_ident("context")) else { return Ok(false) };
    let option: Path = attr.parse_args()?;
    if option.is_ident("skip") {
        return Ok(true);
    }
    Err(syn::Error::new_spanned(option, "a field of a context has one option, `skip`"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse::Parser;

    fn error(code: &str) -> String {
        let input = DeriveInput::parse_str(code);
        derive(&input).map_or_else(|error| error.to_string(), |code| code.to_string())
    }

    trait ParseStr: Sized {
        fn parse_str(code: &str) -> Self;
    }

    impl ParseStr for DeriveInput {
        fn parse_str(code: &str) -> Self {
            let read = |input: syn::parse::ParseStream<'_>| input.parse();
            read.parse_str(code).expect("the case is Rust")
        }
    }

    #[test]
    fn what_cannot_be_a_context_is_told_why() {
        assert!(error("enum App { A }").contains("a context is a struct"));
        assert!(error("struct App;").contains("no fields to provide"));
        assert!(error("struct App { a: u8, b: u8 }").contains("two fields of one type"));
        assert!(error("struct App { #[context(leave)] a: u8 }").contains("has one option"));
    }
}
