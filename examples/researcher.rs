//! An agent with rules: it searches the text files of a folder, reads in them, and reports what it found. Before it writes a
//! file it asks a person.
//!
//! ```text
//! cargo run --example researcher --features openai
//! cargo run --example researcher --features openai -- "What happens when a lease is over?" src
//! ```
//!
//! With `OPENAI_BASE_URL` or `OPENAI_API_KEY` set, and `OPENAI_MODEL`, a real model chooses. Without, a stand-in does that
//! knows three moves: search for the longest words, read the first hit, report it. The rules are the same for both.

use std::env;
use std::fs;
use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use loomflow::model::{Approval, Approve, Assistant, ChatReply, ChatRequest, Message, ScriptedModel, ToolCall};
use loomflow::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

agent! {
    /// Answers a question out of the text files of a folder.
    Researcher(question: String) -> Report {
        prompt "You answer questions out of the files of a folder. Search, read where it looks promising, then report. \
                Say in which file and line it stands. Say so when nothing is found.";

        start -> search;                                              // the first call
        search -> search max 3 | read max 4 | report | save;          // what may come next
        read   -> search max 2 | read max 4 | report | save;
        report | save -> end;                                         // calls that end it
        require search before end;
        ask before save;                                              // a person approves this call
    }
}

/// What was found out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Report {
    title: String,
    body: String,
}

/// A line that a search found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Hit {
    file: String,
    line: usize,
    text: String,
}

/// The folder whose text files are searched, and where a report is saved.
struct Files {
    folder: PathBuf,
    report: PathBuf,
}

/// What the agent needs.
#[derive(Context)]
struct App {
    model: Model,
    files: Files,
}

#[derive(Debug, thiserror::Error)]
enum NotRead {
    #[error("{0}: {1}")]
    Io(String, io::Error),
    #[error("there is no file `{0}` here: read one that a search has found")]
    NoSuchFile(String),
    #[error("`{0}` has {1} lines, and no line {2}")]
    NoSuchLine(String, usize, usize),
}

impl Files {
    /// The names of the text files, in order.
    fn names(&self) -> Result<Vec<String>, NotRead> {
        let failed = |error| NotRead::Io(self.folder.display().to_string(), error);
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            let is_text = path.extension().is_some_and(|extension| extension == "md" || extension == "txt");
            names.extend(path.file_name().filter(|_| is_text).map(|name| name.to_string_lossy().into_owned()));
        }
        names.sort();
        Ok(names)
    }

    /// The text of a file that is one of them: what a model writes is no path.
    fn text(&self, name: &str) -> Result<String, NotRead> {
        if !self.names()?.iter().any(|known| known == name) {
            return Err(NotRead::NoSuchFile(name.to_owned()));
        }
        fs::read_to_string(self.folder.join(name)).map_err(|error| NotRead::Io(name.to_owned(), error))
    }
}

/// Finds the lines in which most of some words stand, the five best.
#[tool]
fn search(
    #[context] files: &Files,
    /** words to look for, with spaces between them */
    words: &str,
) -> Result<Vec<Hit>, NotRead> {
    let words: Vec<String> = words.split_whitespace().map(str::to_lowercase).collect();
    let mut hits: Vec<(usize, Hit)> = Vec::new();
    for file in files.names()? {
        for (index, text) in files.text(&file)?.lines().enumerate() {
            let lower = text.to_lowercase();
            let found = words.iter().filter(|word| lower.contains(word.as_str())).count();
            if found > 0 {
                hits.push((found, Hit { file: file.clone(), line: index + 1, text: text.trim().to_owned() }));
            }
        }
    }
    hits.sort_by_key(|(found, _)| usize::MAX - found);
    Ok(hits.into_iter().take(5).map(|(_, hit)| hit).collect())
}

/// Reads the lines of a file around one of them.
#[tool]
fn read(
    #[context] files: &Files,
    /** the file, as a search names it */
    file: &str,
    /** the line in the middle */
    line: usize,
) -> Result<String, NotRead> {
    let text = files.text(file)?;
    let lines: Vec<&str> = text.lines().collect();
    if line == 0 || line > lines.len() {
        return Err(NotRead::NoSuchLine(file.to_owned(), lines.len(), line));
    }
    Ok(lines[line.saturating_sub(3)..(line + 3).min(lines.len())].join("\n"))
}

/// Reports what was found.
#[tool]
fn report(
    /** in a few words */
    title: String,
    /** with file and line */
    body: String,
) -> Report {
    Report { title, body }
}

/// Writes what was found to a file, and reports it.
#[tool]
fn save(
    #[context] files: &Files,
    /** in a few words */
    title: String,
    /** with file and line */
    body: String,
) -> Result<Report, NotRead> {
    let failed = |error| NotRead::Io(files.report.display().to_string(), error);
    fs::write(&files.report, format!("# {title}\n\n{body}\n")).map_err(failed)?;
    Ok(Report { title, body })
}

