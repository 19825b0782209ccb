//! Chains and the work in them.

use super::{check_name, drained, forks, guards::guards, keyword, named, routes};
use crate::grammar::{
    ast::{Block, Call, Chain, Exit, Route, Sets, Target, Work, WorkKind},
    errors::Errors,
};
use proc_macro2::Ident;
use syn::{
    Expr, ExprPath, Lit, Token, braced,
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

pub(super) fn target(input: ParseStream, errors: &Errors) -> syn::Result<Target> {
    if input.peek(Token![match]) {
        let route = routes::match_route(input, errors)?;
        routes::unguarded(input, "match")?;
        return Ok(Target::Route(Route::Match(route)));
    }
    if input.peek(Token![if]) {
        let route = routes::if_route(input, errors)?;
        routes::unguarded(input, "if")?;
        return Ok(Target::Route(Route::If(route)));
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
    if let Some(sets) = &sets {
        no_literal(input, sets)?;
    }
    let tried = input.parse::<Option<Token![try]>>()?.map(|tried| tried.span);
    let kind = if input.peek(token::Bracket) {
        WorkKind::Fork(forks::bracket(input, errors)?)
    } else if input.peek(keyword::first) && input.peek2(token::Brace) {
        WorkKind::Fork(forks::first(input, errors)?)
    } else if input.peek(keyword::first) && input.peek2(token::Bracket) {
        return Err(input.error("`first` has braces, `first { one, other }`"));
    } else if input.peek(token::Brace) {
        WorkKind::Block(block(input, errors)?)
    } else if input.peek(token::Paren) {
        let content;
        let paren = parenthesized!(content in input);
        WorkKind::Expr(paren, drained(&content, whole_expr)?)
    } else if input.peek(syn::Ident) || input.peek(Token![::]) || input.peek(Token![crate]) || path_keyword(input) {
        WorkKind::Call(call(input, errors)?)
    } else {
        return Err(
            input.error(of_rust(input).unwrap_or("expected a step, `(expr)`, a block, a route, `end` or `fail`"))
        );
    };
    Ok(Work { sets, tried, kind })
}

/// What stands in a graph for what Rust would write here.
fn of_rust(input: ParseStream) -> Option<&'static str> {
    if input.peek(Token![for]) {
        Some("`for` stands in brackets, `[for item in items => …]`")
    } else if input.peek(Token![while]) || input.peek(Token![loop]) {
        Some("a loop is an edge back, `-> node max 3 else …`")
    } else if input.peek(Token![let]) {
        Some("a `let` stands before the statements, `let name: Type;`")
    } else if input.peek(Token![return]) {
        Some("a run ends with `end`: write `end(expr)`")
    } else if input.peek(Token![match]) || input.peek(Token![if]) {
        Some("a route needs braces here: `{ match … }` or `{ if … }`")
    } else {
        None
    }
}

/// Behind `=` or `+=` stands work; an expression that is none is often a literal or begins with an operator.
fn no_literal(input: ParseStream, sets: &Sets) -> syn::Result<()> {
    let is_unary = !input.peek(Token![->])
        && (input.peek(Token![-]) || input.peek(Token![!]) || input.peek(Token![&]) || input.peek(Token![*]));
    if !input.peek(Lit) && !is_unary {
        return Ok(());
    }
    let value = &sets.value;
    Err(input.error(match sets.appends {
        Some(_) => format!(
            "an expression stands in parentheses, `{value} = ({value} + 1)`; `+=` appends to a list, `{value} += (expr)`"
        ),
        None => format!("an expression stands in parentheses, `{value} = (expr)`"),
    }))
}

/// What follows a call makes it an expression.
fn no_expression(input: ParseStream) -> syn::Result<()> {
    if input.peek(Token![?]) {
        return Err(input.error(
            "no `?` in a graph: a step that fails fails the run, unless `catch` takes another way or `try` makes it a value",
        ));
    }
    if input.peek(Token![.]) && input.peek2(Token![await]) {
        input.parse::<Token![.]>()?;
        return Err(input.error("no `.await` in a graph: it waits for each step by itself"));
    }
    let goes_on = !input.peek(Token![->])
        && (input.peek(Token![!])
            || input.peek(Token![.])
            || input.peek(Token![+])
            || input.peek(Token![-])
            || input.peek(Token![*])
            || input.peek(Token![/])
            || input.peek(Token![%])
            || input.peek(Token![<])
            || input.peek(Token![>])
            || input.peek(Token![==])
            || input.peek(Token![&])
            || input.peek(Token![as]));
    if goes_on {
        return Err(input.error("an expression stands in parentheses, `value = (…)`; without them this names a step"));
    }
    Ok(())
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
    let args = if input.peek(token::Paren) {
        let content;
        let paren = parenthesized!(content in input);
        Some((paren, drained(&content, |content| content.parse_terminated(Expr::parse, Token![,]))?))
    } else {
        None
    };
    no_expression(input)?;
    Ok(Call { alias, path, args })
}

pub(super) fn block(input: ParseStream, errors: &Errors) -> syn::Result<Block> {
    let content;
    let brace = braced!(content in input);
    let chain =
        if content.is_empty() { None } else { Some(drained(&content, |content| closed_chain(content, errors))?) };
    Ok(Block { brace, chain })
}

fn closed_chain(input: ParseStream, errors: &Errors) -> syn::Result<Chain> {
    let chain = chain(input, errors)?;
    closed(input, "}")?;
    Ok(chain)
}

/// Nothing stands behind a chain within braces or brackets.
pub(super) fn closed(input: ParseStream, by: &str) -> syn::Result<()> {
    if input.peek(Token![;]) {
        return Err(input.error("no `;` within braces: a block holds one chain, and goes on with `->`"));
    }
    if input.is_empty() { Ok(()) } else { Err(input.error(format!("expected `->` or `{by}`"))) }
}
