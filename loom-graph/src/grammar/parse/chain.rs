//! Chains and the work in them.

use super::{check_name, drained, forks, guards::guards, keyword, named, routes};
use crate::grammar::{
    ast::{Block, Call, Chain, Exit, Route, Sets, Target, Work, WorkKind},
    errors::Errors,
};
use proc_macro2::Ident;
use syn::{
    Expr, ExprPath, Token, braced,
    ext::IdentExt,
    parenthesized,
    parse::{Parse, ParseStream},
    token,
};

pub(super) fn chain(input: ParseStream, errors: &Errors) -> syn::Result<Chain> {
    let mut targets = vec![target(input, errors)?];
    while input.peek(Token![->]) {
        let arrow = input.parse::<Token![->]>()?;
        if let Some(Target::Exit(exit)) = targets.last() {
            let message = format!("nothing can follow `{}`: the run is over there", exit.keyword);
            return Err(syn::Error::new_spanned(arrow, message));
        }
        targets.push(target(input, errors)?);
    }
    Ok(Chain { targets })
}

fn target(input: ParseStream, errors: &Errors) -> syn::Result<Target> {
    if input.peek(Token![match]) {
        return routes::match_route(input, errors).map(|route| Target::Route(Route::Match(route)));
    }
    if input.peek(Token![if]) {
        return routes::if_route(input, errors).map(|route| Target::Route(Route::If(route)));
    }
    if let Some(exit) = exit(input)? {
        return Ok(Target::Exit(exit));
    }
    let work = work(input, errors)?;
    let guards = guards(input, errors)?;
    Ok(Target::Work(work, guards))
}

pub(super) fn exit(input: ParseStream) -> syn::Result<Option<Exit>> {
    let is_exit = (input.peek(keyword::end) || input.peek(keyword::fail))
        && !input.peek2(Token![=])
        && !input.peek2(Token![::])
        && !input.peek2(Token![:])
        && !input.peek2(Token![+=]);
    if !is_exit {
        return Ok(None);
    }
    let keyword: Ident = input.parse()?;
    let fails = keyword == "fail";
    let with = if input.peek(token::Paren) {
        let content;
        let paren = parenthesized!(content in input);
        if content.is_empty() {
            let unit = syn::Error::new(
                paren.span.join(),
                format!("`{keyword}()` says nothing: write `{keyword}` or `{keyword}(expr)`"),
            );
            return Err(unit);
        }
        Some((paren, drained(&content, whole_expr)?))
    } else if fails {
        return Err(syn::Error::new(keyword.span(), "`fail` needs what the run fails with: `fail(expr)`"));
    } else {
        None
    };
    Ok(Some(Exit { keyword, fails, with }))
}

fn whole_expr(input: ParseStream) -> syn::Result<Expr> {
    let expr = input.parse()?;
    if input.is_empty() { Ok(expr) } else { Err(input.error("expected `)`: one expression stands in the parentheses")) }
}

pub(super) fn work(input: ParseStream, errors: &Errors) -> syn::Result<Work> {
    let sets = if input.peek(syn::Ident::peek_any) && input.peek2(Token![+=]) {
        let value = named(input, errors)?;
        let appends = input.parse::<Token![+=]>()?;
        Some(Sets { value, appends: Some(appends.spans[0]) })
    } else if input.peek(syn::Ident::peek_any)
        && input.peek2(Token![=])
        && !input.peek2(Token![==])
        && !input.peek2(Token![=>])
    {
        let value = named(input, errors)?;
        input.parse::<Token![=]>()?;
        Some(Sets { value, appends: None })
    } else {
        None
    };
    let tried = input.parse::<Option<Token![try]>>()?.map(|tried| tried.span);
    let kind = if input.peek(token::Bracket) {
        WorkKind::Fork(forks::bracket(input, errors)?)
    } else if input.peek(keyword::first) && input.peek2(token::Brace) {
        WorkKind::Fork(forks::first(input, errors)?)
    } else if input.peek(token::Brace) {
        WorkKind::Block(block(input, errors)?)
    } else if input.peek(token::Paren) {
        let content;
        let paren = parenthesized!(content in input);
        WorkKind::Expr(paren, drained(&content, whole_expr)?)
    } else if input.peek(syn::Ident) || input.peek(Token![::]) || input.peek(Token![crate]) || path_keyword(input) {
        WorkKind::Call(call(input, errors)?)
    } else {
        return Err(input.error("expected a step, `(expr)`, a block, a route, `end` or `fail`"));
    };
    Ok(Work { sets, tried, kind })
}

fn path_keyword(input: ParseStream) -> bool {
    input.peek(Token![self]) || input.peek(Token![super]) || input.peek(Token![Self])
}

fn call(input: ParseStream, errors: &Errors) -> syn::Result<Call> {
    let alias = if input.peek(syn::Ident) && input.peek2(Token![:]) && !input.peek2(Token![::]) {
        let alias = named(input, errors)?;
        input.parse::<Token![:]>()?;
        Some(alias)
    } else {
        None
    };
    let path: ExprPath = input.parse()?;
    if let (Some(last), None) = (path.path.segments.last(), &alias) {
        check_name(&last.ident, errors);
    }
    if input.peek(Token![!]) || input.peek(Token![.]) {
        return Err(input.error("an expression stands in parentheses, `value = (…)`; without them this names a step"));
    }
    let args = if input.peek(token::Paren) {
        let content;
        let paren = parenthesized!(content in input);
        Some((paren, drained(&content, |content| content.parse_terminated(Expr::parse, Token![,]))?))
    } else {
        None
    };
    Ok(Call { alias, path, args })
}

pub(super) fn block(input: ParseStream, errors: &Errors) -> syn::Result<Block> {
    let content;
    let brace = braced!(content in input);
    let chain =
        if content.is_empty() { None } else { Some(drained(&content, |content| closed_chain(content, errors))?) };
    Ok(Block { brace, chain })
}

pub(super) fn closed_chain(input: ParseStream, errors: &Errors) -> syn::Result<Chain> {
    let chain = chain(input, errors)?;
    if input.peek(Token![;]) {
        return Err(input.error("no `;` within braces: a block holds one chain, and goes on with `->`"));
    }
    if input.is_empty() { Ok(chain) } else { Err(input.error("expected `->` or `}`")) }
}
