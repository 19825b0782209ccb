//! A request goes out, and bytes come back: connections, headers, sizes, and what is an error before anything is read.

use super::{secrets::Secrets, tls, wait::wait};
use crate::error::{Cut, Limit, ModelError, ServerError};
use reqwest::{
    Client, Response, Url,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue},
    redirect::Policy,
};
use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};

/// The most bytes of a reply that are read. A server that has more to say is not one that answers a question.
const MOST: usize = 64 << 20;

/// How a server is reached. A clone uses the same connections.
#[derive(Clone)]
pub(crate) struct Transport {
    client: Client,
    address: Address,
    headers: HeaderMap,
    /// What is taken out of errors.
    pub(super) secrets: Arc<Secrets>,
    connect_timeout: Duration,
}

impl Transport {
    /// A transport that connects when it is first needed.
    pub(crate) fn new(
        mut address: Address,
        key: Option<&str>,
        more: &[(String, String)],
        connect_timeout: Duration,
    ) -> Result<Self, ModelError> {
        let mut secrets = std::mem::take(&mut address.secrets);
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(key) = key {
            secrets.add(key);
            headers.insert(AUTHORIZATION, hidden("api_key", &format!("Bearer {key}"))?);
        }
        for (name, value) in more {
            secrets.add(value);
            let name = HeaderName::from_bytes(name.as_bytes())
                .map_err(|_| ModelError::Setting { name: "header", why: format!("no header can be named {name:?}") })?;
            headers.insert(name, hidden("header", value)?);
        }
        let client = Client::builder()
            .tls_backend_preconfigured(tls::config(address.url.scheme() == "https")?)
            .connect_timeout(connect_timeout)
            // A redirect would take the request, and with it what is said in it, to a server nobody named.
            .redirect(Policy::none())
            .user_agent(concat!("loomflow/", env!("CARGO_PKG_VERSION")));
        // A proxy that the environment names for the world has no way to a server of this machine.
        let client = if address.is_loopback() { client.no_proxy() } else { client };
        let client = client.build().map_err(|error| ModelError::Setting {
            name: "base_url",
            why: format!("no client can be made: {error}"),
        })?;
        Ok(Transport { client, address, headers, secrets: Arc::new(secrets), connect_timeout })
    }

    /// Sends the request, and gives what comes back once the server has agreed.
    pub(super) async fn post(&self, path: &str, body: Vec<u8>) -> Result<Coming, ModelError> {
        let request = self.client.post(self.address.join(path)).headers(self.headers.clone()).body(body);
        let response = request.send().await.map_err(|error| self.unreachable(error))?;
        let status = response.status();
        let after = wait(response.headers(), SystemTime::now());
        let coming = Coming { response, read: 0 };
        if status.is_success() {
            return Ok(coming);
        }
        // What it said until it broke off is better than that it broke off.
        let body = coming.text().await.unwrap_or_else(|error| match error {
            ModelError::CutOff { text, .. } => text,
            _ => String::new(),
        });
        let mut error = ServerError::new(status.as_u16(), body);
        error.retry_after = after;
        Err(ModelError::Refused(Box::new(error)))
    }

    /// Sends the request, and gives the whole body that comes back.
    pub(super) async fn posted(&self, path: &str, body: Vec<u8>) -> Result<String, ModelError> {
        self.post(path, body).await?.text().await
    }

    fn unreachable(&self, error: reqwest::Error) -> ModelError {
        if error.is_connect() && error.is_timeout() {
            return ModelError::TimedOut { limit: Limit::Connect, after: self.connect_timeout };
        }
        ModelError::Unreachable { server: self.address.to_string(), source: Arc::new(error.without_url()) }
    }
}

/// A value of a header that is not shown where headers are.
fn hidden(name: &'static str, value: &str) -> Result<HeaderValue, ModelError> {
    let mut value = HeaderValue::from_str(value)
        .map_err(|_| ModelError::Setting { name, why: "it has characters that no header can have".to_owned() })?;
    value.set_sensitive(true);
    Ok(value)
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = format_args!("{}", self.address);
        f.debug_struct("Transport").field("address", &address).field("secrets", &self.secrets).finish_non_exhaustive()
    }
}

/// Where a server is. It shows neither who asks nor with what.
#[derive(Clone)]
pub(crate) struct Address {
    url: Url,
    secrets: Secrets,
}

