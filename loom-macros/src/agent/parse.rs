//! From tokens to [`ast`](super::ast), statement by statement: a broken one is told and skipped, the others are read.

use super::{
    ast::{Agent, Approval, Arm, Choice, Choices, Exit, Free, Max, Offered, Require, Statement, Then},
    settings::{self, setting},
};
use loomflow_graph::{grammar::errors::Errors, similar::nearest};
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use syn::{
    Attribute, Expr, Lit, LitInt, Pat, Path, Token, Type, Visibility, braced, bracketed,
    ext::IdentExt,
    parenthesized,
    parse::{ParseStream, Parser},
    token,
};

/// What a statement may begin with, beside tools.
const WORDS: [&str; 8] = ["start", "model", "prompt", "tone", "memory", "tools", "require", "ask"];

mod keyword {
    syn::custom_keyword!(ask);
    syn::custom_keyword!(before);
    syn::custom_keyword!(end);
    syn::custom_keyword!(fail);
    syn::custom_keyword!(max);
    syn::custom_keyword!(per);
    syn::custom_keyword!(require);
    syn::custom_keyword!(tools);
}

/// Reads an agent. What could not be read is in `errors`; without a readable head there is nothing else.
pub(super) fn parse(tokens: TokenStream, errors: &Errors) -> Option<Agent> {
    let read = |input: ParseStream<'_>| agent(input, errors);
    match read.parse2(tokens) {
        Ok(agent) => Some(agent),
        Err(error) => {
            errors.push(error);
            None
        }
    }
}

fn agent(input: ParseStream<'_>, errors: &Errors) -> syn::Result<Agent> {
    if input.is_empty() {
        let message = "an empty agent: write `Name(input: Type) -> Output { start -> tool; tool -> end; }`";
        return Err(syn::Error::new(Span::call_site(), message));
    }
    let attrs = input.call(Attribute::parse_outer)?;
    let vis: Visibility = input.parse()?;
    let name: Ident = input.parse()?;
    if input.peek(Token![<]) {
        return Err(input.error("an agent has no parameters of its own but its inputs"));
    }
    let content;
    parenthesized!(content in input);
    let mut inputs = Vec::new();
    while !content.is_empty() {
        let name: Ident = content.parse()?;
        content.parse::<Token![:]>()?;
        inputs.push((name, content.parse()?));
        if !content.is_empty() {
            content.parse::<Token![,]>()?;
        }
    }
    if !input.peek(Token![->]) {
        return Err(input.error(format!("`{name}` says nothing of what it ends in: write `-> Type` before its braces")));
    }
    input.parse::<Token![->]>()?;
    let output: Type = input.parse()?;
    let content;
    braced!(content in input);
    if !input.is_empty() {
        errors.push(input.error("one agent stands in an `agent!`: this ends with its braces"));
        skip_all(input);
    }
    let mut agent = Agent {
        attrs,
        vis,
        name,
        inputs,
        output,
        model: None,
        prompt: None,
        tone: None,
        memory: None,
        statements: Vec::new(),
        requires: Vec::new(),
        asks: Vec::new(),
        free: None,
    };
    while !content.is_empty() {
        let read = item(&content, &mut agent, errors).and_then(|()| semicolon(&content));
        if let Err(error) = read {
            errors.lost(error);
            skip_statement(&content);
        }
    }
    Ok(agent)
}

fn skip_all(input: ParseStream<'_>) {
    while input.parse::<TokenTree>().is_ok() {}
}

fn skip_statement(input: ParseStream<'_>) {
    while !input.is_empty() {
        if input.parse::<Token![;]>().is_ok() {
            return;
        }
        let _ = input.parse::<TokenTree>();
    }
}

fn semicolon(input: ParseStream<'_>) -> syn::Result<()> {
    if input.is_empty() {
        return Err(syn::Error::new(input.span(), "a `;` is missing here: a statement ends with one"));
    }
    if !input.peek(Token![;]) {
        return Err(input.error("a `;` is missing before this: a statement ends with one"));
    }
    input.parse::<Token![;]>()?;
    Ok(())
}

