//! [language page]: crate::language
//! [durability page]: crate::durability
//! [events page]: crate::event
//! [traces page]: crate::traces
#![cfg_attr(feature = "openai", doc = "[agents page]: crate::agents")]
#![cfg_attr(feature = "openai", doc = "[models page]: crate::models")]
//!
#![doc = include_str!("../README.md")]
//!
//! # Where things stand
//!
//! The macros are [`step`], [`macro@ask`], [`workflow!`] and [`macro@Context`]. A [`Run`] gives a [`Failure`] when it fails;
//! what may live between steps is a [`Value`]; the graph as data is in [`graph`].

pub use loomflow_graph::{draw, graph, version};
#[cfg(feature = "openai")]
pub use loomflow_models::{self as model, Memory, Model, ModelError, Tone};
pub use loomflow_runtime::{
    Answer, Ask, Backoff, Builder, Events, Failure, FailureKind, Fault, Handle, Inputs, Line, Loom, LoomError,
    OpenQuestion, Outcome, Permanent, Policy, Program, Provides, Question, Run, Settled, Start, Step, Traced, Until,
    Value, Visit, Wait, Workflow, backoff,
};
pub use loomflow_runtime::{around, event, journal, meter};
#[cfg(feature = "sqlite")]
pub use loomflow_sqlite::{self as sqlite, Sqlite};

/// Makes a step of a function: the function stays as it is, and beside it stands a type of the same name that a graph can
/// name.
///
/// # Options
///
/// | option | meaning |
/// | --- | --- |
/// | `retry = 3` | up to three more attempts after one that fails, panics or takes too long. An error that is marked as [`Permanent`] ends them |
/// | `backoff = 200ms..5s` | the pauses between attempts: at least 200 ms, growing and jittered, at most 5 s. Without it 100 ms to 10 s. `backoff = 1s` pauses always one second |
/// | `timeout = 30s` | how long one attempt may take; only for an `async fn`, and it cuts in where that waits |
/// | `at_most_once` | it does what must not happen twice, so it is not retried. A run in memory does nothing else about it. A run that is [kept](crate::durability), and was cut off in it, does not perform it again by itself: it waits and asks whether it happened, until [`Loom::settle`] says so |
/// | `cache = 1h` | in a run that is kept, what it gave is kept so long for the same input, and taken from there in every run of the journal; its parameters are `Serialize`, and a map among them one of a fixed order. Failures are not kept, and a run in memory keeps nothing |
/// | `crate = flow` | where loomflow is found, when it is a dependency under another name |
///
/// Units are `ms`, `s`, `m`, `h` and `d`. Pauses and time limits go by Tokio's clock, so a run of such a step needs a Tokio
/// runtime with its timer on.
///
/// # Parameters
///
/// `&T`, `&str`, `&[T]` and `Option<&T>` are lent for the call, any other type is handed over. `#[context] llm: &Llm` is
/// lent by the run's context and not by the graph: see [`Context`](macro@Context). The function may be async or not,
/// generic, and return a plain value or a `Result` whose error is a [`Fault`].
///
/// `#[run] run: &Visit` is not the graph's either: a [`Visit`] tells of the run, and has the key by which the same visit of the
/// same node is known again, whatever process performs it. A test passes [`Visit::outside()`].
///
/// # Called by hand
///
/// Outside of a run the function does what its body says, and nothing else. In a program that is run by [`Loom::run`] its
/// calls are recorded, and not repeated when the run is carried on.
///
/// ```
/// use loomflow::prelude::*;
///
/// struct Dictionary(Vec<&'static str>);
///
/// /// Finds the words that are not in the dictionary.
/// #[step]
/// fn misspelt(#[context] dictionary: &Dictionary, text: &str) -> Vec<String> {
///     text.split(' ').filter(|word| !dictionary.0.contains(word)).map(str::to_owned).collect()
/// }
///
/// assert_eq!(misspelt(&Dictionary(vec!["a"]), "a bee"), ["bee"]);
/// ```
///
/// # What cannot be a step
///
/// Methods, functions with lifetime parameters, `impl Trait`, `&mut` parameters, and outputs that borrow. Each is one error
/// that says what to do. An output that a run cannot keep is told at its type:
///
/// ```compile_fail,E0277
/// use loomflow::prelude::*;
///
/// struct Draft(String);
///
/// #[step]
/// fn write(topic: &str) -> Draft {
///     Draft(topic.to_owned())
/// }
/// ```
pub use loomflow_macros::step;

