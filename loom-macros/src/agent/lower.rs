//! An agent as the tokens of a workflow.
//!
//! Behind each tool stands a node that asks the model, and a route on what it chose. A call is a node of the tool's name; a
//! person's approval is an ask before it; what is no choice leads back to the place it was made at. Every edge back has a bound,
//! the one that the model is held to. Before the end what was answered is written down, where the agent may have a memory.

use super::{
    alias,
    ast::{Agent, Arm, Choice, Exit, Max, Offered, Then},
    emit::{choice, label, marker},
    places::{Kind, Place, Places, number},
    settings,
    ways::{At, comes_back, free_sources, tools, ways},
};
use crate::{
    output::{at, call, respan, runtime},
    workflow,
};
use loomflow_graph::grammar::names::bindings;
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{Expr, Lit, Pat, Type, spanned::Spanned};

/// How many replies may be no choice before a place is left; the reply that makes it one more fails the agent.
const CORRECTIONS: u64 = 2;

pub(super) fn lower(agent: &Agent, places: &Places<'_>, m: &TokenStream) -> TokenStream {
    let Agent { attrs, vis, name, output, .. } = agent;
    let inputs = agent.inputs.iter().map(|(name, ty)| quote!(#name: #ty));
    let told = agent.inputs.iter().filter(|(name, _)| !settings::is_tone(agent, name)).map(|(name, _)| {
        let text = name.to_string();
        quote!((#text, #m::told(&#name)))
    });
    let prompt = match &agent.prompt {
        Some(prompt) => {
            let of = quote_spanned!(at(prompt.span())=> #m::prompt);
            quote!(#of(#prompt))
        }
        None => quote!(#m::None),
    };
    let begin = settings::in_tone(agent, quote!(#m::begin(#prompt, &[#(#told),*])), m);
    let lower = Lower { agent, places, m };
    let (statements, remembered) = (lower.statements(), lower.remembered());
    quote! {
        #(#attrs)*
        #vis #name(#(#inputs),*) -> #output {
            let conversation: #m::Vec<#m::Said> = #begin;
            #remembered
            #statements
        }
    }
}

/// A text that stands in the code is one that is owned.
fn text(expr: &Expr, m: &TokenStream) -> TokenStream {
    match expr {
        Expr::Lit(lit) if matches!(lit.lit, Lit::Str(_)) => {
            let from = quote_spanned!(at(lit.span())=> #m::String::from);
            quote!(#from(#expr))
        }
        _ => quote!(#expr),
    }
}

/// What an arm carries: what its pattern binds.
fn bound(pat: &Pat) -> TokenStream {
    match bindings(pat).as_slice() {
        [one] => quote!(#one),
        several => quote!((#(#several),*)),
    }
}

struct Lower<'l, 'a> {
    agent: &'a Agent,
    places: &'l Places<'a>,
    m: &'l TokenStream,
}

impl<'a> Lower<'_, 'a> {
    fn statements(&self) -> TokenStream {
        let mut code = TokenStream::new();
        for statement in &self.agent.statements {
            for source in &statement.sources {
                let then = match &statement.then {
                    Then::Choose(choices) => match choices.sole_exit() {
                        Some(exit) if source != "start" || exit.keyword == "fail" => self.exit(exit, &quote!(#source)),
                        _ => {
                            let heard = self.heard(source);
                            let place = self.place(&Kind::After(At::of(source), None));
                            quote!(#heard #place)
                        }
                    },
                    Then::Match(arms) => self.route(source, arms),
                };
                code.extend(quote!(#source -> #then;));
            }
        }
        let mut is_first = true;
        for source in free_sources(self.agent) {
            let Some(place) = self.places.find(&Kind::Free) else { continue };
            let source = Ident::new(&source.name(), place.node.span());
            // A node has one way out, so its route is written once, and the others only lead there.
            let then = if std::mem::take(&mut is_first) { self.of(place) } else { self.think(place) };
            let heard = self.heard(&source);
            code.extend(quote!(#source -> #heard #then;));
        }
        code
    }

    /// An exit, and what an `end` alone ends with: what the edge carries, by its name.
    fn exit(&self, exit: &Exit, carried: &TokenStream) -> TokenStream {
        let Exit { keyword, with } = exit;
        if keyword == "end" && settings::remembers(self.agent) {
            let answer = match with {
                Some(with) => quote!(#with),
                None => respan(carried.clone(), keyword.span()),
            };
            return self.answered(answer, with.as_ref().map_or(keyword.span(), Spanned::span));
        }
        match with {
            Some(with) => quote!(#keyword(#with)),
            None => quote!(#keyword),
        }
    }

    /// The end of an agent that may remember: its answer, and the step that writes it down.
    fn answered(&self, answer: TokenStream, span: Span) -> TokenStream {
        let (m, rt, name) = (self.m, runtime(workflow::crate_of(&self.agent.attrs).as_ref()), &self.agent.name);
        let memory = settings::memory_of(self.agent, m);
        let remember = respan(quote!(remember_answer), span);
        // An answer of the wrong type is told as that of any workflow is.
        let ty = self.answer();
        let answer = call(quote!(<_ as #rt::Ends<#ty, #name>>::end), answer, span);
        quote! {
            final_answer = (#answer) ->
                #remember: #m::Remember::<#name, #memory>(conversation, #m::told(&final_answer))
        }
    }

    /// What all the ends of an agent share that may remember.
    fn remembered(&self) -> TokenStream {
        if !settings::remembers(self.agent) {
            return TokenStream::new();
        }
        let ty = self.answer();
        quote! {
            let final_answer: #ty;
            remember_answer -> end(final_answer);
        }
    }

    /// The type of what the agent answers.
    fn answer(&self) -> &Type {
        let output = &self.agent.output;
        workflow::result_of(output).map_or(output, |(answer, _)| answer)
    }

    /// That the model is told of the call it made, before it chooses again.
    fn heard(&self, source: &Ident) -> TokenStream {
        if source == "start" {
            return TokenStream::new();
        }
        let (m, alias, tool) = (self.m, alias(self.agent, source), self.tool(source));
        quote!(conversation += (#m::heard::<#alias>(&conversation, &#tool)) ->)
    }

    /// The name of a tool, where it is first offered.
    fn tool(&self, name: &Ident) -> Ident {
        let found = tools(self.agent).into_iter().map(Offered::tool).find(|tool| *tool == name);
        found.unwrap_or(name).clone()
    }

    fn route(&self, source: &Ident, arms: &[Arm]) -> TokenStream {
        let (m, alias) = (self.m, alias(self.agent, source));
        let arms = arms.iter().enumerate().map(|(index, arm)| {
            let pat = &arm.pat;
            let guard = arm.guard.as_ref().map(|guard| quote!(if #guard));
            let then = match arm.then.sole_exit() {
                Some(exit) => self.guarded_exit(exit, &bound(pat)),
                None => self.place(&Kind::After(At::of(source), Some(index))),
            };
            quote!(#pat #guard => #then,)
        });
        quote! {
            conversation += (#m::done::<#alias>(&conversation, &#source)) -> match #source { #(#arms)* }
        }
    }

    /// An exit that no offer stands before: what is required before the end is looked at here.
    fn guarded_exit(&self, exit: &Exit, carried: &TokenStream) -> TokenStream {
        let code = self.exit(exit, carried);
        let required: Vec<String> = self.agent.required(&exit.keyword).iter().map(ToString::to_string).collect();
        if required.is_empty() {
            return code;
        }
        let m = self.m;
        let tools = required.join("`, `");
        let fail = self.fail(&quote!(#m::AgentError::Unmet { tools: #m::String::from(#tools) }));
        quote!(if #m::met(&conversation, &[#(#required),*]) { #code } else { #fail })
    }

    /// An agent `-> Result<T, E>` fails with an `E`, so that is told at the type it ends in.
    fn fail(&self, error: &TokenStream) -> TokenStream {
        respan(quote!(fail(#error)), at(self.agent.output.span()))
    }

    fn place(&self, kind: &Kind) -> TokenStream {
        self.places.find(kind).map_or_else(TokenStream::new, |place| self.of(place))
    }

    /// The node that asks the model, and the route on what it chose.
    fn of(&self, place: &Place<'a>) -> TokenStream {
        let (think, node) = (self.think(place), &place.node);
        let arms = place.offers.iter().map(|call| self.call(place, call));
        let words = place.words.as_ref().map(|words| {
            let label = choice(self.agent, place);
            let exit = Exit { keyword: Ident::new("end", words.span), with: None };
            let end = self.exit(words.exit.unwrap_or(&exit), &quote!(words));
            quote!(#label::Words(words) => (words) -> #end,)
        });
        let spent = place.otherwise.map(|otherwise| {
            let label = choice(self.agent, place);
            let then = match otherwise {
                Choice::Exit(exit) => self.guarded_exit(exit, &quote!(())),
                Choice::Call(_) => self.places.otherwise(place).map_or_else(TokenStream::new, |place| self.of(place)),
            };
            quote!(#label::Spent => #then,)
        });
        let again = self.again(place);
        quote!(#think -> match #node.choice { #(#arms)* #words #spent #again })
    }

    fn think(&self, place: &Place<'a>) -> TokenStream {
        let (m, node, marker) = (self.m, &place.node, marker(self.agent, place));
        let given = self.given(place);
        quote!(conversation += #node: #m::Think::<#marker>(conversation, #given))
    }

    /// What the graph computes for a place.
    fn given(&self, place: &Place<'a>) -> TokenStream {
        let m = self.m;
        let mut given = quote!(#m::given());
        if !place.is_given() {
            return given;
        }
        let computed = |tool: String, max: &Max| {
            let expr = &max.number;
            number(max).is_none().then(|| quote!(.limit(#tool, #expr)))
        };
        given.extend(place.total.and_then(|max| computed(String::new(), max)));
        for call in &place.offers {
            let (tool, alias) = (call.tool().to_string(), alias(self.agent, call.tool()));
            given.extend(call.max.as_ref().and_then(|max| computed(tool.clone(), max)));
            for (name, value) in &call.fixed {
                let text_of = name.to_string();
                let field = quote_spanned!(at(name.span())=> |__args: &<#alias as #m::Tool>::Args| &__args.#name);
                let value_of = text(value, m);
                let is = quote_spanned!(at(value.span())=> .is(#value_of));
                given.extend(quote!(.argument(#tool, #text_of, #field) #is));
            }
        }
        given
    }

    /// A call that the model chose, as an arm.
    fn call(&self, place: &Place<'a>, call: &Offered) -> TokenStream {
        let (m, tool) = (self.m, call.tool());
        let (choices, label, alias) = (choice(self.agent, place), label(call), alias(self.agent, tool));
        let tried = self.is_tried(tool).then(|| quote!(try));
        let bound = self.bound(place, call);
        let performed = quote_spanned!(tool.span()=> #tried #tool: #m::Use::<#alias>(call) #bound);
        let Some(refusals) = self.agent.refusals(tool) else {
            return quote!(#choices::#label(call) => #performed,);
        };
        let node = place.node.to_string();
        let approve =
            format_ident!("approve_{}{}", tool, node.strip_prefix("think").unwrap_or(&node), span = tool.span());
        let refusals = Literal::usize_unsuffixed(refusals);
        let back = self.back(place, &quote!(#refusals), &quote!(run));
        quote! {
            #choices::#label(call) => #approve: #m::Approve::<#alias>(call) -> match {
                #m::Approval::Granted => #performed,
                #m::Approval::Refused(why) => conversation += (#m::refused(&conversation, &why)) -> #back,
            },
        }
    }

    /// The bound of a call in the graph: the one that withdraws it.
    fn bound(&self, place: &Place<'a>, call: &Offered) -> TokenStream {
        // A call that never leads back here is made once, whatever is counted together with it.
        let Some(max) = call.max.as_ref().or(place.total).filter(|_| self.comes_back(place, call.tool())) else {
            return TokenStream::new();
        };
        let (m, number) = (self.m, &max.number);
        let per = max.per.clone().unwrap_or_else(|| Ident::new("run", Span::call_site()));
        let node = call.tool().to_string();
        let fail = self.fail(&quote!(#m::AgentError::Overdone { node: #node }));
        quote!(max #number per #per else #fail)
    }

    /// That the reply was no choice, as an arm.
    fn again(&self, place: &Place<'a>) -> TokenStream {
        let label = choice(self.agent, place);
        let corrections = Literal::u64_unsuffixed(CORRECTIONS);
        let back = match (place.total, place.entered_by()) {
            (Some(total), _) => {
                // As many for each call, and for the beginning.
                let number = match number(total) {
                    Some(number) => {
                        let all = Literal::u64_unsuffixed(number.saturating_add(1).saturating_mul(CORRECTIONS));
                        quote!(#all)
                    }
                    None => {
                        let number = &total.number;
                        quote!(#corrections * (#number + 1))
                    }
                };
                self.back(place, &number, &quote!(run))
            }
            (None, Some(tool)) => self.back(place, &quote!(#corrections), &quote!(#tool)),
            (None, None) => self.back(place, &quote!(#corrections), &quote!(run)),
        };
        quote!(#label::Again => #back,)
    }

    /// Back to the place, so often.
    fn back(&self, place: &Place<'a>, max: &TokenStream, per: &TokenStream) -> TokenStream {
        let (m, think, node) = (self.m, self.think(place), place.node.to_string());
        let fail = self.fail(&quote!(#m::AgentError::Overdone { node: #node }));
        quote!(#think max #max per #per else #fail)
    }

    /// Whether the model is told of a failure of the tool and goes on: not where its output ends the agent or says where to go.
    fn is_tried(&self, tool: &Ident) -> bool {
        match self.agent.statement(tool).map(|statement| &statement.then) {
            Some(Then::Choose(choices)) => choices.sole_exit().is_none(),
            Some(Then::Match(_)) => false,
            None => true,
        }
    }

    /// Whether the model may come to this place again behind a tool.
    fn comes_back(&self, place: &Place<'a>, tool: &Ident) -> bool {
        let sources = match &place.kind {
            Kind::After(source, _) => vec![source.clone()],
            Kind::Free => free_sources(self.agent),
            Kind::Else(..) => Vec::new(),
        };
        comes_back(&ways(self.agent), &At::of(tool), &sources)
    }
}
