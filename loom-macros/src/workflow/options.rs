//! What stands in `#[workflow(…)]`, beside the doc comment of a workflow.

use crate::output::crate_path;
use loomflow_graph::{grammar::errors::Errors, similar::nearest};
use proc_macro2::{Ident, Span};
use syn::{Attribute, LitInt, LitStr, Path, Token, ext::IdentExt, parse::ParseStream};

const KEYS: [&str; 4] = ["version", "locked", "tool", "crate"];

/// The options of a workflow.
pub(super) struct Options {
    /// Which of the graphs that bear its name it is.
    pub(super) version: u32,
    /// The lock that it is held to.
    pub(super) lock: Option<Lock>,
    /// Whether it is a tool too.
    pub(super) tool: bool,
    /// Where loomflow is found.
    pub(super) krate: Option<Path>,
}

/// `locked`, or `locked = "path"`
pub(super) struct Lock {
    /// Where it is asked for.
    pub(super) span: Span,
    /// The file, when it is not the one that goes by the workflow's name.
    pub(super) path: Option<LitStr>,
}

impl Options {
    pub(super) fn of(attrs: &[&Attribute], errors: &Errors) -> Self {
        let mut options = Options { version: 1, lock: None, tool: false, krate: None };
        let mut seen: Vec<String> = Vec::new();
        for attr in attrs {
            if let Err(error) = attr.parse_args_with(|input: ParseStream<'_>| options.read(input, &mut seen, errors)) {
                errors.push(error);
            }
        }
        options
    }

    fn read(&mut self, input: ParseStream<'_>, seen: &mut Vec<String>, errors: &Errors) -> syn::Result<()> {
        while !input.is_empty() {
            let key = input.fork().call(Ident::parse_any)?;
            let text = key.to_string();
            if seen.contains(&text) {
                errors.at(key.span(), format!("`{text}` stands here twice: leave one of them out"));
            }
            match text.as_str() {
                "crate" => self.krate = Some(crate_path(input)?),
                "version" => {
                    input.call(Ident::parse_any)?;
                    self.version = version(&key, input)?;
                }
                "locked" => {
                    input.call(Ident::parse_any)?;
                    self.lock = Some(Lock { span: key.span(), path: path(input)? });
                }
                "tool" => {
                    input.call(Ident::parse_any)?;
                    self.tool = true;
                }
                _ => return Err(unknown(&key)),
            }
            seen.push(text);
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(())
    }
}

fn version(key: &Ident, input: ParseStream<'_>) -> syn::Result<u32> {
    if !input.peek(Token![=]) {
        return Err(syn::Error::new(key.span(), "`version` needs a number: `version = 2`"));
    }
    input.parse::<Token![=]>()?;
    let span = input.span();
    let read = input.parse::<LitInt>().and_then(|number| number.base10_parse::<u32>());
    match read {
        Ok(0) => Err(syn::Error::new(span, "versions begin at 1, which is what a workflow has that says none")),
        Ok(number) => Ok(number),
        Err(_) => Err(syn::Error::new(span, "a version is a whole number: `version = 2`")),
    }
}

fn path(input: ParseStream<'_>) -> syn::Result<Option<LitStr>> {
    if input.parse::<Option<Token![=]>>()?.is_none() {
        return Ok(None);
    }
    let span = input.span();
    match input.parse() {
        Ok(path) => Ok(Some(path)),
        Err(_) => Err(syn::Error::new(span, "the lock file is named by a text: `locked = \"triage.lock\"`")),
    }
}

fn unknown(key: &Ident) -> syn::Error {
    let text = key.to_string();
    let message = match nearest(&text, KEYS.map(str::to_owned)) {
        Some(near) => format!("a workflow has no option `{text}`: did you mean `{near}`?"),
        None => format!("a workflow has no option `{text}`: there are `version`, `locked`, `tool` and `crate`"),
    };
    syn::Error::new(key.span(), message)
}