/// Makes a workflow of a graph: a type of the workflow's name with `run`, `trace` and `GRAPH`, which is itself a step.
///
/// The language is described on [a page of its own](crate::language), and in short in the
/// [crate's documentation](crate#the-language-in-one-page).
///
/// ```
/// use loomflow::prelude::*;
///
/// #[step]
/// fn halve(n: u32) -> u32 {
///     n / 2
/// }
///
/// #[step]
/// fn triple(n: u32) -> u32 {
///     3 * n + 1
/// }
///
/// workflow! {
///     /// Counts the steps of a Collatz sequence, up to a limit.
///     pub Collatz(n: u32, limit: u32) -> Result<u32, String> {
///         let steps: u32 = 0;
///         start -> measured: same(n) -> if n == 1 { end(steps) }
///               -> steps = (steps + 1)
///               -> if n % 2 == 0 { n = halve(n) } else { n = triple(n) }
///               -> measured: same(n) max limit else fail(format!("{limit} steps were not enough"));
///     }
/// }
///
/// #[step]
/// fn same(n: u32) -> u32 {
///     n
/// }
///
/// # fn block_on<F: Future>(run: F) -> F::Output {
/// #     let mut run = std::pin::pin!(run);
/// #     let mut context = std::task::Context::from_waker(std::task::Waker::noop());
/// #     loop {
/// #         if let std::task::Poll::Ready(output) = run.as_mut().poll(&mut context) { return output; }
/// #     }
/// # }
/// assert_eq!(block_on(Collatz::run(&(), 6, 100)).unwrap(), 8);
/// assert_eq!(block_on(Collatz::run(&(), 6, 3)).unwrap_err().to_string(), "workflow `Collatz` failed at `triple`: 3 steps were not enough");
/// assert_eq!(Collatz::GRAPH.max_steps().to_string(), "2 + limit * 2");
/// ```
///
/// Branches run at once, and a guard says where to go when something fails or takes too long:
///
/// ```
/// use loomflow::prelude::*;
///
/// # #[step] fn topics(text: &str) -> Vec<String> { text.split(' ').map(str::to_owned).collect() }
/// # #[step] async fn draft(topic: &str) -> Result<String, String> { if topic == "rain" { Err("too wet".to_owned()) } else { Ok(format!("on {topic}")) } }
/// # #[step] fn title(text: &str) -> String { text.to_uppercase() }
/// # #[step] fn print(title: &str, parts: &[String]) -> String { format!("{title}: {}", parts.join(", ")) }
/// workflow! {
///     Essay(text: String) -> String {
///         start -> [
///             title(text),
///             topics(text) -> parts = [for topic in topics, 4 at once => draft(topic) catch _ => ("…".to_owned())],
///         ] within 1h else end("too late".to_owned())
///           -> print(title, parts) -> end;
///     }
/// }
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// assert_eq!(Essay::run(&(), "tea rain".to_owned()).await.unwrap(), "TEA RAIN: on tea, …");
/// # }
/// ```
///
/// A loop without a bound does not compile:
///
/// ```compile_fail
/// use loomflow::prelude::*;
///
/// #[step]
/// fn halve(n: u32) -> u32 {
///     n / 2
/// }
///
/// workflow! {
///     Halved(n: u32) -> u32 {
///         start -> n = halve(n) -> if n == 0 { end(n) } -> n = halve(n);
///     }
/// }
/// ```
pub use loomflow_macros::workflow;

