//! Whatever stands in a `workflow!`, reading it ends in a graph or in sentences, never in a panic; and what is proven of
//! a graph that has no errors holds of its runs.
//!
//! Three kinds of input: tokens of the language in any order, workflows with a few tokens changed, and workflows that
//! are well formed but often wrong. Each failure prints the smallest such input; put it into `tests/corpus`, whose files
//! are read here too. The inputs are the same in every run; `PROPTEST_RNG_SEED` and `PROPTEST_CASES` try others, and more.

#![expect(clippy::format_push_string, reason = "programs are put together as text, and nobody waits for them")]

use loomflow_graph::{
    flow::{
        Flow, PointId, live,
        steps::{Steps, max_steps},
    },
    grammar::{
        check::check,
        describe::describe,
        errors::Errors,
        lower::lower,
        parse::parse,
        program::{Bare, Carry, FrameId, Kind, Meaning, Program, Subject, ValueId},
        reads,
    },
};
use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{Config, RngSeed, TestCaseResult, TestRunner},
};
use quote::ToTokens;
use std::{cell::Cell, collections::BTreeSet, fmt, fs, path::Path, thread};

/// Reads a workflow as the macro does; gives the messages, and what there is when there are none to `then`.
fn read(tokens: TokenStream, then: impl FnOnce(&Program<'_>, &Flow)) -> Vec<String> {
    let errors = Errors::new();
    let Some(ast) = parse(tokens, &errors) else {
        assert!(!errors.is_empty(), "nothing was read, and nothing is said of it");
        return messages(errors);
    };
    let program = lower(&ast, &errors);
    if errors.is_empty() {
        let flow = reads::flow(&program);
        check(&program, &flow, &errors);
        if errors.is_empty() {
            let drawn = describe(&program).to_mermaid("W");
            assert!(drawn.starts_with("flowchart TD\n"), "{drawn}");
            assert!(max_steps(&flow).is_some(), "no error, and no bound on the steps");
            then(&program, &flow);
        }
    }
    messages(errors)
}

fn messages(errors: Errors) -> Vec<String> {
    let messages: Vec<String> = errors.finish().into_iter().flatten().map(|error| error.to_string()).collect();
    assert!(messages.iter().all(|message| !message.trim().is_empty()), "an error without a message: {messages:?}");
    messages
}

/// Says so when something does not hold of one of so many values, and shows the smallest such value.
fn always<T: fmt::Debug>(cases: u32, values: impl Strategy<Value = T>, holds: impl Fn(&T) -> TestCaseResult) {
    let given = Config::default();
    let rng_seed = match given.rng_seed {
        RngSeed::Random => RngSeed::Fixed(1),
        seed @ RngSeed::Fixed(_) => seed,
    };
    let config = Config { cases: given.cases.max(cases), rng_seed, failure_persistence: None, ..given };
    if let Err(failure) = TestRunner::new(config).run(&values, |value| holds(&value)) {
        panic!("{failure}");
    }
}

/// Something made by choices, shown as what was made.
struct Made<T>(T);

impl<T: fmt::Display> fmt::Debug for Made<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// What `make` makes of random choices.
fn made<T: fmt::Display>(most: usize, make: impl Fn(&mut Choices) -> T) -> impl Strategy<Value = Made<T>> {
    vec(any::<u8>(), 0..most).prop_map(move |bytes| Made(make(&mut Choices { bytes, at: 0 })))
}

/// Choices, each a number; the smaller, the simpler. Behind the last one all are 0, so that whatever is made ends.
struct Choices {
    bytes: Vec<u8>,
    at: usize,
}

impl Choices {
    fn below(&mut self, many: usize) -> usize {
        let byte = self.bytes.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        usize::from(byte) % many
    }

    /// Whether something comes about that does so once in so many times.
    fn once_in(&mut self, many: usize) -> bool {
        self.below(many) == many - 1
    }

    fn of<'t>(&mut self, all: &[&'t str]) -> &'t str {
        all[self.below(all.len())]
    }

    fn is_over(&self) -> bool {
        self.at >= self.bytes.len()
    }
}

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
fn babble(choices: &mut Choices) -> String {
    match choices.below(6) {
        0 => tokens(choices, 3),
        1 => format!("W({}) -> u32 {{ start -> end; }}", tokens(choices, 2)),
        2 => format!("W(n: u32) -> u32 {{ start -> a(n) -> match {{ {} }} -> end; }}", tokens(choices, 3)),
        _ => format!("W(n: u32) -> u32 {{ start -> {}; {} }}", tokens(choices, 3), tokens(choices, 3)),
    }
}

