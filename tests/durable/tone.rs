//! The tone of a call: its own, else that of the run, else none.

use crate::{echo::echo, kept::program};
use loomflow::{
    Loom, Model, ModelError, Tone,
    model::{ChatRequest, Message},
    prelude::*,
};

/// What the model is told when it is asked so.
#[step]
async fn told(#[context] model: &Model, asked: ChatRequest) -> Result<String, ModelError> {
    model.text(asked).await
}

/// The same, of a stream.
#[step]
async fn streamed(#[context] model: &Model, asked: ChatRequest) -> Result<String, ModelError> {
    model.chat_stream(asked).await?.reply().await?.answer()
}

workflow! {
    Inner(asked: ChatRequest) -> String { start -> told(asked) -> end; }
}

workflow! {
    Told(asked: ChatRequest) -> Vec<String> {
        start -> [ one: told(asked), two: Inner(asked), three: streamed(asked), four: inside(asked) ]
              -> end(vec![one, two, three, four]);
    }
}

/// Runs a workflow itself, as a step may.
#[step]
async fn inside(#[context] model: &Model, asked: ChatRequest) -> Result<String, Failure> {
    Inner::run(model, asked).await
}

/// The same, with a tone of its own.
#[step]
async fn otherwise(#[context] model: &Model, asked: ChatRequest) -> Result<String, Failure> {
    Inner::run(model, asked).with(Tone::Academic).await
}

workflow! {
    Otherwise(asked: ChatRequest) -> Vec<String> {
        start -> own: otherwise(asked) -> again: told(asked) -> end(vec![own, again]);
    }
}

fn said(tone: &Tone) -> String {
    tone.sentence().expect("it says something").into_owned()
}

#[test]
fn the_tone_of_a_run_is_that_of_every_call_in_it_however_deep() {
    program(async {
        let told = Told::run(&echo(), ChatRequest::from("?")).with(Tone::Legal).await.expect("it ends");
        assert_eq!(told, vec![said(&Tone::Legal); 4]);
        let told = Told::run(&echo(), ChatRequest::from("?")).await.expect("it ends");
        assert_eq!(told, [""; 4], "where no tone is given nothing is sent");
    });
}

#[test]
fn a_call_has_its_own_tone_before_that_of_the_run_and_may_have_none() {
    program(async {
        let run = async |asked: ChatRequest| Inner::run(&echo(), asked).with(Tone::Legal).await.expect("it ends");
        assert_eq!(run(ChatRequest::from("?").tone(Tone::Casual)).await, said(&Tone::Casual));
        assert_eq!(run(ChatRequest::from("?").tone(Tone::None)).await, "");
        let told = Otherwise::run(&echo(), ChatRequest::from("?")).with(Tone::Legal).await.expect("it ends");
        assert_eq!(told, [said(&Tone::Academic), said(&Tone::Legal)], "it ends with the run it was given to");
    });
}

#[test]
fn it_is_the_last_paragraph_of_the_one_system_message() {
    program(async {
        let asked = ChatRequest::from("?").system("Be brief.").tone(Tone::Executive);
        assert_eq!(
            told(&echo(), asked).await.expect("it answers"),
            "Be brief.\n\nAnswer in an executive tone: the conclusion first, then briefly what it means and what is to be \
             decided."
        );
        let odd = ChatRequest::new(vec![Message::system(""), Message::user("?")]).tone(Tone::Casual);
        assert_eq!(told(&echo(), odd).await.expect("it answers"), said(&Tone::Casual));
    });
}

#[test]
fn runs_that_are_kept_have_the_tone_of_their_loom() {
    program(async {
        let loom = Loom::builder(echo()).with(Tone::Finance).build();
        let run = loom.start::<Told>("told", ChatRequest::from("?")).await.expect("it begins");
        assert_eq!(run.output().await.expect("it ends"), vec![said(&Tone::Finance); 4]);
    });
}
