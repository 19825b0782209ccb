//! A model as a step is given it.

use crate::{
    builder::ModelBuilder,
    chat_model::ChatModel,
    embedder::Embedder,
    error::ModelError,
    reply::ChatReply,
    request::ChatRequest,
    retry::Limits,
    stream::{ChatStream, Tokens},
    timed::timed,
};
use std::sync::Arc;

/// A language model.
///
/// It bounds the time of each call, tries again where that helps, and fills in what a request leaves open. A clone is
/// cheap, and is the same model. Its `Debug` shows no secret.
#[derive(Debug, Clone)]
pub struct Model {
    pub(crate) chat: Arc<dyn ChatModel>,
    pub(crate) embedder: Option<Arc<dyn Embedder>>,
    pub(crate) settings: Arc<Settings>,
}

/// What holds for all calls of a model.
#[derive(Debug, Clone, Default)]
pub(crate) struct Settings {
    pub limits: Limits,
    /// Which model answers, where it is not the provider's own.
    pub name: Option<String>,
    pub max_tokens: Option<u32>,
    pub temperature: Option<f32>,
}

impl Model {
    /// The model that the environment names: see [`ModelBuilder::from_env`].
    ///
    /// # Errors
    /// [`ModelError::Unset`], which says what variable is missing, and [`ModelError::Setting`], which says what one is wrong.
    pub fn from_env() -> Result<Self, ModelError> {
        ModelBuilder::from_env().build()
    }

    /// Sets up a model of any OpenAI-compatible server.
    #[must_use]
    pub fn builder() -> ModelBuilder {
        ModelBuilder::default()
    }

    /// A model of that provider, with the usual limits.
    pub fn of(chat: impl ChatModel + 'static) -> Self {
        Model { chat: Arc::new(chat), embedder: None, settings: Arc::default() }
    }

    /// The same, with what turns its texts into vectors.
    #[must_use]
    pub fn with_embedder(mut self, embedder: impl Embedder + 'static) -> Self {
        self.embedder = Some(Arc::new(embedder));
        self
    }

    /// The same provider and limits, and another of its models.
    #[must_use]
    pub fn named(&self, name: impl Into<String>) -> Self {
        let mut other = self.clone();
        Arc::make_mut(&mut other.settings).name = Some(name.into());
        other
    }

    /// Which model answers where a request names none.
    #[must_use]
    pub fn name(&self) -> &str {
        self.settings.name.as_deref().unwrap_or_else(|| self.chat.name())
    }

    /// The model's answer in words, when it is whole.
    ///
    /// # Errors
    /// What keeps it from answering; [`ModelError::CutOff`] where the answer is not whole.
    pub async fn text(&self, prompt: impl Into<ChatRequest>) -> Result<String, ModelError> {
        self.chat(prompt).await?.answer()
    }

    /// The model's answer in words, as they come.
    ///
    /// # Errors
    /// What keeps it from starting. What goes wrong later is an item of the stream.
    pub async fn stream(&self, prompt: impl Into<ChatRequest>) -> Result<Tokens, ModelError> {
        Ok(Tokens::new(self.chat_stream(prompt).await?))
    }

    /// The model's reply, as it stands: one that was cut off is one too, and says so.
    ///
    /// # Errors
    /// What keeps it from replying.
    pub async fn chat(&self, request: impl Into<ChatRequest>) -> Result<ChatReply, ModelError> {
        let (request, limits) = (self.filled(request.into()), self.settings.limits);
        limits.retry(limits.deadline(), || self.chat.chat(&request)).await
    }

    /// The model's reply, piece by piece.
    ///
    /// What breaks off is not tried again: its first pieces are with whoever asked.
    ///
    /// # Errors
    /// What keeps it from starting. What goes wrong later is an item of the stream.
    pub async fn chat_stream(&self, request: impl Into<ChatRequest>) -> Result<ChatStream, ModelError> {
        let (request, limits) = (self.filled(request.into()), self.settings.limits);
        let deadline = limits.deadline();
        let events = limits.retry(deadline, || self.chat.stream(&request)).await?;
        Ok(timed(events, limits, deadline))
    }

    /// One vector for each text, in their order.
    ///
    /// # Errors
    /// [`ModelError::Unsupported`] where nothing was given that makes vectors; else what keeps it from making them.
    pub async fn embed(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, ModelError> {
        let Some(embedder) = &self.embedder else {
            let what = "makes no vectors: name a model that does in `OPENAI_EMBEDDING_MODEL`, in `embedding_model` of the \
                        builder, or give one to `with_embedder`";
            return Err(ModelError::Unsupported { model: self.name().to_owned(), what });
        };
        if texts.is_empty() {
            return Ok(Vec::new());
        }
        let limits = self.settings.limits;
        limits.retry(limits.deadline(), || embedder.embed(texts)).await
    }

    /// The request with what it leaves open.
    fn filled(&self, mut request: ChatRequest) -> ChatRequest {
        let settings = &self.settings;
        request.model = request.model.or_else(|| settings.name.clone());
        request.max_tokens = request.max_tokens.or(settings.max_tokens);
        request.temperature = request.temperature.or(settings.temperature);
        request
    }
}
