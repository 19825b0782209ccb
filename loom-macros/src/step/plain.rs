//! The function as it goes out: called in a run of plain Rust it is recorded, anywhere else it does what its body says.
//!
//! The body moves into a function of the same name that belongs to the type, so that a graph calls it and nothing stands
//! in between. What the compiler says of the body, it says as before.

use super::{
    emit::{inputs, keyed},
    options::Options,
    signature::{Output, Param, Parts, StepFn, bare, find},
};
use crate::output::{at, respan};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{Attribute, FnArg, Meta, Pat, ReturnType, Type, spanned::Spanned};

/// Whether calls of the function can be recorded. A `const fn` cannot look at where it is called.
pub(super) const fn is_recorded(step: &StepFn) -> bool {
    step.sig.constness.is_none()
}

/// The function that users call.
pub(super) fn function(step: &StepFn, parts: &Parts, options: &Options, rt: &TokenStream) -> TokenStream {
    if !is_recorded(step) {
        return step.to_token_stream();
    }
    let span = at(step.sig.ident.span());
    let rt = &respan(rt.clone(), span);
    let mut sig = bare(&step.sig);
    let names: Vec<Ident> = sig.inputs.iter_mut().enumerate().map(|(index, arg)| named(arg, index)).collect();
    let name = &step.sig.ident;
    let types = step.sig.generics.split_for_impl().1;
    let this = quote!(#name #types);
    let awaited = step.sig.asyncness.map(|_| quote!(.await));
    let called = called(step, parts, options, rt, &names, &this);
    let attrs = step.attrs.iter().filter_map(seen);
    let vis = &step.vis;
    let body = quote_spanned! {span=>
        {
            match #rt::here() {
                #rt::None => <#this>::#name(#(#names),*)#awaited,
                #rt::Some(__run) => { #called }
            }
        }
    };
    quote! {
        #(#attrs)*
        #[allow(dead_code, clippy::used_underscore_binding)]
        #vis #sig #body
    }
}

/// The function that has the body.
pub(super) fn body(step: &StepFn) -> TokenStream {
    if !is_recorded(step) {
        return TokenStream::new();
    }
    let name = &step.sig.ident;
    let (impls, types, bounds) = step.sig.generics.split_for_impl();
    // As public and as documented as the function that users call, so that the same lints hold for both.
    let attrs = step.attrs.iter().filter(|attr| !attr.path().is_ident("deprecated"));
    let vis = &step.vis;
    let mut sig = bare(&step.sig);
    sig.generics = syn::Generics::default();
    let body = &step.body;
    quote! {
        #[doc(hidden)]
        impl #impls #name #types #bounds {
            #(#attrs)*
            #[doc(hidden)]
            #vis #sig #body
        }
    }
}

/// Whether an attribute is for who calls the function.
fn tells(attr: &Attribute) -> bool {
    ["doc", "deprecated", "must_use"].iter().any(|name| attr.path().is_ident(name))
}