impl Address {
    /// Reads an address such as `http://127.0.0.1:8080/v1`.
    pub(crate) fn new(text: &str) -> Result<Self, ModelError> {
        // The text is not repeated: it may have a password in it.
        let wrong = |why: String| ModelError::Setting { name: "base_url", why };
        let url = Url::parse(text.trim())
            .map_err(|error| wrong(format!("{error}: it is to be an address such as `http://127.0.0.1:8080/v1`")))?;
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return Err(wrong("it is to begin with `http://` or `https://`, and to name a host".to_owned()));
        }
        let mut secrets = Secrets::default();
        if let Some(password) = url.password() {
            secrets.add(password);
        }
        // Azure's version of its interface is a date, and no secret.
        for (_, value) in url.query_pairs().filter(|(name, _)| name != "api-version") {
            secrets.add(&value);
        }
        Ok(Address { url, secrets })
    }

    /// Whether it is a server of OpenAI, or of Azure's OpenAI.
    pub(crate) fn is_openai(&self) -> bool {
        let host = self.url.host_str().unwrap_or_default();
        [".openai.com", ".openai.azure.com"].iter().any(|of| host.ends_with(of))
    }

    /// Whether it is a server of this machine.
    fn is_loopback(&self) -> bool {
        match self.url.host_str() {
            Some("localhost" | "[::1]") => true,
            Some(host) => host.parse::<std::net::Ipv4Addr>().is_ok_and(|host| host.is_loopback()),
            None => false,
        }
    }

    fn join(&self, path: &str) -> Url {
        let mut url = self.url.clone();
        let base = url.path().trim_end_matches('/').to_owned();
        url.set_path(&format!("{base}/{path}"));
        url
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let port = self.url.port().map(|port| format!(":{port}")).unwrap_or_default();
        write!(f, "{}://{}{port}{}", self.url.scheme(), self.url.host_str().unwrap_or_default(), self.url.path())
    }
}

/// A reply that is on its way.
pub(super) struct Coming {
    response: Response,
    read: usize,
}

impl Coming {
    /// Whether it says that it is JSON, and so no stream.
    pub(super) fn is_json(&self) -> bool {
        let kind = self.response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        kind.is_some_and(|kind| kind.trim_start().to_ascii_lowercase().starts_with("application/json"))
    }

    /// The next bytes; none at the end. The error is how it broke off.
    pub(super) async fn chunk(&mut self) -> Result<Option<Vec<u8>>, String> {
        let bytes = self.response.chunk().await.map_err(|error| told(&error.without_url()))?.map(Vec::from);
        self.read = self.read.saturating_add(bytes.as_ref().map_or(0, Vec::len));
        if self.read > MOST { Err(format!("it is longer than {} MiB", MOST >> 20)) } else { Ok(bytes) }
    }

    /// All of it, as a text.
    pub(super) async fn text(mut self) -> Result<String, ModelError> {
        let mut bytes = Vec::new();
        let broken = loop {
            match self.chunk().await {
                Ok(Some(more)) => bytes.extend(more),
                Ok(None) => break None,
                Err(how) => break Some(how),
            }
        };
        let text = String::from_utf8_lossy(&bytes).into_owned();
        match broken {
            None => Ok(text),
            Some(how) => Err(ModelError::CutOff { cut: Cut::Broken(how), text }),
        }
    }
}

/// An error with what caused it: reqwest's own words say little.
fn told(error: &dyn std::error::Error) -> String {
    let causes: Vec<_> =
        std::iter::successors(Some(error), |error| (*error).source()).map(ToString::to_string).collect();
    causes.join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_joined_whatever_they_end_with() {
        for (base, joined) in [
            ("http://127.0.0.1:8080/v1", "http://127.0.0.1:8080/v1/embeddings"),
            (" http://127.0.0.1:8080/v1/ ", "http://127.0.0.1:8080/v1/embeddings"),
            ("https://gateway.example", "https://gateway.example/embeddings"),
            (
                "https://a.openai.azure.com/openai/d?api-version=1",
                "https://a.openai.azure.com/openai/d/embeddings?api-version=1",
            ),
        ] {
            assert_eq!(Address::new(base).unwrap().join("embeddings").as_str(), joined);
        }
    }

    #[test]
    fn an_address_shows_neither_password_nor_query() {
        let address = Address::new("https://me:hunter2hunter2@gateway.example:444/v1?token=1234567890").unwrap();
        assert_eq!(address.to_string(), "https://gateway.example:444/v1");
        assert_eq!(address.secrets.hidden_in("hunter2hunter2 1234567890".into()), "[secret] [secret]");
    }

    #[test]
    fn what_is_no_address_is_told_without_being_shown() {
        for wrong in ["", "secret-host", "ftp://secret-host/", "unix:/secret", "http://"] {
            let error = Address::new(wrong).err().unwrap();
            assert!(error.is_permanent() && error.to_string().contains("base_url"), "{error}");
            assert!(!error.to_string().contains("secret"), "{error}");
        }
    }

    #[test]
    fn the_servers_of_openai_and_of_this_machine_are_known() {
        let of = |text: &str| Address::new(text).unwrap();
        assert!(of("https://api.openai.com/v1").is_openai() && !of("https://openai.com.example/v1").is_openai());
        for here in ["http://localhost:1/v1", "http://127.0.0.9", "http://[::1]:80/v1"] {
            assert!(of(here).is_loopback(), "{here}");
        }
        assert!(!of("http://10.0.0.1").is_loopback());
    }

    #[test]
    fn a_client_for_https_can_be_made() {
        let address = Address::new("https://api.openai.com/v1").unwrap();
        Transport::new(address, Some("sk-1234567890"), &[], Duration::from_secs(1)).unwrap();
    }

    #[test]
    fn a_key_that_no_header_can_have_is_not_repeated() {
        let address = Address::new("http://127.0.0.1").unwrap();
        let error = Transport::new(address, Some("sk-secret\n"), &[], Duration::from_secs(1)).err().unwrap();
        assert_eq!(error.to_string(), "`api_key` of the model: it has characters that no header can have");
    }
}