const STEPS: [&str; 8] = ["alpha", "beta", "gamma", "delta", "eta", "zeta", "theta", "iota"];
const VALUES: [&str; 5] = ["a", "b", "c", "n", "alpha"];

/// Writes well-formed workflows. Most of what it reads was set before and most of its loops are bounded; not all.
struct Writer<'c> {
    choices: &'c mut Choices,
    /// Names of nodes, with the call as it begins.
    nodes: Vec<(String, String)>,
    /// Names that are likely to be set.
    known: Vec<String>,
    /// Values whose type is written.
    declared: Vec<String>,
    /// Nodes whose way out is said in a statement of its own.
    open: Vec<String>,
}

fn well_formed(choices: &mut Choices) -> String {
    let inputs: Vec<&str> = VALUES[..choices.below(4)].to_vec();
    let known: Vec<String> = inputs.iter().map(|name| (*name).to_owned()).collect();
    let mut writer = Writer { choices, nodes: Vec::new(), declared: known.clone(), known, open: Vec::new() };
    let generics = if writer.choices.once_in(8) { ("<T: Clone>", "where T: Send") } else { ("", "") };
    let params: Vec<String> = inputs.iter().map(|name| format!("{name}: u32")).collect();
    let mut body = String::new();
    for _ in 0..writer.choices.below(3) {
        let name = writer.choices.of(&VALUES);
        if writer.declared.iter().any(|declared| declared == name) && !writer.choices.once_in(24) {
            continue;
        }
        writer.declared.push(name.to_owned());
        if writer.choices.once_in(8) {
            body += &format!("let {name}: u32;\n");
        } else {
            body += &format!("let {name}: u32 = {};\n", writer.expr());
            writer.known.push(name.to_owned());
        }
    }
    body += &format!("start -> {};\n", writer.closed_chain(3));
    while let Some(node) = writer.open.pop() {
        let mut source = writer.guarded_source(node);
        if writer.choices.once_in(3)
            && let Some(other) = writer.open.pop()
        {
            source += &format!(" | {}", writer.guarded_source(other));
        }
        body += &format!("{source} -> {};\n", writer.closed_chain(2));
    }
    format!("W{}({}) -> u32 {} {{\n{body}}}", generics.0, params.join(", "), generics.1)
}

