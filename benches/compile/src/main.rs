//! Writes crates of so many steps, for `measure.sh` to compile: `gen-crate DIR LOOMFLOW NODES...`
//!
//! For each number of nodes there are three crates with the same functions and types: `plain` has nothing else, `step`
//! has `#[step]` on each function, and `flow` has the graph in `workflow!` besides. The graph is ten nodes over and
//! over: a chain, a match of three arms, a chain. In every second ten there is a bounded loop: a review, and a revision
//! that leads back to it.

use std::{
    env, fmt, fs, io,
    path::{Path, PathBuf},
    process::ExitCode,
};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Plain,
    Step,
    Flow,
}

const FORMS: [(Form, &str); 3] = [(Form::Plain, "plain"), (Form::Step, "step"), (Form::Flow, "flow")];

const TYPES: &str = r#"use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Ticket {
    pub id: u64,
    pub text: String,
    pub tags: Vec<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Draft {
    pub text: String,
    pub score: u32,
}

impl Draft {
    fn with(mut self, line: &str) -> Self {
        self.text.push_str(line);
        self.score += 1;
        self
    }
}

#[derive(Debug)]
pub enum Fault {
    Empty,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("nothing to go by")
    }
}

impl std::error::Error for Fault {}
"#;

/// Ten nodes, of which the first has this number.
struct Ten {
    first: usize,
}

impl Ten {
    /// Of every twenty nodes, the first ten have a loop.
    fn has_loop(&self) -> bool {
        self.first.is_multiple_of(20)
    }

    fn types(&self, f: &mut impl fmt::Write) -> fmt::Result {
        let i = self.first;
        writeln!(
            f,
            "
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Desk{i} {{
    Billing(u32),
    Technical(String),
    Other,
}}"
        )?;
        if self.has_loop() {
            writeln!(
                f,
                "
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Verdict{i} {{
    Good,
    Weak(String),
}}"
            )?;
        }
        Ok(())
    }

    fn functions(&self, form: Form, f: &mut impl fmt::Write) -> fmt::Result {
        let i = self.first;
        let mut function = |n: usize, options: &str, signature: &str, body: &str| {
            let attribute = if form == Form::Plain { String::new() } else { format!("#[step{options}]\n") };
            let n = i + n;
            writeln!(f, "\n/// Step {n}.\n{attribute}pub async fn s{n}{signature} {{\n    {body}\n}}")
        };
        let on = |n: usize| format!("draft.with(\"after {}\")", i + n);
        if i == 0 {
            function(0, "", "(ticket: &Ticket) -> Draft", "Draft { text: ticket.text.clone(), score: 0 }")?;
        } else {
            function(0, "", "(draft: Draft) -> Draft", &on(0))?;
        }
        function(
            1,
            "",
            "(ticket: &Ticket, draft: &Draft) -> Result<Draft, Fault>",
            "if ticket.text.is_empty() { Err(Fault::Empty) } else { Ok(draft.clone().with(&ticket.text)) }",
        )?;
        function(
            2,
            "(retry = 3, backoff = 200ms..5s, timeout = 30s)",
            &format!("(ticket: &Ticket, draft: &Draft) -> Result<Desk{i}, Fault>"),
            &format!(
                "match ticket.tags.first() {{
        Some(tag) if tag == \"bill\" => Ok(Desk{i}::Billing(draft.score)),
        Some(tag) => Ok(Desk{i}::Technical(tag.clone())),
        None => Ok(Desk{i}::Other),
    }}"
            ),
        )?;
        function(3, "", "(draft: Draft, account: u32) -> Draft", "draft.with(&account.to_string())")?;
        function(
            4,
            "",
            "(draft: Draft, area: String) -> Result<Draft, Fault>",
            "if area.is_empty() { Err(Fault::Empty) } else { Ok(draft.with(&area)) }",
        )?;
        function(5, "", "(ticket: &Ticket) -> Draft", "Draft { text: ticket.text.clone(), score: 1 }")?;
        if self.has_loop() {
            function(
                6,
                "",
                &format!("(ticket: &Ticket, draft: &Draft) -> Verdict{i}"),
                &format!(
                    "if draft.text.len() > ticket.text.len() {{ Verdict{i}::Good }} else {{ Verdict{i}::Weak(draft.text.clone()) }}"
                ),
            )?;
            function(
                7,
                "",
                "(draft: Draft, notes: String) -> Result<Draft, Fault>",
                "if notes.is_empty() { Err(Fault::Empty) } else { Ok(draft.with(&notes)) }",
            )?;
        } else {
            function(6, "", "(draft: Draft) -> Draft", &on(6))?;
            function(7, "", "(draft: Draft) -> Result<Draft, Fault>", &format!("Ok({})", on(7)))?;
        }
        function(8, "", "(draft: Draft) -> Draft", &on(8))?;
        function(9, "", "(draft: Draft) -> Result<Draft, Fault>", &format!("Ok({})", on(9)))
    }

    /// The statement of these nodes, up to what comes after the last of them.
    fn statement(&self, f: &mut impl fmt::Write) -> fmt::Result {
        let n = |k: usize| self.first + k;
        let i = self.first;
        let (source, input) = if i == 0 { ("start".to_owned(), "ticket") } else { (format!("s{}", i - 1), "draft") };
        write!(
            f,
            "        {source} -> draft = s{i}({input}) -> draft = s{}(ticket, draft) -> s{}(ticket, draft) -> match {{
            Desk{i}::Billing(account) => draft = s{}(draft, account),
            Desk{i}::Technical(area) => draft = s{}(draft, area),
            Desk{i}::Other => draft = s{}(ticket),
        }} -> ",
            n(1),
            n(2),
            n(3),
            n(4),
            n(5),
        )?;
        let (six, seven) = (n(6), n(7));
        if self.has_loop() {
            write!(
                f,
                "s{six}(ticket, draft) -> match {{
            Verdict{i}::Good => {{}}
            Verdict{i}::Weak(notes) =>
                draft = s{seven}(draft, notes) -> s{six}(ticket, draft) max 3 else escalate(ticket),
        }}"
            )?;
        } else {
            write!(f, "draft = s{six}(draft) -> draft = s{seven}(draft)")?;
        }
        writeln!(f, " -> draft = s{}(draft) -> draft = s{}(draft);", n(8), n(9))
    }
}

