//! What an agent says of itself besides its ways: `model`, `prompt`, `tone` and `memory`, each once.

use super::ast::{Agent, Memory, Tone};
use crate::output::{at, call, respan};
use loomflow_graph::{grammar::errors::Errors, similar::nearest};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};
use syn::{Expr, LitStr, Token, parenthesized, parse::ParseStream, spanned::Spanned, token};

mod keyword {
    syn::custom_keyword!(memory);
    syn::custom_keyword!(model);
    syn::custom_keyword!(none);
    syn::custom_keyword!(prompt);
    syn::custom_keyword!(tone);
}

/// The tones that have a name. Each is a variant of `Tone` with a capital letter.
const TONES: [&str; 8] = ["casual", "professional", "technical", "legal", "finance", "executive", "academic", "none"];

/// Whether a setting stands here.
pub(super) fn begins(input: ParseStream<'_>) -> bool {
    input.peek(keyword::model)
        || input.peek(keyword::prompt)
        || input.peek(keyword::tone)
        || input.peek(keyword::memory)
}

pub(super) fn setting(input: ParseStream<'_>, agent: &mut Agent, errors: &Errors) -> syn::Result<()> {
    let keyword: Ident = input.parse()?;
    let is_second = match keyword.to_string().as_str() {
        "model" => agent.model.replace(model(input)?).is_some(),
        "prompt" => agent.prompt.replace(input.parse()?).is_some(),
        "tone" => agent.tone.replace(tone(input)?).is_some(),
        _ => agent.memory.replace(memory(input)?).is_some(),
    };
    if is_second {
        errors.at(keyword.span(), format!("`{keyword}` stands here twice: leave one of them out"));
    }
    Ok(())
}

fn model(input: ParseStream<'_>) -> syn::Result<LitStr> {
    input.parse().map_err(|_| input.error("the model is named by a text: `model \"gpt-4.1-mini\";`"))
}

fn tone(input: ParseStream<'_>) -> syn::Result<Tone> {
    if input.peek(LitStr) {
        return words(input.parse()?).map(Tone::Words);
    }
    if input.peek(token::Paren) {
        let content;
        parenthesized!(content in input);
        return content.parse().map(Tone::Computed);
    }
    let Ok(name) = input.parse::<Ident>() else {
        let message = format!(
            "a tone is {}, words of your own in quotes, or an expression in parentheses that gives a `Tone`",
            all_tones()
        );
        return Err(input.error(message));
    };
    let text = name.to_string();
    if !TONES.contains(&text.as_str()) {
        let near = nearest(&text.to_lowercase(), TONES.map(str::to_owned));
        let near = near.map_or_else(String::new, |near| format!(" (the nearest is `{near}`)"));
        let message =
            format!("there is no tone `{text}`{near}: there are {}; words of your own stand in quotes", all_tones());
        return Err(syn::Error::new(name.span(), message));
    }
    let (first, rest) = text.split_at(1);
    Ok(Tone::Named(format_ident!("{}{rest}", first.to_uppercase(), span = Span::call_site())))
}

/// Words of the user's own: what is meant for a tone that has a name would be sent as it is, and nobody would notice.
fn words(words: LitStr) -> syn::Result<LitStr> {
    let text = words.value().trim().to_lowercase();
    if text.is_empty() {
        return Err(syn::Error::new(words.span(), "this says nothing: leave `tone` out, or write `tone none;`"));
    }
    match nearest(&text, TONES.map(str::to_owned)) {
        Some(near) => {
            let message = format!(
                "in quotes stand words of your own: if the tone `{near}` is meant, write `tone {near};`, else say it in more words"
            );
            Err(syn::Error::new(words.span(), message))
        }
        None => Ok(words),
    }
}

fn all_tones() -> String {
    TONES.map(|tone| format!("`{tone}`")).join(", ")
}

fn memory(input: ParseStream<'_>) -> syn::Result<Memory> {
    if input.peek(keyword::none) && !input.peek2(Token![::]) {
        input.parse::<keyword::none>()?;
        return Ok(Memory::Nowhere);
    }
    let message = "a memory of the agent's own is a type that its context provides, such as `memory Memory;`; with `memory \
                   none;` it has none, and with nothing said that of the run";
    let span = input.span();
    input.parse().map(Memory::Own).map_err(|_| syn::Error::new(span, message))
}

/// How the conversation begins, in the tone of the agent.
pub(super) fn in_tone(agent: &Agent, begin: TokenStream, m: &TokenStream) -> TokenStream {
    match &agent.tone {
        None => begin,
        Some(Tone::Named(name)) => quote!(#m::in_tone(#begin, #m::Tone::#name)),
        Some(Tone::Words(words)) => quote!(#m::in_tone(#begin, #m::Tone::Custom(#m::String::from(#words)))),
        Some(Tone::Computed(expr)) => {
            // What is no tone is told at the expression.
            call(quote!(#m::in_tone), quote!(#begin, #expr), expr.span())
        }
    }
}

/// Whether an input is the tone, which is not told to the model besides.
pub(super) fn is_tone(agent: &Agent, input: &Ident) -> bool {
    matches!(&agent.tone, Some(Tone::Computed(Expr::Path(path))) if path.path.is_ident(input))
}

/// Whether the agent has a memory, if the run does.
pub(super) fn remembers(agent: &Agent) -> bool {
    !matches!(agent.memory, Some(Memory::Nowhere))
}

/// The name that stands for the type of a memory of the agent's own.
fn alias(agent: &Agent) -> Ident {
    format_ident!("__{}_memory", agent.name, span = Span::call_site())
}

/// Whose memory the agent asks, as a type.
pub(super) fn memory_of(agent: &Agent, m: &TokenStream) -> TokenStream {
    match &agent.memory {
        None => quote!(#m::OfTheRun),
        Some(Memory::Nowhere) => quote!(#m::Nowhere),
        Some(Memory::Own(_)) => {
            let alias = alias(agent);
            quote!(#m::Own<#alias>)
        }
    }
}

/// What stands beside the workflow: the name of the memory, which is one.
pub(super) fn emit(agent: &Agent, m: &TokenStream) -> TokenStream {
    let Some(Memory::Own(ty)) = &agent.memory else { return TokenStream::new() };
    let (vis, alias) = (&agent.vis, alias(agent));
    let is = respan(quote!(#m::is_memory::<#alias>), at(ty.span()));
    quote! {
        #[doc(hidden)]
        #[allow(warnings, clippy::all, clippy::pedantic)]
        #vis type #alias = #ty;
        #[doc(hidden)]
        const _: fn() = #is;
    }
}
