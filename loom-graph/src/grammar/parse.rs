//! From tokens to [`ast`](super::ast), statement by statement: a broken one is told and skipped, the others are read.

use super::{
    ast::{
        Arm, Block, Call, Chain, Each, Else, Exit, Fork, Guard, If, Input, Let, Match, Max, Require, Route, Rule, Sets,
        Source, Statement, Target, Work, WorkKind, Workflow,
    },
    duration,
    errors::Errors,
};
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use syn::{
    Attribute, Expr, ExprPath, Generics, Pat, Token, Type, Visibility, braced, bracketed,
    ext::IdentExt,
    parenthesized,
    parse::{Parse, ParseStream, Parser},
    token,
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
            let name = named(input, errors)?;
            input.parse::<Token![:]>()?;
            Ok(Input { name, ty: input.parse()? })
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
        return Err(input.error("a value needs no `mut`: it may be set again anyway"));
    }
    let name = named(input, errors)?;
    if !input.peek(Token![:]) {
        return Err(input.error(format!("`{name}` needs its type: `let {name}: Type = …;`")));
    }
    input.parse::<Token![:]>()?;
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
        format!("a `;` is missing before this: {what} ends with one"),
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

fn chain(input: ParseStream, errors: &Errors) -> syn::Result<Chain> {
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
        return match_route(input, errors).map(|route| Target::Route(Route::Match(route)));
    }
    if input.peek(Token![if]) {
        return if_route(input, errors).map(|route| Target::Route(Route::If(route)));
    }
    if let Some(exit) = exit(input)? {
        return Ok(Target::Exit(exit));
    }
    let work = work(input, errors)?;
    let guards = guards(input, errors)?;
    Ok(Target::Work(work, guards))
}

fn exit(input: ParseStream) -> syn::Result<Option<Exit>> {
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

fn work(input: ParseStream, errors: &Errors) -> syn::Result<Work> {
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
        WorkKind::Fork(bracket_fork(input, errors)?)
    } else if input.peek(keyword::first) && input.peek2(token::Brace) {
        WorkKind::Fork(first_fork(input, errors)?)
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
    let args = if input.peek(token::Paren) {
        let content;
        let paren = parenthesized!(content in input);
        Some((paren, drained(&content, |content| content.parse_terminated(Expr::parse, Token![,]))?))
    } else {
        None
    };
    Ok(Call { alias, path, args })
}

fn block(input: ParseStream, errors: &Errors) -> syn::Result<Block> {
    let content;
    let brace = braced!(content in input);
    let chain =
        if content.is_empty() { None } else { Some(drained(&content, |content| closed_chain(content, errors))?) };
    Ok(Block { brace, chain })
}

fn closed_chain(input: ParseStream, errors: &Errors) -> syn::Result<Chain> {
    let chain = chain(input, errors)?;
    if input.peek(Token![;]) {
        return Err(input.error("no `;` within braces: a block holds one chain, and goes on with `->`"));
    }
    if input.is_empty() { Ok(chain) } else { Err(input.error("expected `->` or `}`")) }
}

fn bracket_fork(input: ParseStream, errors: &Errors) -> syn::Result<Fork> {
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

fn first_fork(input: ParseStream, errors: &Errors) -> syn::Result<Fork> {
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

fn ends_in_block(chain: &Chain) -> bool {
    match chain.targets.last() {
        Some(Target::Work(work, guards)) => guards.is_empty() && matches!(work.kind, WorkKind::Block(_)),
        Some(Target::Route(_)) => true,
        _ => false,
    }
}

fn separator(input: ParseStream, braced: bool, what: &str) -> syn::Result<()> {
    if input.is_empty() || input.parse::<Option<Token![,]>>()?.is_some() || braced {
        return Ok(());
    }
    Err(input.error(format!("expected `->`, or `,` after {what}")))
}

fn match_route(input: ParseStream, errors: &Errors) -> syn::Result<Match> {
    let keyword = input.parse::<Token![match]>()?.span;
    let on = if input.peek(token::Brace) { None } else { Some(Expr::parse_without_eager_brace(input)?) };
    let content;
    braced!(content in input);
    let arms = drained(&content, |content| {
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
    })?;
    if arms.is_empty() {
        return Err(syn::Error::new(keyword, "a `match` without arms leads nowhere"));
    }
    Ok(Match { keyword, on, arms })
}

fn if_route(input: ParseStream, errors: &Errors) -> syn::Result<If> {
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
    let then = block(input, errors)?;
    let otherwise = match input.parse::<Option<Token![else]>>()? {
        Some(_) if input.peek(Token![if]) => Some(Else::If(Box::new(if_route(input, errors)?))),
        Some(_) => Some(Else::Block(block(input, errors)?)),
        None => None,
    };
    Ok(If { keyword, pat, cond, then, otherwise })
}

fn guards(input: ParseStream, errors: &Errors) -> syn::Result<Vec<Guard>> {
    let mut guards = Vec::new();
    loop {
        if input.peek(keyword::max) {
            let keyword = input.parse::<keyword::max>()?.span;
            let max = input.parse()?;
            let per = match input.parse::<Option<keyword::per>>()? {
                Some(_) => Some(input.parse()?),
                None => None,
            };
            let otherwise = Box::new(otherwise(input, errors, "max")?);
            guards.push(Guard::Max(Max { keyword, max, per, otherwise }));
        } else if input.peek(keyword::within) {
            let keyword = input.parse::<keyword::within>()?.span;
            let limit = duration::parse(input)?;
            let otherwise = Box::new(otherwise(input, errors, "within")?);
            guards.push(Guard::Within { keyword, limit, otherwise });
        } else if input.peek(keyword::catch) {
            let keyword = input.parse::<keyword::catch>()?.span;
            let pat = Pat::parse_multi_with_leading_vert(input)?;
            input.parse::<Token![=>]>()?;
            let otherwise = Box::new(plain(input, errors)?);
            guards.push(Guard::Catch { keyword, pat, otherwise });
        } else {
            return Ok(guards);
        }
    }
}

fn otherwise(input: ParseStream, errors: &Errors, guard: &str) -> syn::Result<Target> {
    if !input.peek(Token![else]) {
        return Err(input.error(format!("`{guard}` needs an `else`: where the run goes then")));
    }
    input.parse::<Token![else]>()?;
    plain(input, errors)
}

fn plain(input: ParseStream, errors: &Errors) -> syn::Result<Target> {
    if input.peek(Token![match]) || input.peek(Token![if]) {
        return Err(input.error("a route needs braces here: `else { … }`"));
    }
    match exit(input)? {
        Some(exit) => Ok(Target::Exit(exit)),
        None => Ok(Target::Work(work(input, errors)?, Vec::new())),
    }
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
    syn::custom_keyword!(within);
}
