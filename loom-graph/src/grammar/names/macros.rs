//! What a macro within an expression reads.
//!
//! Macros of the standard library are known by name: their arguments are walked like other expressions, names within a
//! format string included. Another macro is handed a reference of each of the graph's names among its tokens.

use super::{Name, Use, Walk, bindings, single};
use proc_macro2::{Ident, Spacing, TokenStream, TokenTree};
use syn::{Expr, Pat, Stmt, Token, punctuated::Punctuated};

/// Macros of the standard library whose arguments are expressions: how those are used, and which is a format string.
fn list_macro(name: &str) -> Option<(Use, Option<usize>)> {
    match name {
        "format" | "format_args" | "print" | "println" | "eprint" | "eprintln" | "panic" | "todo" | "unreachable"
        | "unimplemented" => Some((Use::Place, Some(0))),
        "assert" | "debug_assert" | "write" | "writeln" => Some((Use::Place, Some(1))),
        "assert_eq" | "assert_ne" | "debug_assert_eq" | "debug_assert_ne" => Some((Use::Place, Some(2))),
        "dbg" | "vec" => Some((Use::Value, None)),
        _ => None,
    }
}

/// The names that a format string reads by itself: `{name}`, and the widths and precisions in `{:width$.precision$}`.
fn inlined_names(text: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut rest = text;
    while let Some((_, opened)) = rest.split_once('{') {
        if let Some(escaped) = opened.strip_prefix('{') {
            rest = escaped;
            continue;
        }
        let Some((inner, behind)) = opened.split_once('}') else { break };
        rest = behind;
        let (name, spec) = inner.split_once(':').unwrap_or((inner, ""));
        let counts = spec.match_indices('$').map(|(end, _)| {
            let before = &spec[..end];
            before.rsplit(|c: char| c != '_' && !c.is_alphanumeric()).next().unwrap_or_default()
        });
        for name in std::iter::once(name.trim()).chain(counts) {
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
    }
    names
}

/// Whether it is known what stands where in a macro.
pub(super) fn is_understood(mac: &syn::Macro) -> bool {
    let name = mac.path.segments.last().map(|last| last.ident.to_string());
    name.is_some_and(|name| name == "matches" || list_macro(&name).is_some())
}

/// The identifiers among some tokens that may name a value: no fields, methods, paths or macros.
fn idents(tokens: TokenStream, found: &mut Vec<Ident>) {
    let mut after_dot = false;
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let dot = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '.');
        match token {
            TokenTree::Ident(name) => {
                let path = matches!(tokens.peek(), Some(TokenTree::Punct(next)) if matches!(next.as_char(), '!') || (next.as_char() == ':' && next.spacing() == Spacing::Joint));
                if !after_dot && !path {
                    found.push(name);
                }
            }
            TokenTree::Group(group) => idents(group.stream(), found),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
        after_dot = dot;
    }
}

impl Walk<'_> {
    pub(super) fn macro_call(&mut self, mac: &mut syn::Macro) {
        let Some(name) = mac.path.segments.last().map(|last| last.ident.to_string()) else {
            return;
        };
        if name == "matches" {
            self.matches_call(mac);
            return;
        }
        let Some((how, format)) = list_macro(&name) else { return };
        if let Ok(mut list) = mac.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated) {
            for expr in &mut list {
                // `format!("{a}", a = b)` names its argument: only the right side is an expression.
                match expr {
                    Expr::Assign(assign) => self.with(how, &mut assign.right),
                    expr => self.with(how, expr),
                }
            }
            if let Some(format) = format {
                self.inlined(&mut list, format);
            }
            mac.tokens = quote::quote!(#list);
        } else if let Ok(mut repeat) = mac.parse_body_with(|input: syn::parse::ParseStream| {
            let item: Expr = input.parse()?;
            input.parse::<Token![;]>()?;
            Ok((item, input.parse::<Expr>()?))
        }) {
            self.value(&mut repeat.0);
            self.value(&mut repeat.1);
            let (item, times) = repeat;
            mac.tokens = quote::quote!(#item; #times);
        }
    }

    /// A macro of which nothing is known sees a reference of each of the graph's names that stand among its tokens.
    pub(super) fn other_macro(&mut self, expr: &mut Expr) {
        let Expr::Macro(mac) = &*expr else { return };
        let mut found = Vec::new();
        idents(mac.mac.tokens.clone(), &mut found);
        let mut bound: Vec<Stmt> = Vec::new();
        let mut told: Vec<Ident> = Vec::new();
        for name in found {
            let lower = name.to_string().starts_with(|c: char| c.is_lowercase() || c == '_');
            if lower && self.is_known(&name) && !told.contains(&name) {
                if let Some(place) = self.names.read(Name::Named(&name), Use::Place) {
                    bound.push(syn::parse_quote!(let #name = &#place;));
                }
                told.push(name);
            }
        }
        if !bound.is_empty() {
            *expr = syn::parse_quote!({ #(#bound)* #mac });
        }
    }

    /// The names within a format string, as in `format!("{draft}")`: those that are the graph's are handed over by name.
    fn inlined(&mut self, list: &mut Punctuated<Expr, Token![,]>, format: usize) {
        let Some(Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. })) = list.get(format) else { return };
        let (names, span) = (inlined_names(&text.value()), text.span());
        for name in names {
            let Ok(mut name) = syn::parse_str::<Ident>(&name) else { continue };
            name.set_span(span);
            let given = list.iter().any(|arg| matches!(arg, Expr::Assign(arg) if single(&arg.left) == Some(&name)));
            if !given && self.is_known(&name) {
                let mut value: Expr = syn::parse_quote!(#name);
                self.place(&mut value);
                let left = Box::new(syn::parse_quote!(#name));
                let eq_token = Token![=](span);
                list.push(Expr::Assign(syn::ExprAssign { attrs: Vec::new(), left, eq_token, right: Box::new(value) }));
            }
        }
    }

    /// `matches!(on, pattern if guard)`
    fn matches_call(&mut self, mac: &mut syn::Macro) {
        let parsed = mac.parse_body_with(|input: syn::parse::ParseStream| {
            let on: Expr = input.parse()?;
            input.parse::<Token![,]>()?;
            let pat = Pat::parse_multi_with_leading_vert(input)?;
            let guard = match input.parse::<Option<Token![if]>>()? {
                Some(_) => Some(input.parse::<Expr>()?),
                None => None,
            };
            input.parse::<Option<Token![,]>>()?;
            Ok((on, pat, guard))
        });
        let Ok((mut on, pat, guard)) = parsed else { return };
        self.place(&mut on);
        let guard = guard.map(|mut guard| {
            self.scoped(bindings(&pat), |walk| walk.place(&mut guard));
            quote::quote!(if #guard)
        });
        mac.tokens = quote::quote!(#on, #pat #guard);
    }
}