impl Writer<'_> {
    fn value(&mut self) -> String {
        if self.choices.once_in(24) {
            return self.choices.of(&VALUES).to_owned();
        }
        if self.known.is_empty() {
            return "0".to_owned();
        }
        let at = self.choices.below(self.known.len());
        self.known[at].clone()
    }

    fn expr(&mut self) -> String {
        match self.choices.below(12) {
            0..5 => self.value(),
            5 => self.choices.of(&["1", "LIMIT", "f()"]).to_owned(),
            6 => format!("{} + 1", self.value()),
            7 => format!("f(&{}, {})", self.value(), self.value()),
            8 => format!("{}.len()", self.value()),
            9 => format!("format!(\"text\", {})", self.value()),
            10 => format!("if {} < 2 {{ {} }} else {{ 0 }}", self.value(), self.value()),
            _ => "_".to_owned(),
        }
    }

    fn exit(&mut self) -> String {
        match self.choices.below(5) {
            0 => "end".to_owned(),
            4 => format!("fail({})", self.expr()),
            _ => format!("end({})", self.expr()),
        }
    }

    fn max(&mut self) -> String {
        let max = self.choices.of(&["1", "2", "3", "LIMIT", "n"]);
        let per = match self.choices.below(5) {
            0 => String::new(),
            4 if !self.nodes.is_empty() => {
                let at = self.choices.below(self.nodes.len());
                format!(" per {}", self.nodes[at].0)
            }
            _ => " per run".to_owned(),
        };
        format!(" max {max}{per} else {}", self.exit())
    }

    fn guarded_source(&mut self, node: String) -> String {
        if self.choices.once_in(8) { node + &self.max() } else { node }
    }

    fn arguments(&mut self) -> String {
        match self.choices.below(4) {
            0 => String::new(),
            many => format!("({})", (1..many).map(|_| self.expr()).collect::<Vec<_>>().join(", ")),
        }
    }

    /// A call of a node that was not there before, if a name is left.
    fn call(&mut self) -> String {
        let step = STEPS[self.nodes.len() % STEPS.len()].to_owned();
        let again = self.nodes.len() >= STEPS.len() || self.choices.once_in(32);
        if let Some(call) = again.then(|| self.again()).flatten() {
            return call;
        }
        let name = if self.choices.once_in(8) { format!("{step}2") } else { step.clone() };
        let sets = if self.choices.once_in(3) { Some(self.choices.of(&VALUES).to_owned()) } else { None };
        let alias = if name == step { String::new() } else { format!("{name}: ") };
        let begins = sets.as_ref().map_or_else(String::new, |value| format!("{value} = ")) + &alias + &step;
        let call = format!("{begins}{}", self.arguments());
        self.known.push(sets.unwrap_or_else(|| name.clone()));
        self.nodes.push((name, begins));
        call
    }

    /// A call of a node that stands elsewhere too.
    fn again(&mut self) -> Option<String> {
        if self.nodes.is_empty() {
            return None;
        }
        let at = self.choices.below(self.nodes.len());
        Some(self.nodes[at].1.clone() + &self.arguments())
    }

    fn target(&mut self, depth: usize) -> String {
        match if depth == 0 { self.choices.below(9) } else { self.choices.below(14) } {
            0..7 => {
                let call = self.call();
                if self.choices.once_in(32) { call + &self.max() } else { call }
            }
            7 => {
                let (at, expr) = (self.choices.below(self.declared.len() + 1), self.expr());
                let value = self.declared.get(at).cloned().unwrap_or_else(|| self.choices.of(&VALUES).to_owned());
                self.known.push(value.clone());
                format!("{value} = ({expr})")
            }
            8 => format!("({})", self.expr()),
            9 | 10 => self.match_route(depth),
            11 => self.if_route(depth),
            12 => format!("if let Some(x) = {} {}", self.value(), self.block(depth, "x")),
            _ => {
                let sets = if self.choices.once_in(3) { "c = " } else { "" };
                format!("{sets}{}", self.block(depth, ""))
            }
        }
    }

    fn scoped(&mut self, binds: &str, write: impl FnOnce(&mut Self) -> String) -> String {
        let known = self.known.clone();
        self.known.extend((!binds.is_empty()).then(|| binds.to_owned()));
        let text = write(self);
        self.known = known;
        text
    }

    fn block(&mut self, depth: usize, binds: &str) -> String {
        self.scoped(binds, |writer| match writer.choices.below(4) {
            0 => "{}".to_owned(),
            1 | 2 => format!("{{ {} }}", writer.closed_chain(depth - 1)),
            _ => format!("{{ {} }}", writer.chain(depth - 1)),
        })
    }

    fn if_route(&mut self, depth: usize) -> String {
        let mut text = format!("if {} < 2 {}", self.value(), self.block(depth, ""));
        match self.choices.below(4) {
            0 => {}
            1 if depth > 1 => text += &format!(" else {}", self.if_route(depth - 1)),
            _ => text += &format!(" else {}", self.block(depth, "")),
        }
        text
    }

    fn match_route(&mut self, depth: usize) -> String {
        const ARMS: [(&str, &str); 8] = [
            ("Kind::A(x)", "x"),
            ("Kind::B", ""),
            ("Kind::C { y, .. }", "y"),
            ("x @ 1..=3", "x"),
            ("Some(a)", "a"),
            ("\"s\" | \"t\"", ""),
            ("(x, Kind::D(y))", "y"),
            ("_", ""),
        ];
        let on = if self.choices.once_in(3) { String::new() } else { self.value() + " " };
        let first = self.choices.below(ARMS.len());
        let arms = (0..=self.choices.below(3)).map(|arm| {
            let (pat, binds) = ARMS[(first + arm) % ARMS.len()];
            self.scoped(binds, |writer| {
                let guard =
                    if writer.choices.once_in(5) { format!(" if {} < 2", writer.value()) } else { String::new() };
                let chain = match writer.choices.below(4) {
                    0 => "{}".to_owned(),
                    1 | 2 => writer.closed_chain(depth - 1),
                    _ => writer.chain(depth - 1),
                };
                format!("{pat}{guard} => {chain}, ")
            })
        });
        let arms: String = arms.collect();
        format!("match {on}{{ {arms}}}")
    }

    fn chain(&mut self, depth: usize) -> String {
        let many = 1 + self.choices.below(3);
        (0..many).map(|_| self.target(depth)).collect::<Vec<_>>().join(" -> ")
    }

    /// A chain that leaves: by an exit, by a jump back, or by a node whose way out comes later.
    fn closed_chain(&mut self, depth: usize) -> String {
        let chain = self.chain(depth);
        let leaves = match self.choices.below(6) {
            0 | 1 => self.exit(),
            2..5 => match self.again() {
                Some(jump) if self.choices.once_in(12) => jump,
                Some(jump) => jump + &self.max(),
                None => self.exit(),
            },
            _ => {
                let before = self.nodes.len();
                let call = self.call();
                self.open.extend(self.nodes.get(before).map(|(name, _)| name.clone()));
                call
            }
        };
        format!("{chain} -> {leaves}")
    }
}

