//! The lock file of a workflow: the description that its runs in flight were started with, held against the graph as it
//! stands. What the two say of each other is `loomflow_graph::version`'s; here it is told at the user's token.
//!
//! A change that strands no run makes the lock file old and fails no build, for one is at work on the graph; it warns, and
//! with `LOOMFLOW_LOCK=check` it fails, so that nothing is deployed that the lock file does not know. Such a change takes
//! no position away, so a new file always knows all that the old one did: what was deployed once stays locked.

use super::{
    options::Lock,
    plan::{Held, Plan},
    positions::Positions,
};
use loomflow_graph::{
    grammar::program::{Origin, ValueId},
    version::{Change, Description, Difference, differences, listed},
};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use std::{
    env, fs, io,
    path::{Path, PathBuf},
};
use syn::spanned::Spanned;

/// The variable of the environment that says what to do with lock files.
const VARIABLE: &str = "LOOMFLOW_LOCK";

/// What is to be done with lock files.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Hold graphs against them.
    Hold,
    /// And fail when one is old.
    Check,
    /// Write those that are old or missing.
    Write,
}

/// What the lock of a workflow adds to its code: errors, a warning, and that rustc looks at the file again when it changes.
pub(super) fn locked(plan: &Plan<'_, '_>, positions: &Positions, now: &Description) -> TokenStream {
    let Some(lock) = plan.signature.options.lock.as_ref().filter(|_| !is_an_editor()) else {
        return TokenStream::new();
    };
    let Some(file) = File::of(lock, &now.workflow) else { return TokenStream::new() };
    let tracked = quote! {
        const _: ::core::option::Option<&::core::primitive::str> = ::core::option_env!(#VARIABLE);
    };
    let held = match mode(lock.span) {
        Ok(mode) => Locked { plan, positions, now, lock, file: &file, mode }.held(),
        Err(error) => error.to_compile_error(),
    };
    let included = file.path.exists().then(|| file.included());
    quote!(#tracked #included #held)
}

/// Editors keep what a macro gave them and run it at every key: no file is read or written for them.
fn is_an_editor() -> bool {
    let program = env::current_exe().ok();
    let name = program.as_deref().and_then(Path::file_name);
    name.is_some_and(|name| name.to_string_lossy().starts_with("rust-analyzer"))
}

fn mode(span: Span) -> syn::Result<Mode> {
    match env::var(VARIABLE).as_deref() {
        Err(_) | Ok("") => Ok(Mode::Hold),
        Ok("check") => Ok(Mode::Check),
        Ok("write") => Ok(Mode::Write),
        Ok(other) => {
            let message = format!(
                "`{VARIABLE}` is `write`, which writes lock files, or `check`, which wants them new, and not `{other}`"
            );
            Err(syn::Error::new(span, message))
        }
    }
}

/// A lock file.
struct File {
    path: PathBuf,
    /// The path as a user knows it.
    shown: String,
    /// Whether it is named by the user, and so from the source file on.
    named: Option<syn::LitStr>,
}

impl File {
    /// None where there is no source file to look beside.
    fn of(lock: &Lock, workflow: &str) -> Option<Self> {
        if let Some(path) = &lock.path {
            let source = path.span().local_file()?;
            let shown = path.value();
            return Some(File { path: source.parent()?.join(&shown), shown, named: Some(path.clone()) });
        }
        let shown = format!("workflows/{workflow}.lock");
        let folder = env::var_os("CARGO_MANIFEST_DIR")?;
        Some(File { path: Path::new(&folder).join(&shown), shown, named: None })
    }

    /// The file as a part of the crate, so that rustc looks at the graph again when it changes.
    fn included(&self) -> TokenStream {
        let path = match &self.named {
            Some(path) => quote!(#path),
            None => {
                let path = format!("/{}", self.shown);
                quote!(::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), #path))
            }
        };
        quote!(
            const _: &::core::primitive::str = ::core::include_str!(#path);
        )
    }

    fn write(&self, text: &str) -> io::Result<()> {
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&self.path, text)
    }
}

/// A workflow and its lock file.
struct Locked<'l, 'p, 'a> {
    plan: &'l Plan<'p, 'a>,
    positions: &'l Positions,
    now: &'l Description,
    lock: &'l Lock,
    file: &'l File,
    mode: Mode,
}

impl Locked<'_, '_, '_> {
    fn held(&self) -> TokenStream {
        let (file, version) = (&self.file.shown, self.now.version);
        let text = match fs::read_to_string(&self.file.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return self.made(&format!(
                    "there is no lock file `{file}`: build once with `{VARIABLE}=write` in the environment, which makes it, and commit it"
                ));
            }
            Err(error) => return self.error(format!("the lock file `{file}` cannot be read: {error}")),
        };
        let old = match Description::parse(&text) {
            Ok(old) => old,
            Err(error) => {
                return self.error(format!(
                    "the lock file `{file}` is damaged, take it from your version control again: {error}"
                ));
            }
        };
        if old.workflow != self.now.workflow {
            let (theirs, ours) = (&old.workflow, &self.now.workflow);
            return self.error(format!(
                "the lock file `{file}` is of the workflow `{theirs}`: `{ours}` needs one of its own. If `{theirs}` is what it was called before, its runs do not find it under a new name"
            ));
        }
        if old.version > version {
            let newer = old.version;
            return self.error(format!(
                "the lock file `{file}` is of version {newer}, and this is version {version}: give an older version that is kept beside it a file of its own, `locked = \"…\"`"
            ));
        }
        if old.version < version {
            let older = old.version;
            return self.made(&format!(
                "the lock file `{file}` is of version {older}, and this is version {version}: build once with `{VARIABLE}=write`, which makes it anew. Runs of version {older} go on only where its graph is kept too, in a module of its own"
            ));
        }
        let found = differences(&old, self.now);
        let errors: TokenStream = found
            .iter()
            .filter(|difference| !difference.strands().is_empty())
            .map(|difference| self.stranding(difference).to_compile_error())
            .collect();
        if !errors.is_empty() {
            return errors;
        }
        let now = self.now.to_string();
        if now == text {
            return TokenStream::new();
        }
        let old = format!(
            "the lock file `{file}` does not know all of `{}` yet, and no run is stranded: build once with `{VARIABLE}=write`, and commit it",
            self.now.workflow
        );
        if self.mode == Mode::Hold { self.warning(&old) } else { self.made(&old) }
    }

    /// Writes the file, where that is asked for; else an error.
    fn made(&self, message: &str) -> TokenStream {
        if self.mode != Mode::Write {
            return self.error(message.to_owned());
        }
        match self.file.write(&self.now.to_string()) {
            Ok(()) => TokenStream::new(),
            Err(error) => self.error(format!("the lock file `{}` cannot be written: {error}", self.file.shown)),
        }
    }

    fn error(&self, message: String) -> TokenStream {
        syn::Error::new(self.lock.span, message).to_compile_error()
    }

    /// A macro has no warnings of its own on a stable compiler; that something deprecated is used is one.
    fn warning(&self, message: &str) -> TokenStream {
        let name = Ident::new("lock_file", self.lock.span);
        quote_spanned! {self.lock.span=>
            const _: () = {
                #[deprecated(note = #message)]
                const fn #name() {}
                #name()
            };
        }
    }

    fn stranding(&self, difference: &Difference) -> syn::Error {
        let (now, next) = (self.now.version, self.now.version.saturating_add(1));
        let option = match &self.file.named {
            Some(_) => format!("locked = \"{}\"", self.file.shown),
            None => "locked".to_owned(),
        };
        let message = format!(
            "{difference}: runs of version {now} that stand at {} would be stranded. Put it back, or make it another version, `#[workflow(version = {next}, {option})]`",
            listed(difference.strands())
        );
        syn::Error::new(self.span(difference.change()), message)
    }

    /// The user's token that a change is about, or the workflow's name when what it is about is gone.
    fn span(&self, change: &Change) -> Span {
        let (program, ast) = (self.plan.program, self.plan.signature.ast);
        let node = |name: &String| program.nodes.iter().find(|node| *node.name == *name);
        let input = |name: &String| ast.inputs.iter().find(|input| input.name == *name);
        let span = match change {
            Change::NodeRenamed { to, .. } => node(to).map(|node| node.name.span()),
            Change::StepChanged { node: name, .. } => node(name).map(|node| node.path.span()),
            Change::InputAdded { input: name } => input(name).map(|input| input.name.span()),
            Change::InputChanged { input: name, .. } => input(name).map(|input| input.ty.span()),
            Change::TypeChanged { value, .. } => self.value(value).map(|value| self.type_span(value)),
            Change::NewlyNeeded { value } => self.live(value),
            Change::PositionGone { now, .. } => now.iter().find_map(|key| self.position(key)),
            _ => None,
        };
        span.unwrap_or_else(|| ast.name.span())
    }

    fn value(&self, name: &str) -> Option<ValueId> {
        self.positions.values.iter().position(|known| known == name)
    }

    fn type_span(&self, value: ValueId) -> Span {
        let item = &self.plan.program.values[value];
        match &item.origin {
            Origin::Written(ty) => ty.span(),
            Origin::Node(node) => self.plan.program.nodes[*node].path.span(),
            _ => item.name.span(),
        }
    }

    fn position(&self, key: &str) -> Option<Span> {
        let index = self.positions.states.iter().position(|position| position.key == key)?;
        Some(self.plan.program.points[self.plan.states[index]].span)
    }

    /// Where a value is set first, or the bound that a count is of.
    fn live(&self, name: &str) -> Option<Span> {
        if let Some(value) = self.value(name) {
            return Some(self.plan.program.values[value].name.span());
        }
        let states = self.positions.states.iter().zip(&self.plan.states);
        let mut held = states.flat_map(|(position, &point)| position.live.iter().zip(self.plan.held_at(point)));
        held.find_map(|(known, held)| match held {
            Held::Counter(counter) if known == name => Some(self.plan.program.counters[counter].ast.keyword),
            _ => None,
        })
    }
}
