//! What the macros make of some code, one file a case, named after it: a change of the expansion is read before it is
//! taken. `INSTA_UPDATE=always cargo test -p loomflow-macros` writes the files anew.

use crate::{agent, choice, context, step, tool, workflow};
use proc_macro2::{TokenStream, TokenTree};
use std::{fs, path::Path, thread};

fn tokens(code: &str) -> TokenStream {
    code.parse().expect("the case is tokens")
}

/// The expansion as a person would write it. What begins with a half-typed body is no Rust and stands there as its tokens.
fn shown(expansion: &TokenStream) -> String {
    let trees: Vec<TokenTree> = expansion.clone().into_iter().collect();
    let parts = (1..=trees.len()).rev().find_map(|length| {
        let (items, rest) = trees.split_at(length);
        let items = syn::parse2(items.iter().cloned().collect()).ok()?;
        Some((prettyplease::unparse(&items), rest.iter().cloned().collect::<TokenStream>()))
    });
    match parts {
        Some((items, rest)) if rest.is_empty() => items,
        Some((items, rest)) => format!("{items}\n{rest}"),
        None => expansion.to_string(),
    }
}

/// Compares the case with its file.
fn matches(name: &str, code: &str, expansion: &TokenStream) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let both = format!("{code}\n\n---------- becomes ----------\n\n{}", shown(expansion));
    settings.bind(|| insta::assert_snapshot!(name, both));
}

fn step_matches(name: &str, args: &str, item: &str) {
    matches(name, &format!("#[step({args})]\n{item}"), &step::expand(tokens(args), tokens(item)));
}

fn workflow_matches(name: &str, code: &str) {
    matches(name, code, &workflow::expand(tokens(code)));
}

#[test]
fn a_plain_step() {
    step_matches(
        "a_plain_step",
        "",
        r#"/// Greets a person.
pub fn greet(name: &str, times: u32) -> String {
    format!("Hello {name}! ").repeat(times)
}"#,
    );
}

#[test]
fn a_retried_step() {
    step_matches(
        "a_retried_step",
        "retry = 3, backoff = 200ms..5s, timeout = 30s, crate = flow",
        r"async fn ask(#[context] llm: &Llm, prompt: &str, limits: Limits) -> Result<Answer, LlmError> {
    llm.complete(prompt, limits).await
}",
    );
}

#[test]
fn a_generic_step() {
    step_matches(
        "a_generic_step",
        "",
        r"pub(crate) fn newest<T: Value + Clone>(items: &[T], otherwise: Option<&T>) -> io::Result<T>
where
    T: Ord,
{
    items.iter().max().or(otherwise).cloned().ok_or(io::ErrorKind::NotFound.into())
}",
    );
}

#[test]
fn a_step_that_runs_at_most_once() {
    step_matches(
        "a_step_that_runs_at_most_once",
        "at_most_once",
        r"async fn pay(#[context] bank: &Bank, amount: Amount) -> Result<Receipt, Declined> {
    bank.pay(amount).await
}",
    );
}

#[test]
fn an_ask() {
    let (args, item) = (
        "Approval, inbox, crate = flow",
        r"/// Asks a person.
pub fn approve<T: Value>(#[context] office: &Office, draft: &T, who: Role) -> Question {
    Question::new(office.words(who)).show(draft)
}",
    );
    matches("an_ask", &format!("#[ask({args})]\n{item}"), &step::expand_ask(tokens(args), tokens(item)));
}

#[test]
fn a_chain() {
    workflow_matches(
        "a_chain",
        r"/// Writes about a topic.
pub Article(topic: String, length: u32) -> String {
    start -> outline(topic) -> text = draft(&outline, length) -> polish -> end;
}",
    );
}

#[test]
fn a_match_with_a_payload() {
    workflow_matches(
        "a_match_with_a_payload",
        r"Sorted(ticket: Ticket) -> Result<Reply, Refusal> {
    start -> classify(ticket) -> match {
        Desk::Billing(account) if account > 9 => reply = billing(ticket, account),
        Desk::Technical { product, .. }       => reply = technical(ticket, product),
        Desk::Spam(reason)                    => fail(Refusal::Spam(reason)),
        Desk::Billing(_)                      => end(Reply::none()),
    } -> end(reply);
}",
    );
}

