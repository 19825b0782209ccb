//! The code of a choice.
//!
//! A type that a label carries is named in one place, [`payloads`], and there alone it is asked what it can do: so a type
//! that a model cannot fill in is one error, at that type.

use super::read::{Carries, Choice, Field, Variant};
use crate::output::{at, respan};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{DeriveInput, Type, spanned::Spanned};

/// The implementation.
pub(super) fn choice(choice: &Choice<'_>) -> TokenStream {
    let (rt, name, about) = (&choice.rt, choice.name, &choice.about);
    let name_text = name.to_string();
    let labels = choice.offered().enumerate().map(|(index, variant)| label(variant, index, rt));
    let named = choice.variants.iter().map(|Variant { name, label, .. }| quote!(Self::#name { .. } => #label,));
    let read = choice.offered().enumerate().map(|(index, variant)| {
        let (label, value) = (&variant.label, value(variant, index));
        quote!(#label => #rt::Ok(#value),)
    });
    let payload = if is_plain(choice) { quote!(_) } else { quote!(__payload) };
    let payloads = payloads(choice);
    let plain = is_plain(choice).then(|| plain(choice));
    quote! {
        const _: () = {
            #payloads
            #[automatically_derived]
            impl #rt::Choice for #name {
                const NAME: &'static str = #name_text;
                const ABOUT: &'static str = #about;
                const LABELS: &'static [#rt::Label] = &[#(#labels),*];

                fn label(&self) -> &'static str {
                    match self { #(#named)* }
                }

                fn read(__label: &str, #payload: #rt::Payload) -> #rt::Result<Self, #rt::Unfit> {
                    match __label {
                        #(#read)*
                        _ => #rt::Err(#rt::Unfit::unknown_label::<Self>(__label)),
                    }
                }
            }
            #plain
        };
    }
}

/// An implementation without labels beside the errors, so that nothing is said of what uses the enum.
pub(super) fn fallback(input: &DeriveInput, choice: &Choice<'_>, errors: Vec<syn::Error>) -> TokenStream {
    let (rt, name) = (&choice.rt, choice.name);
    let (impls, types, bounds) = input.generics.split_for_impl();
    let name_text = name.to_string();
    let errors = errors.into_iter().map(syn::Error::into_compile_error);
    quote! {
        #(#errors)*
        #[automatically_derived]
        impl #impls #rt::Choice for #name #types #bounds {
            const NAME: &'static str = #name_text;
            const ABOUT: &'static str = "";
            const LABELS: &'static [#rt::Label] = &[];

            fn label(&self) -> &'static str {
                ""
            }

            fn read(__label: &str, _: #rt::Payload) -> #rt::Result<Self, #rt::Unfit> {
                #rt::Err(#rt::Unfit::unknown_label::<Self>(__label))
            }
        }
        #[automatically_derived]
        impl #impls #rt::PlainChoice for #name #types #bounds {
            fn named(_: &str) -> #rt::Option<Self> {
                #rt::None
            }
        }
    }
}

fn is_plain(choice: &Choice<'_>) -> bool {
    choice.offered().all(|variant| matches!(variant.carries, Carries::Nothing))
}

// Of labels that carry nothing each can be had by its name.
fn plain(choice: &Choice<'_>) -> TokenStream {
    let (rt, name) = (&choice.rt, choice.name);
    let named = choice.offered().map(|Variant { name, label, .. }| quote!(#label => #rt::Some(Self::#name {}),));
    quote! {
        #[automatically_derived]
        impl #rt::PlainChoice for #name {
            fn named(__label: &str) -> #rt::Option<Self> {
                match __label {
                    #(#named)*
                    _ => #rt::None,
                }
            }
        }
    }
}

fn payloads(choice: &Choice<'_>) -> TokenStream {
    let mut code = TokenStream::new();
    for (index, variant) in choice.offered().enumerate() {
        match &variant.carries {
            Carries::Nothing => {}
            Carries::One(ty) => code.extend(payload(&of_label(index), ty, &choice.rt)),
            Carries::Fields(fields) => code.extend(
                fields.iter().enumerate().map(|(at, field)| payload(&of_field(index, at), field.ty, &choice.rt)),
            ),
        }
    }
    code
}

fn payload(name: &Ident, ty: &Type, rt: &TokenStream) -> TokenStream {
    let span = at(ty.span());
    let rt = respan(rt.clone(), span);
    quote_spanned! {span=>
        const #name: #rt::PayloadOf<#ty> = #rt::payload::<#ty>();
    }
}

fn of_label(index: usize) -> Ident {
    format_ident!("__PAYLOAD_{index}")
}

fn of_field(index: usize, field: usize) -> Ident {
    format_ident!("__PAYLOAD_{index}_{field}")
}

fn label(variant: &Variant<'_>, index: usize, rt: &TokenStream) -> TokenStream {
    let Variant { label, about, carries, .. } = variant;
    match carries {
        Carries::Nothing => quote!(#rt::Label::new(#label, #about)),
        Carries::One(_) => {
            let payload = of_label(index);
            quote!(#rt::Label::new(#label, #about).carrying(|__schemas| #payload.schema(__schemas)))
        }
        Carries::Fields(fields) => {
            let fields = fields.iter().enumerate().map(|(at, Field { key, about, .. })| {
                let payload = of_field(index, at);
                quote!((#key, #about, #payload.schema(__schemas)))
            });
            quote! {
                #rt::Label::new(#label, #about).carrying(|__schemas| #rt::fields([#(#fields),*]))
            }
        }
    }
}

fn value(variant: &Variant<'_>, index: usize) -> TokenStream {
    let name = variant.name;
    match &variant.carries {
        Carries::Nothing => quote!(Self::#name {}),
        Carries::One(_) => {
            let payload = of_label(index);
            quote!(Self::#name(#payload.read(__payload)?))
        }
        Carries::Fields(fields) => {
            let fields = fields.iter().enumerate().map(|(at, Field { name, key, .. })| {
                let payload = of_field(index, at);
                quote!(#name: #payload.read(__payload.take(#key)?)?)
            });
            quote! {{
                let mut __payload = __payload;
                Self::#name { #(#fields),* }
            }}
        }
    }
}
