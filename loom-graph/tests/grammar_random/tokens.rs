//! Inputs that are often wrong: tokens in any order, and workflows with a few tokens changed.

use crate::choices::Choices;
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

const VOCABULARY: &[&str] = &[
    "->",
    "->",
    "->",
    ";",
    ";",
    ",",
    "=",
    "=>",
    "|",
    ":",
    "::",
    "+=",
    "==",
    "<",
    ">",
    "&",
    "&&",
    "!",
    ".",
    "..",
    "..=",
    "?",
    "@",
    "#",
    "_",
    "+",
    "-",
    "*",
    "start",
    "start",
    "end",
    "fail",
    "match",
    "if",
    "else",
    "let",
    "mut",
    "max",
    "per",
    "run",
    "within",
    "catch",
    "require",
    "is",
    "before",
    "at",
    "most",
    "once",
    "try",
    "first",
    "for",
    "in",
    "sleep",
    "self",
    "Self",
    "super",
    "crate",
    "fn",
    "pub",
    "where",
    "as",
    "await",
    "return",
    "async",
    "move",
    "ref",
    "r#match",
    "a",
    "b",
    "c",
    "n",
    "W",
    "Some",
    "None",
    "Kind",
    "u32",
    "Vec",
    "'a",
    "30s",
    "2d",
    "3",
    "0",
    "1.5",
    "99999999999999999999",
    "\"text\"",
    "'c'",
    "true",
    "b\"bytes\"",
    "vec!",
    "matches!",
    "format!",
    "FailureKind::TimedOut",
    "catch _ => end",
    "catch e @ FailureKind::Panicked =>",
    "within 2d else end(n)",
    "max 3 per run else end",
    "for x in n, 3 at once =>",
    "[for x in n => b(x)]",
    "[b(n), c(n)]",
    "first { b(n) => c(n), sleep(3s) }",
    "try { b(n) }",
    "log +=",
    "; require a before b;",
    "; require a is Some(_) before end;",
    "at most once",
];

/// Tokens in any order, groups in groups.
fn tokens(choices: &mut Choices, depth: usize) -> String {
    let mut text = String::new();
    for _ in 0..choices.below(24) {
        match choices.below(12) {
            0..9 => text += choices.of(VOCABULARY),
            _ if depth == 0 || choices.is_over() => {}
            group => {
                let (open, close) = [("(", ")"), ("[", "]"), ("{", "}")][group - 9];
                text += &format!("{open} {} {close}", tokens(choices, depth - 1));
            }
        }
        text.push(' ');
    }
    text
}

/// A head that can be read around a body that often cannot, or tokens alone.
pub(crate) fn babble(choices: &mut Choices) -> String {
    match choices.below(9) {
        0 => tokens(choices, 3),
        6 => format!("W(n: u32) -> u32 {{ start -> [{}] -> end; }}", tokens(choices, 3)),
        7 => format!("W(n: u32) -> u32 {{ start -> first {{ {} }} -> end; }}", tokens(choices, 3)),
        8 => format!(
            "W(n: u32) -> u32 {{ start -> a(n) {} -> end; require {}; }}",
            tokens(choices, 3),
            tokens(choices, 1)
        ),
        1 => format!("W({}) -> u32 {{ start -> end; }}", tokens(choices, 2)),
        2 => format!("W(n: u32) -> u32 {{ start -> a(n) -> match {{ {} }} -> end; }}", tokens(choices, 3)),
        _ => format!("W(n: u32) -> u32 {{ start -> {}; {} }}", tokens(choices, 3), tokens(choices, 3)),
    }
}