fn item(input: ParseStream<'_>, agent: &mut Agent, errors: &Errors) -> syn::Result<()> {
    let begins_ways = input.peek2(Token![->]) || input.peek2(Token![|]);
    if !begins_ways {
        if settings::begins(input) {
            return setting(input, agent, errors);
        }
        if input.peek(keyword::require) {
            agent.requires.push(requirement(input)?);
            return Ok(());
        }
        if input.peek(keyword::ask) {
            agent.asks.push(approval(input)?);
            return Ok(());
        }
        if input.peek(keyword::tools) {
            return free(input, agent, errors);
        }
    }
    agent.statements.push(statement(input)?);
    Ok(())
}

fn requirement(input: ParseStream<'_>) -> syn::Result<Require> {
    input.parse::<keyword::require>()?;
    let tool = input.parse()?;
    if !input.peek(keyword::before) {
        return Err(input.error("write `require tool before other;`, or `require tool before end;`"));
    }
    input.parse::<keyword::before>()?;
    Ok(Require { tool, before: input.parse()? })
}

fn approval(input: ParseStream<'_>) -> syn::Result<Approval> {
    input.parse::<keyword::ask>()?;
    if !input.peek(keyword::before) {
        return Err(input.error("write `ask before tool;`: a person then approves each call of it"));
    }
    input.parse::<keyword::before>()?;
    let tool = input.parse()?;
    let mut refusals = 1;
    if input.peek(keyword::max) {
        input.parse::<keyword::max>()?;
        let number: LitInt = input.parse().map_err(|error| {
            syn::Error::new(error.span(), "how many refusals withdraw the call is a number: `ask before tool max 2;`")
        })?;
        refusals = number.base10_parse()?;
        if refusals == 0 {
            return Err(syn::Error::new(number.span(), "a call that no refusal withdraws would be asked for for ever"));
        }
    }
    Ok(Approval { tool, refusals })
}

fn free(input: ParseStream<'_>, agent: &mut Agent, errors: &Errors) -> syn::Result<()> {
    let keyword: Ident = input.parse()?;
    let content;
    bracketed!(content in input);
    let mut choices = Vec::new();
    while !content.is_empty() {
        choices.push(choice(&content)?);
        if !content.is_empty() {
            content.parse::<Token![,]>()?;
        }
    }
    let Some(max) = max(input)? else {
        return Err(
            input.error("`tools` needs a bound, how many calls there may be in all: `tools [one, other] max 10;`")
        );
    };
    let otherwise = otherwise(input)?;
    if agent.free.is_some() {
        errors.at(keyword.span(), "`tools` stands here twice: put all of them in one list");
    }
    agent.free = Some(Free { keyword, choices: Choices { choices, otherwise }, max });
    Ok(())
}

fn statement(input: ParseStream<'_>) -> syn::Result<Statement> {
    let mut sources = Vec::new();
    loop {
        let begins =
            "a statement begins with `start`, a tool, `model`, `prompt`, `tone`, `memory`, `tools`, `require` or `ask`";
        let span = input.span();
        sources.push(input.call(Ident::parse_any).map_err(|_| syn::Error::new(span, begins))?);
        if input.parse::<Option<Token![|]>>()?.is_none() {
            break;
        }
    }
    if !input.peek(Token![->]) {
        let first = &sources[0];
        return Err(match nearest(&first.to_string(), WORDS.map(str::to_owned)) {
            Some(near) => syn::Error::new(first.span(), format!("an agent has no `{first}`: did you mean `{near}`?")),
            None => input.error("expected `->` and what may come next"),
        });
    }
    input.parse::<Token![->]>()?;
    Ok(Statement { sources, then: then(input)? })
}

fn then(input: ParseStream<'_>) -> syn::Result<Then> {
    if !input.peek(Token![match]) {
        return Ok(Then::Choose(choices(input)?));
    }
    input.parse::<Token![match]>()?;
    if !input.peek(token::Brace) {
        return Err(input.error("what the tool gave is matched: `match { pattern => tool, … }`"));
    }
    let content;
    braced!(content in input);
    let mut arms = Vec::new();
    while !content.is_empty() {
        let pat = Pat::parse_multi_with_leading_vert(&content)?;
        let guard = match content.parse::<Option<Token![if]>>()? {
            Some(_) => Some(content.parse()?),
            None => None,
        };
        content.parse::<Token![=>]>()?;
        arms.push(Arm { pat, guard, then: choices(&content)? });
        if !content.is_empty() {
            content.parse::<Token![,]>()?;
        }
    }
    Ok(Then::Match(arms))
}

