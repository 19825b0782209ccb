//! The command line as a whole: it is read, a command is carried out, and the program ends with its exit code.

use crate::{
    args::{Command, Line, color, is_told, line},
    exit::Exit,
    input::takes,
    out::Out,
    session::Session,
    trouble::Trouble,
    workflows::Workflows,
};
use clap::FromArgMatches as _;
use loomflow_runtime::{Builder, Loom, journal::Journal};
use std::{
    convert::Infallible,
    env,
    error::Error,
    ffi::{OsStr, OsString},
    fmt,
    path::Path,
    pin::Pin,
    process::ExitCode,
    sync::Arc,
};

/// Carries out what the arguments of the program say: the whole `main` of a program that has workflows.
///
/// Runs are lent the context. It needs a Tokio runtime with its timer on, as `#[tokio::main]` has it. The exit codes are told in
/// [the documentation of the module](crate), and in the help.
pub async fn run<C: Send + Sync + 'static>(context: C, workflows: Workflows<C>) -> ExitCode {
    Cli::new(async || Ok::<_, Infallible>(Loom::builder(context)), workflows).run().await
}

/// What runs need, when it is needed.
pub(crate) type Setup<C> =
    Box<dyn FnOnce() -> Pin<Box<dyn Future<Output = Result<Builder<C>, Box<dyn Error + Send + Sync>>>>>>;

/// A command line whose runs need more than a context that is there already.
pub struct Cli<C> {
    setup: Setup<C>,
    workflows: Workflows<C>,
    journal: Option<Arc<dyn Journal>>,
}

impl<C> fmt::Debug for Cli<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cli")
            .field("workflows", &self.workflows)
            .field("journal", &self.journal)
            .finish_non_exhaustive()
    }
}

impl<C: Send + Sync + 'static> Cli<C> {
    /// A command line for these workflows. The `Loom` of their runs is made when a command runs something, and not for one that
    /// only looks: so a program that lacks the key of its model still lists its runs. The journal and the workflows are named to it
    /// by the command line.
    ///
    /// ```no_run
    /// use loomflow_cli::{Cli, workflows};
    /// use loomflow_runtime::Loom;
    /// # use loomflow_runtime::machine::Machine;
    /// use std::{env, process::ExitCode};
    ///
    /// struct App {
    ///     key: String,
    /// }
    ///
    /// # async fn main_of<Triage: Machine<App>>() -> ExitCode {
    /// let loom = async || {
    ///     let app = App { key: env::var("DESK_KEY")? };
    ///     Ok::<_, env::VarError>(Loom::builder(app).with("what steps find around them"))
    /// };
    /// Cli::new(loom, workflows![Triage]).run().await
    /// # }
    /// ```
    pub fn new<E>(loom: impl AsyncFnOnce() -> Result<Builder<C>, E> + 'static, workflows: Workflows<C>) -> Self
    where
        E: Into<Box<dyn Error + Send + Sync>> + 'static,
    {
        Cli { setup: Box::new(|| Box::pin(async { loom().await.map_err(Into::into) })), workflows, journal: None }
    }

    /// Keeps runs in this journal, and not in the file that `--journal` names.
    #[must_use]
    pub fn journal(mut self, journal: impl Journal) -> Self {
        self.journal = Some(Arc::new(journal));
        self
    }

    /// Carries out what the arguments of the program say.
    pub async fn run(self) -> ExitCode {
        self.run_from(env::args_os()).await
    }

    /// Carries out what these arguments say, of which the first is the name of the program.
    pub async fn run_from<A: Into<OsString> + Clone>(self, args: impl IntoIterator<Item = A>) -> ExitCode {
        let args: Vec<OsString> = args.into_iter().map(Into::into).collect();
        let program = args.first().map_or("loomflow".into(), |program| program.to_string_lossy().into_owned());
        let name = Path::new(&program).file_stem().and_then(OsStr::to_str).unwrap_or("loomflow").to_owned();
        let line = self.line(&name).color(color(&args).into());
        let read = line
            .clone()
            .try_get_matches_from(args)
            .and_then(|matches| Ok((is_told(&matches), Line::from_arg_matches(&matches)?)));
        let (is_told, Line { command, options }) = match read {
            Ok(read) => read,
            Err(told) => {
                // Who asks for the help and closes the pipe has read enough.
                let _ = told.print();
                return if told.use_stderr() { Exit::Usage.into() } else { Exit::Done.into() };
            }
        };
        let mut out = Out::new(&options);
        let Cli { setup, workflows, journal } = self;
        let is_elsewhere = journal.is_some();
        if is_told && is_elsewhere {
            out.trouble(
                &name,
                &Trouble::Usage("this program keeps its runs elsewhere: leave out `--journal`".to_owned()),
            );
            return Exit::Usage.into();
        }
        let journal_option = is_told.then(|| options.journal.clone());
        let mut session =
            Session { setup: Some(setup), workflows, journal, file: options.journal, journal_option, program, out };
        let done = match command {
            Command::List(list) => Ok(list.carry_out(&mut session)),
            Command::Graph(graph) => graph.carry_out(&mut session).await,
            Command::Run(run) => run.carry_out(&mut session).await,
            Command::Runs(runs) => runs.carry_out(&mut session).await,
            Command::Show(show) => show.carry_out(&mut session).await,
            Command::Explain(explain) => explain.carry_out(&mut session).await,
            Command::Answer(answer) => answer.carry_out(&mut session).await,
            Command::Resume(resume) => resume.carry_out(&mut session).await,
            Command::Retry(retry) => retry.carry_out(&mut session).await,
            Command::Cancel(cancel) => cancel.carry_out(&mut session).await,
            Command::Export(export) => export.carry_out(&mut session).await,
            Command::Verify(verify) => verify.carry_out(&mut session).await,
            Command::Prune(prune) => prune.carry_out(&mut session).await,
            Command::Completions(completions) => Ok(completions.carry_out(line, &name, &mut session.out)),
        };
        let done = done.and_then(|exit| session.out.written().map(|()| exit));
        match done {
            Ok(exit) => exit,
            Err(trouble) => {
                session.out.trouble(&name, &trouble);
                trouble.exit()
            }
        }
        .into()
    }

    fn line(&self, name: &str) -> clap::Command {
        let mut names: Vec<&str> = Vec::new();
        for known in self.workflows.all() {
            let name = known.graph().name();
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let keys = self.workflows.all().map(|known| self.workflows.key(&**known));
        let versions: Vec<String> = keys.filter(|key| !names.contains(&key.as_str())).collect();
        let takes: Vec<String> = self.workflows.all().map(|known| takes(&known.graph())).collect();
        line(name, &names, &versions, &takes.join("\n"), self.journal.is_none())
    }
}
