//! `completions`: what a shell needs to complete command lines.

use crate::{exit::Exit, out::Out};
use clap::Args;
use clap_complete::{Shell, generate};

/// Write completions for a shell
///
/// For bash, in `~/.bashrc`: `source <(PROGRAM completions bash)`.
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

impl Completions {
    pub(crate) fn carry_out(self, mut line: clap::Command, name: &str, out: &mut Out) -> Exit {
        let mut script = Vec::new();
        generate(self.shell, &mut line, name, &mut script);
        out.raw(&script);
        Exit::Done
    }
}
