//! Answers of a type: asked for, read, and asked for again where they do not fit.

use crate::{
    chat_model::BoxFuture,
    choice::{self, Choice},
    error::ModelError,
    message::Message,
    model::Model,
    request::ChatRequest,
    schema::{Form, SchemaError},
    unfit::Unfit,
};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use std::{fmt, future::IntoFuture};

/// How often an answer that does not fit is asked for again, where nobody says.
const AGAIN: u32 = 2;

impl Model {
    /// Asks for an answer of a type.
    ///
    /// The server holds the model to the type's schema, which has the doc comments as descriptions. An answer that does not
    /// fit all the same is asked for again with what was wrong, twice at the most; [`Asked::again`] says otherwise. Each
    /// time is a call of its own, with a time limit of its own.
    ///
    /// ```
    /// use loomflow_models::{Model, ModelError, ScriptedModel, schemars};
    /// use schemars::JsonSchema;
    /// use serde::Deserialize;
    ///
    /// /// What a review says of a film.
    /// #[derive(Deserialize, JsonSchema)]
    /// struct Opinion {
    ///     /// From 1 to 5.
    ///     stars: u8,
    ///     spoiler: Option<String>,
    /// }
    ///
    /// # async fn run() -> Result<(), ModelError> {
    /// let model = Model::of(ScriptedModel::new().says(r#"{"stars": 4, "spoiler": null}"#));
    /// let opinion: Opinion = model.ask("What does it say?\nQuite good!").await?;
    /// assert_eq!(opinion.stars, 4);
    /// # Ok(())
    /// # }
    /// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(run()).unwrap();
    /// ```
    ///
    /// # Errors
    /// What keeps the model from answering, and
    /// - [`ModelError::Schema`] where the type has no strict schema. No call is made; [`Asked::loosely`] asks all the same.
    /// - [`ModelError::Misfit`] where the last answer does not fit either. It has the answer.
    /// - [`ModelError::CutOff`] and [`ModelError::Declined`] where there is no whole answer. It is not asked for again.
    /// - [`ModelError::Setting`] where the request has tools: servers drop either them or the schema.
    pub fn ask<T: JsonSchema + DeserializeOwned>(&self, prompt: impl Into<ChatRequest>) -> Asked<'_, T> {
        Asked { model: self, request: prompt.into(), form: Form::of, again: AGAIN, strict: true, told: false }
    }

    /// Asks which label of an enum holds.
    ///
    /// The server holds the model to the labels. What they mean is said in the schema, and before the question: a server that
    /// holds a model to a schema need not show it (llama.cpp does not). An answer that does not fit all the same is asked for
    /// again with what was wrong and which labels there are, twice at the most; [`Asked::again`] says otherwise.
    ///
    /// The enum derives [`Choice`], and can be what a graph routes on.
    ///
    /// # Errors
    /// As with [`ask`](Model::ask).
    pub fn choose<E: Choice>(&self, prompt: impl Into<ChatRequest>) -> Asked<'_, E> {
        Asked { model: self, request: prompt.into(), form: choice::form, again: AGAIN, strict: true, told: true }
    }
}

/// An answer that is being asked for: `.await` it.
#[must_use = "nothing is asked before it is awaited"]
pub struct Asked<'a, T> {
    model: &'a Model,
    request: ChatRequest,
    form: fn(bool) -> Result<Form<T>, SchemaError>,
    again: u32,
    strict: bool,
    told: bool,
}

impl<T> Asked<'_, T> {
    /// How often an answer that does not fit is asked for again; 2 where nothing is said.
    pub fn again(mut self, times: u32) -> Self {
        self.again = times;
        self
    }

    /// Without holding the model to the schema. For types that have no strict one: the server may use the schema as it sees
    /// fit, and the model is told of it.
    pub fn loosely(mut self) -> Self {
        self.strict = false;
        self.told = true;
        self
    }

    /// Whether the model is told of the form in words, before the question. It costs the tokens of the form once more. Where
    /// nothing is said, it is told of labels and not of schemas.
    pub fn told(mut self, told: bool) -> Self {
        self.told = told;
        self
    }

    async fn answer(self) -> Result<T, ModelError> {
        let Asked { model, mut request, form, again, strict, told } = self;
        if !request.tools.is_empty() {
            let why = "an answer of a type is asked for without them: servers drop either the tools or the schema";
            return Err(ModelError::Setting { name: "tools", why: why.to_owned() });
        }
        let form = form(strict).map_err(ModelError::Schema)?;
        if told {
            tell(&mut request, &form.told());
        }
        request.answer = Some(form.schema.clone());
        let mut left = again;
        loop {
            let answer = model.chat(request.clone()).await?.answer()?;
            let unfit = match (form.read)(&answer) {
                Ok(value) => return Ok(value),
                Err(unfit) => unfit,
            };
            if left == 0 {
                return Err(misfit(&form.wanted, &unfit, again, answer));
            }
            left -= 1;
            tracing::debug!(wanted = form.wanted, left, %unfit, "the model's answer does not fit, asking again");
            // Servers refuse a message that says nothing.
            if !answer.trim().is_empty() {
                request.messages.push(Message::assistant(answer));
            }
            // The form itself is in the conversation already, or was not and is now.
            let form = if told { "Answer again, with nothing but the JSON.".to_owned() } else { form.told() };
            request.messages.push(Message::user(format!("That cannot be used: {unfit}.\n{form}")));
        }
    }
}

/// Says it before all else, in the one message that is for that: many models take just one, and just there.
fn tell(request: &mut ChatRequest, text: &str) {
    match request.messages.first_mut() {
        Some(Message::System { content }) => {
            content.push_str("\n\n");
            content.push_str(text);
        }
        _ => request.messages.insert(0, Message::system(text)),
    }
}

fn misfit(wanted: &str, unfit: &Unfit, again: u32, answer: String) -> ModelError {
    let why = match again {
        0 => unfit.to_string(),
        _ => format!("{unfit} (the last of {} answers)", u64::from(again) + 1),
    };
    ModelError::Misfit { wanted: format!("`{wanted}`").into(), why, answer }
}

impl<'a, T: 'a> IntoFuture for Asked<'a, T> {
    type Output = Result<T, ModelError>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.answer())
    }
}

impl<T> fmt::Debug for Asked<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Asked { request, again, strict, told, .. } = self;
        f.debug_struct("Asked")
            .field("request", request)
            .field("again", again)
            .field("strict", strict)
            .field("told", told)
            .finish_non_exhaustive()
    }
}
