//! The enum as a choice: its labels, what they mean and what each carries.

use super::serde::Serde;
use crate::{
    docs,
    output::{crate_path, runtime_of_models},
};
use loomflow_graph::grammar::errors::Errors;
use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::{
    Attribute, Data, DeriveInput, Field as SynField, Fields, Meta, Path, Type, Variant as SynVariant, ext::IdentExt,
};

/// A choice.
pub(super) struct Choice<'a> {
    pub(super) name: &'a Ident,
    /// What is chosen.
    pub(super) about: String,
    pub(super) variants: Vec<Variant<'a>>,
    /// The hidden module that generated code reaches everything through.
    pub(super) rt: TokenStream,
}

/// One of its variants.
pub(super) struct Variant<'a> {
    pub(super) name: &'a Ident,
    pub(super) label: String,
    pub(super) about: String,
    pub(super) carries: Carries<'a>,
    /// Whether the model does not hear of it.
    pub(super) skipped: bool,
}

/// What a model fills in with a label.
pub(super) enum Carries<'a> {
    Nothing,
    One(&'a Type),
    Fields(Vec<Field<'a>>),
}

/// A named value of a label.
pub(super) struct Field<'a> {
    pub(super) name: &'a Ident,
    pub(super) key: String,
    pub(super) about: String,
    pub(super) ty: &'a Type,
}

impl<'a> Choice<'a> {
    /// As much as can be read of it. What cannot is told in `errors`.
    pub(super) fn of(input: &'a DeriveInput, errors: &Errors) -> Self {
        let krate = option_of_choice(&input.attrs, errors);
        let serde = Serde::of(&input.attrs, errors);
        let mut variants: Vec<Variant<'a>> = Vec::new();
        match &input.data {
            Data::Enum(data) if data.variants.is_empty() => {
                errors.at(input.ident.span(), "this enum has no variants: there is nothing to choose from");
            }
            Data::Enum(data) => {
                for written in &data.variants {
                    variants.push(variant(written, &serde, &variants, errors));
                }
                if variants.iter().all(|variant| variant.skipped) {
                    errors.at(input.ident.span(), "all variants are skipped: there is nothing to choose from");
                }
            }
            Data::Struct(_) | Data::Union(_) => {
                let message = "a choice is an enum, and its variants are the labels that a model chooses from: for a struct that a model fills in there is `model.ask`";
                errors.at(input.ident.span(), message);
            }
        }
        if !input.generics.params.is_empty() {
            errors.on(&input.generics, "a choice has no generics: a model is asked for one type");
        }
        Choice { name: &input.ident, about: docs::text(&input.attrs), variants, rt: runtime_of_models(krate.as_ref()) }
    }

    /// The variants that a model hears of.
    pub(super) fn offered(&self) -> impl Iterator<Item = &Variant<'a>> {
        self.variants.iter().filter(|variant| !variant.skipped)
    }
}

fn variant<'a>(written: &'a SynVariant, of: &Serde, before: &[Variant<'a>], errors: &Errors) -> Variant<'a> {
    let serde = Serde::of(&written.attrs, errors);
    let name = written.ident.unraw().to_string();
    let label = match (&serde.rename, of.rename_all) {
        (Some(label), _) => label.value(),
        (None, Some(rule)) => rule.variant(&name),
        (None, None) => name,
    };
    let at = serde.rename.as_ref().map_or_else(|| written.ident.span(), syn::LitStr::span);
    if label.trim().is_empty() {
        errors.at(at, "a label has a name: a model cannot answer with nothing");
    }
    let skipped = serde.skipped | is_skipped(&written.attrs, errors);
    let twice = |other: &&Variant<'_>| !skipped && !other.skipped && other.label == label;
    if let Some(other) = before.iter().find(twice) {
        errors.at(at, format!("`{label}` is the label of `{}` already", other.name));
    }
    let rule = serde.rename_all.or(of.rename_all_fields);
    let carries = match &written.fields {
        _ if skipped => Carries::Nothing,
        fields if fields.is_empty() => Carries::Nothing,
        Fields::Named(fields) => {
            Carries::Fields(fields.named.iter().filter_map(|field| named(field, rule, errors)).collect())
        }
        Fields::Unnamed(fields) => {
            for field in &fields.unnamed {
                no_options(field, &Serde::of(&field.attrs, errors), errors);
            }
            if fields.unnamed.len() > 1 {
                let message = format!(
                    "a model cannot tell values apart that have no names: give them some, `{} {{ … }}`",
                    written.ident
                );
                errors.at(written.ident.span(), message);
            }
            fields.unnamed.first().map_or(Carries::Nothing, |field| Carries::One(&field.ty))
        }
        Fields::Unit => Carries::Nothing,
    };
    Variant { name: &written.ident, label, about: docs::text(&written.attrs), carries, skipped }
}

fn named<'a>(field: &'a SynField, rule: Option<super::names::Rule>, errors: &Errors) -> Option<Field<'a>> {
    let name = field.ident.as_ref()?;
    let serde = Serde::of(&field.attrs, errors);
    no_options(field, &serde, errors);
    let written = name.unraw().to_string();
    let key = match (&serde.rename, rule) {
        (Some(key), _) => key.value(),
        (None, Some(rule)) => rule.field(&written),
        (None, None) => written,
    };
    Some(Field { name, key, about: docs::text(&field.attrs), ty: &field.ty })
}