/// A workflow in one line: steps one after the other, each given what the one before it gave.
///
/// The first step takes one value, which becomes the workflow's input, by the name `input`. What stands between the commas
/// is what stands between the arrows of a [`workflow!`] chain: steps with arguments, routes, forks, guards. It is checked
/// in the same way, and gives a [`Line`].
///
/// ```
/// use loomflow::prelude::*;
///
/// #[step]
/// fn words(text: &str) -> Vec<String> {
///     text.split(' ').map(str::to_owned).collect()
/// }
///
/// #[step]
/// fn longest(words: &[String]) -> String {
///     words.iter().max_by_key(|word| word.len()).cloned().unwrap_or_default()
/// }
///
/// # async fn run() -> Result<(), Failure> {
/// let found = chain![words, longest].run(&(), "a small room".to_owned()).await?;
/// assert_eq!(found, "small");
/// # Ok(())
/// # }
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(run()).unwrap();
/// ```
pub use loomflow_macros::chain;

/// A workflow in one line: a step, and a route on what it gave.
///
/// The arms are those of a `match` in a [`workflow!`], so a label that is not covered does not compile. What the route's
/// step took is `input`.
///
/// ```
/// use loomflow::prelude::*;
/// # use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize)]
/// enum Desk {
///     Billing(u32),
///     Technical,
/// }
///
/// #[step]
/// fn classify(ticket: &str) -> Desk {
///     if let Some(account) = ticket.strip_prefix('#') { Desk::Billing(account.parse().unwrap_or(0)) } else { Desk::Technical }
/// }
///
/// #[step]
/// fn billing(account: u32) -> String {
///     format!("account {account}")
/// }
///
/// #[step]
/// fn technical(ticket: &str) -> String {
///     format!("looking into {ticket}")
/// }
///
/// # async fn run() -> Result<(), Failure> {
/// let sorted = route!(classify {
///     Desk::Billing(account) => billing(account),
///     Desk::Technical => technical(input),
/// });
/// assert_eq!(sorted.run(&(), "#42".to_owned()).await?, "account 42");
/// assert_eq!(sorted.run(&(), "a crash".to_owned()).await?, "looking into a crash");
/// # Ok(())
/// # }
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(run()).unwrap();
/// ```
pub use loomflow_macros::route;

/// A workflow in one line: steps at once on one input, and what joins what they gave.
///
/// Without `=>` it ends in all that they gave, as a tuple.
///
/// ```
/// use loomflow::prelude::*;
///
/// #[step]
/// fn words(text: &str) -> usize {
///     text.split(' ').count()
/// }
///
/// #[step]
/// fn letters(text: &str) -> usize {
///     text.chars().filter(|c| c.is_alphabetic()).count()
/// }
///
/// #[step]
/// fn mean(words: usize, letters: usize) -> usize {
///     letters / words
/// }
///
/// # async fn run() -> Result<(), Failure> {
/// let text = "a small room".to_owned();
/// assert_eq!(parallel![words, letters => mean].run(&(), text.clone()).await?, 3);
/// assert_eq!(parallel![words, letters].run(&(), text).await?, (3, 10));
/// # Ok(())
/// # }
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(run()).unwrap();
/// ```
pub use loomflow_macros::parallel;

/// Makes a context of a struct: it [provides](Provides) each of its fields to the steps that ask for one of that type.
///
/// `#[context(skip)]` leaves a field out, `#[context(crate = flow)]` on the struct says where loomflow is found.
///
/// ```
/// use loomflow::prelude::*;
///
/// struct Llm;
/// struct Limits { words: usize }
///
/// #[derive(Context)]
/// struct App {
///     llm: Llm,
///     limits: Limits,
/// }
///
/// #[step]
/// fn shorten(#[context] limits: &Limits, text: &str) -> String {
///     text.split(' ').take(limits.words).collect::<Vec<_>>().join(" ")
/// }
///
/// workflow! {
///     Short(text: String) -> String { start -> shorten(text) -> end; }
/// }
///
/// let app = App { llm: Llm, limits: Limits { words: 2 } };
/// let run = Short::run(&app, "one two three".to_owned());
/// # drop(run);
/// ```
///
/// A context that lacks what a step needs is told where the run is started:
///
/// ```compile_fail,E0277
/// # use loomflow::prelude::*;
/// # struct Llm;
/// # #[step]
/// # fn ask(#[context] llm: &Llm, text: &str) -> String { let _ = llm; text.to_owned() }
/// # workflow! { Asked(text: String) -> String { start -> ask(text) -> end; } }
/// let run = Asked::run(&(), "why?".to_owned());
/// ```
pub use loomflow_macros::Context;

