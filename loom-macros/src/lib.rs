//! The macros of [loomflow](https://docs.rs/loomflow). Their documentation stands where users find it, on the
//! re-exports of the `loomflow` crate.
//!
//! [`step`], [`ask`], [`tool`], [`context`] and [`choice`] make types and implementations of functions, structs and enums;
//! [`workflow`] makes code of what `loomflow-graph` has read, lowered and checked.

mod agent;
mod choice;
mod context;
mod diagram;
mod docs;
mod output;
#[cfg(test)]
mod snapshots;
mod step;
mod tool;
mod workflow;

use loomflow_graph::grammar::parse::lines::Line;
use proc_macro::TokenStream;

#[allow(missing_docs)]
#[proc_macro_attribute]
pub fn step(args: TokenStream, item: TokenStream) -> TokenStream {
    step::expand(args.into(), item.into()).into()
}

#[allow(missing_docs)]
#[proc_macro_attribute]
pub fn ask(args: TokenStream, item: TokenStream) -> TokenStream {
    step::expand_ask(args.into(), item.into()).into()
}

#[allow(missing_docs)]
#[proc_macro_attribute]
pub fn tool(args: TokenStream, item: TokenStream) -> TokenStream {
    tool::expand(args.into(), item.into()).into()
}

#[allow(missing_docs)]
#[proc_macro_attribute]
pub fn tool_without_models(_args: TokenStream, item: TokenStream) -> TokenStream {
    tool::without_models(item.into()).into()
}

#[allow(missing_docs)]
#[proc_macro]
pub fn workflow(input: TokenStream) -> TokenStream {
    workflow::expand(input.into()).into()
}

#[allow(missing_docs)]
#[proc_macro]
pub fn diagram(input: TokenStream) -> TokenStream {
    diagram::expand(input.into()).into()
}

#[allow(missing_docs)]
#[proc_macro]
pub fn agent(input: TokenStream) -> TokenStream {
    agent::expand(input.into()).into()
}

#[allow(missing_docs)]
#[proc_macro]
pub fn agent_without_models(input: TokenStream) -> TokenStream {
    agent::without_models(input.into()).into()
}

#[allow(missing_docs)]
#[proc_macro]
pub fn chain(input: TokenStream) -> TokenStream {
    workflow::expand_line(input.into(), Line::Chain).into()
}

#[allow(missing_docs)]
#[proc_macro]
pub fn route(input: TokenStream) -> TokenStream {
    workflow::expand_line(input.into(), Line::Route).into()
}

#[allow(missing_docs)]
#[proc_macro]
pub fn parallel(input: TokenStream) -> TokenStream {
    workflow::expand_line(input.into(), Line::Parallel).into()
}

#[allow(missing_docs)]
#[proc_macro_derive(Context, attributes(context))]
pub fn context(input: TokenStream) -> TokenStream {
    context::expand(input.into()).into()
}

#[allow(missing_docs)]
#[proc_macro_derive(Choice, attributes(choice, serde))]
pub fn choice(input: TokenStream) -> TokenStream {
    choice::expand(input.into()).into()
}

#[allow(missing_docs)]
#[proc_macro_derive(ChoiceWithoutModels, attributes(choice, serde))]
pub fn choice_without_models(input: TokenStream) -> TokenStream {
    choice::without_models(input.into()).into()
}
