//! A model as a step is given it.

use crate::{
    builder::ModelBuilder,
    chat_model::ChatModel,
    embedder::Embedder,
    error::ModelError,
    nearest::Vectors,
    reply::ChatReply,
    request::{ChatRequest, reckoned},
    retry::Limits,
    spans,
    stream::{ChatStream, Tokens},
    timed::timed,
    tone::Tone,
};
use loomflow_runtime::meter::{self, Charge};
use std::sync::Arc;
use tracing::Instrument;

/// A language model.
///
/// It bounds the time of each call, tries again where that helps, and fills in what a request leaves open. What a call
/// takes counts in the run it is made in. A clone is cheap, and is the same model. Its `Debug` shows no secret.
///
/// ```
/// use loomflow_models::{ChatRequest, Model};
///
/// # let double = loomflow_double::Double::answering(|_| loomflow_double::Reply::text("Far away."));
/// # let url = double.base_url();
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// // Or `Model::from_env()?`, by `OPENAI_BASE_URL`, `OPENAI_API_KEY` and `OPENAI_MODEL`.
/// let model = Model::builder().base_url(url).name("smollm2-135m").build()?;
///
/// let answer = model.text("How far is the moon?").await?;
/// assert_eq!(answer, "Far away.");
///
/// let mut words = model.stream(ChatRequest::from("How far is the moon?").system("Be brief.")).await?;
/// while let Some(word) = words.next().await {
///     print!("{}", word?);
/// }
/// # Ok::<_, loomflow_models::ModelError>(())
/// # }).unwrap();
/// ```
#[derive(Debug, Clone)]
pub struct Model {
    pub(crate) chat: Arc<dyn ChatModel>,
    pub(crate) embedder: Option<Arc<dyn Embedder>>,
    pub(crate) settings: Arc<Settings>,
    /// The vectors of labels, which are made once.
    pub(crate) vectors: Arc<Vectors>,
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
        Model { chat: Arc::new(chat), embedder: None, settings: Arc::default(), vectors: Arc::default() }
    }

    /// The same, with what turns its texts into vectors.
    #[must_use]
    pub fn with_embedder(mut self, embedder: impl Embedder + 'static) -> Self {
        self.embedder = Some(Arc::new(embedder));
        self.vectors = Arc::default();
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

    /// The model's answer in words, as they come. In a step of a run that is kept, whoever watches the run sees them come as
    /// well: they are [events](loomflow_runtime::event) of it.
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
        let (mut request, limits) = (self.filled(request.into()), self.settings.limits);
        let charge = charged(&mut request)?;
        let span = spans::chat(&request, self.chat.provider(), self.chat.name(), false);
        let reply = limits.retry(limits.deadline(), || self.chat.chat(&request)).instrument(span.clone()).await;
        let reply = reply.inspect_err(|error| spans::failed(&span, error))?;
        spans::replied(&span, &reply);
        charge.end(reply.tokens.input, reply.tokens.output);
        Ok(reply)
    }

    /// The model's reply, piece by piece.
    ///
    /// What breaks off is not tried again: its first pieces are with whoever asked.
    ///
    /// # Errors
    /// What keeps it from starting. What goes wrong later is an item of the stream.
    pub async fn chat_stream(&self, request: impl Into<ChatRequest>) -> Result<ChatStream, ModelError> {
        let (mut request, limits) = (self.filled(request.into()), self.settings.limits);
        let charge = charged(&mut request)?;
        let deadline = limits.deadline();
        let span = spans::chat(&request, self.chat.provider(), self.chat.name(), true);
        let events = limits.retry(deadline, || self.chat.stream(&request)).instrument(span.clone()).await;
        let events = events.inspect_err(|error| spans::failed(&span, error))?;
        Ok(timed(events, limits, deadline, charge, span))
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
        let read = texts.iter().map(|text| reckoned(text)).sum();
        let charge = meter::begin(read, Some(0))?;
        let span = spans::embeddings(embedder.provider(), embedder.name());
        let vectors = limits.retry(limits.deadline(), || embedder.embed(texts)).instrument(span.clone()).await;
        let vectors = vectors.inspect_err(|error| spans::failed(&span, error))?;
        charge.end(read, 0);
        Ok(vectors)
    }

    /// The request with what it leaves open.
    fn filled(&self, mut request: ChatRequest) -> ChatRequest {
        let settings = &self.settings;
        request.model = request.model.or_else(|| settings.name.clone());
        request.max_tokens = request.max_tokens.or(settings.max_tokens);
        request.temperature = request.temperature.or(settings.temperature);
        if let Some(tone) = request.tone.take().or_else(Tone::here) {
            tone.put(&mut request.messages);
        }
        request
    }
}

