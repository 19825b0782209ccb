//! The tone of agents: their own, else that of the run, else none.

use crate::kept::program;
use loomflow::{
    Tone,
    model::{ChatReply, Message, ScriptedModel},
    prelude::*,
};

agent! {
    Formal(question: String) -> String { prompt "Be brief."; tone legal; start -> end; }
}

agent! {
    Pirate(question: String) -> String { tone "like a pirate"; start -> end; }
}

agent! {
    Plain(question: String) -> String { tone none; start -> end; }
}

agent! {
    Inherits(question: String) -> String { start -> end; }
}

agent! {
    Told(question: String, tone: Option<Tone>) -> String { tone (tone); start -> end; }
}

workflow! {
    All() -> Vec<String> {
        start -> [ a: Formal("?".to_owned()), b: Pirate("?".to_owned()), c: Plain("?".to_owned()), d: Inherits("?".to_owned()) ]
              -> end(vec![a, b, c, d]);
    }
}

/// A model that answers with its system message.
fn echo() -> Model {
    Model::of(ScriptedModel::new().always(|request| {
        let told = request.messages.iter().find_map(|message| match message {
            Message::System { content } => Some(content.clone()),
            _ => None,
        });
        Ok(ChatReply::text(told.unwrap_or_else(|| "nothing".to_owned())))
    }))
}

fn sentence(tone: &Tone) -> String {
    tone.sentence().expect("it says something").into_owned()
}

#[test]
fn an_agent_has_its_own_tone_before_that_of_the_run_and_may_have_none() {
    let legal = format!("Be brief.\n\n{}", sentence(&Tone::Legal));
    let pirate = "Answer in this tone: like a pirate.";
    let told = program(All::run(&echo()).with(Tone::Casual)).expect("it ends");
    assert_eq!(told, [&*legal, pirate, "nothing", &*sentence(&Tone::Casual)]);
    let told = program(All::run(&echo())).expect("it ends");
    assert_eq!(told, [&*legal, pirate, "nothing", "nothing"]);
}

#[test]
fn a_tone_may_be_an_input_and_where_it_is_not_given_that_of_the_run_holds() {
    for (tone, expected) in [(Some(Tone::Finance), Tone::Finance), (None, Tone::Academic)] {
        let told = program(Told::run(&echo(), "?".to_owned(), tone).with(Tone::Academic)).expect("it ends");
        assert_eq!(told, sentence(&expected));
    }
}
