//! A thousand runs at once, on several threads: each has its own user, tone and budget, and none ever sees what is another's.
//!
//! All that belongs to one run bears its mark. The model answers with all it was told, so whatever crosses is in an answer, and
//! what it takes is a number of the run's own, so whatever is counted elsewhere is in a sum.

use futures_util::stream;
use loomflow::{
    Loom, LoomError, Memory, Tone, Visit,
    meter::{Budget, Meter, Usage},
    model::{
        Assistant, BoxFuture, ChatEvent, ChatModel, ChatReply, ChatRequest, ChatStream, Message, ModelError, ToolCall,
        memory::{InMemory, MemoryStore},
    },
    prelude::*,
};
use serde_json::json;
use std::{collections::BTreeSet, error::Error, sync::Arc, time::Duration};
use tokio::{sync::Barrier, task::yield_now};

const RUNS: u32 = 1_000;

/// The calls of a model in one run: two agents with two each, and two steps.
const CALLS: u64 = 6;

fn mark(n: u32) -> String {
    format!("<{n}>")
}

/// The marks in a text.
fn marks(text: &str) -> BTreeSet<u32> {
    text.split('<').filter_map(|rest| rest.split_once('>')?.0.parse().ok()).collect()
}

/// Answers with all it was told, after it has called `note` where that is offered. At its first call in a run it waits until
/// all runs are at theirs.
#[derive(Debug)]
struct Tells(Arc<Barrier>);

fn content(message: &Message) -> &str {
    match message {
        Message::System { content } | Message::User { content } | Message::Tool { content, .. } => content,
        Message::Assistant(said) => &said.content,
    }
}

impl Tells {
    async fn reply(&self, request: &ChatRequest) -> ChatReply {
        let all = request.messages.iter().map(content).collect::<Vec<_>>().join("\n");
        let of = *marks(&all).first().expect("every request is of a run");
        let called = request.messages.iter().any(|message| matches!(message, Message::Tool { .. }));
        if !called && all.contains("the first question") && request.messages.len() == 2 {
            self.0.wait().await;
        }
        yield_now().await;
        let mut reply = if called || request.tools.is_empty() {
            ChatReply::text(all)
        } else {
            let call = ToolCall {
                id: "c".to_owned(),
                name: "note".to_owned(),
                arguments: json!({ "text": mark(of) }).to_string(),
            };
            ChatReply::new(Assistant { tool_calls: vec![call], ..Assistant::default() })
        };
        reply.tokens.input = u64::from(of);
        reply.tokens.output = 1;
        reply
    }
}

impl ChatModel for Tells {
    fn name(&self) -> &'static str {
        "tells"
    }
    fn chat<'a>(&'a self, request: &'a ChatRequest) -> BoxFuture<'a, Result<ChatReply, ModelError>> {
        Box::pin(async move { Ok(self.reply(request).await) })
    }
    fn stream<'a>(&'a self, request: &'a ChatRequest) -> BoxFuture<'a, Result<ChatStream, ModelError>> {
        Box::pin(async move { Ok(ChatStream::new(stream::iter([Ok(ChatEvent::Done(self.reply(request).await))]))) })
    }
}

fn model() -> Model {
    Model::of(Tells(Arc::new(Barrier::new(RUNS as usize))))
}

/// Writes something down.
#[tool]
async fn note(text: &str) -> Result<String, Box<dyn Error + Send + Sync>> {
    yield_now().await;
    let memory = Memory::here().ok_or("no memory was given")?;
    memory.remember("noted", text).await?;
    yield_now().await;
    Ok(memory.fact("noted").await?.ok_or("it is gone")?.text)
}

agent! {
    Speaks(question: String, tone: Option<Tone>) -> String {
        tone (tone);
        tools [note] max 1;
    }
}

/// Speaks by hand: with a tone of its own, what is remembered, and whom it is for.
#[step]
async fn speaks(#[context] model: &Model, #[run] run: &Visit, n: u32) -> Result<String, Box<dyn Error + Send + Sync>> {
    let memory = Memory::here().ok_or("no memory was given")?;
    let question = format!("the question by hand of {}", mark(n));
    let recalled = memory.recall(run.key(), &question).await?;
    yield_now().await;
    let request = ChatRequest::from(&question).recalling(&recalled).tone(Tone::Custom(mark(n)));
    let answer = model.text(request).await?;
    memory.record(run.key(), &[Message::user(question), Message::assistant(&*answer)]).await?;
    Ok(format!("{answer}\nfor {}", run.user().unwrap_or_default()))
}

/// Speaks in whatever tone there is around it.
#[step]
async fn asks(#[context] model: &Model, n: u32) -> Result<String, ModelError> {
    yield_now().await;
    model.text(format!("the last question of {}", mark(n))).await
}