/// Deletes, doubles, swaps, replaces or wraps a token somewhere.
fn mutated(tokens: TokenStream, choices: &mut Choices) -> TokenStream {
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
            let delimiter = [Delimiter::None, Delimiter::Parenthesis, Delimiter::Brace][choices.below(3)];
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
const VALID: [&str; 3] = [
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
    "Later(n: u32) -> u32 {
        start -> [a(n), b(n) -> c] -> [for x in items, 3 at once => d(x)] -> first { e => f, sleep(3s) => end(n) };
        f within 2d else g catch e => { h } -> try log += k(n) -> sleep(30d) -> end;
        require a is Some(_) before end; require b at most once;
    }",
];

#[test]
fn tokens_in_any_order_are_read_or_told_of() {
    always(4_000, made(400, babble), |made| {
        read(made.0.parse().expect("the vocabulary is tokens"), |_, _| {});
        Ok(())
    });
}

#[test]
fn workflows_with_changed_tokens_are_read_or_told_of() {
    let mutant = |choices: &mut Choices| {
        let base = choices.below(6);
        let base = VALID.get(base).map_or_else(|| well_formed(choices), |text| (*text).to_owned());
        let mut tokens: TokenStream = base.parse().expect("a workflow is tokens");
        for _ in 0..=choices.below(4) {
            tokens = mutated(tokens, choices);
        }
        tokens
    };
    always(4_000, made(300, mutant), |made| {
        read(made.0.clone(), |_, _| {});
        Ok(())
    });
}

#[test]
fn well_formed_workflows_are_read_or_told_of_and_their_runs_keep_what_was_promised() {
    let free = Cell::new(0);
    always(12_000, made(240, well_formed), |made| {
        let mut kept = Ok(());
        let messages = read(made.0.parse().expect("a workflow is tokens"), |program, flow| {
            free.set(free.get() + 1);
            let live = live::live_in(&reads::live_flow(program, flow));
            let most = max_steps(flow).expect("asked above");
            kept = (0..12).try_for_each(|seed| Run::to_the_end(program, &live, &most, seed));
        });
        prop_assert!(!messages.iter().any(|message| message.starts_with("expected")), "not well formed: {messages:?}");
        kept.map_err(TestCaseError::fail)
    });
    let free = free.get();
    assert!(free >= 2_000, "only {free} of the workflows have no errors");
}

#[test]
fn the_corpus_is_read_or_told_of() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let mut count = 0;
    for file in fs::read_dir(folder).expect("the corpus can be read") {
        let path = file.expect("a file of the corpus can be read").path();
        let text = fs::read_to_string(&path).expect("a file of the corpus can be read");
        // As much stack as rustc gives to macros.
        let reading = thread::Builder::new().stack_size(8 << 20).spawn(move || {
            read(text.parse().expect("a file of the corpus is tokens"), |_, _| {});
        });
        let read = reading.expect("a thread can be had").join();
        assert!(read.is_ok(), "{}", path.display());
        count += 1;
    }
    assert!(count >= 25, "{count} files in the corpus");
}