fn choices(input: ParseStream<'_>) -> syn::Result<Choices> {
    let mut choices = vec![choice(input)?];
    while input.parse::<Option<Token![|]>>()?.is_some() {
        choices.push(choice(input)?);
    }
    if input.peek(Token![->]) {
        let message = "what comes after a tool is a statement of its own: `tool -> …;`";
        return Err(input.error(message));
    }
    Ok(Choices { choices, otherwise: otherwise(input)? })
}

fn otherwise(input: ParseStream<'_>) -> syn::Result<Option<Choice>> {
    match input.parse::<Option<Token![else]>>()? {
        Some(_) => Ok(Some(choice(input)?)),
        None => Ok(None),
    }
}

fn choice(input: ParseStream<'_>) -> syn::Result<Choice> {
    let is_exit = (input.peek(keyword::end) || input.peek(keyword::fail)) && !input.peek2(Token![::]);
    if is_exit {
        return Ok(Choice::Exit(exit(input)?));
    }
    if !input.peek(syn::Ident) && !input.peek(Token![::]) && !input.peek(Token![crate]) && !input.peek(Token![self]) {
        return Err(input.error("expected a tool, `end` or `fail(…)`"));
    }
    let path = input.call(Path::parse_mod_style)?;
    let mut fixed = Vec::new();
    if input.peek(token::Paren) {
        let content;
        parenthesized!(content in input);
        while !content.is_empty() {
            let name: Ident = content.parse()?;
            if !content.peek(Token![:]) {
                let message = "an argument that the graph gives goes by its name: `tool(name: value)`; the model chooses the others";
                return Err(syn::Error::new(name.span(), message));
            }
            content.parse::<Token![:]>()?;
            fixed.push((name, content.parse()?));
            if !content.is_empty() {
                content.parse::<Token![,]>()?;
            }
        }
    }
    Ok(Choice::Call(Offered { path, fixed, max: max(input)? }))
}

fn exit(input: ParseStream<'_>) -> syn::Result<Exit> {
    let keyword: Ident = input.parse()?;
    let with: Option<Expr> = if input.peek(token::Paren) {
        let content;
        parenthesized!(content in input);
        Some(content.parse()?)
    } else {
        None
    };
    if keyword == "fail" && with.is_none() {
        return Err(syn::Error::new(keyword.span(), "`fail` needs what the agent fails with: `fail(expr)`"));
    }
    if input.peek(keyword::max) {
        return Err(input.error(format!("`{keyword}` is the last there is, so nothing bounds it: take the `max` out")));
    }
    Ok(Exit { keyword, with })
}

/// `max 4 per tool`. What stands behind `max` is a number, a name, or an expression in parentheses, for `|` goes on to the
/// next choice.
fn max(input: ParseStream<'_>) -> syn::Result<Option<Max>> {
    if !input.peek(keyword::max) {
        return Ok(None);
    }
    let keyword = input.parse::<keyword::max>()?.span;
    let number: Expr = if input.peek(token::Paren) {
        let content;
        parenthesized!(content in input);
        content.parse()?
    } else if input.peek(Lit) {
        Expr::Lit(syn::ExprLit { attrs: Vec::new(), lit: input.parse()? })
    } else {
        let Ok(name) = input.parse::<Ident>() else {
            return Err(input.error("`max` counts up to a number, an input, or an expression in parentheses"));
        };
        Expr::Path(syn::ExprPath { attrs: Vec::new(), qself: None, path: name.into() })
    };
    let per = match input.parse::<Option<keyword::per>>()? {
        Some(_) => Some(input.parse()?),
        None => None,
    };
    if let Expr::Lit(syn::ExprLit { lit, .. }) = &number {
        match lit {
            Lit::Int(int) if int.base10_parse::<u64>().is_ok_and(|number| number == 0) => {
                return Err(syn::Error::new(int.span(), "`max 0` allows no call at all: take the choice out"));
            }
            Lit::Int(_) => {}
            other => return Err(syn::Error::new(other.span(), "`max` counts up to a whole number")),
        }
    }
    Ok(Some(Max { keyword, number, per: per.filter(|per: &Ident| per != "run") }))
}