/// Asks whoever sits at the terminal; where nobody does, nobody approves anything.
fn approved(question: &Question) -> Approval {
    let call: Vec<&str> = question.shown().collect();
    eprintln!("{question}\n  {}", call.join(" "));
    if !io::stdin().is_terminal() {
        eprintln!("  nobody is here to say yes");
        return Approval::Refused("nobody is here to approve it".to_owned());
    }
    eprint!("  y, or why not: ");
    let _ = io::stderr().flush();
    let mut answer = String::new();
    match io::stdin().lock().read_line(&mut answer) {
        Ok(_) if answer.trim() == "y" => Approval::Granted,
        _ => Approval::Refused(answer.trim().to_owned()),
    }
}

/// What stands in for a model: it sees what a model would see, and nothing else.
fn stand_in(request: &ChatRequest) -> ChatReply {
    let asked = request.messages.iter().find_map(|message| match message {
        Message::User { content } => Some(content.as_str()),
        _ => None,
    });
    let asked = asked.unwrap_or_default();
    let mut words: Vec<&str> = asked.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 3).collect();
    words.sort_by_key(|word| usize::MAX - word.len());
    let calls = request.messages.iter().filter_map(|message| match message {
        Message::Assistant(said) => said.tool_calls.first(),
        _ => None,
    });
    let calls: Vec<&str> = calls.map(|call| call.name.as_str()).collect();
    let told = match request.messages.last() {
        Some(Message::Tool { content, .. }) => content.as_str(),
        _ => "",
    };
    let is_offered = |tool: &str| request.tools.iter().any(|spec| spec.name == tool);
    let searches = calls.iter().filter(|call| **call == "search").count();
    match calls.last() {
        None => call("search", &json!({ "words": words.join(" ") })),
        Some(&"search") => match serde_json::from_str::<Vec<Hit>>(told).ok().and_then(|hits| hits.into_iter().next()) {
            Some(hit) => call("read", &json!({ "file": hit.file, "line": hit.line })),
            // A word less each time.
            None if is_offered("search") && searches < words.len() => {
                call("search", &json!({ "words": words[searches..].join(" ") }))
            }
            None => call("report", &json!({ "title": asked, "body": "Nothing is said of it." })),
        },
        Some(&"read") if is_offered("save") => call("save", &json!({ "title": asked, "body": found(request, told) })),
        // It was refused, and the text stands in the message before.
        _ => call("report", &json!({ "title": asked, "body": found(request, read_last(request)) })),
    }
}

/// What was read, and where.
fn found(request: &ChatRequest, text: &str) -> String {
    let place = request.messages.iter().rev().find_map(|message| match message {
        Message::Assistant(said) => said.tool_calls.iter().find(|call| call.name == "read"),
        _ => None,
    });
    let place: Value = place.and_then(|call| serde_json::from_str(&call.arguments).ok()).unwrap_or_default();
    format!("{}, line {}:\n\n{text}", place["file"].as_str().unwrap_or("?"), place["line"])
}

/// What the last `read` gave.
fn read_last(request: &ChatRequest) -> &str {
    let pairs = request.messages.windows(2).rev();
    let mut reads = pairs.filter_map(|pair| match pair {
        [Message::Assistant(said), Message::Tool { content, .. }]
            if said.tool_calls.iter().any(|call| call.name == "read") =>
        {
            Some(content.as_str())
        }
        _ => None,
    });
    reads.next().unwrap_or_default()
}

fn call(tool: &str, arguments: &Value) -> ChatReply {
    let call = ToolCall { id: String::new(), name: tool.to_owned(), arguments: arguments.to_string() };
    ChatReply::new(Assistant { tool_calls: vec![call], ..Assistant::default() })
}

/// The model that the environment names, or what stands in for one.
fn model() -> Result<Model, ModelError> {
    let is_set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    if is_set("OPENAI_BASE_URL") || is_set("OPENAI_API_KEY") {
        return Model::from_env();
    }
    Ok(Model::of(ScriptedModel::new().always(|request| Ok(stand_in(request)))))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let mut args = env::args().skip(1);
    let question = args.next().unwrap_or_else(|| "What happens when a lease is over?".to_owned());
    let folder = args.next().map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), PathBuf::from);
    let model = match model() {
        Ok(model) => model,
        Err(error) => {
            eprintln!("researcher: {error}");
            return ExitCode::FAILURE;
        }
    };
    let app = App { model, files: Files { folder, report: "report.md".into() } };
    let run = Researcher::trace(&app, question).answering::<Approve<save>>(|question| Some(approved(question)));
    let (path, outcome) = run.await;
    eprintln!("{}", path.join(" -> "));
    match outcome {
        Ok(report) => {
            println!("{}\n\n{}", report.title, report.body);
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("researcher: {failure}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
#[path = "../tests/kept_examples/researcher.rs"]
mod kept;
