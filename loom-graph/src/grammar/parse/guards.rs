//! What stands behind work: `max`, `within`, `catch`, and the plain work each leads to.

use super::{
    chain::{exit, work},
    keyword,
};
use crate::grammar::{
    ast::{Guard, Max, Target},
    duration,
    errors::Errors,
};
use syn::{Pat, Token, parse::ParseStream};

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
