//! Workflows in one line: `chain![a, b]`, `route!(a { pattern => b })`, `parallel![a, b => c]`.
//!
//! Each becomes a workflow of one statement, so that it is checked as all others are. It has one input, `input`, whose
//! type is what its first step takes, and ends in what its last step gives.

use super::{
    chain::{chain, target, work},
    routes::{arms, ends_in_block, separator},
};
use crate::grammar::{
    ast::{Arm, Block, Chain, Exit, Fork, Input, Match, Route, Source, Statement, Target, Work, WorkKind, Workflow},
    errors::Errors,
};
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::{
    ExprPath, Generics, Path, Token, Type, Visibility,
    parse::{ParseStream, Parser},
    token,
};

/// Which of them it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// One after the other.
    Chain,
    /// One, then one of several.
    Route,
    /// All at once.
    Parallel,
}

impl Line {
    fn name(self) -> &'static str {
        match self {
            Line::Chain => "Chain",
            Line::Route => "Route",
            Line::Parallel => "Parallel",
        }
    }

    fn form(self) -> &'static str {
        match self {
            Line::Chain => "`chain![one, other]`",
            Line::Route => "`route!(one { pattern => other, … })`",
            Line::Parallel => "`parallel![one, other => both]`",
        }
    }
}

/// A line as a workflow, and where loomflow is found.
pub struct Read {
    /// The workflow.
    pub workflow: Workflow,
    /// The types that its signature names, each to be written once.
    pub types: TokenStream,
    /// What stands behind `crate =`.
    pub krate: Option<Path>,
}

/// Reads a line; `runtime` gives the path of the runtime's hidden module. What could not be read is in `errors`.
pub fn line(
    tokens: TokenStream,
    kind: Line,
    errors: &Errors,
    runtime: impl Fn(Option<&Path>) -> TokenStream,
) -> Option<Read> {
    let read = |input: ParseStream| -> syn::Result<Read> {
        let krate = krate(input)?;
        if input.is_empty() {
            return Err(syn::Error::new(Span::call_site(), format!("nothing to run: write {}", kind.form())));
        }
        let targets = match kind {
            Line::Chain => in_a_row(input, errors)?,
            Line::Route => routed(input, errors)?,
            Line::Parallel => at_once(input, errors)?,
        };
        let rt = runtime(krate.as_ref());
        let (workflow, types) = workflow(kind, targets, &rt)?;
        Ok(Read { workflow, types, krate })
    };
    match read.parse2(tokens) {
        Ok(read) => Some(read),
        Err(error) => {
            errors.push(error);
            None
        }
    }
}

fn krate(input: ParseStream) -> syn::Result<Option<Path>> {
    if !(input.peek(Token![crate]) && input.peek2(Token![=])) {
        return Ok(None);
    }
    input.parse::<Token![crate]>()?;
    input.parse::<Token![=]>()?;
    let path = input.call(Path::parse_mod_style)?;
    input.parse::<Token![;]>()?;
    Ok(Some(path))
}

fn in_a_row(input: ParseStream, errors: &Errors) -> syn::Result<Vec<Target>> {
    let mut targets = Vec::new();
    while !input.is_empty() {
        targets.push(target(input, errors)?);
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
    }
    Ok(targets)
}

fn routed(input: ParseStream, errors: &Errors) -> syn::Result<Vec<Target>> {
    let first = work(input, errors)?;
    let keyword = input.span();
    if !input.peek(token::Brace) {
        return Err(input.error(format!("the arms are missing: write {}", Line::Route.form())));
    }
    let arms: Vec<Arm> = arms(input, errors)?;
    if arms.is_empty() {
        return Err(syn::Error::new(keyword, "a route without arms leads nowhere"));
    }
    let route = Match { keyword, on: None, arms };
    Ok(vec![Target::Work(first, Vec::new()), Target::Route(Route::Match(route))])
}

fn at_once(input: ParseStream, errors: &Errors) -> syn::Result<Vec<Target>> {
    let bracket = token::Bracket(Span::call_site());
    let mut branches = Vec::new();
    let mut then = None;
    while !input.is_empty() {
        let branch = chain(input, errors)?;
        let braced = ends_in_block(&branch);
        branches.push(branch);
        if input.parse::<Option<Token![=>]>>()?.is_some() {
            then = Some(chain(input, errors)?);
            break;
        }
        separator(input, braced, "this branch")?;
    }
    let kind = WorkKind::Fork(Fork::Static(bracket, branches));
    let fork = Target::Work(Work { sets: None, tried: None, kind }, Vec::new());
    Ok(std::iter::once(fork).chain(then.into_iter().flat_map(|chain| chain.targets)).collect())
}

