//! Forks: branches at once, a branch for each item, the first to succeed.

use super::{
    chain::{chain, closed_chain, work},
    comma_separated, drained, keyword,
    routes::{ends_in_block, separator},
};
use crate::grammar::{
    ast::{Each, Fork},
    errors::Errors,
};
use syn::{Pat, Token, braced, bracketed, parse::ParseStream};

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
        let items = content.parse()?;
        let at_once = match content.parse::<Option<Token![,]>>()? {
            Some(_) => {
                let number = content.parse()?;
                content.parse::<keyword::at>()?;
                content.parse::<keyword::once>()?;
                Some(number)
            }
            None => None,
        };
        content.parse::<Token![=>]>()?;
        let chain = closed_chain(content, errors)?;
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
