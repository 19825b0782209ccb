//! From tokens to [`ast`](super::ast), statement by statement: a broken one is told and skipped, the others are read.

mod chain;
mod forks;
mod guards;
pub mod lines;
mod routes;

use super::{
    ast::{Input, Let, Require, Rule, Source, Statement, Workflow},
    errors::Errors,
};
use chain::chain;
use guards::guards;
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use syn::{
    Attribute, Generics, Pat, Token, Type, Visibility, braced,
    ext::IdentExt,
    parenthesized,
    parse::{ParseStream, Parser},
};

/// Words that cannot name a value, a node or an input.
const KEYWORDS: [&str; 9] = ["start", "end", "fail", "first", "require", "max", "within", "catch", "per"];

/// Reads a workflow. What could not be read is in `errors`; without a readable head there is nothing else.
pub fn parse(tokens: TokenStream, errors: &Errors) -> Option<Workflow> {
    let read = |input: ParseStream| workflow(input, errors);
    match read.parse2(tokens) {
        Ok(workflow) => Some(workflow),
        Err(error) => {
            errors.push(error);
            None
        }
    }
}

fn workflow(input: ParseStream, errors: &Errors) -> syn::Result<Workflow> {
    if input.is_empty() {
        return Err(syn::Error::new(
            Span::call_site(),
            "an empty workflow: write `Name(input: Type) -> Output { start -> … -> end; }`",
        ));
    }
    let attrs = input.call(Attribute::parse_outer)?;
    let vis: Visibility = input.parse()?;
    let name: Ident = input.parse()?;
    let mut generics: Generics = input.parse()?;
    let content;
    parenthesized!(content in input);
    let inputs = drained(&content, |content| {
        comma_separated(content, |input| {
            let docs = input.call(Attribute::parse_outer)?;
            if let Some(other) = docs.iter().find(|attr| !attr.path().is_ident("doc")) {
                let message = "an input has no attributes: it is a value of the graph. What a step needs besides is asked for by the step: `#[context] llm: &Llm`, `#[run] run: &Visit`";
                return Err(syn::Error::new(other.pound_token.span, message));
            }
            let name = named(input, errors)?;
            input.parse::<Token![:]>()?;
            Ok(Input { docs, name, ty: input.parse()? })
        })
    })?;
    if !input.peek(Token![->]) {
        return Err(input.error(format!("`{name}` says nothing of what it ends in: write `-> Type` before its braces")));
    }
    input.parse::<Token![->]>()?;
    let output: Type = input.parse()?;
    generics.where_clause = input.parse()?;
    let content;
    braced!(content in input);
    if !input.is_empty() {
        errors.push(input.error("one workflow stands in a `workflow!`: this ends with its braces, and the next gets a `workflow!` of its own"));
        skip_all(input);
    }
    let (mut lets, mut statements) = (Vec::new(), Vec::new());
    while !content.is_empty() {
        let read = if content.peek(Token![let]) {
            declaration(&content, errors).map(|read| lets.push(read))
        } else {
            statement(&content, errors).map(|read| statements.push(read))
        };
        if let Err(error) = read {
            errors.lost(error);
            skip_statement(&content);
        }
    }
    Ok(Workflow { attrs, vis, name, generics, inputs, output, lets, statements })
}

// What is left of a group that could not be read would be told once more as "unexpected token".
fn drained<'c, T>(content: ParseStream<'c>, read: impl FnOnce(ParseStream<'c>) -> syn::Result<T>) -> syn::Result<T> {
    let result = read(content);
    if result.is_err() {
        skip_all(content);
    }
    result
}

fn skip_all(input: ParseStream) {
    while input.parse::<TokenTree>().is_ok() {}
}

fn skip_statement(input: ParseStream) {
    while !input.is_empty() {
        if input.peek(Token![;]) {
            let _ = input.parse::<Token![;]>();
            return;
        }
        let _ = input.parse::<TokenTree>();
    }
}

fn comma_separated<T>(input: ParseStream, mut read: impl FnMut(ParseStream) -> syn::Result<T>) -> syn::Result<Vec<T>> {
    let mut items = Vec::new();
    while !input.is_empty() {
        items.push(read(input)?);
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
    }
    Ok(items)
}

/// A name of the user's choice.
fn named(input: ParseStream, errors: &Errors) -> syn::Result<Ident> {
    let name: Ident = input.call(Ident::parse_any)?;
    check_name(&name, errors);
    Ok(name)
}

