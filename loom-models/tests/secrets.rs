//! A key is given to the server, and is seen nowhere else: this searches all that is shown and logged.

mod common;

use common::builder;
use loomflow_double::{Double, Reply};
use loomflow_models::{Model, ModelError};
use std::{
    fmt::Write,
    sync::{Arc, Mutex},
    time::Duration,
};
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};

const KEY: &str = "sk-0123456789abcdef";
const HEADER: &str = "gateway-token-0123";
const PASSWORD: &str = "hunter2hunter2";

/// Everything that anybody logs, at every level.
#[derive(Clone, Default)]
struct Logged(Arc<Mutex<String>>);

impl Visit for Logged {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        let mut all = self.0.lock().expect("no log panics");
        writeln!(all, "{field} = {value:?}").expect("a text can be written to");
    }
}

impl Subscriber for Logged {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, span: &Attributes<'_>) -> Id {
        span.record(&mut self.clone());
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut self.clone());
    }
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        event.record(&mut self.clone());
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// An error as it may be shown: its texts, and those of all that caused it.
fn shown(error: &ModelError) -> String {
    let mut all = format!("{error} {error:?} {error:#?}");
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        write!(all, " {error} {error:?}").expect("a text can be written to");
        cause = error.source();
    }
    all
}

#[tokio::test]
async fn no_secret_is_in_what_is_shown_or_logged() {
    let logged = Logged::default();
    let _guard = tracing::subscriber::set_default(logged.clone());
    let echo = |code| Reply::Status {
        code,
        body: format!(r#"{{"error":{{"message":"{KEY} {HEADER} {PASSWORD}"}}}}"#),
        retry_after: None,
    };
    let raw = |kind: &str, body: String| Reply::Raw { status: 200, content_type: kind.into(), body: body.into_bytes() };
    let said = format!(r#"{{"error":{{"code":400,"message":"{KEY}"}}}}"#);
    let double = Double::scripted([
        echo(400),
        echo(503),
        echo(503),
        raw("text/html", format!("<html>{KEY}{HEADER}")),
        raw("text/event-stream", format!("data: {KEY}\n\n")),
        Reply::CutAfter(9, format!("it is {KEY} and no more words than these")),
        raw("application/json", said),
        Reply::CutAfter(3, format!("it is {KEY} and no more words than these")),
    ]);
    let base = double.base_url().replace("http://", &format!("http://me:{PASSWORD}@"));
    let builder = builder(&double).base_url(base).api_key(KEY).header("x-gateway", HEADER).retries(1);
    let builder = builder.embedding_model("vectors");
    let mut all = format!("{builder:?} {builder:#?}");
    let model = builder.build().unwrap();
    write!(all, "{model:?} {model:#?}").unwrap();
    for _ in 0..3 {
        all.push_str(&shown(&model.text("?").await.unwrap_err()));
    }
    all.push_str(&shown(&model.stream("?").await.unwrap().rest().await.unwrap_err()));
    all.push_str(&shown(&model.text("?").await.unwrap_err()));
    all.push_str(&shown(&model.text("?").await.unwrap_err()));
    all.push_str(&shown(&model.stream("?").await.unwrap().rest().await.unwrap_err()));

    // A key that is refused, a server that is not there, and settings that are none.
    let refusing = Double::scripted([]).requiring("another");
    let model = Model::builder().base_url(refusing.base_url()).api_key(KEY).name("small").build().unwrap();
    all.push_str(&shown(&model.text("?").await.unwrap_err()));
    let silent = Double::answering(|_| Reply::Hang);
    let model =
        Model::builder().base_url(silent.base_url()).api_key(KEY).name("small").timeout(Duration::from_millis(50));
    all.push_str(&shown(&model.build().unwrap().text("?").await.unwrap_err()));
    let nobody = format!("http://me:{PASSWORD}@127.0.0.1:1/v1?key={HEADER}");
    let model = Model::builder().base_url(nobody).api_key(KEY).name("small").retries(0).build().unwrap();
    all.push_str(&shown(&model.text("?").await.unwrap_err()));
    for wrong in [
        Model::builder().api_key(format!("{KEY}\n")),
        Model::builder().base_url(format!("{PASSWORD} {KEY}")),
        Model::builder().base_url(format!("ftp://me:{PASSWORD}@host")),
        Model::builder().api_key(KEY).header("x", format!("{HEADER}\n")),
    ] {
        all.push_str(&shown(&wrong.name("small").build().unwrap_err()));
    }
    // It was sent, and it was seen: the test looks at what there is.
    let first = &double.requests()[0];
    assert_eq!(
        (first.header("authorization"), first.header("x-gateway")),
        (Some(&*format!("Bearer {KEY}")), Some(HEADER))
    );
    assert!(all.contains("[secret]"));
    all.push_str(&logged.0.lock().unwrap());
    assert!(all.contains("trying again"), "what is logged is seen");
    for secret in [KEY, HEADER, PASSWORD] {
        let at = all.find(secret);
        assert_eq!(at.map(|at| &all[at.saturating_sub(200)..at + secret.len()]), None, "{secret} is shown");
    }
}
