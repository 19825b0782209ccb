//! A desk: the program in a folder of its own.

use std::{
    env, fs,
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Output, Stdio},
};

use serde_json::Value;

/// An order that a refund takes.
pub(crate) const ORDER: &str = r#"order={"id":17,"cents":1250}"#;

/// A desk with a journal of its own.
pub(crate) struct Desk(tempfile::TempDir);

/// What the program printed, with `desk` for the path of the program.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Desk {
    pub(crate) fn new() -> Self {
        Desk(tempfile::tempdir().expect("there is room for a folder"))
    }

    /// One that has run this, and whatever that came to.
    pub(crate) fn that_ran(args: &[&str]) -> Self {
        let desk = Desk::new();
        desk.says(args);
        desk
    }

    pub(crate) fn folder(&self) -> &Path {
        self.0.path()
    }

    /// What the program says to some arguments, with nothing to read.
    pub(crate) fn says(&self, args: &[&str]) -> Said {
        Said::of(self.command(args).output().expect("the program starts"))
    }

    /// The same with a bank that is `down`, `up` or `silent`.
    pub(crate) fn says_with_bank(&self, bank: &str, args: &[&str]) -> Said {
        Said::of(self.command(args).env("DESK_BANK", bank).output().expect("the program starts"))
    }

    /// The same with something to read.
    pub(crate) fn says_to(&self, input: &str, args: &[&str]) -> Said {
        let mut child =
            self.command(args).stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
        let mut stdin = child.stdin.take().expect("it can be written to");
        stdin.write_all(input.as_bytes()).expect("it reads");
        drop(stdin);
        Said::of(child.wait_with_output().expect("the program ends"))
    }

    /// The program at work, with a bank, and the lines it writes.
    pub(crate) fn begins(&self, bank: &str, args: &[&str]) -> AtWork {
        let mut child = self.command(args).env("DESK_BANK", bank).spawn().expect("the program starts");
        let lines = BufReader::new(child.stdout.take().expect("it can be read"));
        AtWork { child, lines }
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(program());
        command.args(args).current_dir(self.folder()).stdin(Stdio::null()).stdout(Stdio::piped());
        // Whoever runs the tests may have an opinion.
        for variable in ["LOOMFLOW_JOURNAL", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "DESK_BANK", "TERM"] {
            command.env_remove(variable);
        }
        command
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        fs::write(self.folder().join(file), text).expect("the folder can be written to");
    }
}

/// The program at work. It is killed when nobody looks at it any more.
pub(crate) struct AtWork {
    child: Child,
    lines: BufReader<ChildStdout>,
}

impl AtWork {
    /// Reads on until an event of this kind, or until the last line.
    pub(crate) fn until(&mut self, kind: &str) -> Value {
        loop {
            let line = self.line().expect("the program goes on");
            if line["kind"] == kind || line["status"] == kind {
                return line;
            }
        }
    }

    pub(crate) fn line(&mut self) -> Option<Value> {
        let mut line = String::new();
        let read = self.lines.read_line(&mut line).expect("the program writes text");
        (read > 0).then(|| serde_json::from_str(&line).expect("a line is a JSON object"))
    }

    /// Waits until it has ended.
    pub(crate) fn ends(mut self) -> Option<i32> {
        self.child.wait().expect("the program ends").code()
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Said {
    pub(crate) fn of(output: Output) -> Self {
        let program = program().display().to_string();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it is text").replace(&program, "desk");
        Said { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// The JSON objects it printed, one a line.
    pub(crate) fn lines(&self) -> Vec<Value> {
        self.out.lines().map(|line| serde_json::from_str(line).expect("a line is a JSON object")).collect()
    }

    /// The last of them.
    pub(crate) fn last(&self) -> Value {
        self.lines().pop().unwrap_or_else(|| panic!("it printed nothing: {self:?}"))
    }

    /// What it came to, by code, last line and complaint.
    pub(crate) fn told(&self) -> (Option<i32>, &str) {
        (self.code, self.err.trim_end())
    }
}

/// The examples stand beside the folder of the tests: no variable of cargo's tells where.
pub(crate) fn program() -> PathBuf {
    let test = env::current_exe().expect("the path of this test is known");
    let profile = test.ancestors().nth(2).expect("tests are in target/<profile>/deps");
    let program = profile.join("examples").join(format!("desk{}", env::consts::EXE_SUFFIX));
    let path = program.display();
    assert!(program.exists(), "{path} is not built: `cargo build --example desk --all-features` does it");
    program
}