#[test]
fn a_bounded_loop() {
    workflow_matches(
        "a_bounded_loop",
        r"Polished(topics: Vec<String>, rounds: u32) -> Vec<String> {
    let at: usize = 0;
    let texts: Vec<String> = Vec::new();
    start -> text = write(topics, at) -> review(text) -> if let Some(notes) = review {
        text = revise(text, notes) -> review(text) max rounds per write else texts = keep(texts, text)
    } -> texts = keep(texts, text) -> at = (at + 1)
      -> if at < topics.len() { text = write(topics, at) max 100 else end(texts) } -> end(texts);
}",
    );
}

#[test]
fn a_static_fork() {
    workflow_matches(
        "a_static_fork",
        r"Compared(topic: Topic, draft: Draft) -> Pair {
    start -> [
        one = write(topic) -> if one.is_short() { one = lengthen(one) },
        draft = revise(topic, draft),
    ] -> pair(one, draft) -> end;
}",
    );
}

#[test]
fn a_for_fork() {
    workflow_matches(
        "a_for_fork",
        r"Pages(book: Book) -> Result<Vec<Page>, Missing> {
    start -> pages = [for chapter in book.chapters, 5 at once => {
        print(chapter) -> check(chapter, print) -> match {
            Check::Fine => {}
            Check::Blurred => print(chapter) max 3 else fail(Missing),
        } -> (print)
    }] -> end(pages);
}",
    );
}

#[test]
fn a_race() {
    workflow_matches(
        "a_race",
        r"Quickest(topic: String) -> String {
    start -> first {
        answer(topic) => { log += (topic.len()) -> end(answer) },
        sleep(3s) => end(String::new()),
    };
}",
    );
}

#[test]
fn guards() {
    workflow_matches(
        "guards",
        r"Paid(order: Order) -> Receipt {
    let why: Failure;
    start -> reserve(order)
          -> pay(order, reserve) within 2m else release(reserve) catch e => { why = (e) -> release(reserve) }
          -> sent = try send(order) -> end(Receipt::of(pay, sent));
    release -> fail(why);
}",
    );
}

#[test]
fn a_nested_call() {
    workflow_matches(
        "a_nested_call",
        r"#[workflow(crate = flow::inner)]
pub(crate) Outer(line: String) -> String {
    start -> title = Fit(line, 20) -> again: desk::Fit(title, 10) -> end;
}",
    );
}

#[test]
fn a_generic_workflow() {
    workflow_matches(
        "a_generic_workflow",
        r"pub Latest<T: Value + Clone>(items: Vec<T>) -> T where T: Ord {
    start -> newest::<T>(items) -> end;
}",
    );
}

#[test]
fn a_context() {
    let code = r"#[context(crate = flow)]
struct App<M> where M: Model {
    llm: Llm<M>,
    limits: Limits,
    #[context(skip)]
    spare: Limits,
}";
    matches("a_context", code, &context::expand(tokens(code)));
}

fn choice_matches(name: &str, code: &str) {
    matches(name, &format!("#[derive(Choice)]\n{code}"), &choice::expand(tokens(code)));
}

#[test]
fn a_choice_of_plain_labels() {
    choice_matches(
        "a_choice_of_plain_labels",
        r#"/// Which desk a ticket belongs to.
#[choice(crate = flow)]
#[serde(rename_all = "snake_case")]
pub enum Desk {
    /// Invoices, refunds,
    /// charges.
    Billing,
    OutOfOffice,
    #[choice(skip)]
    Unsorted(String),
}"#,
    );
}

#[test]
fn a_choice_whose_labels_carry_something() {
    choice_matches(
        "a_choice_whose_labels_carry_something",
        r#"enum Desk {
    /// Invoices.
    Billing(AccountId),
    Refund {
        /// in cents
        amount: u32,
        #[serde(rename = "to")]
        account: Option<AccountId>,
    },
    Spam,
}"#,
    );
}

#[test]
fn a_choice_with_errors() {
    choice_matches("a_choice_with_errors", r"enum Desk<'a> { Move(u32, &'a str), Stay }");
}

