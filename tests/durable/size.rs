//! What runs take in a file that is closed: a value its size once, wherever it goes, and a conversation little more than what
//! was said.

use loomflow::{Loom, Outcome, Sqlite, prelude::*};
use serde::{Deserialize, Serialize};
use std::{fs, path::PathBuf};

/// A file that is gone when the test is over.
struct File(PathBuf);

impl File {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("loomflow-size-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).expect("the folder can be made");
        File(folder)
    }

    fn path(&self) -> PathBuf {
        self.0.join("runs.db")
    }

    /// How many bytes there are in the folder.
    fn bytes(&self) -> u64 {
        let files = fs::read_dir(&self.0).expect("the folder is there");
        files.map(|file| file.expect("the file is there").metadata().expect("the file can be asked").len()).sum()
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

async fn open(file: &File) -> Loom<()> {
    Loom::builder(()).journal(Sqlite::open(file.path()).await.expect("the journal opens")).build()
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    runtime.expect("a runtime can be made").block_on(work)
}

/// What a run takes with this input.
fn taken<W>(name: &str, input: String) -> u64
where
    W: loomflow::__private::Machine<(), Input = (String,), Output = usize>,
{
    let file = File::new(name);
    let length = input.len();
    block_on(async {
        let run = open(&file).await.start::<W>("run", input).await.expect("it begins");
        assert_eq!(run.output().await.expect("it ends"), length);
    });
    file.bytes()
}

/// What a hundred thousand bytes take that are carried through a run, beside a few.
fn carried<W>(name: &str)
where
    W: loomflow::__private::Machine<(), Input = (String,), Output = usize>,
{
    const SIZE: usize = 100_000;
    let costs = taken::<W>(name, "x".repeat(SIZE)) - taken::<W>(name, "x".to_owned());
    assert!(costs <= 120_000, "{name}: {SIZE} bytes cost {costs}");
}

#[step]
fn read(text: &str, n: usize) -> usize {
    assert!(!text.is_empty());
    n + 1
}

#[step]
fn measure(text: &str) -> usize {
    text.len()
}

/// Makes what is carried.
#[step]
fn make(text: &str) -> String {
    text.to_owned()
}

workflow! {
    Lent(text: String) -> usize {
        let n: usize = 0;
        start -> n = read(text, n) -> if n < 20 { n = read(text, n) max 20 else {} } -> end(text.len());
    }
}

#[test]
fn an_input_that_twenty_steps_read_is_kept_once() {
    carried::<Lent>("lent");
}

workflow! {
    Moved(text: String) -> usize {
        let n: usize = 0;
        let one: String;
        let two: String;
        start -> made = make(text) -> one = (made) -> n = read(one, n) -> two = (one)
              -> if n < 20 { one = (two) -> n = read(one, n) max 20 else {} } -> end(two.len());
    }
}

#[test]
fn an_output_that_goes_by_other_names_is_kept_once() {
    const SIZE: usize = 100_000;
    // The input is another one.
    let costs = taken::<Moved>("moved", "x".repeat(SIZE)) - taken::<Moved>("moved", "x".to_owned());
    assert!(costs <= 2 * 120_000, "{costs}");
}

workflow! {
    Parted(text: String) -> usize {
        start -> [ { a: measure(text) -> b: measure(text) }, c: measure(text) ]
              -> [ measure(text), inner: Lent(text) ] -> end(measure.min(inner).min(b).min(c));
    }
}

#[test]
fn an_input_that_goes_through_branches_is_kept_once_for_each_workflow_it_is_put_into() {
    const SIZE: usize = 100_000;
    let costs = taken::<Parted>("parted", "x".repeat(SIZE)) - taken::<Parted>("parted", "x".to_owned());
    assert!(costs <= 2 * 120_000, "{costs}");
}

/// What one says, of 400 bytes as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Message {
    text: String,
}

impl Message {
    fn new(text: &str) -> Self {
        Message { text: text.repeat(389) }
    }
}

#[step]
fn answer(history: &[Message]) -> Message {
    assert!(!history.is_empty());
    Message::new("a")
}

#[ask(Message, inbox)]
fn hear(answer: &Message) -> Question {
    Question::new(&answer.text)
}

workflow! {
    Chat(opening: Message) -> usize {
        let log: Vec<Message> = vec![opening];
        start -> log += answer(log) -> log += hear(answer) within 1d else end(log.len())
              -> if hear.text.is_empty() { end(log.len()) } -> log += answer(log) max 500 else end(log.len());
    }
}

#[test]
fn a_conversation_of_two_hundred_turns_is_kept_in_little_more_than_what_was_said() {
    let file = File::new("chat");
    block_on(async {
        let loom = open(&file).await;
        let run = loom.start::<Chat>("run", Message::new("q")).await.expect("it begins");
        for turn in 0..100 {
            assert!(matches!(run.outcome().await, Ok(Outcome::Waiting(open)) if open.len() == 1));
            let said = Message::new(if turn == 99 { "" } else { "q" });
            loom.answer::<hear>("run", said).await.expect("it is heard");
        }
        assert_eq!(run.output().await.expect("it ends"), 201);
    });
    assert!(file.bytes() <= 160_000, "80 kB were said, and {} kept", file.bytes());
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Turn {
    message: Message,
    calls: Vec<u32>,
}

impl From<Turn> for Message {
    fn from(turn: Turn) -> Self {
        turn.message
    }
}

#[step]
fn think(history: &[Message]) -> Turn {
    let calls = if history.len() > 200 { vec![] } else { vec![1] };
    Turn { message: Message::new("t"), calls }
}

#[step]
fn use_tool(_call: u32) -> Message {
    Message::new("u")
}

workflow! {
    Tools(question: Message) -> usize {
        let log: Vec<Message> = vec![question];
        start -> log += think(log) -> if think.calls.is_empty() { end(log.len()) }
              -> log += [for call in &think.calls => use_tool(call)] -> log += think(log) max 500 else end(log.len());
    }
}

/// A turn of the model is kept as it is and as the message it turns into, and what a tool gave is kept once.
#[test]
fn a_loop_of_a_model_and_its_tools_is_kept_in_what_was_said_and_the_turns_of_the_model_once_more() {
    let file = File::new("tools");
    block_on(async {
        let run = open(&file).await.start::<Tools>("run", Message::new("q")).await.expect("it begins");
        assert_eq!(run.output().await.expect("it ends"), 202);
    });
    assert!(file.bytes() <= 200_000, "80 kB were said, and {} kept", file.bytes());
}

#[test]
fn runs_that_wait_hold_no_tasks_and_less_than_a_kilobyte_each() {
    const MANY: i64 = 1_000;
    let file = File::new("waiting");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime can be made");
    let journal = Sqlite::options().durability(loomflow::sqlite::Durability::Process).open(file.path());
    let loom = Loom::builder(()).journal(runtime.block_on(journal).expect("the journal opens")).build();
    let begin = |id: i64| {
        let loom = loom.clone();
        runtime.block_on(async move {
            let run = loom.start::<Chat>(format!("run-{id}"), Message::new("q")).await.expect("it begins");
            assert!(matches!(run.outcome().await, Ok(Outcome::Waiting(_))));
        });
    };
    begin(0);
    let tasks = runtime.metrics().num_alive_tasks();
    let held = allocation_counter::measure(|| (1..=MANY).for_each(begin)).bytes_current;
    assert_eq!(runtime.metrics().num_alive_tasks(), tasks);
    assert!(held < 1_000 * MANY, "{MANY} runs hold {held} bytes");
}
