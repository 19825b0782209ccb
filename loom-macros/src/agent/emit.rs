//! What stands beside the workflow of an agent: a name for each tool, and for each place what it offers and what can be chosen
//! there. A call that is not offered has no label, so that it cannot be said.

use super::{
    alias,
    ast::{Agent, Max, Offered, Then},
    places::{Place, Places, number},
    settings,
    ways::tools,
};
use crate::output::at;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};

pub(super) fn emit(agent: &Agent, places: &Places<'_>, m: &TokenStream) -> TokenStream {
    let tools = tools(agent).into_iter().map(|offered| {
        let (vis, path, name) = (&agent.vis, &offered.path, alias(agent, offered.tool()));
        quote! {
            #[doc(hidden)]
            #[allow(warnings, clippy::all, clippy::pedantic)]
            #vis type #name = #path;
        }
    });
    let places = places.all.iter().map(|place| of_place(agent, place, m));
    let memory = settings::emit(agent, m);
    quote!(#(#tools)* #memory #(#places)*)
}

/// The type that stands for a place.
pub(super) fn marker(agent: &Agent, place: &Place<'_>) -> Ident {
    format_ident!("__{}_{}", agent.name, place.node, span = Span::call_site())
}

/// What can be chosen at a place.
pub(super) fn choice(agent: &Agent, place: &Place<'_>) -> Ident {
    format_ident!("__{}_{}_choice", agent.name, place.node, span = Span::call_site())
}

/// The label of a call. rustc proposes labels for types that are not there, so it is not the tool's own name.
pub(super) fn label(call: &Offered) -> Ident {
    format_ident!("{}_", call.tool(), span = call.tool().span())
}

fn of_place(agent: &Agent, place: &Place<'_>, m: &TokenStream) -> TokenStream {
    let (vis, name) = (&agent.vis, &agent.name);
    let (marker, choice) = (marker(agent, place), choice(agent, place));
    let variants = place.offers.iter().map(|call| {
        let (label, alias) = (label(call), alias(agent, call.tool()));
        quote_spanned!(at(label.span())=> #label(<#alias as #m::Tool>::Args),)
    });
    let words = place.words.as_ref().map(|_| quote!(Words(#m::String),));
    let spent = place.otherwise.map(|_| quote!(Spent,));
    let serde = quote!(#m::serde).to_string();
    let node = place.node.to_string();
    let shared = place.shared.iter().map(ToString::to_string);
    let model = match &agent.model {
        Some(model) => quote!(#m::Some(#model)),
        None => quote!(#m::None),
    };
    let memory = settings::memory_of(agent, m);
    let offers = place.offers.iter().map(|call| offer(agent, &choice, call, m));
    let total = place.total.map(|max| {
        let limit = limit(max, m);
        quote!(const TOTAL: #m::Option<#m::Limit> = #m::Some(#limit);)
    });
    let answers = place.words.as_ref().map(|_| {
        let after = required(agent, &Ident::new("end", Span::call_site()), None);
        quote! {
            const WORDS: #m::Option<fn(#m::String) -> #choice> = #m::Some(#choice::Words);
            const WORDS_AFTER: &'static [&'static str] = &[#(#after),*];
        }
    });
    let gives_up =
        place.otherwise.map(|_| quote!(const SPENT: #m::Option<fn() -> #choice> = #m::Some(|| #choice::Spent);));
    quote! {
        #[doc(hidden)]
        #[allow(warnings, clippy::all, clippy::pedantic)]
        #[derive(#m::Clone, #m::Serialize, #m::Deserialize)]
        #[serde(crate = #serde)]
        #vis enum #choice { #(#variants)* #words #spent Again }
        #[doc(hidden)]
        #[allow(warnings, clippy::all, clippy::pedantic)]
        #vis enum #marker {}
        #[doc(hidden)]
        #[allow(warnings, clippy::all, clippy::pedantic)]
        const _: () = {
            #[automatically_derived]
            impl #m::Place for #marker {
                type Agent = #name;
                type Choice = #choice;
                type Memory = #memory;
                const NAME: &'static str = #node;
                const SHARED: &'static [&'static str] = &[#(#shared),*];
                const MODEL: #m::Option<&'static str> = #model;
                const OFFERS: &'static [#m::Offer<#choice>] = &[#(#offers),*];
                #total
                #answers
                #gives_up
                fn again() -> #choice { #choice::Again }
            }
        };
    }
}

fn offer(agent: &Agent, choice: &Ident, call: &Offered, m: &TokenStream) -> TokenStream {
    let (tool, label, alias) = (call.tool(), label(call), alias(agent, call.tool()));
    let limit = match &call.max {
        Some(max) => {
            let limit = limit(max, m);
            quote!(#m::Some(#limit))
        }
        None => quote!(#m::None),
    };
    let refusals = match agent.refusals(tool) {
        Some(refusals) => quote!(#m::Some(#refusals)),
        None => quote!(#m::None),
    };
    let after = required(agent, tool, Some(tool));
    quote_spanned! {at(tool.span())=>
        #m::Offer {
            tool: <#alias as #m::Tool>::NAME,
            spec: <#alias as #m::Tool>::spec_without,
            read: |__arguments, __fixed| {
                #m::Result::map(<#alias as #m::Tool>::parse_with(__arguments, __fixed), #choice::#label)
            },
            limit: #limit,
            refusals: #refusals,
            after: &[#(#after),*],
        }
    }
}

fn limit(max: &Max, m: &TokenStream) -> TokenStream {
    let number = match number(max) {
        Some(number) => quote!(#m::Some(#number)),
        None => quote!(#m::None),
    };
    let per = match &max.per {
        Some(per) => {
            let per = per.to_string();
            quote!(#m::Some(#per))
        }
        None => quote!(#m::None),
    };
    quote!(#m::Limit { number: #number, per: #per })
}

/// The names of the tools that have to have succeeded before. A tool that can only end the agent needs what the end needs.
fn required(agent: &Agent, before: &Ident, tool: Option<&Ident>) -> Vec<String> {
    let end = Ident::new("end", Span::call_site());
    let ends = tool.and_then(|tool| agent.statement(tool)).is_some_and(|statement| match &statement.then {
        Then::Choose(choices) => choices.sole_exit().is_some_and(|exit| exit.keyword == "end"),
        Then::Match(_) => false,
    });
    let mut names: Vec<String> = agent.required(before).iter().map(ToString::to_string).collect();
    if ends {
        names.extend(agent.required(&end).iter().filter(|name| Some(**name) != tool).map(ToString::to_string));
    }
    names.sort();
    names.dedup();
    names
}