/// A run over a program's points, as the language tells it: routes are chosen, counts are kept, and every name is looked
/// for in the tokens of the expressions. Of what is set, only what is said to be live is held.
struct Run<'p, 'a> {
    program: &'p Program<'a>,
    /// The version of each value that is held.
    held: Vec<Option<usize>>,
    versions: usize,
    /// What each frame stood on when its arm was entered.
    frames: Vec<Option<Vec<(ValueId, usize)>>>,
    taken: Vec<u64>,
    steps: u64,
    /// What an expression behind `max` comes to.
    max: u64,
    /// What the routes are chosen by.
    random: u64,
}

impl<'p, 'a> Run<'p, 'a> {
    fn to_the_end(program: &'p Program<'a>, live: &[BTreeSet<ValueId>], most: &Steps, seed: u64) -> Result<(), String> {
        let mut run = Run {
            program,
            held: vec![None; program.values.len()],
            versions: 0,
            frames: vec![None; program.frames.len()],
            taken: vec![0; program.counters.len()],
            steps: 0,
            max: seed % 4,
            random: seed,
        };
        let most = run.number(most);
        let mut at = 0;
        // Every loop goes by a call, so a run has at most as many points between two calls as there are.
        for _ in 0..=(most + 1) * program.points.len() as u64 {
            for value in (0..program.values.len()).filter(|value| !live[at].contains(value)) {
                run.held[value] = if at == 0 { run.held[value] } else { None };
            }
            run.read(at)?;
            match run.go(at)? {
                Some(next) => at = next,
                None if run.steps <= most => return Ok(()),
                None => break,
            }
        }
        Err(format!("{} steps, and {most} were said to be the most", run.steps))
    }

    fn number(&self, steps: &Steps) -> u64 {
        match steps {
            Steps::Number(n) => *n,
            Steps::Expression(_) => self.max,
            Steps::Sum(parts) => parts.iter().map(|part| self.number(part)).sum(),
            Steps::Product(a, b) => self.number(a) * self.number(b),
            Steps::Most(parts) => parts.iter().map(|part| self.number(part)).max().unwrap_or(0),
        }
    }

