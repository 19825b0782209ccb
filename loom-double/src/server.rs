//! HTTP: what comes in is noted, checked, and answered.

use crate::{
    checks, completion,
    double::Script,
    embeddings,
    events::{self, Ending},
    refusal::Refusal,
    reply::Reply,
    request::Request,
};
use axum::{
    Router,
    body::{Body, to_bytes},
    extract,
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    response::Response,
};
use futures_util::{StreamExt, future::select, stream};
use serde_json::Value;
use std::{
    fmt,
    future::pending,
    io,
    net::TcpListener,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::{sync::oneshot, task::yield_now};

/// Where the replies come from.
pub(crate) enum Answers {
    Script(Script),
    Function(Box<dyn FnMut(&Request) -> Reply + Send>),
}

impl fmt::Debug for Answers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Answers::Script(script) => f.debug_tuple("Script").field(script).finish(),
            Answers::Function(_) => f.write_str("Function"),
        }
    }
}

/// What the server and its test share.
#[derive(Debug)]
pub(crate) struct State {
    answers: Mutex<Answers>,
    inside: Mutex<Inside>,
}

#[derive(Debug, Default)]
struct Inside {
    requests: Vec<Request>,
    exhausted: usize,
    key: Option<String>,
}

/// A test that panics has said what is wrong already.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl State {
    pub(crate) fn new(answers: Answers) -> Self {
        State { answers: Mutex::new(answers), inside: Mutex::default() }
    }

    pub(crate) fn require(&self, key: String) {
        locked(&self.inside).key = Some(key);
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        locked(&self.inside).requests.clone()
    }

    pub(crate) fn left(&self) -> usize {
        match &*locked(&self.answers) {
            Answers::Script(script) => script.len(),
            Answers::Function(_) => 0,
        }
    }

    pub(crate) fn exhausted(&self) -> usize {
        locked(&self.inside).exhausted
    }

    /// Notes the request and says what is wrong with it, if anything is.
    fn note(&self, mut request: Request, method: &Method) -> Result<Request, Refusal> {
        let mut inside = locked(&self.inside);
        let wrong = check(&request, method, inside.key.as_deref()).err();
        request.refused = wrong.is_some();
        inside.requests.push(request.clone());
        wrong.map_or(Ok(request), Err)
    }

    fn reply(&self, request: &Request) -> Result<Reply, Refusal> {
        let reply = match &mut *locked(&self.answers) {
            Answers::Script(script) => script.pop_front(),
            Answers::Function(answer) => Some(answer(request)),
        };
        reply.ok_or_else(|| {
            locked(&self.inside).exhausted += 1;
            Refusal::whole(400, Some("script_exhausted"), "the script of this double is exhausted")
        })
    }
}

fn check(request: &Request, method: &Method, key: Option<&str>) -> Result<(), Refusal> {
    if let Some(key) = key {
        let found = request.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
        if found != Some(key) {
            let message = format!("Incorrect API key provided: {}.", found.unwrap_or("none"));
            return Err(Refusal::whole(401, Some("invalid_api_key"), message));
        }
    }
    let known = ["chat/completions", "embeddings"].contains(&request.path.as_str());
    if !known || method != Method::POST {
        return Err(Refusal::whole(
            404,
            Some("unknown_url"),
            format!("Unknown request URL: {method} /{}.", request.path),
        ));
    }
    if !request.body.is_object() {
        return Err(Refusal::whole(400, None, "We could not parse the JSON body of your request."));
    }
    if request.path == "embeddings" { embeddings::check(&request.body) } else { checks::check(&request.body) }
}

/// Serves until the other side of the channel is dropped.
pub(crate) fn serve(listener: TcpListener, state: Arc<State>, stopped: oneshot::Receiver<()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime can be made");
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener).expect("the socket is a listening one");
        let router = Router::new().fallback(answer).with_state(state);
        let serving = axum::serve(listener, router).into_future();
        // Not gracefully: a connection that was told to hang never ends.
        let _ = select(Box::pin(serving), stopped).await;
    });
}

async fn answer(extract::State(state): extract::State<Arc<State>>, request: extract::Request) -> Response {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, 64 << 20).await.unwrap_or_default();
    let headers = head
        .headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
    let path = head.uri.path();
    let request = Request {
        path: path.strip_prefix("/v1/").unwrap_or(path.trim_start_matches('/')).to_owned(),
        headers: headers.collect(),
        body: serde_json::from_slice(&body).unwrap_or_default(),
        refused: false,
    };
    let reply = state.note(request, &head.method).and_then(|request| {
        if request.path == "embeddings" {
            return Ok(json(200, &embeddings::answer(&request.body)).into());
        }
        let reply = state.reply(&request)?;
        Ok(Said { reply, request: request.body }.into())
    });
    match reply {
        Ok(Answer::Ready(response)) => response,
        Ok(Answer::Never) => pending().await,
        Err(refusal) => json(refusal.status, &refusal.body()),
    }
}

/// What becomes of a request.
enum Answer {
    Ready(Response),
    Never,
}

impl From<Response> for Answer {
    fn from(response: Response) -> Self {
        Answer::Ready(response)
    }
}

/// A reply to a request.
struct Said {
    reply: Reply,
    request: Value,
}

impl From<Said> for Answer {
    fn from(Said { reply, request }: Said) -> Self {
        match reply {
            Reply::Hang => Answer::Never,
            Reply::Status { code, body: text, retry_after } => {
                let mut response = response(code, "application/json", Body::from(text));
                if let Some(pause) = retry_after {
                    let whole = pause.subsec_nanos() == 0;
                    let name = if whole { "retry-after" } else { "retry-after-ms" };
                    let value = if whole { u128::from(pause.as_secs()) } else { pause.as_millis() }.to_string();
                    let value = HeaderValue::from_str(&value).expect("a number is a header's value");
                    response.headers_mut().insert(HeaderName::from_static(name), value);
                }
                response.into()
            }
            Reply::Raw { status, content_type, body: raw } => response(status, &content_type, Body::from(raw)).into(),
            reply if request["stream"] == true => {
                let (events, ending) = events::events(&reply, &request);
                response(200, "text/event-stream", body(events, ending)).into()
            }
            Reply::Malformed => response(200, "application/json", Body::from(r#"{"choices":[{"mess"#)).into(),
            Reply::CutAfter(..) => {
                let whole = completion::completion(&reply, &request).to_string();
                let half = whole[..whole.len() / 2].to_owned();
                response(200, "application/json", body(vec![half], Ending::Broken)).into()
            }
            Reply::HangAfter(..) => Answer::Never,
            reply => json(200, &completion::completion(&reply, &request)).into(),
        }
    }
}

/// A body of these parts, which then ends, breaks off, or stays.
fn body(parts: Vec<String>, ending: Ending) -> Body {
    let end = (ending == Ending::Broken).then(|| Err(io::Error::other("told to break off")));
    let parts = stream::iter(parts.into_iter().map(Ok).chain(end)).then(|part| async {
        // What was said before is sent before: a connection that breaks off loses what waits.
        yield_now().await;
        part
    });
    if ending == Ending::Standing {
        Body::from_stream(parts.chain(stream::pending()))
    } else {
        Body::from_stream(parts)
    }
}

fn json(status: u16, body: &Value) -> Response {
    response(status, "application/json", Body::from(body.to_string()))
}

fn response(status: u16, content_type: &str, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).expect("the test names a status");
    let kind = HeaderValue::from_str(content_type).expect("the test names a type");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}
