//! The function under a `#[step]`: what its signature says, and what of it cannot be a step.

use loomflow_graph::grammar::errors::Errors;
use proc_macro2::{Group, TokenStream};
use quote::{ToTokens, quote};
use syn::{
    Attribute, FnArg, GenericArgument, GenericParam, Lifetime, PatType, PathArguments, ReturnType, Signature, Type,
    Visibility,
    parse::{ParseStream, Parser},
    visit::{self, Visit},
    visit_mut::{self, VisitMut},
};

/// A function whose body is kept as it was written.
pub(crate) struct StepFn {
    pub(crate) attrs: Vec<Attribute>,
    pub(super) vis: Visibility,
    pub(crate) sig: Signature,
    pub(super) body: Group,
}

impl StepFn {
    /// Reads the function under the attribute that is written so.
    pub(crate) fn parse(attribute: &'static str, item: TokenStream) -> syn::Result<Self> {
        (|input: ParseStream<'_>| Self::read(attribute, input)).parse2(item)
    }

    fn read(attribute: &str, input: ParseStream<'_>) -> syn::Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        let vis = input.parse()?;
        if !(input.peek(syn::Token![fn])
            || input.peek(syn::Token![async])
            || input.peek(syn::Token![unsafe])
            || input.peek(syn::Token![const])
            || input.peek(syn::Token![extern]))
        {
            return Err(input.error(format!("`{attribute}` stands on a function")));
        }
        Ok(StepFn { attrs, vis, sig: input.parse()?, body: input.parse()? })
    }
}

// The function goes out as it came in, less what only `#[step]` understands.
impl ToTokens for StepFn {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let sig = bare(&self.sig);
        let StepFn { attrs, vis, body, .. } = self;
        tokens.extend(quote!(#(#attrs)* #vis #sig #body));
    }
}

/// A signature without what only `#[step]` understands.
pub(super) fn bare(sig: &Signature) -> Signature {
    let mut sig = sig.clone();
    for arg in &mut sig.inputs {
        if let FnArg::Typed(arg) = arg {
            arg.attrs.retain(|attr| !(attr.path().is_ident("context") || attr.path().is_ident("run")));
        }
    }
    sig
}

/// What the code beside the function needs to know of it.
pub(crate) struct Parts {
    /// The parameters, in order.
    pub(super) params: Vec<Param>,
    /// What the step gives when it succeeds.
    pub(super) output: Output,
}

/// A parameter.
pub(super) enum Param {
    /// Lent by the context.
    Context(Type),
    /// What the step is told of its run.
    Run(Type),
    /// Handed over by the graph: its name, if it has one, and its type.
    Input(Option<syn::Ident>, Type),
}

/// What a step gives.
#[expect(clippy::large_enum_variant, reason = "there is one for each step, and it is only looked at")]
pub(super) enum Output {
    /// A plain value.
    Sure(Type),
    /// The first argument of a `Result`, and the second if it is written.
    Fallible(Type, Option<Type>),
    /// The success of a `Result` whose argument is not written, as of `fmt::Result`.
    Alias(Type),
}

/// Reads the parts of a signature; tells all that keeps it from being a step's.
pub(crate) fn check(step: &StepFn, errors: &Errors) -> Option<Parts> {
    let sig = &step.sig;
    if !matches!(sig.safety, syn::Safety::Default | syn::Safety::Safe(_)) {
        errors.on(&sig.safety, "a step is a safe function: wrap the unsafe part in a function of its own");
    }
    if let Some(abi) = &sig.abi {
        errors.on(abi, "a step is a Rust function");
    }
    for param in &sig.generics.params {
        if let GenericParam::Lifetime(lifetime) = param {
            errors.on(
                lifetime,
                "a step has no lifetime parameters: write `&T`, and what is lent lives as long as the call",
            );
        }
    }
    let mut params = Vec::new();
    for arg in &sig.inputs {
        match arg {
            FnArg::Receiver(receiver) => {
                let message = "a method cannot be a step: make it a function that takes what it needs, and a `#[context]` for what is always the same";
                errors.on(receiver, message);
                return None;
            }
            FnArg::Typed(arg) => params.push(param(arg, errors)),
        }
    }
    let output = output(&sig.output, errors);
    Some(Parts { params, output })
}

fn param(arg: &PatType, errors: &Errors) -> Param {
    let ty = (*arg.ty).clone();
    if let Some(found) = find(&ty, |ty| matches!(ty, Type::ImplTrait(_))) {
        errors.on(found, "a step names the types it takes: `impl Trait` could be any");
    }
    if let Some(Type::Reference(found)) =
        find(&ty, |ty| matches!(ty, Type::Reference(lent) if lent.mutability.is_some()))
    {
        errors.on(found, "a step cannot change what it is lent: take it by value and give it back");
    }
    let context = arg.attrs.iter().any(|attr| attr.path().is_ident("context"));
    if let Some(run) = arg.attrs.iter().find(|attr| attr.path().is_ident("run")) {
        if context {
            errors.on(run, "what a step is told of its run is no context: leave out `#[context]`, or `#[run]`");
        }
        return match ty {
            Type::Reference(lent) => Param::Run(*lent.elem),
            other => {
                errors.on(&other, "what a step is told of its run is lent: write `&Visit`");
                Param::Run(other)
            }
        };
    }
    match ty {
        Type::Reference(lent) if context => Param::Context(*lent.elem),
        other if context => {
            errors.on(&other, "a context is lent: write `&` before its type");
            Param::Context(other)
        }
        ty => {
            let name = if let syn::Pat::Ident(pat) = &*arg.pat { Some(pat.ident.clone()) } else { None };
            Param::Input(name, ty)
        }
    }
}

fn output(output: &ReturnType, errors: &Errors) -> Output {
    let ReturnType::Type(_, ty) = output else {
        return Output::Sure(syn::parse_quote!(()));
    };
    if let Some(found) = find(ty, |ty| matches!(ty, Type::ImplTrait(_))) {
        errors.on(found, "a step names the type it gives: `impl Trait` cannot be kept between steps");
    } else if let Some(found) = borrows(ty) {
        errors.on(found, "a step gives what it owns: a run keeps it longer than what it borrows from");
    }
    let result = match &**ty {
        Type::Path(path) if path.qself.is_none() => path.path.segments.last().filter(|last| last.ident == "Result"),
        _ => None,
    };
    let Some(result) = result else {
        return Output::Sure((**ty).clone());
    };
    if let PathArguments::AngleBracketed(args) = &result.arguments {
        let mut types = args.args.iter().filter_map(|arg| match arg {
            GenericArgument::Type(ty) => Some(ty.clone()),
            _ => None,
        });
        if let Some(ok) = types.next() {
            return Output::Fallible(ok, types.next());
        }
    }
    Output::Alias((**ty).clone())
}

/// A part of a type that is of some kind.
pub(super) fn find(ty: &Type, wanted: impl Fn(&Type) -> bool) -> Option<Type> {
    struct Find<F>(F, Option<Type>);
    impl<'ast, F: Fn(&Type) -> bool> Visit<'ast> for Find<F> {
        fn visit_type(&mut self, ty: &'ast Type) {
            if self.1.is_none() && (self.0)(ty) {
                self.1 = Some(ty.clone());
            }
            visit::visit_type(self, ty);
        }
    }
    let mut find = Find(wanted, None);
    find.visit_type(ty);
    find.1
}

/// A part of a type that does not say which type it is.
pub(super) fn opaque(ty: &Type) -> Option<Type> {
    find(ty, |ty| matches!(ty, Type::ImplTrait(_) | Type::Infer(_)))
}

/// The part of a type that borrows from something other than the program itself.
pub(crate) fn borrows(ty: &Type) -> Option<TokenStream> {
    struct Borrows(Option<TokenStream>);
    impl<'ast> Visit<'ast> for Borrows {
        fn visit_type_reference(&mut self, ty: &'ast syn::TypeReference) {
            if ty.lifetime.as_ref().is_none_or(|lifetime| lifetime.ident != "static") {
                self.0.get_or_insert_with(|| ty.to_token_stream());
            }
            visit::visit_type_reference(self, ty);
        }
        fn visit_lifetime(&mut self, lifetime: &'ast Lifetime) {
            if lifetime.ident != "static" {
                self.0.get_or_insert_with(|| lifetime.to_token_stream());
            }
        }
        // The lifetimes of a function pointer or of `for<'x>` are its own.
        fn visit_type_fn_ptr(&mut self, _: &'ast syn::TypeFnPtr) {}
        fn visit_type_trait_object(&mut self, _: &'ast syn::TypeTraitObject) {}
    }
    let mut borrows = Borrows(None);
    borrows.visit_type(ty);
    borrows.0
}

/// The type with every lifetime that is left out made `'a`.
pub(super) fn with_lifetime(ty: &Type, a: &Lifetime) -> Type {
    struct Fill<'l>(&'l Lifetime);
    impl VisitMut for Fill<'_> {
        fn visit_type_reference_mut(&mut self, ty: &mut syn::TypeReference) {
            if ty.lifetime.is_none() {
                ty.lifetime = Some(Lifetime { apostrophe: ty.and_token.span, ident: self.0.ident.clone() });
            }
            visit_mut::visit_type_reference_mut(self, ty);
        }
        fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
            if lifetime.ident == "_" {
                lifetime.ident = self.0.ident.clone();
            }
        }
        fn visit_type_fn_ptr_mut(&mut self, _: &mut syn::TypeFnPtr) {}
    }
    let mut ty = ty.clone();
    Fill(a).visit_type_mut(&mut ty);
    ty
}
