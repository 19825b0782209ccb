//! The graph as a constant, and the diagram on the workflow's page.

use super::plan::Plan;
use crate::{diagram, output::facade};
use loomflow_graph::{
    flow::{Flow, steps::Steps},
    grammar::{
        describe::{Described, describe},
        steps::max_steps,
        text::text,
    },
    graph::NodeKind,
};
use proc_macro2::TokenStream;
use quote::quote;
use syn::{Type, ext::IdentExt};

pub(super) fn described(plan: &Plan<'_, '_>) -> Described {
    describe(plan.program)
}

/// The expression of the constant.
pub(super) fn constant(plan: &Plan<'_, '_>, flow: &Flow, described: &Described) -> TokenStream {
    let rt = plan.rt();
    let signature = plan.signature;
    let (name, doc) = (signature.name().to_string(), signature.doc());
    let inputs = signature.ast.inputs.iter().map(|input| {
        let (name, ty) = (input.name.unraw().to_string(), shown(&input.ty));
        quote!(#rt::graph::Input { name: #name, ty: #ty })
    });
    let output = shown(&signature.ast.output);
    let nodes = described.nodes.iter().enumerate().map(|(index, node)| {
        let (name, step, sets, line) = (&node.name, &node.step, &node.sets, line(node.line));
        let kind = diagram::kind(node.kind);
        let new = quote!(#rt::graph::Node::new(#rt::graph::NodeKind::#kind, #name).with_line(#line));
        if node.kind == NodeKind::Step {
            let path = plan.step(index - 1);
            quote!(#new.with_step(#step, #sets).with_doc(<#path as #rt::Step>::DOC))
        } else {
            new
        }
    });
    let edges = described.edges.iter().map(|edge| {
        let (from, to, line) = (edge.from, edge.to, line(edge.line));
        let label = edge.labels.join(", ");
        let label = (!label.is_empty()).then(|| quote!(.with_label(#label)));
        let bound =
            edge.bound.as_ref().map(|(max, per)| quote!(.with_bound(#rt::graph::Bound { max: #max, per: #per })));
        let spent = edge.spent.then(|| quote!(.when_spent()));
        quote!(#rt::graph::Edge::new(#from, #to) #label #bound #spent.with_line(#line))
    });
    let max_steps = match max_steps(plan.program, flow) {
        Some(Steps::Number(number)) => quote!(#rt::graph::MaxSteps::Number(#number)),
        Some(formula) => {
            let formula = formula.to_string();
            quote!(#rt::graph::MaxSteps::Formula(#formula))
        }
        None => quote!(#rt::graph::MaxSteps::Formula("without end")),
    };
    let version = signature.options.version;
    let version = (version != 1).then(|| quote!(.with_version(#version)));
    let start = line(signature.name().span().start().line);
    quote! {
        #rt::graph::Graph::new(#name)
            .with_doc(#doc)
            #version
            .with_signature(&[#(#inputs),*], #output)
            .with_nodes(&[#(#nodes),*], &[#(#edges),*])
            .with_max_steps(#max_steps)
            .with_line(#start)
    }
}

/// A type as it was written; of a workflow in one line nobody wrote it.
pub(super) fn shown(ty: &Type) -> String {
    if let Type::Verbatim(_) = ty { "_".to_owned() } else { text(ty) }
}

fn line(line: usize) -> u32 {
    u32::try_from(line).unwrap_or(0)
}

/// The attribute that has the diagram stand on the workflow's page.
pub(super) fn on_page(plan: &Plan<'_, '_>, described: &Described) -> TokenStream {
    let signature = plan.signature;
    let (krate, told) =
        (facade(signature.options.krate.as_ref()), diagram::told(&signature.name().to_string(), described));
    quote!(#[cfg_attr(doc, doc = #krate::__diagram!(#told))])
}