/// Makes a choice of an enum: its variants are the labels that a model [chooses](Model::choose) from, and that a graph routes
/// on.
///
/// One enum is the schema that the model is held to, the parser of its answer, the routes of the graph and the replies of a
/// test's [`ScriptedModel`](crate::model::ScriptedModel). A label that is added and not routed does not compile; a label that
/// the graph does not know cannot come back.
///
/// ```
/// use loomflow::{model::ScriptedModel, prelude::*};
/// use serde::{Deserialize, Serialize};
///
/// /// Which desk a ticket belongs to.
/// #[derive(Choice, Serialize, Deserialize)]
/// #[serde(rename_all = "snake_case")]
/// enum Desk {
///     /// Invoices, refunds, charges.
///     Billing { /** as on the invoice */ account: Option<u32> },
///     /// Something is broken.
///     Technical,
///     Spam,
/// }
///
/// #[step(retry = 3)]
/// async fn classify(#[context] model: &Model, ticket: &str) -> Result<Desk, ModelError> {
///     model.choose(format!("Sort this ticket:\n{ticket}")).await
/// }
///
/// #[derive(Context)]
/// struct App {
///     model: Model,
/// }
///
/// workflow! {
///     Sorted(ticket: String) -> String {
///         start -> classify(ticket) -> match {
///             Desk::Billing { account: Some(account) } => end(format!("account {account}")),
///             Desk::Billing { account: None }          => end("which account?".to_owned()),
///             Desk::Technical                          => end("on its way".to_owned()),
///             Desk::Spam                               => end(String::new()),
///         };
///     }
/// }
///
/// # async fn run() -> Result<(), Failure> {
/// let script = ScriptedModel::new()
///     .chooses(&Desk::Technical)
///     .says(r#"{"choice": {"label": "billing", "value": {"account": 42}}}"#);
/// let app = App { model: Model::of(script) };
/// assert_eq!(Sorted::run(&app, "It hums.".to_owned()).await?, "on its way");
/// assert_eq!(Sorted::run(&app, "#42 was charged twice.".to_owned()).await?, "account 42");
/// # Ok(())
/// # }
/// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(run()).unwrap();
/// ```
///
/// # Labels
///
/// A label is what serde writes for the variant, so that a journal, a log and the model say the same:
/// `#[serde(rename = "…")]`, `rename_all` and `rename_all_fields` count, and nothing else names a label. They may stand there
/// without serde's own derives. What a label means is in its doc comment, which the model is told; one without a comment is
/// told by its name.
///
/// | a variant | is chosen as |
/// | --- | --- |
/// | `Spam`, in an enum of such | `{"choice": "spam"}` |
/// | `Spam`, where another label carries something | `{"choice": {"label": "spam"}}` |
/// | `Billing(AccountId)` | `{"choice": {"label": "billing", "value": …}}` |
/// | `Billing { account: u32 }` | `{"choice": {"label": "billing", "value": {"account": …}}}` |
///
/// This is how a model writes it, and how [`Choice::parse`](trait@Choice) reads it; how serde writes the enum elsewhere (`tag`,
/// `untagged`) is its own affair.
///
/// What a label carries derives `Deserialize` and [`JsonSchema`](crate::schemars::JsonSchema); an enum of plain labels needs
/// neither. Derives of schemars find it where it is in scope, so no dependency of one's own is needed:
///
/// ```
/// use loomflow::{prelude::*, schemars::{self, JsonSchema}};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(JsonSchema, Serialize, Deserialize)]
/// struct Refund {
///     /// In cents.
///     amount: u32,
/// }
///
/// #[derive(Choice, Serialize, Deserialize)]
/// enum Wish {
///     Refund(Refund),
///     Nothing,
/// }
///
/// let wish = Wish::parse(r#"{"choice": {"label": "Refund", "value": {"amount": 999}}}"#);
/// assert!(matches!(wish, Ok(Wish::Refund(Refund { amount: 999 }))));
/// ```
///
/// # Options
///
/// | option | meaning |
/// | --- | --- |
/// | `#[choice(skip)]` on a variant | the model does not hear of it: a label that only the program gives |
/// | `#[choice(crate = flow)]` on the enum | where loomflow is found, when it is a dependency under another name |
///
/// # What cannot be a choice
///
/// Structs, enums without variants, with generics, or with variants of several values that have no names. Each is one error
/// that says what to do.
#[cfg(feature = "openai")]
pub use loomflow_macros::Choice;
#[cfg(not(feature = "openai"))]
#[doc(hidden)]
pub use loomflow_macros::ChoiceWithoutModels as Choice;
#[cfg(feature = "openai")]
pub use loomflow_models::{Choice, PlainChoice, schemars};

