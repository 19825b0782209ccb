//! Where a command writes to: text for people, or JSON lines for a program.
//!
//! What the command is asked for goes to standard output, and what only tells of its progress to standard error. Whoever closes
//! standard output has read enough, which is no error.

use crate::{args::Options, trouble::Trouble};
use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use serde::Serialize;
use std::{
    fmt::Display,
    io::{self, ErrorKind, IsTerminal as _, Stderr, Stdout, Write as _},
};
use tabwriter::TabWriter;

pub(crate) const BOLD: Style = Style::new().bold();
pub(crate) const DIM: Style = Style::new().dimmed();
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
pub(crate) const BAD: Style = AnsiColor::Red.on_default();
pub(crate) const WAITS: Style = AnsiColor::Yellow.on_default();
pub(crate) const GOES_ON: Style = AnsiColor::Cyan.on_default();

/// A text in a style.
pub(crate) fn styled(style: Style, text: impl Display) -> String {
    format!("{style}{text}{style:#}")
}

/// A text that came from elsewhere, as a terminal may be given it: what would steer the terminal is not in it.
pub(crate) fn safe(text: &str) -> String {
    let shown = |c: char| if c.is_control() && !matches!(c, '\n' | '\t') { char::REPLACEMENT_CHARACTER } else { c };
    text.chars().map(shown).collect()
}

/// The same on one line of at most so many characters.
pub(crate) fn short(text: &str, most: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = safe(&line);
    match line.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// Where a command writes to.
#[derive(Debug)]
pub(crate) struct Out {
    pub(crate) is_text: bool,
    stdout: AutoStream<Stdout>,
    stderr: AutoStream<Stderr>,
    failed: Option<io::Error>,
    /// Whether there is a terminal on which what passes can be told and wiped away.
    is_live: bool,
    is_passing: bool,
}

impl Out {
    pub(crate) fn new(options: &Options) -> Self {
        let is_text = options.text || (!options.json && io::stdout().is_terminal());
        let stderr = AutoStream::new(io::stderr(), options.color.into());
        let is_live = is_text && io::stderr().is_terminal() && stderr.current_choice() != ColorChoice::Never;
        let stdout = AutoStream::new(io::stdout(), options.color.into());
        Out { is_text, stdout, stderr, failed: None, is_live, is_passing: false }
    }

    /// Writes a line of what was asked for.
    pub(crate) fn line(&mut self, line: impl Display) {
        self.wipe();
        let wrote = writeln!(self.stdout, "{line}");
        self.wrote(wrote);
    }

    /// Writes it as it is.
    pub(crate) fn raw(&mut self, bytes: &[u8]) {
        let wrote = io::stdout().write_all(bytes);
        self.wrote(wrote);
    }

    /// Writes a JSON object on a line of its own.
    pub(crate) fn json(&mut self, object: &impl Serialize) {
        match serde_json::to_string(object) {
            Ok(json) => self.line(json),
            Err(error) => self.wrote(Err(error.into())),
        }
    }

    /// Writes rows whose cells stand in columns.
    pub(crate) fn table(&mut self, rows: &[Vec<String>]) {
        let mut table = TabWriter::new(Vec::new()).padding(2);
        let rows = rows
            .iter()
            .map(|row| row.iter().map(|cell| cell.replace(['\t', '\n'], " ")).collect::<Vec<_>>().join("\t"));
        let text: String = rows.map(|row| row + "\n").collect();
        let aligned = table
            .write_all(text.as_bytes())
            .and_then(|()| table.into_inner().map_err(|error| io::Error::other(error.to_string())));
        let wrote = aligned.and_then(|aligned| {
            let aligned = String::from_utf8_lossy(&aligned);
            aligned.lines().try_for_each(|line| writeln!(self.stdout, "{}", line.trim_end()))
        });
        self.wrote(wrote);
    }

    /// Tells people of the progress.
    pub(crate) fn note(&mut self, line: impl Display) {
        if self.is_text {
            self.wipe();
            // Nothing is lost when nobody reads it.
            let _ = writeln!(self.stderr, "{line}");
        }
    }

    /// Tells of a node that is at work, until there is something else to tell.
    pub(crate) fn passing(&mut self, node: &str) {
        if self.is_live {
            self.wipe();
            let told = write!(self.stderr, "{} {}", styled(GOES_ON, "…"), short(node, 60));
            self.is_passing = told.and_then(|()| self.stderr.flush()).is_ok();
        }
    }

    fn wipe(&mut self) {
        if std::mem::take(&mut self.is_passing) {
            let _ = write!(self.stderr, "\r\x1b[2K");
        }
    }

    /// Tells why a command was not carried out, or why one of several runs does not go on.
    pub(crate) fn trouble(&mut self, name: &str, trouble: &Trouble) {
        self.wipe();
        let _ = writeln!(self.stderr, "{name}: {} {}", styled(BAD.bold(), "error:"), safe(&trouble.whole()));
    }

    /// That what was written has been taken.
    pub(crate) fn written(&mut self) -> Result<(), Trouble> {
        let wrote = self.stdout.flush();
        self.wrote(wrote);
        self.failed.take().map_or(Ok(()), |error| Err(Trouble::Output(error)))
    }

    fn wrote(&mut self, wrote: io::Result<()>) {
        if let Err(error) = wrote
            && error.kind() != ErrorKind::BrokenPipe
        {
            self.failed.get_or_insert(error);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{safe, short};

    #[test]
    fn what_would_steer_a_terminal_is_not_shown() {
        assert_eq!(safe("a\x1b[31mb\u{9b}c\nd"), "a\u{fffd}[31mb\u{fffd}c\nd");
        assert_eq!((short("a  b\nc", 9).as_str(), short("abcdef", 3).as_str()), ("a b c", "abc…"));
    }
}
