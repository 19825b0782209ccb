//! The words of models, as they come.

use crate::{
    kept::{World, program},
    watch::{line, rest},
};
use loomflow::{
    Loom, LoomError,
    event::{Event, Happened},
    model::{ChatReply, Finish, ScriptedModel},
    prelude::*,
};
use loomflow_double::{Double, Reply};
use std::time::Duration;

#[step]
async fn tell(#[context] model: &Model, topic: &str) -> Result<String, ModelError> {
    model.stream(topic).await?.rest().await
}

#[step(retry = 1, backoff = 1ms)]
async fn retold(#[context] model: &Model, topic: &str) -> Result<String, ModelError> {
    model.stream(topic).await?.rest().await
}

/// Takes what has come for the answer, which no step should.
#[step]
async fn begins(#[context] model: &Model, topic: &str) -> Result<String, ModelError> {
    let mut words = model.stream(topic).await?;
    words.next().await.unwrap_or_else(|| Ok(String::new()))
}

workflow! {
    Tale(topic: String) -> String { start -> tell(topic) -> end; }
}

workflow! {
    Retold(topic: String) -> String { start -> retold(topic) -> end; }
}

workflow! {
    Begins(topic: String) -> String { start -> begins(topic) -> end; }
}

workflow! {
    Two(topic: String) -> (String, String) {
        start -> [one: tell(topic), two: tell(topic)] -> end((one, two));
    }
}

fn server(double: &Double) -> Model {
    let ms = Duration::from_millis(1);
    Model::builder().base_url(double.base_url()).name("small").backoff(ms, ms).retries(0).build().unwrap()
}

/// The lines of what happened; of a model's words, those.
fn lines(events: &[Event]) -> Vec<String> {
    let words = |event: &Event| match &event.what {
        Happened::Token { text, .. } => format!("{}: {text}", line(event)),
        Happened::Broken { error, .. } => format!("{}: {error}", line(event)),
        _ => line(event),
    };
    events.iter().map(words).collect()
}

/// The words of each answer, by its number.
fn answers(events: &[Event]) -> Vec<(u64, String)> {
    let mut answers: Vec<(u64, String)> = Vec::new();
    for event in events {
        if let Happened::Token { stream, text } = &event.what {
            match answers.iter_mut().find(|(number, _)| number == stream) {
                Some((_, words)) => words.push_str(text),
                None => answers.push((*stream, text.clone())),
            }
        }
    }
    answers
}

#[tokio::test]
async fn words_come_between_the_beginning_of_a_step_and_its_record() {
    let double = Double::scripted([Reply::text("It is far away.")]);
    let loom = Loom::builder(server(&double)).build();
    let run = loom.start::<Tale>("run", "The moon?".to_owned()).await.unwrap();
    let events = rest(run.events()).await;
    let told = lines(&events);
    assert_eq!(told[..2], ["0 started", "0 performing tell #1"]);
    assert_eq!(told[told.len() - 2..], ["1 output tell #1", "2 ended"]);
    assert!(events[2..told.len() - 2].iter().all(|event| matches!(event.what, Happened::Token { .. })), "{told:?}");
    assert!(told.len() > 5, "word by word: {told:?}");
    let [(_, words)] = &answers(&events)[..] else { panic!("{told:?}") };
    assert_eq!(words, "It is far away.");
    assert_eq!(run.output().await.unwrap(), "It is far away.");
}

#[tokio::test]
async fn a_stream_that_breaks_off_is_an_error_and_told_as_one() {
    let double = Double::scripted([Reply::CutAfter(2, "It is far away.".into())]);
    let loom = Loom::builder(server(&double)).build();
    let run = loom.start::<Tale>("run", "The moon?".to_owned()).await.unwrap();
    let events = rest(run.events()).await;
    let told = lines(&events);
    let [.., broken, failed, ended] = &events[..] else { panic!("{told:?}") };
    assert!(matches!(&broken.what, Happened::Broken { .. }), "{told:?}");
    assert!(matches!(&failed.what, Happened::Failed(failure) if failure.node() == "tell"), "{told:?}");
    assert_eq!(line(ended), "2 ended");
    assert!(answers(&events)[0].1.starts_with("It is"), "{told:?}");
    assert!(matches!(run.output().await, Err(LoomError::Failed(_))));
}

