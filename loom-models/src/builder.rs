//! How a model of an OpenAI-compatible server is set up, by hand or by the environment.

use crate::{
    error::ModelError,
    model::{Model, Settings},
    openai::{Address, Dialect, OpenAiChat, OpenAiEmbedder, TokenLimit, Transport},
};
use std::{env, fmt, sync::Arc, time::Duration};

/// Where OpenAI is.
const OPENAI: &str = "https://api.openai.com/v1";

/// How a model of an OpenAI-compatible server is set up.
///
/// ```
/// use loomflow_models::Model;
/// use std::time::Duration;
///
/// let model = Model::builder()
///     .base_url("http://127.0.0.1:8080/v1")
///     .name("smollm2-135m")
///     .timeout(Duration::from_secs(30))
///     .build()?;
/// assert_eq!(model.name(), "smollm2-135m");
/// # Ok::<_, loomflow_models::ModelError>(())
/// ```
#[derive(Clone, Default)]
pub struct ModelBuilder {
    base_url: Option<String>,
    api_key: Option<String>,
    name: Option<String>,
    embedding_model: Option<String>,
    headers: Vec<(String, String)>,
    connect_timeout: Option<Duration>,
    token_limit: Option<TokenLimit>,
    no_stream_usage: bool,
    settings: Settings,
}

impl ModelBuilder {
    /// What the environment says; all of it can be said otherwise afterwards.
    ///
    /// | variable | meaning |
    /// | --- | --- |
    /// | `OPENAI_BASE_URL` | where the server is; without it, OpenAI's |
    /// | `OPENAI_API_KEY` | the key; a server that is not OpenAI's may need none |
    /// | `OPENAI_MODEL` | the model to ask |
    /// | `OPENAI_EMBEDDING_MODEL` | the model that turns texts into vectors, where there is one |
    /// | `OPENAI_ORG_ID`, `OPENAI_PROJECT_ID` | who pays, where the key does not say |
    ///
    /// A variable that is empty is as one that is not set.
    #[must_use]
    pub fn from_env() -> Self {
        Self::from_variables(|name| env::var(name).ok())
    }

    pub(crate) fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Self {
        let variable = |name| variable(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        let payer = [("OpenAI-Organization", "OPENAI_ORG_ID"), ("OpenAI-Project", "OPENAI_PROJECT_ID")];
        let headers = payer.into_iter().filter_map(|(header, name)| Some((header.to_owned(), variable(name)?)));
        ModelBuilder {
            base_url: variable("OPENAI_BASE_URL"),
            api_key: variable("OPENAI_API_KEY"),
            name: variable("OPENAI_MODEL"),
            embedding_model: variable("OPENAI_EMBEDDING_MODEL"),
            headers: headers.collect(),
            ..ModelBuilder::default()
        }
    }

    /// Where the server is, up to and with its version: `http://127.0.0.1:8080/v1`. Without it, OpenAI's.
    #[must_use]
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// The key. A server that is not OpenAI's may need none.
    #[must_use]
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        self.api_key = Some(key.into());
        self
    }

    /// The model to ask, as the server calls it.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// The model of the same server that turns texts into vectors. For one of another server see
    /// [`Model::with_embedder`].
    #[must_use]
    pub fn embedding_model(mut self, name: impl Into<String>) -> Self {
        self.embedding_model = Some(name.into());
        self
    }