/// Makes a workflow of which a model chooses the ways: at each place it is offered the [tools](macro@tool) that may come next, and
/// no others.
///
/// The language is described on [a page of its own](crate::agents).
///
/// ```
/// use loomflow::{model::ScriptedModel, prelude::*};
/// use serde_json::json;
///
/// /// Searches the web.
/// #[tool]
/// fn web_search(query: &str) -> String {
///     format!("all about {query}")
/// }
///
/// /// Files a report.
/// #[tool]
/// fn create_report(title: &str) -> String {
///     format!("report: {title}")
/// }
///
/// agent! {
///     /// Researches a question.
///     Researcher(question: String) -> String {
///         prompt "You research questions. Cite every source.";
///
///         start -> web_search(query: question);               // the first call, which the graph makes
///         web_search -> web_search max 4 | create_report;     // what the model may choose then
///         create_report -> end;                               // what ends the agent
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Failure> {
/// let model = ScriptedModel::new().calls("create_report", &json!({ "title": "Blue" }));
/// let reported = Researcher::run(&Model::of(model), "Why is the sky blue?".to_owned()).await?;
/// assert_eq!(reported, "report: Blue");
/// # Ok(())
/// # }
/// ```
#[cfg(feature = "openai")]
pub use loomflow_macros::agent;
#[cfg(not(feature = "openai"))]
#[doc(hidden)]
pub use loomflow_macros::agent_without_models as agent;
/// Makes a tool of a function: a [`step`] that a model may call too.
///
/// All that a step is, a tool is: its options, its contexts, its place in a graph, and the function that stays as it is.
/// Beside that it is a [`Tool`](trait@Tool): the doc comment is what the model is told of it, and the parameters, less those
/// that are `#[context]` or `#[run]`, are what the model fills in.
///
/// ```
/// use loomflow::{model::ToolMisuse, prelude::*};
///
/// struct Shelf(Vec<&'static str>);
///
/// /// Finds books by a word of their title.
/// #[tool]
/// fn find_book(
///     #[context] shelf: &Shelf,
///     /** a word of the title */ word: &str,
///     /** how many books at the most */ most: Option<usize>,
/// ) -> Vec<String> {
///     let found = shelf.0.iter().filter(|title| title.contains(word));
///     found.take(most.unwrap_or(10)).map(|title| (*title).to_owned()).collect()
/// }
///
/// # fn main() -> Result<(), ToolMisuse> {
/// let spec = find_book::spec();
/// assert_eq!((spec.name.as_str(), spec.description.as_str()), ("find_book", "Finds books by a word of their title."));
/// assert_eq!(spec.parameters["properties"]["word"]["description"], "a word of the title");
/// assert!(spec.strict);
///
/// // What a model calls it with has a field for each parameter, and owns what the function is lent.
/// let call = find_book::parse(r#"{"word": "sea", "most": null}"#)?;
/// assert_eq!((call.word.as_str(), call.most), ("sea", None));
///
/// let misuse = find_book::parse(r#"{"words": "sea"}"#).unwrap_err();
/// assert_eq!(
///     misuse.to_string(),
///     "the call of `find_book` does not fit: `word` is missing; \
///      there is no parameter `words` (the nearest is `word`): it takes `word`, `most`",
/// );
///
/// // It is a function as before.
/// assert_eq!(find_book(&Shelf(vec!["The Sea", "The Old Man and the sea"]), "sea", None), ["The Old Man and the sea"]);
/// # Ok(())
/// # }
/// ```
///
/// A graph performs a call as a model wrote it by [`Use`](model::Use), which takes the arguments in one piece:
///
/// ```
/// use loomflow::{model::{ToolMisuse, Use}, prelude::*};
///
/// /// Adds two numbers.
/// #[tool]
/// fn add(a: i64, b: i64) -> i64 {
///     a + b
/// }
///
/// /// What the model asked for.
/// #[step]
/// fn read(arguments: &str) -> Result<<add as Tool>::Args, ToolMisuse> {
///     add::parse(arguments)
/// }
///
/// workflow! {
///     Performed(arguments: String) -> i64 { start -> call = read(arguments) -> add: Use::<add>(call) -> end; }
/// }
///
/// # fn main() -> Result<(), Failure> {
/// # let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
/// let sum = runtime.block_on(Performed::run(&(), r#"{"a": 2, "b": 3}"#.to_owned()))?;
/// assert_eq!(sum, 5);
/// # Ok(())
/// # }
/// ```
///
/// # Workflows as tools
///
/// With `#[workflow(tool)]` above its name a workflow is a tool too. The model fills in its inputs, and is told their doc
/// comments. Where it is called, it runs as a node of the graph, with nodes of its own.
///
/// ```
/// use loomflow::{model::ToolMisuse, prelude::*};
///
/// #[step]
/// fn outline(topic: &str) -> Vec<String> {
///     vec![format!("What is {topic}?"), format!("Why {topic}?")]
/// }
///
/// #[step]
/// fn draft(outline: &[String], words: Option<u32>) -> String {
///     format!("{} ({} words)", outline.join(" "), words.unwrap_or(500))
/// }
///
/// workflow! {
///     /// Writes an article.
///     #[workflow(tool)]
///     pub Article(
///         /// what it is about
///         topic: String,
///         words: Option<u32>,
///     ) -> String {
///         start -> outline(topic) -> draft(outline, words) -> end;
///     }
/// }
///
/// # fn main() -> Result<(), ToolMisuse> {
/// assert_eq!(Article::spec().description, "Writes an article.");
/// let call = Article::parse(r#"{"topic": "tea"}"#)?;
/// assert_eq!((call.topic.as_str(), call.words), ("tea", None));
/// # Ok(())
/// # }
/// ```
///
/// # What a model is told
///
/// - The name of the function, and its doc comment, which a tool needs to have.
/// - Of each parameter its name, its doc comment, and the schema of its type: `#[derive(JsonSchema)]` of
///   [`schemars`], for types of one's own. `&str` is a text, `&[T]` a list; `Option<T>` may be `null`.
/// - Where the schema of all of them is a [strict](model::schema) one, servers hold the model to it. Where it is not (a map,
///   a tuple, any JSON), what does not fit is told when it is read.
/// - The output as JSON; a text as it is. The error of a tool that fails in its own words.
///
/// # What cannot be a tool
///
/// Besides [what cannot be a step](macro@step#what-cannot-be-a-step): generic functions, functions without a doc comment, and
/// parameters that a model cannot fill in: what has no schema, and what borrows in any other way than `&T` and `Option<&T>`.
///
/// ```compile_fail,E0277
/// use loomflow::prelude::*;
///
/// struct Client;
///
/// /// Fetches a page.
/// #[tool]
/// fn fetch(client: &Client, url: &str) -> String {
///     url.to_owned()
/// }
/// ```
#[cfg(feature = "openai")]
pub use loomflow_macros::tool;
#[cfg(not(feature = "openai"))]
#[doc(hidden)]
pub use loomflow_macros::tool_without_models as tool;
#[cfg(feature = "openai")]
pub use loomflow_models::Tool;

/// Makes an ask of a function: a step that asks a person and waits for the answer, which is its output.
///
/// The function words the [`Question`] and stays as it is; beside it stands a type of the same name that a graph can name,
/// as with [`step`]. The attribute says what the answer is: any [`Value`].
///
/// ```
/// use loomflow::prelude::*;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize)]
/// enum Approval {
///     Granted,
///     Refused(String),
/// }
///
/// #[step]
/// fn draft(topic: &str) -> String {
///     format!("About {topic}.")
/// }
///
/// /// Asks whether a draft may go out.
/// #[ask(Approval)]
/// fn approve(draft: &str) -> Question {
///     Question::new("Send this answer?").show(draft)
/// }
///
/// workflow! {
///     Letter(topic: String) -> Result<String, String> {
///         start -> draft(topic) -> approve(draft) -> match {
///             Approval::Granted      => end(draft),
///             Approval::Refused(why) => fail(why),
///         };
///     }
/// }
///
/// # fn block_on<F: Future>(run: F) -> F::Output {
/// #     let mut run = std::pin::pin!(run);
/// #     let mut context = std::task::Context::from_waker(std::task::Waker::noop());
/// #     loop {
/// #         if let std::task::Poll::Ready(output) = run.as_mut().poll(&mut context) { return output; }
/// #     }
/// # }
/// let run = Letter::run(&(), "tea".to_owned()).answering::<approve>(|question| {
///     assert_eq!(question.to_string(), "Send this answer?");
///     assert_eq!(question.shown().collect::<Vec<_>>(), ["\"About tea.\""]);
///     Some(Approval::Granted)
/// });
/// assert_eq!(block_on(run).unwrap(), "About tea.");
///
/// // With nobody there to answer, the run fails at the ask and has the question.
/// let failure = block_on(Letter::run(&(), "tea".to_owned())).unwrap_err();
/// assert_eq!(failure.kind(), FailureKind::Unanswered);
/// assert_eq!(failure.questions()[0].text(), "Send this answer?");
/// ```
///
/// # Options
///
/// | option | meaning |
/// | --- | --- |
/// | `inbox` | an answer that comes before the question is kept for it. A run in memory hears no answer before it asks, so there it changes nothing |
/// | `crate = flow` | where loomflow is found, when it is a dependency under another name |
///
/// They stand behind the type: `#[ask(Approval, inbox)]`. Parameters are those of a step, `#[context]` included. The
/// function is not async: what takes time before the question can be asked is a step of its own.
pub use loomflow_macros::ask;

#[doc(hidden)]
pub use loomflow_macros::diagram as __diagram;
#[cfg(feature = "openai")]
#[doc(hidden)]
pub use loomflow_models::__private as __models;
#[doc(hidden)]
pub use loomflow_runtime::__private;

/// What a workflow is written with: `use loomflow::prelude::*;`.
pub mod prelude {
    pub use crate::{Choice, agent, tool};
    pub use crate::{Context, Failure, FailureKind, Question, ask, backoff, chain, parallel, route, step, workflow};
    #[cfg(feature = "openai")]
    pub use crate::{Model, ModelError, Tool};
}

/// The language of [`workflow!`], construct by construct.
pub mod language {
    #![doc = include_str!("language.md")]
}

/// Models: from a key to a first answer, and what is sent to whom.
#[cfg(feature = "openai")]
pub mod models {
    #![doc = include_str!("models.md")]
}

/// Agents: what their models may do, and how to say so.
#[cfg(feature = "openai")]
pub mod agents {
    #![doc = include_str!("agents.md")]
}

/// Traces: the spans of runs, nodes, attempts, and calls of models and tools.
pub mod traces {
    #![doc = include_str!("traces.md")]
}

/// Runs that outlive their process: what is promised, and how to live with it.
pub mod durability {
    #![doc = include_str!("durability.md")]
}
