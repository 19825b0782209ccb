//! A model whose replies are written ahead, for the tests of whoever asks models.

use crate::{
    chat_model::{BoxFuture, ChatModel},
    choice::{self, Choice},
    error::ModelError,
    message::{Assistant, Message, ToolCall},
    reply::ChatReply,
    request::ChatRequest,
    schema::{self, VALUE},
    stream::{ChatEvent, ChatStream},
};
use futures_util::stream;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};
use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// A model that replies what a script says, in its order, and remembers what it was asked.
///
/// A clone is the same script, so that a test keeps one and gives the other away.
///
/// ```
/// use loomflow_models::{Model, ModelError, ScriptedModel};
///
/// # async fn run() -> Result<(), ModelError> {
/// let script = ScriptedModel::new().says("It is far.").says("384 400 km.");
/// let model = Model::of(script.clone());
///
/// assert_eq!(model.text("How far is the moon?").await?, "It is far.");
/// assert_eq!(model.text("How far exactly?").await?, "384 400 km.");
/// assert_eq!(script.requests().len(), 2);
/// script.assert_used();
///
/// let error = model.text("Sure?").await.unwrap_err();
/// assert!(matches!(error, ModelError::ScriptExhausted { replies: 2, .. }));
/// # Ok(())
/// # }
/// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(run()).unwrap();
/// ```
///
/// Where it has no reply left it fails with [`ModelError::ScriptExhausted`], which no retry repeats. Of requests at once each
/// gets the next reply in the order they come; where that order is not known, [`always`](ScriptedModel::always) replies by
/// what is asked.
#[derive(Clone, Default)]
pub struct ScriptedModel(Arc<Mutex<Script>>);

#[derive(Default)]
struct Script {
    replies: VecDeque<Reply>,
    always: Option<Arc<Always>>,
    written: usize,
    requests: Vec<ChatRequest>,
}

type Said = Result<ChatReply, ModelError>;
type Reply = Box<dyn FnOnce(&ChatRequest) -> Said + Send>;
type Always = dyn Fn(&ChatRequest) -> Said + Send + Sync;

impl ScriptedModel {
    /// An empty script.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Next, it says that.
    #[must_use]
    pub fn says(self, text: impl Into<String>) -> Self {
        self.replies(ChatReply::text(text))
    }

    /// Next, it gives that answer to [`ask`](crate::Model::ask).
    ///
    /// # Panics
    /// When the answer cannot be written as JSON.
    #[must_use]
    pub fn answers<T: Serialize + JsonSchema>(self, answer: &T) -> Self {
        let answer = written(answer);
        let answer = if schema::is_wrapped::<T>() { json!({ VALUE: answer }) } else { answer };
        self.says(answer.to_string())
    }

    /// Next, it chooses that when [`choose`](crate::Model::choose) asks it.
    ///
    /// # Panics
    /// When serde writes the enum in a way of its own (`#[serde(tag = …)]`, `untagged`) and the label carries something: then
    /// say the answer with [`says`](ScriptedModel::says).
    #[must_use]
    pub fn chooses<E: Choice + Serialize>(self, choice: &E) -> Self {
        let answer = choice::answer(choice.label(), written(choice));
        assert!(
            E::parse(&answer).is_ok_and(|read| read.label() == choice.label()),
            "`{answer}` is not how a model chooses `{}`: write the answer with `says`",
            choice.label()
        );
        self.says(answer)
    }

    /// Next, it calls that tool with these arguments. Its call has an id that no other call of this script has.
    #[must_use]
    pub fn calls(self, tool: impl Into<String>, arguments: &Value) -> Self {
        let id = format!("call_{}", self.script().written + 1);
        let call = ToolCall { id, name: tool.into(), arguments: arguments.to_string() };
        self.replies(ChatReply::new(Assistant { tool_calls: vec![call], ..Assistant::default() }))
    }

    /// Next, it gives that reply.
    #[must_use]
    pub fn replies(self, reply: ChatReply) -> Self {
        self.then(move |_| Ok(reply))
    }

    /// Next, it fails with that. An error that is [transient](ModelError::is_transient) is tried again by the
    /// [`Model`](crate::Model) around it, which takes the next reply.
    #[must_use]
    pub fn fails(self, error: ModelError) -> Self {
        self.then(move |_| Err(error))
    }

    /// Next, it replies what the function makes of the request.
    #[must_use]
    pub fn then(self, reply: impl FnOnce(&ChatRequest) -> Said + Send + 'static) -> Self {
        let mut script = self.script();
        script.replies.push_back(Box::new(reply));
        script.written += 1;
        drop(script);
        self
    }

    /// Once all else is said, it replies what the function makes of the request, however often it is asked.
    #[must_use]
    pub fn always(self, reply: impl Fn(&ChatRequest) -> Said + Send + Sync + 'static) -> Self {
        self.script().always = Some(Arc::new(reply));
        self
    }

    /// What it was asked so far, in that order.
    #[must_use]
    pub fn requests(&self) -> Vec<ChatRequest> {
        self.script().requests.clone()
    }

    /// How many of its replies nobody has asked for.
    #[must_use]
    pub fn left(&self) -> usize {
        self.script().replies.len()
    }

    /// Says that the test is over, and every reply was asked for.
    ///
    /// # Panics
    /// When some were not.
    #[track_caller]
    pub fn assert_used(&self) {
        let (left, written, asked) = {
            let script = self.script();
            (script.replies.len(), script.written, script.requests.len())
        };
        assert!(left == 0, "the script has {left} of its {written} replies left: the model was asked {asked} times");
    }

    fn script(&self) -> MutexGuard<'_, Script> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reply(&self, request: &ChatRequest) -> Said {
        let mut script = self.script();
        script.requests.push(request.clone());
        let (next, always, replies) = (script.replies.pop_front(), script.always.clone(), script.written);
        // A reply may look at the script.
        drop(script);
        match (next, always) {
            (Some(reply), _) => reply(request),
            (None, Some(reply)) => reply(request),
            (None, None) => Err(ModelError::ScriptExhausted { replies, asked: last_words(request) }),
        }
    }
}

fn written<T: Serialize>(value: &T) -> Value {
    serde_json::to_value(value).unwrap_or_else(|error| panic!("the answer cannot be written as JSON: {error}"))
}

fn last_words(request: &ChatRequest) -> String {
    match request.messages.last() {
        Some(Message::System { content } | Message::User { content } | Message::Tool { content, .. }) => {
            content.clone()
        }
        Some(Message::Assistant(said)) => said.content.clone(),
        None => String::new(),
    }
}

impl ChatModel for ScriptedModel {
    fn name(&self) -> &'static str {
        "scripted"
    }

    fn chat<'a>(&'a self, request: &'a ChatRequest) -> BoxFuture<'a, Said> {
        Box::pin(async { self.reply(request) })
    }

    fn stream<'a>(&'a self, request: &'a ChatRequest) -> BoxFuture<'a, Result<ChatStream, ModelError>> {
        Box::pin(async {
            let reply = self.reply(request)?;
            let text = reply.message.content.clone();
            let text = (!text.is_empty()).then_some(ChatEvent::Text(text));
            Ok(ChatStream::new(stream::iter(text.into_iter().chain([ChatEvent::Done(reply)]).map(Ok))))
        })
    }
}

impl fmt::Debug for ScriptedModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let script = self.script();
        f.debug_struct("ScriptedModel")
            .field("replies", &script.written)
            .field("left", &script.replies.len())
            .field("asked", &script.requests.len())
            .finish()
    }
}