fn tool_matches(name: &str, args: &str, item: &str) {
    matches(name, &format!("#[tool({args})]\n{item}"), &tool::expand(tokens(args), tokens(item)));
}

#[test]
fn a_tool() {
    tool_matches(
        "a_tool",
        "timeout = 30s, crate = flow",
        r"/// Searches the web.
///
/// Costs a cent.
pub async fn web_search(
    #[context] http: &Http,
    /** what to look for */ query: &str,
    /// Where to look.
    sites: &[Site],
    #[run] run: &Visit,
    since: Option<&str>,
    most: u8,
) -> Result<Vec<Hit>, HttpError> {
    http.get(query).await
}",
    );
}

#[test]
fn a_tool_that_takes_nothing() {
    tool_matches("a_tool_that_takes_nothing", "", "/// Rings the bell.\nfn ring() {}");
}

#[test]
fn a_tool_with_errors() {
    tool_matches(
        "a_tool_with_errors",
        "retries = 3",
        "fn find<T>(/** what to find */ words: &[&str], (a, b): (u8, u8), kind: &'static str) -> T { todo!() }",
    );
}

#[test]
fn a_tool_in_a_build_without_models() {
    let code = "/// Finds something.\nfn find(/** what to find */ what: &str) -> String { what.to_owned() }";
    matches("a_tool_in_a_build_without_models", code, &tool::without_models(tokens(code)));
}

#[test]
fn a_workflow_that_is_a_tool() {
    workflow_matches(
        "a_workflow_that_is_a_tool",
        r"/// Writes about a topic.
#[workflow(tool)]
pub Article(/** what it is about */ topic: String, length: u32) -> String {
    start -> draft(topic, length) -> end;
}",
    );
}

#[test]
fn a_choice_in_a_build_without_models() {
    let code = "enum Desk { Billing }";
    matches("a_choice_in_a_build_without_models", code, &choice::without_models(tokens(code)));
}

#[test]
fn an_agent_in_a_build_without_models() {
    let code = "pub Reports(topic: String) -> String { start -> report; report -> end; }";
    matches("an_agent_in_a_build_without_models", code, &agent::without_models(tokens(code)));
}

#[test]
fn a_step_with_a_half_typed_body() {
    step_matches(
        "a_step_with_a_half_typed_body",
        "retry = 3",
        "async fn ask(prompt: &str) -> u32 { let x = prompt.; if 1 }",
    );
}

#[test]
fn a_workflow_with_a_broken_statement() {
    workflow_matches(
        "a_workflow_with_a_broken_statement",
        r"pub Broken(n: u32) -> u32 {
    start -> first_step(n) -> second_step;
    second_step -> third_step(n) -> -> end;
    third_step -> end;
}",
    );
}

#[test]
fn a_workflow_with_errors_in_its_graph() {
    workflow_matches(
        "a_workflow_with_errors_in_its_graph",
        r"pub Endless(n: u32) -> u32 {
    start -> count(n) -> if count > 3 { end(total) } -> count(n);
}",
    );
}

#[test]
fn a_workflow_without_a_head() {
    workflow_matches("a_workflow_without_a_head", "start -> count(n) -> end;");
}

#[test]
fn what_is_half_typed_becomes_items_all_the_same() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../loom-graph/tests/corpus");
    for file in fs::read_dir(corpus).expect("the corpus can be read") {
        let path = file.expect("a file of the corpus can be read").path();
        let text = fs::read_to_string(&path).expect("a file of the corpus can be read");
        // As much stack as rustc gives to macros; its own parser takes more as it needs it, and syn does not.
        let expanding = thread::Builder::new().stack_size(8 << 20);
        let expanding = expanding.spawn(move || workflow::expand(tokens(&text)).to_string());
        let expansion = expanding.expect("a thread can be had").join();
        let expansion = expansion.unwrap_or_else(|_| panic!("{}", path.display()));
        let parsing = thread::Builder::new().stack_size(512 << 20).spawn(move || {
            let file: syn::Result<syn::File> = syn::parse_str(&expansion);
            assert!(file.is_ok_and(|file| !file.items.is_empty()));
        });
        assert!(parsing.expect("a thread can be had").join().is_ok(), "{}", path.display());
    }
}