#[tokio::test]
async fn the_words_of_another_attempt_are_another_answer() {
    let double = Double::scripted([Reply::CutAfter(2, "It is far away.".into()), Reply::text("It is far.")]);
    let loom = Loom::builder(server(&double)).build();
    let run = loom.start::<Retold>("run", "The moon?".to_owned()).await.unwrap();
    let events = rest(run.events()).await;
    let told = lines(&events);
    let broken = told.iter().position(|line| line.starts_with("0 broken retold #1: ")).expect("it was cut off");
    let attempt = told.iter().position(|line| line == "1 attempt retold #1").expect("it is recorded");
    let word = told.iter().position(|line| line.starts_with("1 token retold #2: ")).expect("it says it anew");
    assert!(broken < attempt && attempt < word, "{told:?}");
    let answers = answers(&events);
    assert_eq!(answers.len(), 2);
    assert!(answers[0].0 < answers[1].0);
    assert_eq!(answers[1].1, "It is far.");
}

#[test]
fn an_answer_that_comes_to_the_limit_of_tokens_is_told_as_broken() {
    World::default().lives(model(ScriptedModel::new().replies(cut("It is"))), async |loom| {
        let run = loom.start::<Tale>("run", "The moon?".to_owned()).await.unwrap();
        let events = rest(run.events()).await;
        let told = lines(&events);
        assert!(told.iter().any(|line| line.starts_with("0 broken tell #1: ")), "{told:?}");
        assert_eq!(told[told.len() - 2..], ["1 failed tell #1", "2 ended"]);
    });
}

#[test]
fn an_answer_that_nobody_waits_for_is_told_as_broken() {
    World::default().lives(model(ScriptedModel::new().says("It is far away.")), async |loom| {
        let run = loom.start::<Begins>("run", "The moon?".to_owned()).await.unwrap();
        let told = lines(&rest(run.events()).await);
        let broken = told.iter().any(|line| line == "0 broken begins #1: nobody waited for the rest of it");
        assert!(broken, "{told:?}");
    });
}

#[test]
fn answers_that_come_at_once_are_told_apart() {
    let script = ScriptedModel::new().says("It is far away.").says("It is round.");
    World::default().lives(model(script), async |loom| {
        let run = loom.start::<Two>("run", "The moon?".to_owned()).await.unwrap();
        let events = rest(run.events()).await;
        let words: Vec<String> = answers(&events).into_iter().map(|(_, words)| words).collect();
        assert_eq!(words, ["It is far away.", "It is round."]);
        for event in &events {
            if let Happened::Token { stream, .. } = &event.what {
                let branch = if *stream == answers(&events)[0].0 { "0.0/" } else { "0.1/" };
                assert_eq!(event.scope, branch);
            }
        }
    });
}

#[test]
fn words_in_a_run_that_nobody_watches_or_that_is_not_kept_are_told_to_nobody() {
    program(async {
        let model = model(ScriptedModel::new().says("far").says("far"));
        assert_eq!(Tale::run(&model, "The moon?".to_owned()).await.unwrap(), "far");
        let loom = Loom::builder(model).build();
        let run = loom.start::<Tale>("run", "The moon?".to_owned()).await.unwrap();
        assert_eq!(run.output().await.unwrap(), "far");
        let told = lines(&rest(run.events()).await);
        assert_eq!(told, ["0 started", "1 output tell #1", "2 ended"]);
    });
}

fn model(script: ScriptedModel) -> Model {
    Model::of(script)
}

/// A reply that came to the limit of tokens.
fn cut(words: &str) -> ChatReply {
    let mut reply = ChatReply::text(words);
    reply.finish = Finish::Length;
    reply
}