/// An attribute as the function has it that users call: what changes a function is for the one with the body, and what is
/// expected to be wrong in there is not wrong here.
fn seen(attr: &Attribute) -> Option<TokenStream> {
    let lints = ["allow", "warn", "deny", "forbid", "inline", "cold", "cfg", "cfg_attr"];
    if tells(attr) || lints.iter().any(|name| attr.path().is_ident(name)) {
        return Some(attr.to_token_stream());
    }
    match &attr.meta {
        Meta::List(list) if attr.path().is_ident("expect") => {
            let lints = &list.tokens;
            Some(quote!(#[allow(#lints)]))
        }
        _ => None,
    }
}

/// Names a parameter, so that it can be handed on.
fn named(arg: &mut FnArg, index: usize) -> Ident {
    let other = format_ident!("__argument{index}");
    let FnArg::Typed(arg) = arg else { return other };
    let name = match &*arg.pat {
        Pat::Ident(pat) if pat.subpat.is_none() => pat.ident.clone(),
        _ => other,
    };
    *arg.pat = syn::parse_quote!(#name);
    name
}

/// The call in a run of plain Rust.
fn called(
    step: &StepFn,
    parts: &Parts,
    options: &Options,
    rt: &TokenStream,
    names: &[Ident],
    this: &TokenStream,
) -> TokenStream {
    let span = at(step.sig.ident.span());
    let name = &step.sig.ident;
    let is_async = step.sig.asyncness.is_some();
    let owned = parts.params.iter().zip(names).filter_map(|(param, name)| match param {
        Param::Input(_, ty) if !matches!(ty, Type::Reference(_)) => Some((name, ty)),
        _ => None,
    });
    let owned: Vec<_> = owned.collect();
    let keep = owned.iter().map(|(name, _)| quote_spanned!(span=> let mut #name = #rt::Slot::new(#name);));
    let again = owned.iter().map(|(name, ty)| {
        if options.retry.is_none() {
            return quote_spanned!(span=> let #name = #name.take(););
        }
        let another = respan(quote!(#rt::Retried::<#this>::another(#name.get())), at(ty.span()));
        quote_spanned!(span=> let #name = if __last { #name.take() } else { #another };)
    });
    let told = parts.params.iter().any(|param| matches!(param, Param::Run(_)));
    let visit = told.then(|| quote_spanned!(span=> let __visit = #rt::Clone::clone(__visit);));
    let arguments = parts.params.iter().zip(names).map(|(param, name)| match param {
        Param::Run(ty) => {
            let visited = respan(quote!(<#ty as #rt::Visited>::visited), at(ty.span()));
            quote!(#visited(&__visit))
        }
        Param::Context(_) | Param::Input(..) => name.to_token_stream(),
    });
    let call = quote_spanned!(span=> <#this>::#name(#(#arguments),*));
    let call = if told && is_async { quote_spanned!(span=> async move { #call.await }) } else { call };
    let returns = returns(step, parts, rt);
    let work = quote_spanned!(span=> move |__visit: &#rt::Visit, __last: bool| { #(#again)* #visit #call });
    if !is_async {
        return quote_spanned! {span=>
            #(#keep)*
            #rt::called_at_once::<#this, _>(&__run, &#returns, #work)
        };
    }
    let inputs = inputs(parts);
    let slots = parts.params.iter().zip(names).filter_map(|(param, name)| match param {
        Param::Input(..) => Some(quote!(&#name)),
        Param::Context(_) | Param::Run(_) => None,
    });
    let input = match options.cache {
        Some(_) => keyed(&inputs, slots, this, rt),
        None => quote!(#rt::None),
    };
    quote_spanned! {span=>
        let __input = #input;
        #(#keep)*
        #rt::Box::pin(#rt::called::<#this, _, _>(__run, #returns, __input, #work)).await
    }
}

/// How what the function returns is recorded.
fn returns(step: &StepFn, parts: &Parts, rt: &TokenStream) -> TokenStream {
    let error = match (&parts.output, &step.sig.output) {
        (Output::Sure(_), _) | (_, ReturnType::Default) => return quote!(#rt::Succeeds),
        (Output::Fallible(_, Some(error)), _) => error.to_token_stream(),
        (_, ReturnType::Type(_, ty)) => quote!(<#ty as #rt::Success>::Error),
    };
    // Of a text that is lent for ever rustc would say that it can be read back, and then that it cannot for every lifetime.
    let lent = matches!(&parts.output, Output::Fallible(_, Some(error))
        if find(error, |ty| matches!(ty, Type::Reference(_))).is_some());
    let kept = if lent { quote!(#rt::ErrorOfNone::<#error>::kept(&__error)) } else { quote!(__error.kept()) };
    quote! {{
        use #rt::ErrorOfNone as _;
        let __error = #rt::ErrorOf::<#error>::new();
        #rt::Fails { kept: #kept, made: __error.made(), told: __error.told() }
    }}
}