    /// A header that goes with each request, as some gateways want it. Its value is kept as secret as the key.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// How long one call may take, with all attempts and pauses, and to the end of a stream. Without it 5 minutes.
    #[must_use]
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.settings.limits.total = limit;
        self
    }

    /// How long a connection may take to be made. Without it 10 seconds.
    #[must_use]
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = Some(limit);
        self
    }

    /// How long a stream that has begun may stand still. Without it 60 seconds.
    #[must_use]
    pub fn idle_timeout(mut self, limit: Duration) -> Self {
        self.settings.limits.idle = limit;
        self
    }

    /// How many attempts there may be after the first, where another one may help: the server cannot be reached, is busy or
    /// fails. Without it 3.
    ///
    /// They come before the `retry` of a step, which begins the call anew.
    #[must_use]
    pub fn retries(mut self, retries: u32) -> Self {
        self.settings.limits.retries = retries;
        self
    }

    /// The pauses before those attempts, where the server names none: from the first to at most the second, growing and
    /// jittered. Without it half a second to 20 seconds.
    #[must_use]
    pub fn backoff(mut self, from: Duration, to: Duration) -> Self {
        self.settings.limits.backoff = loomflow_runtime::Backoff { from, to };
        self
    }

    /// The most tokens an answer may have, where the request does not say.
    #[must_use]
    pub fn max_tokens(mut self, tokens: u32) -> Self {
        self.settings.max_tokens = Some(tokens);
        self
    }

    /// How freely it chooses its words, from 0 to 2, where the request does not say.
    #[must_use]
    pub fn temperature(mut self, temperature: f32) -> Self {
        self.settings.temperature = Some(temperature);
        self
    }

    /// In which field the limit of tokens is sent. Without it as OpenAI wants it to OpenAI, and as it was before to others.
    #[must_use]
    pub fn token_limit(mut self, field: TokenLimit) -> Self {
        self.token_limit = Some(field);
        self
    }

    /// Whether the server is asked to tell what a stream took, which some refuse. Without it it is.
    #[must_use]
    pub fn stream_usage(mut self, asked: bool) -> Self {
        self.no_stream_usage = !asked;
        self
    }

    /// The model. Nothing is sent: whether the server is there shows at the first call.
    ///
    /// # Errors
    /// [`ModelError::Unset`] where the key that OpenAI needs or the name of the model is missing, and
    /// [`ModelError::Setting`] where a setting is none.
    pub fn build(self) -> Result<Model, ModelError> {
        let address = Address::new(self.base_url.as_deref().unwrap_or(OPENAI))?;
        let api_key = self.api_key.filter(|key| !key.is_empty());
        let is_openai = address.is_openai();
        // Azure wants the key in a header of its own.
        let named = |(name, _): &(String, String)| ["authorization", "api-key"].contains(&&*name.to_ascii_lowercase());
        if api_key.is_none() && is_openai && !self.headers.iter().any(named) {
            let advice = "set it to the key of your account, or point `OPENAI_BASE_URL` to a server that needs none; in \
                          code, `api_key` of the builder";
            return Err(ModelError::Unset { variable: "OPENAI_API_KEY", advice });
        }
        let Some(name) = self.name.filter(|name| !name.is_empty()) else {
            let advice = "set it to the model to ask, as the server calls it; in code, `name` of the builder";
            return Err(ModelError::Unset { variable: "OPENAI_MODEL", advice });
        };
        let connect_timeout = self.connect_timeout.unwrap_or(Duration::from_secs(10));
        let transport = Transport::new(address, api_key.as_deref(), &self.headers, connect_timeout)?;
        let token_limit = if is_openai { TokenLimit::MaxCompletionTokens } else { TokenLimit::MaxTokens };
        let token_limit = self.token_limit.unwrap_or(token_limit);
        let embedder = self
            .embedding_model
            .filter(|name| !name.is_empty())
            .map(|name| Arc::new(OpenAiEmbedder { name, transport: transport.clone() }) as _);
        let dialect = Dialect { token_limit, stream_usage: !self.no_stream_usage };
        Ok(Model {
            chat: Arc::new(OpenAiChat { name, dialect, transport }),
            embedder,
            vectors: Arc::default(),
            settings: Arc::new(self.settings),
        })
    }
}

impl fmt::Debug for ModelBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ModelBuilder { name, embedding_model, settings, .. } = self;
        f.debug_struct("ModelBuilder")
            .field("name", name)
            .field("embedding_model", embedding_model)
            .field("settings", settings)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(variables: &[(&str, &str)]) -> Result<Model, ModelError> {
        let found =
            |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        ModelBuilder::from_variables(found).build()
    }

    fn unset(variables: &[(&str, &str)]) -> &'static str {
        match from(variables) {
            Err(ModelError::Unset { variable, .. }) => variable,
            other => panic!("{other:?}"),
        }
    }

    const KEY: (&str, &str) = ("OPENAI_API_KEY", "sk-1234567890");
    const NAME: (&str, &str) = ("OPENAI_MODEL", "small");
    const LOCAL: (&str, &str) = ("OPENAI_BASE_URL", "http://127.0.0.1:1/v1");

    #[test]
    fn what_is_missing_is_named() {
        assert_eq!(unset(&[]), "OPENAI_API_KEY");
        assert_eq!(unset(&[NAME]), "OPENAI_API_KEY");
        assert_eq!(unset(&[NAME, ("OPENAI_API_KEY", " ")]), "OPENAI_API_KEY");
        assert_eq!(unset(&[NAME, ("OPENAI_ORG_ID", "org-1")]), "OPENAI_API_KEY");
        assert_eq!(unset(&[KEY]), "OPENAI_MODEL");
        assert_eq!(unset(&[LOCAL]), "OPENAI_MODEL");
        let told = from(&[NAME]).unwrap_err().to_string();
        assert!(told.starts_with("`OPENAI_API_KEY` is not set: set it to"), "{told}");
    }

    #[test]
    fn a_local_server_needs_no_key() {
        assert_eq!(from(&[LOCAL, NAME]).unwrap().name(), "small");
        assert_eq!(from(&[KEY, NAME]).unwrap().name(), "small");
        let azure = Model::builder().base_url("https://a.openai.azure.com/openai/v1").header("api-key", "1234567890");
        azure.name("small").build().unwrap();
    }

    #[test]
    fn what_is_no_setting_is_named() {
        for (builder, name) in [
            (Model::builder().base_url("nowhere"), "base_url"),
            (Model::builder().api_key("a\nb"), "api_key"),
            (Model::builder().api_key("a").header("a b", "c"), "header"),
        ] {
            let error = builder.name("small").build().unwrap_err();
            assert!(matches!(error, ModelError::Setting { name: found, .. } if found == name), "{error}");
        }
    }
}
