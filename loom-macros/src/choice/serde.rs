//! What `#[serde(…)]` says of names. Everything else in it is serde's own, and serde tells what is wrong with it.

use super::names::{RULES, Rule};
use loomflow_graph::{grammar::errors::Errors, similar::nearest};
use syn::{Attribute, Expr, LitStr, Token, ext::IdentExt, meta::ParseNestedMeta, parenthesized, token::Paren};

/// What one item's attributes say.
#[derive(Default)]
pub(super) struct Serde {
    /// The name it is read by.
    pub(super) rename: Option<LitStr>,
    /// How the names in it are respelt: of an enum its variants, of a variant its fields.
    pub(super) rename_all: Option<Rule>,
    /// How the fields of all variants are respelt.
    pub(super) rename_all_fields: Option<Rule>,
    /// Whether it is never read.
    pub(super) skipped: bool,
    /// What of a field only serde can read: `with`, `flatten` and the like.
    pub(super) special: Option<(proc_macro2::Span, String)>,
}

impl Serde {
    pub(super) fn of(attrs: &[Attribute], errors: &Errors) -> Self {
        let mut found = Serde::default();
        for attr in attrs.iter().filter(|attr| attr.path().is_ident("serde")) {
            // What is no list of options is serde's to tell.
            let _ = attr.parse_nested_meta(|meta| found.option(&meta, errors));
        }
        found
    }

    fn option(&mut self, meta: &ParseNestedMeta<'_>, errors: &Errors) -> syn::Result<()> {
        let Some(key) = meta.path.get_ident().map(ToString::to_string) else { return passed_over(meta) };
        match key.as_str() {
            "rename" => self.rename = name(meta)?.or(self.rename.take()),
            "rename_all" => self.rename_all = rule(meta, errors)?.or(self.rename_all),
            "rename_all_fields" => self.rename_all_fields = rule(meta, errors)?.or(self.rename_all_fields),
            "skip" | "skip_deserializing" => {
                self.skipped = true;
                self.special =
                    Some((meta.path.get_ident().map_or_else(proc_macro2::Span::call_site, syn::Ident::span), key));
            }
            "with" | "deserialize_with" | "flatten" => {
                passed_over(meta)?;
                self.special =
                    Some((meta.path.get_ident().map_or_else(proc_macro2::Span::call_site, syn::Ident::span), key));
            }
            _ => passed_over(meta)?,
        }
        Ok(())
    }
}

// `key = "name"`, or `key(serialize = "written", deserialize = "read")`: the one that is read.
fn name(meta: &ParseNestedMeta<'_>) -> syn::Result<Option<LitStr>> {
    if !meta.input.peek(Paren) {
        return meta.value()?.parse().map(Some);
    }
    let list;
    parenthesized!(list in meta.input);
    let mut read = None;
    while !list.is_empty() {
        let key = list.call(syn::Ident::parse_any)?;
        list.parse::<Token![=]>()?;
        let text: LitStr = list.parse()?;
        if key == "deserialize" {
            read = Some(text);
        }
        list.parse::<Option<Token![,]>>()?;
    }
    Ok(read)
}

fn rule(meta: &ParseNestedMeta<'_>, errors: &Errors) -> syn::Result<Option<Rule>> {
    let Some(text) = name(meta)? else { return Ok(None) };
    let rule = Rule::named(&text.value());
    if rule.is_none() {
        let hint = match nearest(&text.value(), RULES.map(str::to_owned)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there are `{}`", RULES.join("`, `")),
        };
        errors.at(text.span(), format!("names are not respelt by `{}`: {hint}", text.value()));
    }
    Ok(rule)
}

fn passed_over(meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
    if meta.input.peek(Paren) {
        let list;
        parenthesized!(list in meta.input);
        list.parse::<proc_macro2::TokenStream>()?;
    } else if meta.input.peek(Token![=]) {
        meta.value()?.parse::<Expr>()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse_quote;

    fn read(attr: Attribute) -> (Serde, Vec<String>) {
        let errors = Errors::new();
        let found = Serde::of(&[attr], &errors);
        (found, errors.finish().iter().map(ToString::to_string).collect())
    }

    #[test]
    fn names_are_found_among_what_is_serdes_own() {
        let (found, errors) = read(parse_quote! {
            #[serde(tag = "kind", bound(serialize = "T: X"), deny_unknown_fields, rename_all = "snake_case", rename = "Bureau")]
        });
        assert_eq!(found.rename.map(|name| name.value()).as_deref(), Some("Bureau"));
        assert_eq!(found.rename_all, Rule::named("snake_case"));
        assert!(errors.is_empty() && !found.skipped && found.special.is_none());
    }

    #[test]
    fn of_two_names_the_one_that_is_read_counts() {
        let (found, _) = read(parse_quote!(#[serde(rename(serialize = "written", deserialize = "read"))]));
        assert_eq!(found.rename.map(|name| name.value()).as_deref(), Some("read"));
        let (found, _) = read(parse_quote!(#[serde(rename_all(serialize = "lowercase"))]));
        assert_eq!(found.rename_all, None);
    }

    #[test]
    fn a_rule_that_is_none_is_told_with_the_nearest() {
        let (_, errors) = read(parse_quote!(#[serde(rename_all = "snakecase")]));
        assert_eq!(errors, ["names are not respelt by `snakecase`: did you mean `snake_case`?"]);
        let (_, errors) = read(parse_quote!(#[serde(rename_all_fields = "upside down")]));
        assert!(errors[0].contains("there are `lowercase`"), "{errors:?}");
    }
}