/// Begins a call in the run it is made in, and lets it write no more than what is left there.
fn charged(request: &mut ChatRequest) -> Result<Charge, ModelError> {
    let charge = meter::begin_reckoning(|| request.reckoned(), request.max_tokens.map(u64::from))?;
    request.max_tokens = charge.most_output().map(|most| u32::try_from(most).unwrap_or(u32::MAX));
    Ok(charge)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        chat_model::BoxFuture,
        error::{Cut, Limit},
        stream::ChatEvent,
    };
    use futures_util::{StreamExt, stream};
    use std::{
        sync::atomic::{AtomicU32, Ordering::Relaxed},
        time::Duration,
    };
    use tokio::time::{Instant, sleep};

    const SECOND: Duration = Duration::from_secs(1);

    /// Fails so often, then says so many words, each after such a pause, and then maybe that it is done.
    #[derive(Debug, Default)]
    struct Slow {
        failing: u32,
        calls: AtomicU32,
        words: usize,
        pause: Duration,
        done: bool,
    }

    impl ChatModel for Slow {
        fn name(&self) -> &'static str {
            "slow"
        }

        fn chat<'a>(&'a self, request: &'a ChatRequest) -> BoxFuture<'a, Result<ChatReply, ModelError>> {
            Box::pin(async move { self.stream(request).await?.reply().await })
        }

        fn stream<'a>(&'a self, _: &'a ChatRequest) -> BoxFuture<'a, Result<ChatStream, ModelError>> {
            Box::pin(async move {
                if self.calls.fetch_add(1, Relaxed) < self.failing {
                    return Err(ModelError::refused(503, ""));
                }
                let pause = self.pause;
                let words = stream::iter(0..self.words).then(move |_| async move {
                    sleep(pause).await;
                    Ok(ChatEvent::Text("word ".to_owned()))
                });
                let done = self.done.then(|| Ok(ChatEvent::Done(ChatReply::text("word ".repeat(self.words)))));
                Ok(ChatStream::new(words.chain(stream::iter(done))))
            })
        }
    }

    async fn streamed(slow: Slow) -> (Result<String, ModelError>, Duration) {
        let began = Instant::now();
        let done = match Model::of(slow).stream("?").await {
            Ok(mut words) => words.rest().await,
            Err(error) => Err(error),
        };
        (done, began.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn a_stream_may_be_slow_as_long_as_it_goes_on() {
        let slow = Slow { words: 5, pause: 50 * SECOND, done: true, ..Slow::default() };
        let (done, took) = streamed(slow).await;
        assert_eq!(done.unwrap(), "word ".repeat(5));
        assert!(took >= 250 * SECOND);
    }

    #[tokio::test(start_paused = true)]
    async fn a_stream_may_not_stand_still_nor_go_on_for_ever() {
        let (done, took) = streamed(Slow { words: 5, pause: 61 * SECOND, ..Slow::default() }).await;
        assert!(matches!(done, Err(ModelError::TimedOut { limit: Limit::Idle, .. })), "{done:?}");
        assert!(took >= 60 * SECOND && took < 61 * SECOND, "{took:?}");
        let (done, took) = streamed(Slow { words: 5000, pause: SECOND, ..Slow::default() }).await;
        assert!(matches!(done, Err(ModelError::TimedOut { limit: Limit::Total, .. })), "{done:?}");
        assert!(took >= 300 * SECOND && took < 301 * SECOND, "{took:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_stream_is_tried_again_before_it_begins_and_not_after() {
        let (done, _) = streamed(Slow { failing: 3, words: 1, done: true, ..Slow::default() }).await;
        assert_eq!(done.unwrap(), "word ");
        let model = Model::of(Slow { words: 2, ..Slow::default() });
        let error = model.text("?").await.unwrap_err();
        assert!(
            matches!(&error, ModelError::CutOff { cut: Cut::Broken(_), text } if text == "word word "),
            "{error:?}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_model_that_is_named_otherwise_has_the_same_provider() {
        let model = Model::of(Slow::default());
        let other = model.named("fast");
        assert_eq!((model.name(), other.name()), ("slow", "fast"));
        assert!(Arc::ptr_eq(&model.chat, &other.chat));
    }

    #[test]
    fn a_model_can_be_sent_and_shared() {
        fn shared<T: Clone + Send + Sync + 'static>() {}
        fn sent<T: Send>(_: &T) {}
        shared::<Model>();
        let model = Model::of(Slow::default());
        sent(&model.text("?"));
        sent(&model.stream("?"));
        sent(&model.chat("?"));
        sent(&model.embed(&[]));
    }
}
