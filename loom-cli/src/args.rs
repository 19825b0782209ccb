//! What the command line asks for: its options, and the commands with theirs.

use crate::{command, exit::CODES};
use anstream::ColorChoice;
use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum, builder::PossibleValuesParser};
use std::{ffi::OsString, path::PathBuf};

/// Where runs are kept when nobody says it.
const JOURNAL: &str = "runs.db";

#[derive(Debug, Parser)]
#[command(after_help = CODES, subcommand_required = true, arg_required_else_help = true, max_term_width = 100)]
pub(crate) struct Line {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) options: Options,
}

/// What holds for every command.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Options of all commands")]
pub(crate) struct Options {
    /// The file that runs are kept in
    #[arg(long, global = true, value_name = "FILE", env = "LOOMFLOW_JOURNAL", default_value = JOURNAL, hide_env_values = true)]
    pub(crate) journal: PathBuf,
    /// One JSON object a line, as in a pipe
    #[arg(long, global = true, conflicts_with = "text")]
    pub(crate) json: bool,
    /// Text for people, as on a terminal
    #[arg(long, global = true)]
    pub(crate) text: bool,
    /// Colours: `always`, `never`, or `auto`: on a terminal, unless `NO_COLOR` is set
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN", hide_possible_values = true)]
    pub(crate) color: Color,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(crate) enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

impl From<Color> for ColorChoice {
    fn from(color: Color) -> Self {
        match color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        }
    }
}

impl From<Color> for clap::ColorChoice {
    fn from(color: Color) -> Self {
        match color {
            Color::Auto => clap::ColorChoice::Auto,
            Color::Always => clap::ColorChoice::Always,
            Color::Never => clap::ColorChoice::Never,
        }
    }
}

/// The colours that are asked for, for the help and for what is wrong with the rest, which are told before all is read.
pub(crate) fn color(args: &[OsString]) -> Color {
    let mut values = args.iter().enumerate().filter_map(|(at, arg)| match arg.to_str()?.strip_prefix("--color")? {
        "" => args.get(at + 1)?.to_str(),
        value => value.strip_prefix('='),
    });
    values.find_map(|value| Color::from_str(value, false).ok()).unwrap_or_default()
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    List(command::list::List),
    Graph(command::graph::Graph),
    Run(command::run::Run),
    Runs(command::runs::Runs),
    Show(command::show::Show),
    Explain(command::explain::Explain),
    Answer(command::answer::Answer),
    Resume(command::resume::Resume),
    Retry(command::retry::Retry),
    Cancel(command::cancel::Cancel),
    Export(command::export::Export),
    Verify(command::verify::Verify),
    Prune(command::prune::Prune),
    Completions(command::completions::Completions),
}

/// Where nobody has to say what holds, and where the environment says it, the journal need not be told.
pub(crate) fn is_told(matches: &clap::ArgMatches) -> bool {
    matches.value_source("journal") == Some(clap::parser::ValueSource::CommandLine)
}

/// Names with an `and` before the last one.
fn in_a_sentence(names: &[&str]) -> String {
    match names {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        names => names.concat(),
    }
}

/// The command line for some workflows, with what they take, and the keys of those that stand beside another version. One whose runs are kept elsewhere has no `--journal`.
pub(crate) fn line(name: &str, workflows: &[&str], versions: &[String], takes: &str, has_file: bool) -> clap::Command {
    let about = match workflows {
        [] => "Runs no workflow yet: name some in `workflows![…]`".to_owned(),
        [one] => format!("Runs the workflow {one}, and looks after its runs"),
        several => format!("Runs the workflows {}, and looks after their runs", in_a_sentence(several)),
    };
    let mut line = Line::command().name(name.to_owned()).bin_name(name.to_owned()).about(about);
    if !has_file {
        line = line.mut_arg("journal", |journal| journal.hide(true).hide_env(true));
    }
    line = line.mut_subcommand("run", |run| run.after_help(takes.to_owned()));
    let names = || workflows.iter().map(|name| (*name).to_owned());
    for command in ["graph", "run", "runs", "export", "verify"] {
        let keys: Vec<String> = match command {
            "graph" | "run" => names().chain(versions.iter().cloned()).collect(),
            _ => names().collect(),
        };
        let named = |arg: clap::Arg| arg.value_parser(PossibleValuesParser::new(keys));
        line = line.mut_subcommand(command, |command| command.mut_arg("workflow", named));
    }
    line
}
