//! What the command line asks for.

use std::ffi::OsString;
use std::io::{self, IsTerminal as _};
use std::path::PathBuf;

use super::tickets::Source;

pub(crate) const HELP: &str = "\
Sorts support tickets, answers what can be answered, and hands the rest to a person.

Usage: triage [--journal FILE] [FILE]...

Arguments:
  FILE    a file that holds one ticket; or, if its name ends in .lines, one
          ticket a line; or a folder of .txt and .lines files; or - for
          standard input, one ticket a line. Blank lines are skipped.

Without arguments the tickets are read from standard input, or, where that is
a terminal, from the folder that comes with the example.

Options:
  --journal FILE    keep every finished step in this file; started again, the
                    program goes on where it was killed, and answers no ticket
                    a second time (needs `--features sqlite`)
  -h, --help        show this help

With OPENAI_BASE_URL or OPENAI_API_KEY set, and OPENAI_MODEL, a language model
sorts the tickets (needs `--features openai`); without, the words in them do.

The exit code is 1 if a ticket could not be read or its run failed; the other
tickets are dealt with all the same. It is 2 if the command line is wrong.
";

/// What is to be done.
pub(crate) enum Command {
    Help,
    /// Deals with the tickets of some sources, in a journal if one is named.
    Run(Vec<Source>, Option<PathBuf>),
}

impl Command {
    /// Reads the arguments behind the name of the program.
    pub(crate) fn parse(mut args: impl Iterator<Item = OsString>) -> Result<Self, String> {
        let mut sources = Vec::new();
        let mut options = true;
        let mut journal = None;
        while let Some(arg) = args.next() {
            match arg.to_str() {
                Some("--") if options => options = false,
                Some("-h" | "--help") if options => return Ok(Command::Help),
                Some("--journal") if options => {
                    let file = args.next().ok_or("--journal needs the name of a file")?;
                    journal = Some(PathBuf::from(file));
                }
                Some("-") => sources.push(Source::Stdin),
                Some(unknown) if options && unknown.starts_with('-') => {
                    return Err(format!("unknown option {unknown}; try --help"));
                }
                _ => sources.push(Source::Path(PathBuf::from(arg))),
            }
        }
        if sources.is_empty() {
            sources.push(if io::stdin().is_terminal() { Source::bundled() } else { Source::Stdin });
        }
        Ok(Command::Run(sources, journal))
    }
}
