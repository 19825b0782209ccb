//! `match`, `if` and `if let`.

use super::{
    chain::{block, chain},
    drained,
    guards::guard_keyword,
};
use crate::grammar::{
    ast::{Arm, Chain, Else, If, Match, Target, WorkKind},
    errors::Errors,
};
use syn::{BinOp, Expr, Pat, Token, braced, parse::ParseStream, token};

pub(super) fn ends_in_block(chain: &Chain) -> bool {
    match chain.targets.last() {
        Some(Target::Work(work, guards)) => guards.is_empty() && matches!(work.kind, WorkKind::Block(_)),
        Some(Target::Route(_)) => true,
        _ => false,
    }
}

pub(super) fn separator(input: ParseStream, braced: bool, what: &str) -> syn::Result<()> {
    if input.is_empty() || input.parse::<Option<Token![,]>>()?.is_some() || braced {
        return Ok(());
    }
    Err(input.error(format!("expected `->`, or `,` after {what}")))
}

pub(super) fn match_route(input: ParseStream, errors: &Errors) -> syn::Result<Match> {
    let keyword = input.parse::<Token![match]>()?.span;
    let on = if input.peek(token::Brace) { None } else { Some(Expr::parse_without_eager_brace(input)?) };
    let arms = arms(input, errors)?;
    if arms.is_empty() {
        return Err(syn::Error::new(keyword, "a `match` without arms leads nowhere"));
    }
    Ok(Match { keyword, on, arms })
}

/// No guard stands behind a route.
pub(super) fn unguarded(input: ParseStream, route: &str) -> syn::Result<()> {
    match guard_keyword(input) {
        Some(guard) => {
            Err(input.error(format!("a route cannot be guarded: put braces around it, `{{ {route} … }} {guard}`")))
        }
        None => Ok(()),
    }
}

/// Whether a condition is a chain with a pattern in it.
fn chained(cond: &Expr, is_let: bool) -> bool {
    match cond {
        Expr::Let(_) => true,
        Expr::Binary(binary) if matches!(binary.op, BinOp::And(_)) => {
            is_let || chained(&binary.left, false) || chained(&binary.right, false)
        }
        _ => false,
    }
}

/// `{ pattern if condition => chain, … }`
pub(super) fn arms(input: ParseStream, errors: &Errors) -> syn::Result<Vec<Arm>> {
    let content;
    braced!(content in input);
    drained(&content, |content| {
        let mut arms = Vec::new();
        while !content.is_empty() {
            let pat = Pat::parse_multi_with_leading_vert(content)?;
            let guard = match content.parse::<Option<Token![if]>>()? {
                Some(_) => Some(content.parse()?),
                None => None,
            };
            content.parse::<Token![=>]>()?;
            let chain = chain(content, errors)?;
            let braced = ends_in_block(&chain);
            arms.push(Arm { pat, guard, chain });
            separator(content, braced, "this arm")?;
        }
        Ok(arms)
    })
}

pub(super) fn if_route(input: ParseStream, errors: &Errors) -> syn::Result<If> {
    let keyword = input.parse::<Token![if]>()?.span;
    let pat = match input.parse::<Option<Token![let]>>()? {
        Some(_) => {
            let pat = Pat::parse_multi_with_leading_vert(input)?;
            input.parse::<Token![=]>()?;
            Some(pat)
        }
        None => None,
    };
    let cond = Expr::parse_without_eager_brace(input)?;
    if chained(&cond, pat.is_some()) {
        let message = "`if let … && …` is not in the language: put another `if` within, or write `match … { pattern if condition => … }`";
        return Err(syn::Error::new_spanned(cond, message));
    }
    let then = block(input, errors)?;
    let otherwise = match input.parse::<Option<Token![else]>>()? {
        Some(_) if input.peek(Token![if]) => Some(Else::If(Box::new(if_route(input, errors)?))),
        Some(_) => Some(Else::Block(block(input, errors)?)),
        None => None,
    };
    Ok(If { keyword, pat, cond, then, otherwise })
}
