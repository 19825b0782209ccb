//! Tokens as a person would write them: for labels, messages and formulas.

use proc_macro2::{Delimiter, Ident, Spacing, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{ExprPath, ext::IdentExt};

/// The tokens of `item`, spaced as in ordinary code. A path that leads through what nobody can write is told by its last name.
#[must_use]
pub fn text(item: &impl ToTokens) -> String {
    let mut out = String::new();
    write(&mut out, item.to_token_stream());
    out
}

/// A step as it is told: its path, and the name of its node where the path is none of the user's.
#[must_use]
pub fn step(path: &ExprPath, node: &Ident) -> String {
    let hidden = path.path.segments.iter().any(|segment| is_hidden(&segment.ident));
    if hidden { node.unraw().to_string() } else { text(path) }
}

/// Whether a name is one that generated code makes up.
fn is_hidden(name: &Ident) -> bool {
    name.to_string().starts_with("__")
}

/// The tokens without the beginnings of paths that lead through a hidden name. Behind such a name, one may end in a `_` that sets
/// it apart from a name of the user's: that is not told either.
fn told(tokens: TokenStream) -> Vec<TokenTree> {
    let mut told: Vec<TokenTree> = Vec::new();
    // Where the path begins that is being read, and whether it leads through a hidden name.
    let (mut begins, mut hidden) = (None, false);
    for token in tokens {
        match &token {
            TokenTree::Punct(punct) if punct.as_char() == ':' => {
                begins.get_or_insert(told.len());
                told.push(token);
                continue;
            }
            TokenTree::Ident(name) => {
                let goes_on = ends_in_colons(&told);
                match begins {
                    Some(at) if goes_on && hidden => {
                        told.truncate(at);
                        told.push(apart(name).into());
                        continue;
                    }
                    Some(_) if goes_on => {}
                    _ => (begins, hidden) = (Some(told.len()), false),
                }
                hidden = hidden || is_hidden(name);
            }
            _ => (begins, hidden) = (None, false),
        }
        told.push(token);
    }
    told
}

/// A name without what sets it apart.
fn apart(name: &Ident) -> Ident {
    let text = name.to_string();
    match text.strip_suffix('_') {
        Some(own) if syn::parse_str::<Ident>(own).is_ok() => Ident::new(own, name.span()),
        _ => name.clone(),
    }
}

fn ends_in_colons(tokens: &[TokenTree]) -> bool {
    let colon = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ':');
    matches!(tokens, [.., one, other] if colon(one) && colon(other))
}

fn write(out: &mut String, tokens: TokenStream) {
    let mut joined = true;
    let mut before: Option<TokenTree> = None;
    for token in told(tokens) {
        if !joined && spaced(before.as_ref(), &token, out) {
            out.push(' ');
        }
        joined = false;
        match &token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::Brace => ("{ ", " }"),
                    Delimiter::None => ("", ""),
                };
                if group.stream().is_empty() {
                    out.push_str(open.trim());
                    out.push_str(close.trim());
                } else {
                    out.push_str(open);
                    write(out, group.stream());
                    out.push_str(close);
                }
            }
            TokenTree::Punct(punct) => {
                out.push(punct.as_char());
                joined = punct.spacing() == Spacing::Joint;
            }
            other => out.push_str(&other.to_string()),
        }
        before = Some(token);
    }
}

fn spaced(before: Option<&TokenTree>, token: &TokenTree, out: &str) -> bool {
    let tight_after = ["::", ".", "!", "'", "..", "..="].iter().any(|end| out.ends_with(end))
        || (matches!(before, Some(TokenTree::Punct(_))) && out.ends_with(['-', '*', '&']) && unary(out))
        || (out.ends_with('<') && !out.ends_with(" <"));
    match token {
        _ if tight_after => false,
        // `..` behind a comma stands for the rest.
        TokenTree::Punct(punct) if punct.as_char() == '.' && out.ends_with(',') => true,
        TokenTree::Punct(punct) if ".,;?:".contains(punct.as_char()) => false,
        TokenTree::Punct(punct) if punct.as_char() == '!' => !matches!(before, Some(TokenTree::Ident(_))),
        TokenTree::Punct(punct) if punct.as_char() == '<' => {
            !(out.ends_with("::") || out.ends_with(|c: char| c.is_alphanumeric()) && type_like(out))
        }
        TokenTree::Punct(punct) if punct.as_char() == '>' => !type_like_close(out),
        TokenTree::Group(group) => match group.delimiter() {
            Delimiter::Parenthesis | Delimiter::Bracket => {
                !out.ends_with(|c: char| c.is_alphanumeric() || "_)]>?!".contains(c))
                    || out.ends_with("=>")
                    || out.ends_with("->")
            }
            _ => true,
        },
        _ => true,
    }
}

// A sign with an operator or nothing before it is not a subtraction or product.
fn unary(out: &str) -> bool {
    let rest = out.trim_end_matches('&');
    let rest = if rest.len() == out.len() { &out[..out.len() - 1] } else { rest };
    let rest = rest.trim_end();
    rest.is_empty() || rest.ends_with(['(', ',', '=', '+', '-', '*', '/', '<', '>', '&', '|', '[', '{'])
}

// By convention a type begins with an upper-case letter, so `Vec<u8>` is told from `n < 12`.
fn type_like(out: &str) -> bool {
    let word = out.rsplit(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or("");
    word.starts_with(char::is_uppercase)
}

fn type_like_close(out: &str) -> bool {
    let open = out.rfind('<');
    open.is_some_and(|open| !out[..open].ends_with(' '))
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn tokens_are_spaced_as_in_ordinary_code() {
        for code in [
            "Desk::Billing(account)",
            "Verdict::Weak(notes)",
            "Grade { score: 1..=5, .. }",
            "!joke.has_punchline()",
            "n < 12 && flag",
            "Vec<Option<u8>>",
            "Result<String, Error>",
            "&'a str",
            "(a, b)",
            "fetch::<Ticket>",
            "Some(-1)",
            "\"a\" | \"b\"",
            "x.y[0] + f(&z, *w)",
            "_",
            "[first, ..]",
            "limit * 2 - 1",
            "format!(\"{x}\")",
            "&[u8]",
        ] {
            let tokens: proc_macro2::TokenStream = code.parse().expect("the case is Rust");
            assert_eq!(text(&tokens), code);
        }
    }

    #[test]
    fn a_path_through_a_hidden_name_is_told_by_its_last() {
        for (code, told) in [
            ("::loomflow::__models::Approval::Granted", "Granted"),
            ("__Desk_choice::send(call)", "send(call)"),
            ("x: __m::given().limit(\"a\", m::N)", "x: given().limit(\"a\", m::N)"),
            ("__Desk_choice::send_(call)", "send(call)"),
            ("__x", "__x"),
            ("a::b(__x, c::d)", "a::b(__x, c::d)"),
        ] {
            let tokens: proc_macro2::TokenStream = code.parse().expect("the case is Rust");
            assert_eq!(text(&tokens), told);
        }
    }
}
