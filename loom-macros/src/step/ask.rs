//! `#[ask]`: a function that words a question, and the step that waits for its answer.

use super::{
    beside,
    emit::{called, doc, inputs, lifetime, needs, unraw, visit, with_type},
    signature::{self, Parts, StepFn, borrows, opaque},
};
use crate::output::{at, call, crate_path, respan, runtime};
use loomflow_graph::{grammar::errors::Errors, similar::nearest};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{
    Path, ReturnType, Token, Type,
    ext::IdentExt,
    parse::{ParseStream, Parser},
    spanned::Spanned,
};

const KEYS: [&str; 2] = ["inbox", "crate"];

/// What stands in `#[ask(…)]`.
struct Options {
    answer: Type,
    inbox: bool,
    krate: Option<Path>,
}

pub(crate) fn expand(args: TokenStream, item: TokenStream) -> TokenStream {
    let written = item.clone();
    let step = match StepFn::parse("#[ask]", item) {
        Ok(step) => step,
        Err(error) => {
            let error = error.into_compile_error();
            return quote!(#error #written);
        }
    };
    let errors = Errors::new();
    let options = (|input: ParseStream<'_>| read(input, &errors)).parse2(args);
    if let Some(word) = &step.sig.asyncness {
        let message = "an ask is not `async`: it words the question, and it is the run that waits for the answer; what takes time is a step before it";
        errors.on(word, message);
    }
    if let ReturnType::Default = step.sig.output {
        errors.on(&step.sig.ident, "an ask gives the question to ask: write `-> Question`");
    }
    let checked = signature::check(&step, &errors);
    match options {
        Ok(options) => beside(&step, checked, errors, |parts| {
            let beside = emit(&step, parts, &options);
            quote!(#step #beside)
        }),
        Err(error) => {
            errors.push(error);
            beside(&step, checked, errors, |_| TokenStream::new())
        }
    }
}

fn read(input: ParseStream<'_>, errors: &Errors) -> syn::Result<Options> {
    let fork = input.fork();
    let first =
        fork.call(Ident::parse_any).ok().filter(|_| fork.is_empty() || fork.peek(Token![,]) || fork.peek(Token![=]));
    let keyed = first.filter(|word| KEYS.contains(&word.to_string().as_str()));
    if input.is_empty() || keyed.is_some() {
        let span = keyed.map_or_else(Span::call_site, |word| word.span());
        return Err(syn::Error::new(span, "an ask says first what it is answered with: `#[ask(Answer)]`"));
    }
    let answer: Type = input.parse()?;
    if let Some(found) = opaque(&answer) {
        errors.on(found, "an ask names the type it is answered with: this could be any");
    } else if let Some(found) = borrows(&answer) {
        errors.on(found, "an answer owns what it holds: a run keeps it longer than what it borrows from");
    }
    let mut options = Options { answer, inbox: false, krate: None };
    while input.parse::<Option<Token![,]>>()?.is_some() && !input.is_empty() {
        let key = input.fork().call(Ident::parse_any)?;
        let text = key.to_string();
        if options.inbox && text == "inbox" || options.krate.is_some() && text == "crate" {
            errors.at(key.span(), format!("`{text}` stands here twice"));
        }
        match text.as_str() {
            "crate" => options.krate = Some(crate_path(input)?),
            "inbox" => {
                input.call(Ident::parse_any)?;
                options.inbox = true;
            }
            _ => return Err(unknown(&key)),
        }
    }
    if input.is_empty() { Ok(options) } else { Err(input.error("a comma stands between the options of an ask")) }
}

fn unknown(key: &Ident) -> syn::Error {
    let text = key.to_string();
    let message = match nearest(&text, KEYS.map(str::to_owned)) {
        Some(near) => format!("an ask has no option `{text}`: did you mean `{near}`?"),
        None => format!("an ask has no option `{text}`: behind the type of the answer there are `inbox` and `crate`"),
    };
    syn::Error::new(key.span(), message)
}

fn emit(step: &StepFn, parts: &Parts, options: &Options) -> TokenStream {
    let rt = runtime(options.krate.as_ref());
    let ask_impl = ask_impl(step, parts, options, &rt);
    let call_impl = call_impl(step, parts, &rt);
    with_type(step, parts, &rt, &quote!(#ask_impl #call_impl))
}

fn ask_impl(step: &StepFn, parts: &Parts, options: &Options, rt: &TokenStream) -> TokenStream {
    let (name, a, inbox) = (&step.sig.ident, lifetime(), options.inbox);
    let (impls, types, bounds) = step.sig.generics.split_for_impl();
    let (text, doc) = (unraw(name), doc(step));
    let args = inputs(parts).into_iter().map(|input| input.ty);
    // The bound on the answer is told at its type as the user wrote it.
    let answer = options.answer.to_token_stream();
    let output = quote_spanned!(options.answer.span()=> type Output = #answer;);
    quote! {
        #[automatically_derived]
        impl #impls #rt::Step for #name #types #bounds {
            const NAME: &'static str = #text;
            const DOC: &'static str = #doc;
            const POLICY: #rt::Policy = #rt::Policy::ONCE;
            const WAITS: bool = true;
            type Args<#a> = (#(#args,)*);
            #output
            fn check_answer(__ask: &str, __json: &str) -> #rt::Option<#rt::Result<(), #rt::JsonError>> {
                use #rt::Anyway as _;
                if __ask == #text { #rt::Some(#rt::Of::<#answer>::new().check(__json)) } else { #rt::None }
            }
        }
        #[automatically_derived]
        impl #impls #rt::Ask for #name #types #bounds {
            const INBOX: bool = #inbox;
        }
    }
}

fn call_impl(step: &StepFn, parts: &Parts, rt: &TokenStream) -> TokenStream {
    let (name, a) = (&step.sig.ident, lifetime());
    let generics = &step.sig.generics;
    let (_, types, bounds) = generics.split_for_impl();
    let params = generics.params.iter();
    let wheres = bounds.map(|bounds| bounds.predicates.iter().collect::<Vec<_>>()).unwrap_or_default();
    let needs = needs(parts, rt);
    let span = at(name.span());
    let rt = &respan(rt.clone(), span);
    let slots: Vec<Ident> = (0..inputs(parts).len()).map(|index| format_ident!("__p{index}")).collect();
    // That it is a question is told at the return type.
    let given = match &step.sig.output {
        ReturnType::Type(_, ty) => ty.to_token_stream(),
        ReturnType::Default => quote!(()),
    };
    let asking = respan(quote!(#rt::Asking), at(given.span()));
    let question = quote_spanned!(at(given.span())=> <#given as #asking>::question);
    let turbofish = types.as_turbofish();
    let called = called(step, parts, rt, &slots, quote!(#name #turbofish));
    let visit = visit(parts, rt);
    let question = quote_spanned!(span=> #question(#called));
    let asked = call(quote!(#rt::asked::<__D, Self>), quote!(__driver, __at, move || #question), name.span());
    let future = quote! {
        impl #rt::Future<Output = #rt::Result<<Self as #rt::Step>::Output, #rt::Failure>> + #rt::Send
    };
    let taken = quote! {
        __driver: &#a __D,
        __context: &#a __C,
        __at: &#a #rt::At<<__D as #rt::Driver>::Scope>,
        __args: <Self as #rt::Step>::Args<#a>,
    };
    quote_spanned! {span=>
        #[automatically_derived]
        impl<#(#params,)* __C: ?::core::marker::Sized + #rt::Sync> #rt::Call<__C> for #name #types
        where #(#wheres,)* #(#needs,)*
        {
            #[inline]
            fn perform<#a, __D: #rt::Driver>(#taken) -> #future {
                let (#(#slots,)*) = __args;
                #visit
                #asked
            }
            #[inline]
            fn enter<#a, __D: #rt::Driver>(#taken) -> #future {
                <Self as #rt::Call<__C>>::perform(__driver, __context, __at, __args)
            }
        }
    }
}
