//! What a run came to, on the last lines of a command.

use crate::{
    ask::{Open, open},
    exit::Exit,
    out::{BAD, BOLD, WAITS, safe, styled},
    session::Session,
    when::{now, off, written},
    workflows::{Came, Known},
};
use loomflow_runtime::{Failure, FailureKind, journal::RunInfo};
use serde::Serialize;
use serde_json::value::RawValue;

#[derive(Debug, Default, Serialize)]
struct Report<'r> {
    run: &'r str,
    workflow: &'r str,
    status: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    questions: Option<Vec<Open>>,
}

/// Tells what a run came to. One of several has its id before its output.
pub(crate) fn report<C: Send + Sync + 'static>(
    session: &mut Session<C>,
    known: &dyn Known<C>,
    info: &RunInfo,
    came: Came,
    is_one_of_several: bool,
) -> Exit {
    let told = Report { run: &info.id, workflow: &info.workflow, status: info.status.name(), ..Report::default() };
    match came {
        Came::Done(output) if session.out.is_text => {
            let output = shown(&output).trim_end_matches('\n').to_owned();
            session.out.line(if is_one_of_several { format!("{}: {output}", name(info)) } else { output });
            Exit::Done
        }
        Came::Done(output) => {
            // It was written a moment ago.
            let output = RawValue::from_string(output).ok();
            session.out.json(&Report { status: "done", output, ..told });
            Exit::Done
        }
        Came::Waiting(asked) => {
            let questions = open(session, Some(known), &info.id, asked);
            waits(session, info, questions, told);
            Exit::Waits
        }
        Came::Failed(failure) => failed(session, info, &failure, told),
    }
}

fn waits<C: Send + Sync + 'static>(session: &mut Session<C>, info: &RunInfo, questions: Vec<Open>, told: Report<'_>) {
    if !session.out.is_text {
        session.out.json(&Report { status: "waiting", until: info.wake_at, questions: Some(questions), ..told });
        return;
    }
    let until = info.wake_at.map(|at| format!(" until {} ({})", written(at), off(at, now()))).unwrap_or_default();
    let what = match questions.len() {
        0 => String::new(),
        1 => " for an answer".to_owned(),
        many => format!(" for {many} answers"),
    };
    session.out.line(format!("{} {}{what}{until}", name(info), styled(WAITS, "waits")));
    if questions.is_empty() {
        let command = session.says(&["resume", &info.id]);
        session.out.line(format!("  {command}   goes on with it then; `--stay` stays with it"));
    }
    for line in questions.iter().flat_map(Open::lines) {
        session.out.line(line);
    }
}

fn failed<C: Send + Sync + 'static>(
    session: &mut Session<C>,
    info: &RunInfo,
    failure: &Failure,
    told: Report<'_>,
) -> Exit {
    let is_cancelled = failure.kind() == FailureKind::Cancelled;
    let status = if is_cancelled { "cancelled" } else { "failed" };
    if !session.out.is_text {
        session.out.json(&Report { status, error: Some(format!("{failure:#}")), ..told });
    } else if is_cancelled {
        session.out.line(format!("{} was cancelled", name(info)));
    } else {
        session.out.line(format!("{} {}: {}", name(info), styled(BAD, "failed"), safe(&format!("{failure:?}"))));
        let command = session.says(&["retry", &info.id]);
        session.out.line(format!("  {command}   tries it again from there"));
    }
    if is_cancelled { Exit::Cancelled } else { Exit::Failed }
}

fn name(info: &RunInfo) -> String {
    styled(BOLD, safe(&info.id))
}

/// An output for people: a text as it is, and anything else as JSON.
fn shown(json: &str) -> String {
    safe(&serde_json::from_str::<String>(json).unwrap_or_else(|_| json.to_owned()))
}