// What only serde can read is read by serde: in a struct of its own.
fn no_options(field: &SynField, serde: &Serde, errors: &Errors) {
    if let Some((span, option)) = &serde.special {
        let message = format!(
            "`{option}` is not for what a model fills in here: make a struct of it that derives `Deserialize` and `JsonSchema`, and let the label carry that"
        );
        errors.at(*span, message);
    }
    for attr in choice_attrs(&field.attrs) {
        errors.on(attr.path(), "`#[choice]` stands on the enum or on a variant: a field has no options");
    }
}

fn choice_attrs(attrs: &[Attribute]) -> impl Iterator<Item = &Attribute> {
    attrs.iter().filter(|attr| attr.path().is_ident("choice"))
}

fn option_of_choice(attrs: &[Attribute], errors: &Errors) -> Option<Path> {
    let mut krate = None;
    for attr in choice_attrs(attrs) {
        match attr.parse_args_with(crate_path) {
            Ok(path) => krate = Some(path),
            Err(_) => errors.on(said(attr), OPTIONS_OF_A_CHOICE),
        }
    }
    krate
}

fn is_skipped(attrs: &[Attribute], errors: &Errors) -> bool {
    let mut skipped = false;
    for attr in choice_attrs(attrs) {
        match attr.parse_args::<Path>() {
            Ok(option) if option.is_ident("skip") => skipped = true,
            _ => errors.on(said(attr), OPTIONS_OF_A_LABEL),
        }
    }
    skipped
}

/// What stands in an attribute's parentheses, where there is something.
fn said(attr: &Attribute) -> TokenStream {
    match &attr.meta {
        Meta::List(list) if !list.tokens.is_empty() => list.tokens.clone(),
        meta => meta.to_token_stream(),
    }
}

const OPTIONS_OF_A_CHOICE: &str = "a choice has one option, `crate = flow`, which says where loomflow is found: labels are named by `#[serde(rename_all = \"snake_case\")]`";

const OPTIONS_OF_A_LABEL: &str = "a variant of a choice has one option, `skip`, which keeps it from the model: labels are named by `#[serde(rename = \"…\")]`, and say what they mean in their doc comments";

#[cfg(test)]
mod tests {
    use super::*;

    fn errors_of(code: &str) -> Vec<String> {
        let input: DeriveInput = syn::parse_str(code).expect("the case is Rust");
        let errors = Errors::new();
        Choice::of(&input, &errors);
        errors.finish().iter().map(ToString::to_string).collect()
    }

    fn labels(code: &str) -> Vec<String> {
        let input: DeriveInput = syn::parse_str(code).expect("the case is Rust");
        let errors = Errors::new();
        let choice = Choice::of(&input, &errors);
        let labels = choice.offered().map(|variant| variant.label.clone()).collect();
        assert!(errors.finish().is_empty());
        labels
    }

    #[test]
    fn a_label_is_what_serde_writes() {
        assert_eq!(labels("enum Desk { Billing, r#Loop }"), ["Billing", "Loop"]);
        let code = "#[serde(rename_all = \"kebab-case\")] enum Desk { OutOfOffice, #[serde(rename = \"junk\")] Spam }";
        assert_eq!(labels(code), ["out-of-office", "junk"]);
    }

    #[test]
    fn what_is_skipped_is_not_offered_and_may_carry_anything() {
        let code = "enum Desk { A, #[choice(skip)] B(u8, &'static str), #[serde(skip)] C }";
        assert_eq!(labels(code), ["A"]);
    }

    #[test]
    fn what_cannot_be_a_choice_is_told_why() {
        for (code, part) in [
            ("struct Desk;", "a choice is an enum"),
            ("union Desk { a: u8 }", "a choice is an enum"),
            ("enum Desk {}", "no variants"),
            ("enum Desk { #[choice(skip)] A }", "all variants are skipped"),
            ("enum Desk<T> { A(T) }", "no generics"),
            ("enum Desk<'a> { A(&'a str) }", "no generics"),
            ("enum Desk { A(u8, u8) }", "give them some, `A { … }`"),
            ("enum Desk { A, #[serde(rename = \"A\")] B }", "`A` is the label of `A` already"),
            ("enum Desk { #[serde(rename = \" \")] A }", "a label has a name"),
            ("#[choice(label = \"desk\")] enum Desk { A }", "a choice has one option"),
            ("enum Desk { #[choice(label = \"a\")] A }", "one option, `skip`"),
            ("enum Desk { #[choice(hide)] A }", "one option, `skip`"),
            ("enum Desk { A(#[choice(skip)] u8) }", "a field has no options"),
            ("enum Desk { A { #[serde(flatten)] all: All } }", "`flatten` is not for what a model fills in"),
            ("enum Desk { A(#[serde(with = \"hex\")] u8) }", "`with` is not for what a model fills in"),
        ] {
            let errors = errors_of(code);
            assert!(errors.len() == 1 && errors[0].contains(part), "{code}: {errors:?}");
        }
    }
}