fn check_name(name: &Ident, errors: &Errors) {
    let text = name.to_string();
    if KEYWORDS.contains(&text.as_str()) {
        errors.at(name.span(), format!("`{text}` is a word of the language and cannot be a name here"));
    } else if syn::parse_str::<Ident>(&text).is_err() {
        errors.lost_at(name.span(), format!("`{text}` is a keyword of Rust and cannot be a name here"));
    }
}

fn declaration(input: ParseStream, errors: &Errors) -> syn::Result<Let> {
    input.parse::<Token![let]>()?;
    if input.peek(Token![mut]) {
        errors.push(input.error("a value needs no `mut`: it may be set again anyway"));
        input.parse::<Token![mut]>()?;
    }
    let name = named(input, errors)?;
    if !input.peek(Token![:]) {
        return Err(input.error(format!("`{name}` needs its type: `let {name}: Type = …;`")));
    }
    input.parse::<Token![:]>()?;
    if input.is_empty() || input.peek(Token![;]) || input.peek(Token![=]) {
        return Err(input.error(format!("its type is missing: write `let {name}: Type;`, or `let {name}: Type = …;`")));
    }
    let ty = input.parse()?;
    let init = match input.parse::<Option<Token![=]>>()? {
        Some(_) => Some(input.parse()?),
        None => None,
    };
    semicolon(input, errors, "this declaration")?;
    Ok(Let { name, ty, init })
}

// Where only the `;` is missing, the next statement begins here and is read as such.
fn semicolon(input: ParseStream, errors: &Errors, what: &str) -> syn::Result<()> {
    if input.peek(Token![;]) {
        input.parse::<Token![;]>()?;
        return Ok(());
    }
    let begins = input.is_empty() || input.peek(syn::Ident) || input.peek(Token![let]);
    let error = syn::Error::new(
        if input.is_empty() { Span::call_site() } else { input.span() },
        format!("a `;` or an `->` is missing before this: {what} ends with a `;`"),
    );
    if begins && !input.is_empty() {
        errors.push(error);
        return Ok(());
    }
    Err(if input.is_empty() {
        syn::Error::new(input.span(), format!("a `;` is missing here: {what} ends with one"))
    } else {
        error
    })
}

fn statement(input: ParseStream, errors: &Errors) -> syn::Result<Statement> {
    if input.peek(keyword::require) && !input.peek2(Token![->]) && !input.peek2(Token![|]) {
        return requirement(input, errors).map(Statement::Require);
    }
    let mut sources = Vec::new();
    loop {
        let name = match input.call(Ident::parse_any) {
            Ok(name) if name == "start" || syn::parse_str::<Ident>(&name.to_string()).is_ok() => name,
            Ok(name) => {
                return Err(syn::Error::new(
                    name.span(),
                    "a statement begins with `start`, a node, `let` or `require`",
                ));
            }
            Err(error) => {
                return Err(syn::Error::new(
                    error.span(),
                    "a statement begins with `start`, a node, `let` or `require`",
                ));
            }
        };
        let guards = guards(input, errors)?;
        sources.push(Source { name, guards });
        if input.parse::<Option<Token![|]>>()?.is_none() {
            break;
        }
    }
    if !input.peek(Token![->]) {
        return Err(input.error("expected `->` and where it leads"));
    }
    input.parse::<Token![->]>()?;
    let chain = chain(input, errors)?;
    semicolon(input, errors, "a statement")?;
    Ok(Statement::Ways { sources, chain })
}

fn requirement(input: ParseStream, errors: &Errors) -> syn::Result<Require> {
    let keyword = input.parse::<keyword::require>()?.span;
    let node = input.parse()?;
    let rule = if input.peek(keyword::at) {
        input.parse::<keyword::at>()?;
        input.parse::<keyword::most>()?;
        input.parse::<keyword::once>()?;
        Rule::AtMostOnce
    } else {
        let is = match input.parse::<Option<keyword::is>>()? {
            Some(_) => Some(Pat::parse_multi(input)?),
            None => None,
        };
        input.parse::<keyword::before>()?;
        Rule::Before { is, before: input.call(Ident::parse_any)? }
    };
    semicolon(input, errors, "a requirement")?;
    Ok(Require { keyword, node, rule })
}

mod keyword {
    syn::custom_keyword!(at);
    syn::custom_keyword!(before);
    syn::custom_keyword!(catch);
    syn::custom_keyword!(end);
    syn::custom_keyword!(fail);
    syn::custom_keyword!(first);
    syn::custom_keyword!(is);
    syn::custom_keyword!(max);
    syn::custom_keyword!(most);
    syn::custom_keyword!(once);
    syn::custom_keyword!(per);
    syn::custom_keyword!(require);
    syn::custom_keyword!(retry);
    syn::custom_keyword!(timeout);
    syn::custom_keyword!(within);
}
