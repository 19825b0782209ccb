//! Forks: branches at once, a branch for each item, the first to succeed.

use super::{
    chain::{chain, closed, work},
    comma_separated, drained,
    guards::guard_keyword,
    keyword,
    routes::{ends_in_block, separator},
};
use crate::grammar::{
    ast::{Each, Fork},
    errors::Errors,
};
use syn::{Expr, Pat, Token, braced, bracketed, parse::ParseStream};

pub(super) fn bracket(input: ParseStream, errors: &Errors) -> syn::Result<Fork> {
    let content;
    let bracket = bracketed!(content in input);
    drained(&content, |content| {
        if !content.peek(Token![for]) {
            return Ok(Fork::Static(bracket, comma_separated(content, |input| chain(input, errors))?));
        }
        content.parse::<Token![for]>()?;
        let pat = Pat::parse_multi_with_leading_vert(content)?;
        content.parse::<Token![in]>()?;
        // `{` begins no value of a struct here, but a branch whose `=>` is missing.
        let items = Expr::parse_without_eager_brace(content)?;
        let at_once = match content.parse::<Option<Token![,]>>()? {
            Some(_) => {
                let number = Expr::parse_without_eager_brace(content)?;
                if !content.peek(keyword::at) {
                    return Err(content
                        .error("expected `at once`: how many branches run at the same time, as in `, 5 at once =>`"));
                }
                content.parse::<keyword::at>()?;
                content.parse::<keyword::once>()?;
                Some(number)
            }
            None => None,
        };
        if !content.peek(Token![=>]) {
            return Err(content.error("expected `=>`: a branch for each item is `[for item in items => …]`"));
        }
        content.parse::<Token![=>]>()?;
        let chain = chain(content, errors)?;
        if content.peek(Token![,]) {
            return Err(content
                .error("expected `->` or `]`: for several at once put a fork into it, `[for item in items => [a(item), b(item)]]`"));
        }
        closed(content, "]")?;
        Ok(Fork::Each(Box::new(Each { bracket, pat, items, at_once, chain })))
    })
}

pub(super) fn first(input: ParseStream, errors: &Errors) -> syn::Result<Fork> {
    let keyword = input.parse::<keyword::first>()?.span;
    let content;
    braced!(content in input);
    drained(&content, |content| {
        let mut branches = Vec::new();
        while !content.is_empty() {
            let work = work(content, errors)?;
            if let Some(guard) = guard_keyword(content) {
                return Err(content.error(format!("a guarded branch of `first` needs braces, `{{ work(a) {guard} }}`")));
            }
            if content.peek(Token![->]) {
                return Err(content.error("a branch of `first` that goes on needs braces, `{ one(a) -> other(b) }`"));
            }
            let chain = match content.parse::<Option<Token![=>]>>()? {
                Some(_) => Some(chain(content, errors)?),
                None => None,
            };
            let braced = chain.as_ref().is_some_and(ends_in_block);
            branches.push((work, chain));
            separator(content, braced, "this branch")?;
        }
        Ok(Fork::First(keyword, branches))
    })
}
