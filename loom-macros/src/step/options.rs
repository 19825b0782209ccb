//! What stands in `#[step(…)]`.

use crate::output::crate_path;
use loomflow_graph::{
    grammar::{duration, errors::Errors},
    similar::nearest,
};
use proc_macro2::{Ident, Span, TokenStream};
use std::time::Duration;
use syn::{
    LitInt, Path, Token,
    ext::IdentExt,
    parse::{ParseStream, Parser},
};

const KEYS: [&str; 6] = ["retry", "backoff", "timeout", "at_most_once", "cache", "crate"];

/// The options of a step.
#[derive(Default)]
pub(crate) struct Options {
    /// How many attempts there are after the first.
    pub(super) retry: Option<u32>,
    /// The shortest and the longest pause between attempts.
    pub(super) backoff: Option<(Duration, Duration)>,
    /// How long one attempt may take.
    pub(super) timeout: Option<Duration>,
    /// Where the time limit stands.
    pub(super) timeout_at: Option<Span>,
    /// Whether it must not happen twice.
    pub(super) at_most_once: bool,
    /// How long its output is kept for the same input.
    pub(super) cache: Option<Duration>,
    /// Where loomflow is found.
    pub(crate) krate: Option<Path>,
}

impl Options {
    pub(crate) fn parse(args: TokenStream, errors: &Errors) -> Self {
        let mut options = Options::default();
        let read = |input: ParseStream<'_>| options.read(input, errors);
        if let Err(error) = read.parse2(args) {
            errors.push(error);
        }
        options
    }

    fn read(&mut self, input: ParseStream<'_>, errors: &Errors) -> syn::Result<()> {
        let mut seen: Vec<String> = Vec::new();
        let (mut backoff, mut at_most_once, mut cache) = (None, None, None);
        while !input.is_empty() {
            let key = input.fork().call(Ident::parse_any)?;
            let text = key.to_string();
            if !KEYS.contains(&text.as_str()) {
                return Err(unknown(&key));
            }
            if seen.contains(&text) {
                errors.at(key.span(), format!("`{text}` stands here twice"));
            }
            if text == "crate" {
                self.krate = Some(crate_path(input)?);
            } else if text == "at_most_once" {
                input.call(Ident::parse_any)?;
                if input.peek(Token![=]) {
                    return Err(input.error("`at_most_once` takes no value: it stands alone"));
                }
                at_most_once = Some(key.span());
                self.at_most_once = true;
            } else {
                input.call(Ident::parse_any)?;
                if !input.peek(Token![=]) {
                    return Err(syn::Error::new(key.span(), format!("`{text}` needs a value: {}", form(&text))));
                }
                input.parse::<Token![=]>()?;
                match text.as_str() {
                    "retry" => self.retry = Some(retry(input)?),
                    "backoff" => {
                        backoff = Some(key.span());
                        self.backoff = Some(pauses(input)?);
                    }
                    "cache" => {
                        cache = Some(key.span());
                        self.cache = Some(duration::parse(input)?);
                    }
                    _ => {
                        self.timeout = Some(duration::parse(input)?);
                        self.timeout_at = Some(key.span());
                    }
                }
            }
            seen.push(text);
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        if let (Some(span), None) = (backoff, self.retry) {
            errors.at(span, "`backoff` is the pause between attempts, and there is one attempt: add `retry = 3`");
        }
        if let (Some(span), Some(_)) = (at_most_once, self.retry) {
            let message = "a step that runs at most once is not retried: leave out `retry`, or `at_most_once` if it may happen twice";
            errors.at(span, message);
        }
        if let (Some(span), true) = (cache, self.at_most_once) {
            let message = "what must not happen twice is worth doing once, and a step that is cached may not be done at all: leave out `cache`, or `at_most_once`";
            errors.at(span, message);
        }
        Ok(())
    }
}

fn unknown(key: &Ident) -> syn::Error {
    let text = key.to_string();
    let message = match nearest(&text, KEYS.map(str::to_owned)) {
        Some(near) => format!("a step has no option `{text}`: did you mean `{near}`?"),
        None => format!(
            "a step has no option `{text}`: there are `retry`, `backoff`, `timeout`, `at_most_once`, `cache` and `crate`"
        ),
    };
    syn::Error::new(key.span(), message)
}

fn form(key: &str) -> &'static str {
    match key {
        "retry" => "`retry = 3`",
        "backoff" => "`backoff = 200ms..5s`",
        "cache" => "`cache = 1h`",
        _ => "`timeout = 30s`",
    }
}