    /// A number that looks random (`SplitMix64`).
    fn below(&mut self, many: usize) -> usize {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 33) as usize % many
    }

    fn go(&mut self, at: PointId) -> Result<Option<PointId>, String> {
        let program = self.program;
        let point = &program.points[at];
        for value in reads::sets(program, at) {
            self.versions += 1;
            self.held[value] = Some(self.versions);
        }
        let next = match &point.kind {
            Kind::Call(node, ..) => {
                self.steps += 1;
                let anew = program.counters.iter().map(|counter| counter.per == Some(*node));
                self.taken.iter_mut().zip(anew).filter(|(_, anew)| *anew).for_each(|(taken, _)| *taken = 0);
                program.nodes[*node].next
            }
            Kind::End(..) | Kind::Fail(_) => return Ok(None),
            Kind::Start | Kind::Set(..) | Kind::Pass => point.ways[0],
            Kind::Bound(counter) => {
                let max = match &program.counters[*counter].ast.max {
                    syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Int(lit), .. }) => {
                        lit.base10_parse().map_err(|error| error.to_string())?
                    }
                    _ => self.max,
                };
                let spent = self.taken[*counter] >= max;
                self.taken[*counter] += u64::from(!spent);
                point.ways[usize::from(spent)]
            }
            Kind::If(_) => point.ways[self.below(2)],
            Kind::Match { arms, on, .. } => {
                let way = self.below(point.ways.len());
                if let Some((.., Some(frame))) = arms.get(way) {
                    let mut on_values = BTreeSet::new();
                    self.stands_on(on, &mut on_values);
                    let versions = on_values.into_iter().map(|value| Some((value, self.held[value]?)));
                    self.frames[*frame] = Some(versions.collect::<Option<_>>().ok_or("matched on what is not held")?);
                }
                point.ways[way]
            }
        };
        next.map(Some).ok_or_else(|| "a way leads nowhere".to_owned())
    }

    fn read(&self, at: PointId) -> Result<(), String> {
        let program = self.program;
        let point = &program.points[at];
        match &point.kind {
            Kind::Start | Kind::Pass => Ok(()),
            Kind::Call(_, call, bare) => match &call.args {
                Some((_, args)) => self.expr(args, point.scope, &point.carry, None),
                None => self.bare(*bare, &point.carry),
            },
            Kind::Set(_, subject) => self.subject(subject),
            Kind::Match { on, arms, .. } => {
                self.subject(on)?;
                let mut guards = arms.iter().filter_map(|(_, guard, frame)| Some(((*guard)?, *frame)));
                guards.try_for_each(|(guard, frame)| self.expr(guard, frame.or(point.scope), &point.carry, frame))
            }
            Kind::Bound(counter) => {
                let counter = &program.counters[*counter];
                self.expr(&counter.ast.max, counter.scope, &point.carry, None)
            }
            Kind::If(expr) | Kind::End(Some(expr), _) | Kind::Fail(expr) => {
                self.expr(expr, point.scope, &point.carry, None)
            }
            Kind::End(None, bare) => self.bare(*bare, &point.carry),
        }
    }

    fn bare(&self, bare: Bare, carry: &Carry<'_>) -> Result<(), String> {
        match bare {
            Bare::Carried => self.carried(carry),
            Bare::Bindings(frame) => self.binding(frame),
            Bare::Nothing => Ok(()),
        }
    }

    fn carried(&self, carry: &Carry<'_>) -> Result<(), String> {
        match carry {
            Carry::Nothing => Ok(()),
            Carry::One(subject) => self.subject(subject),
            Carry::Inputs => (0..self.program.ast.inputs.len()).try_for_each(|input| self.value(input)),
        }
    }

    fn subject(&self, subject: &Subject<'_>) -> Result<(), String> {
        match subject {
            Subject::Value(value) => self.value(*value),
            Subject::Expr(expr, scope, carry) => self.expr(expr, *scope, carry, None),
        }
    }

    /// Every name among the tokens is read; `own` are the bindings of the arm that a guard stands on.
    fn expr(
        &self,
        expr: impl ToTokens,
        scope: Option<FrameId>,
        carry: &Carry<'_>,
        own: Option<FrameId>,
    ) -> Result<(), String> {
        names(expr.to_token_stream()).try_for_each(|name| match self.program.resolve(scope, &name) {
            _ if name == "_" => self.carried(carry),
            Some(Meaning::Value(value)) => self.value(value),
            Some(Meaning::Binding(frame)) if Some(frame) == own => Ok(()),
            Some(Meaning::Binding(frame)) => self.binding(frame),
            None => Ok(()),
        })
    }

    fn value(&self, value: ValueId) -> Result<(), String> {
        let name = || format!("`{}` is read and not held", self.program.values[value].name);
        self.held[value].map(|_| ()).ok_or_else(name)
    }

    fn binding(&self, frame: FrameId) -> Result<(), String> {
        let names = || self.program.frames[frame].names.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let Some(stood_on) = &self.frames[frame] else {
            return Err(format!("`{}` is read and was never bound", names()));
        };
        let stands = |&(value, version): &(ValueId, usize)| self.held[value] == Some(version);
        if stood_on.iter().all(stands) {
            Ok(())
        } else {
            Err(format!("`{}` is read, and what it was bound to has changed", names()))
        }
    }

    /// The values that are looked at anew when a pattern is matched once more.
    fn stands_on(&self, subject: &Subject<'_>, values: &mut BTreeSet<ValueId>) {
        match subject {
            Subject::Value(value) => drop(values.insert(*value)),
            Subject::Expr(expr, scope, carry) => {
                for name in names(expr.to_token_stream()) {
                    match self.program.resolve(*scope, &name) {
                        _ if name == "_" => match &**carry {
                            Carry::One(subject) => self.stands_on(subject, values),
                            Carry::Inputs => values.extend(0..self.program.ast.inputs.len()),
                            Carry::Nothing => {}
                        },
                        Some(Meaning::Value(value)) => drop(values.insert(value)),
                        Some(Meaning::Binding(frame)) => self.stands_on(&self.program.frames[frame].on, values),
                        None => {}
                    }
                }
            }
        }
    }
}

/// All identifiers among some tokens.
fn names(tokens: TokenStream) -> Box<dyn Iterator<Item = Ident>> {
    Box::new(tokens.into_iter().flat_map(|tree| match tree {
        TokenTree::Ident(name) => vec![name],
        TokenTree::Group(group) => names(group.stream()).collect(),
        _ => Vec::new(),
    }))
}
