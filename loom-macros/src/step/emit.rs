//! The type beside the function, and what makes it a step.

use super::{
    options::Options,
    plain,
    signature::{Output, Param, Parts, StepFn, with_lifetime},
};
use crate::output::{at, call, duration, respan, runtime};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{GenericParam, Lifetime, Meta, Type, spanned::Spanned};

pub(crate) fn emit(step: &StepFn, parts: &Parts, options: &Options) -> TokenStream {
    let rt = runtime(options.krate.as_ref());
    let step_impl = step_impl(step, parts, options, &rt);
    let call_impl = call_impl(step, parts, options, &rt);
    let function = plain::function(step, parts, options, &rt);
    let body = plain::body(step);
    let with_type = with_type(step, parts, &rt, &quote!(#step_impl #call_impl));
    quote!(#function #with_type #body)
}

/// The type that stands for the function, and what is implemented for it.
pub(super) fn with_type(step: &StepFn, parts: &Parts, rt: &TokenStream, implemented: &TokenStream) -> TokenStream {
    let name = &step.sig.ident;
    let marker = marker(step, rt);
    let (impls, types, bounds) = step.sig.generics.split_for_impl();
    let args = arguments(step, parts, rt);
    let takes = takes(step, parts, rt);
    quote! {
        #marker
        #[doc(hidden)]
        #[allow(warnings, clippy::all, clippy::pedantic, clippy::nursery)]
        const _: () = {
            #[automatically_derived]
            impl #impls #name #types #bounds { #args }
            #takes
            #implemented
        };
    }
}

// After the function, so that an editor takes the name for a function; and an enum without variants or a struct with
// braces, so that it leaves the name free for the function as a value.
pub(super) fn marker(step: &StepFn, rt: &TokenStream) -> TokenStream {
    let (vis, name, generics) = (&step.vis, &step.sig.ident, &step.sig.generics);
    let allow = quote! {
        #[doc(hidden)]
        #[allow(non_camel_case_types, dead_code, clippy::empty_enums)]
    };
    if generics.params.is_empty() {
        return quote!(#allow #vis enum #name {});
    }
    let bounds = &generics.where_clause;
    let types = generics.params.iter().filter_map(|param| match param {
        GenericParam::Type(ty) => Some(&ty.ident),
        _ => None,
    });
    quote! {
        #allow
        #vis struct #name #generics #bounds { __never: #rt::Never, __types: #rt::PhantomData<fn() -> (#(#types,)*)> }
    }
}

pub(super) fn lifetime() -> Lifetime {
    Lifetime::new("'__a", Span::mixed_site())
}

/// A parameter that the graph fills.
pub(super) struct Input<'p> {
    name: Ident,
    pub(super) ty: Type,
    written: &'p Type,
}

pub(super) fn inputs(parts: &Parts) -> Vec<Input<'_>> {
    let a = lifetime();
    let inputs = parts.params.iter().filter_map(|param| match param {
        Param::Input(name, ty) => Some((name, ty)),
        Param::Context(_) | Param::Run(_) => None,
    });
    inputs
        .enumerate()
        .map(|(index, (name, written))| Input {
            name: name.clone().unwrap_or_else(|| format_ident!("argument{index}")),
            ty: with_lifetime(written, &a),
            written,
        })
        .collect()
}

/// The functions that take what the graph hands over. rustc points into the user's signature when it does not fit, so
/// the parameters stand here under their own names and spans.
pub(super) fn arguments(step: &StepFn, parts: &Parts, rt: &TokenStream) -> TokenStream {
    let (name, a) = (&step.sig.ident, lifetime());
    let inputs = inputs(parts);
    let (names, types): (Vec<_>, Vec<_>) = inputs.iter().map(|input| (&input.name, &input.ty)).unzip();
    let span = name.span();
    let args = Ident::new("__args", span);
    let bare = Ident::new("__bare", span);
    let bare_params = if names.is_empty() { quote!(_: #rt::Nothing) } else { quote!(#(#names: #types),*) };
    quote! {
        #[doc(hidden)]
        #[inline]
        pub fn #args<#a>(#(#names: #types),*) -> (#(#types,)*) { (#(#names,)*) }
        #[doc(hidden)]
        #[inline]
        pub fn #bare<#a>(#bare_params) -> (#(#types,)*) { (#(#names,)*) }
    }
}

/// What a step takes first, for a workflow in one line that begins with it.
pub(super) fn takes(step: &StepFn, parts: &Parts, rt: &TokenStream) -> TokenStream {
    let name = &step.sig.ident;
    let (impls, types, bounds) = step.sig.generics.split_for_impl();
    let inputs = inputs(parts);
    let param = match inputs.as_slice() {
        [] => quote!(#rt::Taken<()>),
        [one, ..] => {
            let lent = with_lifetime(one.written, &Lifetime::new("'static", Span::call_site()));
            let lends = lent.to_token_stream().to_string() != one.written.to_token_stream().to_string();
            if lends { quote!(#lent) } else { quote!(#rt::Taken<#lent>) }
        }
    };
    quote! {
        #[automatically_derived]
        impl #impls #rt::Takes for #name #types #bounds {
            type Param = #param;
        }
    }
}

fn step_impl(step: &StepFn, parts: &Parts, options: &Options, rt: &TokenStream) -> TokenStream {
    let (name, a) = (&step.sig.ident, lifetime());
    let (impls, types, bounds) = step.sig.generics.split_for_impl();
    let text = unraw(name);
    let doc = doc(step);
    let policy = policy(options, rt);
    let args = inputs(parts).into_iter().map(|input| input.ty);
    let input = options.cache.map(|_| written_input(parts, rt));
    let settled = options.at_most_once.then(|| settled(rt));
    // The bound on the output is told at the type as the user wrote it.
    let output = match &parts.output {
        Output::Sure(ty) | Output::Fallible(ty, _) => {
            let tokens = ty.to_token_stream();
            quote_spanned!(ty.span()=> type Output = #tokens;)
        }
        Output::Alias(ty) => {
            quote_spanned!(ty.span()=> type Output = <#ty as #rt::Success>::Output;)
        }
    };
    quote! {
        #[automatically_derived]
        impl #impls #rt::Step for #name #types #bounds {
            const NAME: &'static str = #text;
            const DOC: &'static str = #doc;
            const POLICY: #rt::Policy = #policy;
            type Args<#a> = (#(#args,)*);
            #output
            #input
            #settled
        }
    }
}

/// The arguments as JSON.
fn written_input(parts: &Parts, rt: &TokenStream) -> TokenStream {
    let inputs = inputs(parts);
    let slots: Vec<Ident> = (0..inputs.len()).map(|index| format_ident!("__p{index}")).collect();
    let keyed = keyed(&inputs, slots.iter().map(ToTokens::to_token_stream), &quote!(Self), rt);
    quote! {
        fn input(__args: &<Self as #rt::Step>::Args<'_>) -> #rt::Option<#rt::Result<#rt::String, #rt::JsonError>> {
            let (#(#slots,)*) = __args;
            #keyed
        }
    }
}

/// What is lent in the slots, as JSON. That each can be written is told at its type.
pub(super) fn keyed(
    inputs: &[Input<'_>],
    slots: impl Iterator<Item = TokenStream>,
    this: &TokenStream,
    rt: &TokenStream,
) -> TokenStream {
    let written = inputs.iter().zip(slots).map(|(input, slot)| {
        let span = at(input.written.span());
        let json = respan(quote!(#rt::Keyed::<#this>::json(#slot)), span);
        quote!(#json?)
    });
    quote! {{
        let __written = || -> #rt::Result<#rt::String, #rt::JsonError> {
            let __written: &[#rt::String] = &[#(#written),*];
            #rt::Ok(__written.join(","))
        };
        #rt::Some(__written())
    }}
}

/// Of a step that must not happen twice a run may be told whether it happened.
fn settled(rt: &TokenStream) -> TokenStream {
    quote! {
        fn check_answer(__ask: &str, __json: &str) -> #rt::Option<#rt::Result<(), #rt::JsonError>> {
            if __ask == <Self as #rt::Step>::NAME { #rt::Some(#rt::check_settled::<Self>(__json)) } else { #rt::None }
        }
    }
}

fn call_impl(step: &StepFn, parts: &Parts, options: &Options, rt: &TokenStream) -> TokenStream {
    let (name, a) = (&step.sig.ident, lifetime());
    let generics = &step.sig.generics;
    let (_, types, bounds) = generics.split_for_impl();
    let params = generics.params.iter();
    let needs = needs(parts, rt);
    let wheres = bounds.map(|bounds| bounds.predicates.iter().collect::<Vec<_>>()).unwrap_or_default();
    let span = at(name.span());
    let rt = &respan(rt.clone(), span);
    let inputs = inputs(parts);
    let slots: Vec<Ident> = (0..inputs.len()).map(|index| format_ident!("__p{index}")).collect();
    let boxed = boxed(parts, rt);
    let visit = visit(parts, rt);
    let work = work(step, parts, options, rt, &slots);
    let performed = if options.retry.is_some() {
        let (keep, again) = retained(&inputs, &slots, rt);
        let attempt = quote_spanned!(span=> move |__number: u32, __last: bool| { #(#again)* #work });
        let arguments = quote_spanned!(span=> __driver, __at, <Self as #rt::Step>::POLICY, #attempt);
        let retried = call(quote!(#rt::retried), arguments, name.span());
        quote!(#(#keep)* #retried)
    } else {
        call(quote!(#rt::once), quote_spanned!(span=> __at, #work), name.span())
    };
    quote_spanned! {span=>
        #[automatically_derived]
        impl<#(#params,)* __C: ?::core::marker::Sized + #rt::Sync> #rt::Call<__C> for #name #types
        where #(#wheres,)* #(#needs,)*
        {
            #[inline]
            fn perform<#a, __D: #rt::Driver>(
                __driver: &#a __D,
                __context: &#a __C,
                __at: &#a #rt::At<<__D as #rt::Driver>::Scope>,
                __args: <Self as #rt::Step>::Args<#a>,
            ) -> impl #rt::Future<Output = #rt::Result<<Self as #rt::Step>::Output, #rt::Failure>> + #rt::Send {
                let (#(#slots,)*) = __args;
                #boxed
                #visit
                #performed
            }
        }
    }
}

/// What the context must have, as bounds on it.
pub(super) fn needs(parts: &Parts, rt: &TokenStream) -> Vec<TokenStream> {
    let needs = parts.params.iter().filter_map(|param| match param {
        Param::Context(ty) => Some(quote_spanned!(ty.span()=> __C: #rt::Needs<#ty, Self>)),
        Param::Input(..) | Param::Run(_) => None,
    });
    needs.collect()
}

/// Whether a step asks for what it is told of its run.
fn asks_of_run(parts: &Parts) -> bool {
    parts.params.iter().any(|param| matches!(param, Param::Run(_)))
}

/// What the step is told of its run, if it asks.
pub(super) fn visit(parts: &Parts, rt: &TokenStream) -> TokenStream {
    if asks_of_run(parts) { quote!(let __visit = #rt::Driver::visit(__driver, __at);) } else { TokenStream::new() }
}

/// The call of the function, with what the context lends and what stands in the slots.
pub(super) fn called(
    step: &StepFn,
    parts: &Parts,
    rt: &TokenStream,
    slots: &[Ident],
    function: TokenStream,
) -> TokenStream {
    let mut slots = slots.iter();
    let arguments = parts.params.iter().map(|param| match param {
        Param::Context(ty) => quote!(#rt::Needs::<#ty, Self>::need(__context)),
        Param::Run(ty) => {
            let visited = respan(quote!(<#ty as #rt::Visited>::visited), at(ty.span()));
            quote!(#visited(&__visit))
        }
        Param::Input(..) => slots.next().map_or_else(TokenStream::new, ToTokens::to_token_stream),
    });
    call(function, quote!(#(#arguments),*), step.sig.ident.span())
}

/// The work of one attempt: the call of the function, as a future that gives a failure of the runtime's own kind.
fn work(step: &StepFn, parts: &Parts, options: &Options, rt: &TokenStream, slots: &[Ident]) -> TokenStream {
    let name = &step.sig.ident;
    // All of it is told at the step's name: that its future cannot be sent to another thread, for one.
    let span = at(name.span());
    let function = if plain::is_recorded(step) {
        quote!(Self::#name)
    } else {
        let types = step.sig.generics.split_for_impl().1;
        let turbofish = types.as_turbofish();
        quote!(#name #turbofish)
    };
    let mut called = called(step, parts, rt, slots, function);
    let asks = asks_of_run(parts);
    if asks && step.sig.asyncness.is_some() {
        // What it is told lives as long as its future.
        called = quote_spanned!(span=> async move { #called.await });
    }
    let work = match (step.sig.asyncness.is_some(), matches!(parts.output, Output::Sure(_))) {
        (true, true) => call(quote!(#rt::Infallible::new), called, name.span()),
        (true, false) => call(quote!(#rt::Fallible::new), quote_spanned!(span=> #called, __boxed), name.span()),
        (false, true) => call(quote!(#rt::Plain::new), quote_spanned!(span=> move || #rt::Sure(#called)), name.span()),
        (false, false) => {
            let mapped = call(quote!(#rt::Result::map_err), quote_spanned!(span=> #called, __boxed), name.span());
            call(quote!(#rt::Plain::new), quote_spanned!(span=> move || #mapped), name.span())
        }
    };
    let work =
        if asks && options.retry.is_some() { quote!({ let __visit = __visit.on(__number); #work }) } else { work };
    match options.timeout {
        Some(limit) => {
            let limit = duration(limit, rt);
            quote!(#rt::limited(__driver, #limit, #work))
        }
        None => work,
    }
}

/// The function that boxes the step's error. That the error is one is asked for here, once, where it is written; behind
/// this it is a plain function.
fn boxed(parts: &Parts, rt: &TokenStream) -> TokenStream {
    let (function, span) = match &parts.output {
        Output::Sure(_) => return TokenStream::new(),
        Output::Fallible(_, Some(fault)) => (quote!(<#fault as #rt::Fault>::into_boxed), fault.span()),
        Output::Fallible(ty, None) | Output::Alias(ty) => (quote!(#rt::Fault::into_boxed), ty.span()),
    };
    respan(quote!(let __boxed: fn(_) -> _ = #function;), at(span))
}

/// What a retried step takes by value is kept for the attempts that may follow; the last one takes it.
fn retained(inputs: &[Input<'_>], slots: &[Ident], rt: &TokenStream) -> (Vec<TokenStream>, Vec<TokenStream>) {
    let owned = inputs.iter().zip(slots).filter(|(input, _)| !matches!(input.ty, Type::Reference(_)));
    owned
        .map(|(input, slot)| {
            let another = quote!(#rt::Retried::<Self>::another(#slot.get()));
            let another = respan(another, at(input.written.span()));
            (
                quote!(let mut #slot = #rt::Slot::new(#slot);),
                quote!(let #slot = if __last { #slot.take() } else { #another };),
            )
        })
        .unzip()
}

fn policy(options: &Options, rt: &TokenStream) -> TokenStream {
    let retry = options.retry.map(|retry| quote!(.with_retry(#retry)));
    let backoff = options.backoff.map(|(from, to)| {
        let (from, to) = (duration(from, rt), duration(to, rt));
        quote!(.with_backoff(#from, #to))
    });
    let timeout = options.timeout.map(|limit| {
        let limit = duration(limit, rt);
        quote!(.with_timeout(#limit))
    });
    let cache = options.cache.map(|keep| {
        let keep = duration(keep, rt);
        quote!(.with_cache(#keep))
    });
    let at_most_once = options.at_most_once.then(|| quote!(.with_at_most_once()));
    quote!(#rt::Policy::ONCE #retry #backoff #timeout #cache #at_most_once)
}

pub(super) fn doc(step: &StepFn) -> String {
    let lines = step.attrs.iter().filter(|attr| attr.path().is_ident("doc")).filter_map(|attr| match &attr.meta {
        Meta::NameValue(syn::MetaNameValue {
            value: syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }),
            ..
        }) => Some(text.value().trim().to_owned()),
        _ => None,
    });
    lines.collect::<Vec<_>>().join("\n")
}

pub(crate) fn unraw(name: &Ident) -> String {
    use syn::ext::IdentExt;
    name.unraw().to_string()
}
