//! What a model chooses, fills in and calls, in a crate that knows loomflow by another name and schemars through it.

use flow::{
    prelude::*,
    schemars::{self, JsonSchema},
};
use serde::{Deserialize, Serialize};

/// How urgent it is: no word of serde or schemars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
#[choice(crate = flow)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// Money is being lost.
    RightNow,
    /// Within the week.
    Soon,
}

/// A customer's account.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Account {
    /// As on the invoice.
    pub number: u32,
}

/// Which desk a ticket belongs to.
#[derive(Debug, Choice, Serialize, Deserialize)]
#[choice(crate = crate::inner::flow_inside)]
pub enum Desk {
    /// Invoices, refunds, charges.
    Billing(Account),
    /// Something is broken.
    Technical {
        /// What is broken.
        part: Option<String>,
    },
    /// All else.
    Spam,
}

/// What a run is given.
#[derive(Debug, Context)]
#[context(crate = flow)]
pub struct App {
    /// The model.
    pub model: Model,
    /// What the clerk remembers.
    pub notes: Notes,
}

/// A memory of the clerk's own.
#[derive(Debug, Clone)]
pub struct Notes(pub flow::Memory);

impl AsRef<flow::Memory> for Notes {
    fn as_ref(&self) -> &flow::Memory {
        &self.0
    }
}

/// Decides which desk a ticket belongs to.
///
/// # Errors
/// When the model does not answer.
#[step(retry = 3, crate = flow)]
pub async fn classify(#[context] model: &Model, ticket: &str) -> Result<Desk, ModelError> {
    model.choose(ticket).await
}

workflow! {
    /// Sorts a ticket.
    #[workflow(crate = flow)]
    pub Sorted(ticket: String) -> String {
        start -> classify(ticket) -> match {
            Desk::Billing(account)   => end(account.number.to_string()),
            Desk::Technical { part } => end(part.unwrap_or_default()),
            Desk::Spam               => end(String::new()),
        };
    }
}

/// Looks an account up: its parameters have types with doc comments, and it has no word of serde or schemars.
#[tool(retry = 1, crate = flow)]
pub fn look_up(
    #[context] _model: &Model,
    /** as on the invoice */
    account: &Account,
    notes: &[String],
) -> Result<String, std::fmt::Error> {
    Ok(format!("{} {}", account.number, notes.len()))
}

workflow! {
    /// Looks twice.
    #[workflow(tool, crate = crate::inner::flow_inside)]
    pub Twice(/** of whom */ account: Account) -> String {
        start -> look_up(account, &[]) -> again: look_up(account, &[look_up]) -> end;
    }
}

workflow! {
    /// Performs a call.
    #[workflow(crate = flow)]
    pub Performed(call: <look_up as Tool>::Args) -> String {
        start -> look_up: flow::model::Use::<look_up>(call) -> end;
    }
}

agent! {
    /// Answers a ticket out of what it looks up.
    #[agent(crate = flow)]
    pub Clerk(ticket: String, manner: Option<flow::Tone>) -> String {
        tone (manner);
        memory Notes;
        tools [look_up] max 2;
    }
}

/// How urgent a ticket is.
///
/// # Errors
/// When the model does not answer.
pub async fn urgency(model: &Model, ticket: &str) -> Result<Urgency, ModelError> {
    model.choose(ticket).await
}

mod inner {
    pub(crate) use flow as flow_inside;

    /// A type of a module that does not have schemars in scope says where it is.
    #[derive(Debug, serde::Deserialize, flow::schemars::JsonSchema)]
    #[schemars(crate = "flow::schemars")]
    pub(crate) struct Opinion {
        pub(crate) stars: u8,
    }
}

/// From 1 to 5.
///
/// # Errors
/// When the model does not answer.
pub async fn stars(model: &Model, review: &str) -> Result<u8, ModelError> {
    let opinion: inner::Opinion = model.ask(review).await?;
    Ok(opinion.stars)
}

#[cfg(test)]
mod tests {
    use super::*;
    use flow::{
        Memory, Tone,
        model::{Message, ScriptedModel},
    };

    fn app(script: &ScriptedModel) -> App {
        App { model: Model::of(script.clone()), notes: Notes(Memory::in_memory()) }
    }

    #[tokio::test]
    async fn an_agent_has_a_tone_and_a_memory_of_its_own() {
        let script = ScriptedModel::new().says("Soon.").says("Now.");
        let app = app(&script);
        for manner in [Some(Tone::Legal), None] {
            Clerk::run(&app, "When?".to_owned(), manner).with(Tone::Casual).with(Memory::in_memory()).await.unwrap();
        }
        let told: Vec<_> = script.requests().into_iter().map(|request| request.messages).collect();
        let tone = |tone: &Tone| Message::system(tone.sentence().unwrap());
        assert_eq!(told[0], [tone(&Tone::Legal), Message::user("When?")]);
        let before = [tone(&Tone::Casual), Message::user("When?"), Message::assistant("Soon."), Message::user("When?")];
        assert_eq!(told[1], before);
    }

    #[tokio::test]
    async fn a_model_chooses_and_fills_in() {
        let script = ScriptedModel::new()
            .chooses(&Desk::Billing(Account { number: 42 }))
            .chooses(&Desk::Technical { part: Some("fan".to_owned()) })
            .says(r#"{"choice": "right_now"}"#)
            .says(r#"{"stars": 5}"#);
        let app = app(&script);
        assert_eq!(Sorted::run(&app, "Twice!".to_owned()).await.unwrap(), "42");
        assert_eq!(Sorted::run(&app, "It hums.".to_owned()).await.unwrap(), "fan");
        assert_eq!(urgency(&app.model, "It burns.").await.unwrap(), Urgency::RightNow);
        assert_eq!(stars(&app.model, "Good!").await.unwrap(), 5);
        script.assert_used();
    }

    #[tokio::test]
    async fn a_model_calls() {
        let app = app(&ScriptedModel::new());
        assert!(look_up::spec().strict && Twice::spec().strict);
        let call = look_up::parse(r#"{"account": {"number": 7}, "notes": ["late"]}"#).unwrap();
        assert_eq!(Performed::run(&app, call).await.unwrap(), "7 1");
        let call = Twice::parse(r#"{"account": {"number": 7}}"#).unwrap();
        assert_eq!(Twice::run(&app, call.account).await.unwrap(), "7 1");
    }
}
