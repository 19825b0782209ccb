//! The outside of a workflow: its name, generics, inputs and output, and where loomflow is found.

use super::{options::Options, tool};
use crate::{output::runtime, step::borrows};
use loomflow_graph::grammar::{ast::Workflow, errors::Errors};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::{Attribute, GenericArgument, GenericParam, Meta, PathArguments, Type};

pub(super) struct Signature<'a> {
    pub(super) ast: &'a Workflow,
    /// The attributes that go out as they came in.
    pub(super) attrs: Vec<&'a Attribute>,
    /// The hidden module of the runtime.
    pub(super) rt: TokenStream,
    /// What stands in its `#[workflow(…)]`.
    pub(super) options: Options,
    /// The type a run gives when it succeeds.
    pub(super) output: &'a Type,
    /// What it fails with, where its output is a `Result`.
    pub(super) fault: Option<&'a Type>,
}

impl<'a> Signature<'a> {
    pub(super) fn of(ast: &'a Workflow, errors: &Errors) -> Self {
        let (ours, attrs): (Vec<_>, Vec<_>) = ast.attrs.iter().partition(|attr| attr.path().is_ident("workflow"));
        let options = Options::of(&ours, errors);
        if options.tool {
            tool::check(ast, errors);
        }
        for param in &ast.generics.params {
            if let GenericParam::Lifetime(lifetime) = param {
                errors.on(lifetime, "a workflow has no lifetime parameters: what it keeps, it owns");
            }
        }
        let written = ast.inputs.iter().map(|input| &input.ty).chain(ast.lets.iter().map(|item| &item.ty));
        for ty in written.chain([&ast.output]) {
            if let Some(lent) = borrows(ty) {
                errors.lost(syn::Error::new_spanned(
                    lent,
                    "a workflow owns what it keeps: write `String` for `&str`, `Vec<T>` for `&[T]`, `T` for `&T`",
                ));
            }
        }
        let (output, fault) = match result_of(&ast.output) {
            Some((output, fault)) => (output, Some(fault)),
            None => (&ast.output, None),
        };
        Signature { ast, attrs, rt: runtime(options.krate.as_ref()), options, output, fault }
    }

    pub(super) fn name(&self) -> &'a Ident {
        &self.ast.name
    }

    /// The names of the type parameters, in parentheses, for a marker.
    pub(super) fn type_params(&self) -> Vec<&'a Ident> {
        let types = self.ast.generics.params.iter().filter_map(|param| match param {
            GenericParam::Type(ty) => Some(&ty.ident),
            _ => None,
        });
        types.collect()
    }

    pub(super) fn is_generic(&self) -> bool {
        !self.ast.generics.params.is_empty()
    }

    /// The generics with one more parameter, the context.
    pub(super) fn with_context(&self) -> TokenStream {
        let rt = &self.rt;
        let params = self.ast.generics.params.iter();
        quote!(<#(#params,)* __C: ?::core::marker::Sized + #rt::Sync>)
    }

    /// The predicates of the where clause, each with a comma behind it.
    pub(super) fn predicates(&self) -> TokenStream {
        let predicates = self.ast.generics.where_clause.iter().flat_map(|clause| clause.predicates.iter());
        quote!(#(#predicates,)*)
    }

    /// The doc comment's lines.
    pub(super) fn doc(&self) -> String {
        let lines = self.attrs.iter().filter(|attr| attr.path().is_ident("doc")).filter_map(|attr| match &attr.meta {
            Meta::NameValue(syn::MetaNameValue {
                value: syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }),
                ..
            }) => Some(text.value().trim().to_owned()),
            _ => None,
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    /// The names and the types of the inputs.
    pub(super) fn inputs(&self) -> (Vec<&'a Ident>, Vec<&'a Type>) {
        self.ast.inputs.iter().map(|input| (&input.name, &input.ty)).unzip()
    }
}

/// The two arguments of a type that is called `Result`.
pub(crate) fn result_of(ty: &Type) -> Option<(&Type, &Type)> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == "Result")?;
    let PathArguments::AngleBracketed(args) = &last.arguments else {
        return None;
    };
    let mut types = args.args.iter().filter_map(|arg| match arg {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    Some((types.next()?, types.next()?))
}

impl ToTokens for Signature<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let types = self.ast.generics.split_for_impl().1;
        let name = self.name();
        tokens.extend(quote!(#name #types));
    }
}
