//! `show`: how a run stands, and what happened in it.

use super::{
    resume::MANY,
    runs::{Told, style},
};
use crate::{
    ask::{Open, open},
    exit::Exit,
    out::{BOLD, DIM, safe, short, styled},
    session::Session,
    told::{told, what},
    trouble::Trouble,
    when::{now, off, roughly, written},
};
use clap::Args;
use loomflow_runtime::{
    event::{End, Event, Happened},
    journal::RunInfo,
};
use serde::Serialize;

/// How much of an input or an output stands on a line.
const SHORT: usize = 200;

/// Show how a run stands, what happened in it, and how to answer what it asks
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// The id of the run
    #[arg(value_name = "RUN")]
    id: String,
}

#[derive(Serialize)]
struct Shown<'r> {
    #[serde(flatten)]
    run: Told<'r>,
    /// The nodes where it waits.
    at: Vec<String>,
    /// Whether it can go on, and nobody is at it.
    can_go_on: bool,
    questions: Vec<Open>,
    events: &'r [Event],
}

impl Show {
    pub(crate) async fn carry_out<C: Send + Sync + 'static>(self, session: &mut Session<C>) -> Result<Exit, Trouble> {
        let info = session.info(&self.id).await?;
        let loom = session.reader().await?;
        let asked = if info.status.is_end() { Vec::new() } else { loom.questions(&self.id).await? };
        let questions = open(session, session.known(&info).ok().as_deref(), &self.id, asked);
        let last = session.last_told(info.run).await?;
        let mut happened = Vec::new();
        let mut events = loom.events(&self.id);
        while happened.last().is_none_or(|event: &Event| event.seq < last) {
            match events.next().await {
                Some(event) => happened.push(event?),
                None => break,
            }
        }
        let at = stands_at(&info, &happened);
        let can_go_on = !info.status.is_end() && loom.journal().ready(now(), MANY).await?.contains(&self.id);
        if !session.out.is_text {
            session.out.json(&Shown { run: Told::of(&info), at, can_go_on, questions, events: &happened });
            return Ok(Exit::Done);
        }
        let rows: Vec<Vec<String>> = told_of(&info, &at, &happened).into_iter().map(row).collect();
        session.out.table(&rows);
        let lines: Vec<String> = happened.iter().filter_map(told).collect();
        let asks: Vec<String> = questions.iter().flat_map(Open::lines).collect();
        let resume = session.says(&["resume", &self.id]);
        let resume = can_go_on.then(|| format!("nobody is at it, and it can go on:\n  {resume}"));
        for part in [lines, asks, resume.into_iter().collect()].iter().filter(|part| !part.is_empty()) {
            session.out.line("");
            for line in part {
                session.out.line(line);
            }
        }
        Ok(Exit::Done)
    }
}

fn row((name, what): (&str, String)) -> Vec<String> {
    vec![styled(DIM, name), what]
}

/// What is known of a run, by its names.
fn told_of(info: &RunInfo, at: &[String], happened: &[Event]) -> Vec<(&'static str, String)> {
    let now = now();
    let when = |ms: i64| format!("{} ({})", written(ms), off(ms, now));
    let version = if info.version > 1 { format!(", version {}", info.version) } else { String::new() };
    let mut rows = vec![
        ("run", styled(BOLD, safe(&info.id))),
        ("workflow", format!("{}{version}", info.workflow)),
        ("status", styled(style(info.status), info.status.name())),
    ];
    let mut more = |name, what: Option<String>| rows.extend(what.map(|what| (name, what)));
    let stands = if at.is_empty() { was_at(happened) } else { Some(at.join(", ")) };
    more("at", stands.filter(|_| !info.status.is_end()).map(|at| safe(&at)));
    more("until", info.wake_at.map(when));
    more("cancelled", info.cancel_at.filter(|_| !info.status.is_end()).map(|ms| format!("asked for {}", when(ms))));
    more("user", info.user.as_deref().map(safe));
    more("session", info.session.as_deref().map(safe));
    more("metadata", info.metadata.as_deref().map(|json| short(json, SHORT)));
    more("began", Some(when(info.created_at)));
    more("ended", info.ended_at.map(|ms| format!("{}, after {}", written(ms), roughly(ms.abs_diff(info.created_at)))));
    let usage = info.usage;
    let spent = || format!("{} calls of models, {} tokens, {} ms", usage.calls, usage.tokens(), usage.time.as_millis());
    more("spent", (!usage.is_nothing()).then(spent));
    if let Some(Happened::Started { input, .. }) = happened.first().map(|event| &event.what) {
        more("input", Some(short(input.get(), SHORT)));
    }
    match happened.last().map(|event| &event.what) {
        Some(Happened::Ended(End::Done(output))) => more("output", Some(short(output.get(), SHORT))),
        Some(Happened::Ended(End::Failed(failure) | End::Cancelled(failure))) => {
            more("error", Some(short(&format!("{failure:#}"), SHORT)));
        }
        _ => {}
    }
    rows
}

/// The nodes where a run waits that has not ended, or was cut off where it must not be done twice.
fn stands_at(info: &RunInfo, happened: &[Event]) -> Vec<String> {
    if info.status.is_end() {
        return Vec::new();
    }
    let of_visit =
        |one: &Event, other: &Event| (&one.scope, one.turn, &one.node) == (&other.scope, other.turn, &other.node);
    let waits = |event: &Event| matches!(event.what, Happened::Asked { .. } | Happened::Timer { .. } | Happened::Begun);
    let goes_on = |event: &Event, later: &[Event]| later.iter().any(|later| of_visit(event, later) && !waits(later));
    let open = happened.iter().zip(1..).filter(|(event, next)| waits(event) && !goes_on(event, &happened[*next..]));
    let mut nodes: Vec<String> = open.map(|(event, _)| event.node.clone()).collect();
    nodes.dedup();
    nodes
}

/// The node that a run was at last.
fn was_at(happened: &[Event]) -> Option<String> {
    happened.iter().rev().find(|event| what(event).is_some()).map(|event| format!("after {}", event.node))
}