fn source(form: Form, nodes: usize) -> Result<String, fmt::Error> {
    use fmt::Write as _;

    let tens = || (0..nodes).step_by(10).map(|first| Ten { first });
    let mut text = String::from("//! Generated: the compile-time benchmark.\n\n");
    if form != Form::Plain {
        text.push_str("use loomflow::prelude::*;\n");
    }
    text.push_str(TYPES);
    for ten in tens() {
        ten.types(&mut text)?;
        ten.functions(form, &mut text)?;
    }
    let attribute = if form == Form::Plain { "" } else { "#[step]\n" };
    write!(
        text,
        "
/// Hands the ticket to a person.
{attribute}pub async fn escalate(ticket: &Ticket) -> Draft {{
    Draft {{ text: ticket.text.clone(), score: 0 }}
}}
"
    )?;
    if form == Form::Flow {
        text.push_str("\nworkflow! {\n    /// All of them.\n    pub Flow(ticket: Ticket) -> Draft {\n");
        for ten in tens() {
            ten.statement(&mut text)?;
        }
        write!(text, "        s{} -> end(draft);\n        escalate -> end;\n    }}\n}}\n", nodes - 1)?;
    }
    Ok(text)
}

fn write_all(dir: &Path, loomflow: &Path, sizes: &[usize]) -> io::Result<()> {
    let mut members = Vec::new();
    for &nodes in sizes {
        for (form, name) in FORMS {
            let name = format!("{name}{nodes}");
            let at = dir.join(&name);
            fs::create_dir_all(at.join("src"))?;
            let dependency = match form {
                Form::Plain => String::new(),
                Form::Step | Form::Flow => {
                    format!("loomflow = {{ path = '{}' }}\n", loomflow.display())
                }
            };
            fs::write(
                at.join("Cargo.toml"),
                format!(
                    "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
                     [dependencies]\n{dependency}serde = {{ version = \"1\", features = [\"derive\"] }}\n"
                ),
            )?;
            fs::write(at.join("src/lib.rs"), source(form, nodes).map_err(io::Error::other)?)?;
            members.push(name);
        }
    }
    fs::write(dir.join("Cargo.toml"), format!("[workspace]\nmembers = {members:?}\nresolver = \"3\"\n"))
}

fn main() -> ExitCode {
    let mut args = env::args().skip(1);
    let (dir, loomflow) = (args.next().map(PathBuf::from), args.next().map(PathBuf::from));
    let sizes: Result<Vec<usize>, _> = args.map(|size| size.parse()).collect();
    let (Some(dir), Some(loomflow), Ok(sizes)) = (dir, loomflow, sizes) else {
        eprintln!("usage: gen-crate DIR LOOMFLOW NODES...");
        return ExitCode::FAILURE;
    };
    if sizes.is_empty() || sizes.iter().any(|&nodes| nodes == 0 || !nodes.is_multiple_of(10)) {
        eprintln!("gen-crate: the numbers of nodes have to be multiples of ten");
        return ExitCode::FAILURE;
    }
    if let Err(why) = write_all(&dir, &loomflow, &sizes) {
        eprintln!("gen-crate: {}: {why}", dir.display());
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
