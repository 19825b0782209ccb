//! What stands behind work: `max`, `within`, `catch`, and the plain work each leads to.

use super::{
    chain::{exit, work},
    keyword,
};
use crate::grammar::{
    ast::{Guard, Max, Target},
    duration,
    errors::Errors,
    names::bindings,
};
use syn::{Lit, Pat, PatParen, Token, parse::ParseStream, spanned::Spanned, token};

pub(super) fn guards(input: ParseStream, errors: &Errors) -> syn::Result<Vec<Guard>> {
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
            let pat = caught(input)?;
            if input.peek(Token![if]) {
                return Err(input.error("a `catch` has no condition: route in it, `catch e => { if … }`"));
            }
            input.parse::<Token![=>]>()?;
            let otherwise = Box::new(plain(input, errors, "=>")?);
            guards.push(Guard::Catch { keyword, pat, otherwise });
        } else if is_option(input) {
            let message = if input.peek(keyword::retry) {
                "retries belong to the step: `#[step(retry = 3)]`"
            } else {
                "the timeout of each attempt belongs to the step, `#[step(timeout = 30s)]`; a limit for this place is `within 30s else …`"
            };
            return Err(input.error(message));
        } else {
            return Ok(guards);
        }
    }
}

/// How the guard that stands here is written.
pub(super) fn guard_keyword(input: ParseStream) -> Option<&'static str> {
    if input.peek(keyword::max) {
        Some("max 3 else …")
    } else if input.peek(keyword::within) {
        Some("within 3s else …")
    } else if input.peek(keyword::catch) {
        Some("catch e => …")
    } else {
        None
    }
}

// Not a node of that name, which begins a statement when a `;` is missing before it.
fn is_option(input: ParseStream) -> bool {
    (input.peek(keyword::retry) || input.peek(keyword::timeout))
        && (input.peek2(Lit) || input.peek2(Token![=]) || input.peek2(token::Paren))
}

/// What a `catch` takes. In Rust `e @ A | B` is `(e @ A) | B`, where `e` is bound by one side only; here `e` names the
/// failure whichever kind it is.
fn caught(input: ParseStream) -> syn::Result<Pat> {
    let form = "write `catch e => …`, or `catch FailureKind::TimedOut => …`";
    if Pat::parse_multi_with_leading_vert(&input.fork()).is_err() {
        return Err(input.error(form));
    }
    let pat = Pat::parse_multi_with_leading_vert(input)?;
    let Pat::Or(mut or) = pat else { return Ok(pat) };
    let others_bind = or.cases.iter().skip(1).any(|case| !bindings(case).is_empty());
    match or.cases.first_mut() {
        Some(Pat::Ident(name)) if !others_bind => {
            let mut name = name.clone();
            let Some((at, kind)) = name.subpat.take() else { return Ok(Pat::Or(or)) };
            let span = or.cases.span();
            if let Some(first) = or.cases.first_mut() {
                *first = *kind;
            }
            let paren_token = token::Paren(span);
            let kinds = PatParen { attrs: Vec::new(), paren_token, pat: Box::new(Pat::Or(or)) };
            name.subpat = Some((at, Box::new(Pat::Paren(kinds))));
            Ok(Pat::Ident(name))
        }
        _ => Ok(Pat::Or(or)),
    }
}

fn otherwise(input: ParseStream, errors: &Errors, guard: &str) -> syn::Result<Target> {
    if !input.peek(Token![else]) {
        return Err(input.error(format!("`{guard}` needs an `else`: where the run goes then")));
    }
    input.parse::<Token![else]>()?;
    plain(input, errors, "else")
}

fn plain(input: ParseStream, errors: &Errors, behind: &str) -> syn::Result<Target> {
    if input.peek(Token![match]) || input.peek(Token![if]) {
        return Err(input.error(format!("a route needs braces here: `{behind} {{ … }}`")));
    }
    match exit(input)? {
        Some(exit) => Ok(Target::Exit(exit)),
        None => Ok(Target::Work(work(input, errors)?, Vec::new())),
    }
}