workflow! {
    Own(n: u32) -> Vec<String> {
        start -> one: Speaks(format!("the first question of {}", mark(n)), Some(Tone::Custom(mark(n))))
              -> two: speaks(n)
              -> three: Speaks(format!("another question of {}", mark(n)), None)
              -> four: asks(n)
              -> end(vec![one, two, three, four]);
    }
}

/// Every fourth run may make one call less than it needs.
fn is_short(n: u32) -> bool {
    n % 4 == 3
}

fn budget(n: u32) -> Budget {
    Budget::new().calls(CALLS - u64::from(is_short(n)))
}

/// What a run says that sees what is its own, and all of that.
fn assert_own(n: u32, said: &[String], tone: &str) {
    let own = format!("Answer in this tone: {}.", mark(n));
    for (number, text) in said.iter().enumerate() {
        assert_eq!(marks(text), [n].into(), "run {n} sees what is its own and nothing else: {text}");
        // What was said before stands in what is recalled, so a tone is looked for where it is told: at the end of the
        // system message.
        let told = text.find(if number < 2 { &own } else { tone });
        assert!(told.is_some(), "run {n} answers in its tone: {text}");
    }
    assert!(said[1].contains("- noted: <") && said[2].contains("the question by hand of"), "it recalls: {said:?}");
}

fn assert_over_budget(n: u32, failure: &Failure) {
    let over = format!("the run may make {0} calls of models, and has made {0}", CALLS - 1);
    assert!(failure.to_string().contains(&over), "run {n}: {failure}");
    assert_eq!(failure.node(), "four", "run {n} fails at its last call");
}

fn usage(n: u32) -> Usage {
    let calls = CALLS - u64::from(is_short(n));
    Usage { calls, input: calls * u64::from(n), output: calls, time: Duration::ZERO }
}

/// What stands in a store of each user afterwards.
async fn assert_apart(store: &InMemory, user: impl Fn(u32) -> String) {
    for n in 0..RUNS {
        let user = user(n);
        let facts = store.facts(Some(&user)).await.expect("they are there");
        assert_eq!(facts.iter().map(|fact| &*fact.text).collect::<Vec<_>>(), [mark(n)]);
        let episodes = store.last(Some(&user), None, 99).await.expect("they are there");
        let all: String = episodes.iter().flat_map(|episode| &episode.messages).map(content).collect();
        assert_eq!((episodes.len(), marks(&all)), (3, [n].into()));
    }
    assert!(store.facts(None).await.expect("it is there").is_empty(), "nothing is nobody's");
}

fn user(n: u32) -> String {
    format!("user {}", mark(n))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_a_thousand_kept_runs_at_once_none_has_the_memory_the_tone_or_the_budget_of_another() {
    let store = InMemory::new();
    let loom = Loom::builder(model()).with(Memory::new(store.clone())).with(Tone::Legal).build();
    let runs: Vec<_> = (0..RUNS)
        .map(|n| {
            let loom = loom.clone();
            tokio::spawn(async move {
                let run = loom.start::<Own>(&n.to_string(), n).user(user(n)).budget(budget(n)).await;
                run.expect("it begins").output().await
            })
        })
        .collect();
    let legal = Tone::Legal.sentence().expect("it says something");
    for (n, run) in (0..).zip(runs) {
        match run.await.expect("no run panics") {
            Ok(said) => {
                assert!(!is_short(n), "run {n} has the budget of another");
                assert_own(n, &said, &legal);
                assert!(said[1].ends_with(&format!("for {}", user(n))));
            }
            Err(LoomError::Failed(failure)) if is_short(n) => assert_over_budget(n, &failure),
            Err(other) => panic!("run {n}: {other}"),
        }
        let info = loom.info(&n.to_string()).await.expect("the journal is sound").expect("there is such a run");
        assert_eq!(Usage { time: Duration::ZERO, ..info.usage }, usage(n), "run {n} counts what it spent itself");
    }
    assert_apart(&store, user).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nor_of_a_thousand_runs_in_memory() {
    let (store, model) = (InMemory::new(), model());
    let runs: Vec<_> = (0..RUNS)
        .map(|n| {
            let (model, memory) = (model.clone(), Memory::new(store.clone()).of(&user(n)));
            tokio::spawn(async move {
                let meter = Meter::within(budget(n));
                let run = Own::run(&model, n).with(memory).with(Tone::Custom(mark(n))).metered(&meter);
                (run.await, meter.usage())
            })
        })
        .collect();
    for (n, run) in (0..).zip(runs) {
        let (outcome, spent) = run.await.expect("no run panics");
        match outcome {
            Ok(said) => {
                assert!(!is_short(n), "run {n} has the budget of another");
                assert_own(n, &said, &format!("Answer in this tone: {}.", mark(n)));
            }
            Err(failure) => {
                assert!(is_short(n), "run {n}: {failure}");
                assert_over_budget(n, &failure);
            }
        }
        assert_eq!(Usage { time: Duration::ZERO, ..spent }, usage(n), "run {n} counts what it spent itself");
    }
    assert_apart(&store, user).await;
}