fn retry(input: ParseStream<'_>) -> syn::Result<u32> {
    let form = "`retry` is how many more attempts there are after the first: `retry = 3`";
    let Ok(number) = input.parse::<LitInt>() else {
        return Err(input.error(form));
    };
    match number.base10_parse() {
        Ok(0) => Err(syn::Error::new(number.span(), "`retry = 0` is what a step does anyway: leave it out")),
        Ok(retries) if number.suffix().is_empty() => Ok(retries),
        _ => Err(syn::Error::new(number.span(), form)),
    }
}

fn pauses(input: ParseStream<'_>) -> syn::Result<(Duration, Duration)> {
    let first: Span = input.span();
    let from = duration::parse(input)?;
    let to = if input.parse::<Option<Token![..]>>()?.is_some() { duration::parse(input)? } else { from };
    if to < from {
        let message = "the shortest pause comes first: `backoff = 200ms..5s`";
        return Err(syn::Error::new(first, message));
    }
    Ok((from, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(code: &str) -> Result<Options, String> {
        let errors = Errors::new();
        let options = Options::parse(code.parse().expect("the case is tokens"), &errors);
        match errors.finish().first() {
            Some(error) => Err(error.to_string()),
            None => Ok(options),
        }
    }

    #[test]
    fn all_options_are_read() {
        let options =
            read("retry = 3, backoff = 200ms..5s, timeout = 30s, crate = flow::inner").expect("all are options");
        assert_eq!(options.retry, Some(3));
        assert_eq!(options.backoff, Some((Duration::from_millis(200), Duration::from_secs(5))));
        assert_eq!(options.timeout, Some(Duration::from_secs(30)));
        assert!(options.krate.is_some());
    }

    #[test]
    fn a_step_that_runs_at_most_once_may_have_a_time_limit() {
        let options = read("at_most_once, timeout = 30s").expect("both are options");
        assert!(options.at_most_once && options.timeout.is_some());
    }

    #[test]
    fn one_pause_is_always_that_long() {
        let options = read("retry = 1, backoff = 1s").expect("both are options");
        assert_eq!(options.backoff, Some((Duration::from_secs(1), Duration::from_secs(1))));
    }

    #[test]
    fn what_is_no_option_is_told_why() {
        for (code, part) in [
            ("retries = 3", "did you mean `retry`?"),
            ("colour = 3", "there are `retry`"),
            ("retry = 0", "leave it out"),
            ("retry = many", "how many more attempts"),
            ("retry", "`retry` needs a value"),
            ("retry = 3, backoff = 5s..1s", "the shortest pause comes first"),
            ("backoff = 1s", "add `retry = 3`"),
            ("timeout = 30", "`30` of what?"),
            ("timeout = 3s, timeout = 4s", "stands here twice"),
            ("at_most_once = true", "takes no value"),
            ("at_most_once, retry = 3", "is not retried"),
            ("retry = 3, at_most_once", "is not retried"),
            ("cache", "`cache` needs a value: `cache = 1h`"),
            ("cache = 1h, at_most_once", "may not be done at all"),
            ("cache = often", ""),
        ] {
            let error = read(code).err().unwrap_or_else(|| panic!("`{code}` was read"));
            assert!(error.contains(part), "{code}: {error}");
        }
    }
}