fn workflow(kind: Line, mut targets: Vec<Target>, rt: &TokenStream) -> syn::Result<(Workflow, TokenStream)> {
    let span = Span::call_site();
    let unseen = |what: &str| {
        syn::Error::new(span, format!("{what} cannot be seen: let it be a step, or write the graph with `workflow!`"))
    };
    let first = targets.first().and_then(first_step).ok_or_else(|| unseen("what this begins with"))?;
    let output = output(&targets, rt).ok_or_else(|| unseen("what this ends in"))?;
    let input = Ident::new("input", span);
    let types = quote! {
        type __Input = <<#first as #rt::Takes>::Param as #rt::Owned>::Owned;
        type __Output = #output;
    };
    if !matches!(targets.last(), Some(Target::Exit(_))) {
        targets.push(Target::Exit(Exit { keyword: Ident::new("end", span), fails: false, with: None }));
    }
    let source = Source { name: Ident::new("start", span), guards: Vec::new() };
    let workflow = Workflow {
        attrs: Vec::new(),
        vis: Visibility::Inherited,
        name: Ident::new(kind.name(), span),
        generics: Generics::default(),
        inputs: vec![Input { docs: Vec::new(), name: input, ty: Type::Verbatim(quote!(__Input)) }],
        output: Type::Verbatim(quote!(__Output)),
        lets: Vec::new(),
        statements: vec![Statement::Ways { sources: vec![source], chain: Chain { targets } }],
    };
    Ok((workflow, types))
}

fn first_step(target: &Target) -> Option<&ExprPath> {
    let Target::Work(work, _) = target else { return None };
    match &work.kind {
        WorkKind::Call(call) if call.sleep().is_none() => Some(&call.path),
        WorkKind::Fork(Fork::Static(_, branches)) => branches.first()?.targets.first().and_then(first_step),
        WorkKind::Fork(Fork::First(_, branches)) => match &branches.first()?.0.kind {
            WorkKind::Call(call) => Some(&call.path),
            _ => None,
        },
        WorkKind::Block(Block { chain: Some(chain), .. }) => chain.targets.first().and_then(first_step),
        _ => None,
    }
}

/// The type of what comes out of the last of some targets.
fn output(targets: &[Target], rt: &TokenStream) -> Option<TokenStream> {
    let before = targets.split_last()?.1;
    match targets.last()? {
        Target::Exit(exit) if exit.with.is_none() => output(before, rt),
        Target::Exit(_) => None,
        Target::Route(Route::Match(route)) => route.arms.iter().find_map(|arm| output(&arm.chain.targets, rt)),
        Target::Route(Route::If(route)) => output(&route.then.chain.as_ref()?.targets, rt),
        Target::Work(work, _) => given(work, rt),
    }
}

fn given(work: &Work, rt: &TokenStream) -> Option<TokenStream> {
    let given = match &work.kind {
        WorkKind::Call(call) if call.sleep().is_none() => {
            let path = &call.path;
            quote!(<#path as #rt::Step>::Output)
        }
        WorkKind::Block(Block { chain: Some(chain), .. }) => output(&chain.targets, rt)?,
        WorkKind::Fork(Fork::Static(_, branches)) => {
            let parts = branches.iter().map(|branch| output(&branch.targets, rt)).collect::<Option<Vec<_>>>()?;
            match parts.as_slice() {
                [one] => one.clone(),
                parts => quote!((#(#parts),*)),
            }
        }
        WorkKind::Fork(Fork::Each(each)) => {
            let of = output(&each.chain.targets, rt)?;
            quote!(#rt::Vec<#of>)
        }
        WorkKind::Fork(Fork::First(_, branches)) => {
            let (work, chain) = branches.first()?;
            match chain {
                Some(chain) => output(&chain.targets, rt)?,
                None => given(work, rt)?,
            }
        }
        WorkKind::Call(_) | WorkKind::Block(_) | WorkKind::Expr(..) => return None,
    };
    Some(if work.tried.is_some() { quote!(#rt::Result<#given, #rt::Failure>) } else { given })
}