/// Deletes, doubles, swaps, replaces or wraps a token somewhere.
pub(crate) fn mutated(tokens: TokenStream, choices: &mut Choices) -> TokenStream {
    let mut trees: Vec<TokenTree> = tokens.into_iter().collect();
    if trees.is_empty() {
        return choices.of(VOCABULARY).parse().expect("the vocabulary is tokens");
    }
    let at = choices.below(trees.len().min(256));
    if let TokenTree::Group(group) = &trees[at]
        && !choices.once_in(6)
    {
        trees[at] = Group::new(group.delimiter(), mutated(group.stream(), choices)).into();
        return trees.into_iter().collect();
    }
    match choices.below(6) {
        0 => drop(trees.remove(at)),
        1 => trees.insert(at, trees[at].clone()),
        2 => {
            let other = choices.below(trees.len().min(256));
            trees.swap(at, other);
        }
        3 => {
            let delimiters = [Delimiter::None, Delimiter::Parenthesis, Delimiter::Brace, Delimiter::Bracket];
            let delimiter = delimiters[choices.below(delimiters.len())];
            trees[at] = Group::new(delimiter, trees[at].clone().into()).into();
        }
        insert_or_replace => {
            let word: TokenStream = choices.of(VOCABULARY).parse().expect("the vocabulary is tokens");
            trees.splice(at..at + (insert_or_replace - 4), word);
        }
    }
    trees.into_iter().collect()
}

/// Workflows with what the writer does not write.
pub(crate) const VALID: [&str; 4] = [
    "/// Doc.
    #[workflow(crate = flow)] pub(crate) Triage(ticket: Ticket) -> Result<Reply, Fault> {
        let why: String;
        start -> classify(ticket) -> match {
            Desk::Billing(account) if account > 3 => draft = billing(ticket, account),
            Desk::Technical => draft = technical(ticket),
            Desk::Spam => end(Reply { text: String::new(), ..Reply::none() }),
        } -> review(ticket, &draft) -> match {
            Verdict::Good => {}
            Verdict::Weak(notes) => draft = revise(draft, notes) -> review(ticket, draft) max 3 else escalate(ticket),
        } -> why = (match draft.kind { Kind::A(x) => x, _ => vec![1; 3].len() }) -> end(Reply::of(why));
        escalate -> fail(Fault::Escalated);
    }",
    "Nested<T: Clone>(items: Vec<T>, n: u32) -> Vec<T> where T: Send {
        let log: Vec<T> = Vec::new();
        start -> pick::<T>(items, n) -> if let Some(item) = pick { log = desk::add(log, item) } else { end(log) }
              -> n = (n + 1) -> if n < 10 && !log.is_empty() { pick::<T>(items, n) max LIMIT per run else end(log) }
              -> end(log.iter().map(|x| x.clone()).collect());
    }",
    "Digest(query: Query) -> Result<Digest, Fault> {
        let log: Vec<Note> = Vec::new();
        start -> search(query) -> parts = [for Hit { url, .. } in search.hits, 3 at once => fetch(url) -> summarize(url, fetch)]
              within 2h else fail(Fault::Late) catch e @ FailureKind::TimedOut => fail(Fault::of(e)) catch _ => end(Digest::none())
              -> [log += note(parts), title = name(query, &parts)] -> first {
                  ask(title) => match { Answer::Yes => {}, Answer::No(why) => end(Digest::refused(why)) },
                  sleep(30d) => remind(title) -> fail(Fault::Silent),
              } -> publish(title, parts, log) -> end(publish);
        require search before publish; require ask is Answer::Yes | Answer::Maybe before publish; require publish at most once;
    }",
    "Later(n: u32) -> u32 {
        start -> [a(n), b(n) -> c(n)] -> d(n) -> tried = try { e(n) -> f(e) } -> if let Ok(x) = tried { end(x) } -> done = try [g(n), h(n)]
              -> more += [for _ in 0..3 => k(n)] -> sleep(30d) -> m(done, more) within 2d else { d(n) max 3 per run else end(n) };
        m catch e => { n = (e.attempt()) -> d(n) max 2 per run else end(n) } -> end(n);
        require a before m; require b at most once;
    }",
];
