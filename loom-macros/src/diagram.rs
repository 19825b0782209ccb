//! The diagram on a workflow's page. It is made where documentation is, and not whenever the workflow is compiled: the page asks
//! for it by a macro, which is told the graph.

use loomflow_graph::{
    grammar::describe::{Described, EdgePart, NodePart},
    graph::NodeKind,
};
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::{
    LitInt, LitStr, Token, bracketed,
    parse::{Parse, ParseStream},
    punctuated::Punctuated,
};

/// The kinds of nodes by their names.
const KINDS: [(&str, NodeKind); 8] = [
    ("Start", NodeKind::Start),
    ("End", NodeKind::End),
    ("Fail", NodeKind::Fail),
    ("Fork", NodeKind::Fork),
    ("Join", NodeKind::Join),
    ("First", NodeKind::First),
    ("Sleep", NodeKind::Sleep),
    ("Step", NodeKind::Step),
];

/// The name of a kind of node, as it stands in code.
pub(crate) fn kind(kind: NodeKind) -> Ident {
    let name = KINDS.iter().find(|(_, known)| *known == kind).map_or("Step", |(name, _)| name);
    Ident::new(name, Span::call_site())
}

/// What the macro is told of a graph.
pub(crate) fn told(name: &str, graph: &Described) -> TokenStream {
    let nodes = graph.nodes.iter().map(|NodePart { kind: of, name, step, sets, .. }| {
        let kind = kind(*of);
        quote!(#kind #name #step #sets)
    });
    let edges = graph.edges.iter().map(|edge| {
        let EdgePart { from, to, bound, spent, .. } = edge;
        let label = edge.labels.join(", ");
        let bound = bound.as_ref().map(|(max, per)| quote!(max #max #per));
        let spent = spent.then(|| quote!(else));
        quote!(#from #to #label #bound #spent)
    });
    quote!(#name [#(#nodes),*] [#(#edges),*])
}

/// What the macro gives: the diagram as a text.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    match syn::parse2::<Told>(input) {
        Ok(Told { name, graph }) => {
            let text = format!("\n# Graph\n\n{}\n", drawn(&name, &graph).trim_end());
            quote!(#text)
        }
        Err(error) => error.into_compile_error(),
    }
}

/// An image that stands in the page and takes its colours. Documentation is Markdown, in which an empty line would end it.
#[cfg(feature = "svg")]
fn drawn(name: &str, graph: &Described) -> String {
    let svg = graph.with(name, |graph| graph.drawing().to_inline_svg());
    let lines: Vec<&str> = svg.lines().filter(|line| !line.trim().is_empty()).collect();
    format!("<div class=\"loomflow-graph\" style=\"overflow-x:auto\">{}</div>", lines.join("\n"))
}

/// The diagram as Mermaid.
#[cfg(not(feature = "svg"))]
fn drawn(name: &str, graph: &Described) -> String {
    format!("```mermaid\n{}\n```", graph.with(name, |graph| graph.drawing().to_mermaid()).trim_end())
}

struct Told {
    name: String,
    graph: Described,
}

struct NodeTold(NodePart);
struct EdgeTold(EdgePart);

impl Parse for Told {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let name = string(input)?;
        let (nodes, edges);
        bracketed!(nodes in input);
        bracketed!(edges in input);
        let nodes = Punctuated::<NodeTold, Token![,]>::parse_terminated(&nodes)?;
        let edges = Punctuated::<EdgeTold, Token![,]>::parse_terminated(&edges)?;
        let graph = Described {
            nodes: nodes.into_iter().map(|NodeTold(node)| node).collect(),
            edges: edges.into_iter().map(|EdgeTold(edge)| edge).collect(),
            ..Described::default()
        };
        Ok(Told { name, graph })
    }
}

impl Parse for NodeTold {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let named: Ident = input.parse()?;
        let kind = KINDS.iter().find(|(name, _)| named == name).map(|(_, kind)| *kind);
        let kind = kind.ok_or_else(|| syn::Error::new(named.span(), "there is no such node"))?;
        Ok(NodeTold(NodePart { kind, name: string(input)?, step: string(input)?, sets: string(input)?, line: 0 }))
    }
}

impl Parse for EdgeTold {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let (from, to, label) = (number(input)?, number(input)?, string(input)?);
        let labels = if label.is_empty() { Vec::new() } else { vec![label] };
        let bounded = !input.is_empty() && input.peek(syn::Ident);
        let bound = bounded.then(|| input.parse::<Ident>().and_then(|_| Ok((string(input)?, string(input)?))));
        let spent = input.parse::<Option<Token![else]>>()?.is_some();
        Ok(EdgeTold(EdgePart { from, to, labels, bound: bound.transpose()?, spent, line: 0 }))
    }
}

fn string(input: ParseStream<'_>) -> syn::Result<String> {
    Ok(input.parse::<LitStr>()?.value())
}

fn number(input: ParseStream<'_>) -> syn::Result<usize> {
    input.parse::<LitInt>()?.base10_parse()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_of_a_graph_is_what_is_drawn() {
        let part = |kind, name: &str, step: &str| NodePart {
            kind,
            name: name.to_owned(),
            step: step.to_owned(),
            sets: name.to_owned(),
            line: 3,
        };
        let edge = |from, to, labels: &[&str], bound: Option<(&str, &str)>, spent| EdgePart {
            from,
            to,
            labels: labels.iter().map(|&label| label.to_owned()).collect(),
            bound: bound.map(|(max, per)| (max.to_owned(), per.to_owned())),
            spent,
            line: 7,
        };
        let graph = Described {
            nodes: vec![
                part(NodeKind::Start, "start", ""),
                part(NodeKind::Step, "draft", "mail::draft"),
                part(NodeKind::Fork, "[a, b]", ""),
                part(NodeKind::End, "end", ""),
            ],
            edges: vec![
                edge(0, 1, &[], None, false),
                edge(1, 1, &["Grade::Poor", "else"], Some(("2", "start")), false),
                edge(1, 2, &["\"quoted\""], None, true),
                edge(2, 3, &[], None, false),
            ],
            ..Described::default()
        };
        let Told { name, graph: read } = syn::parse2(told("Mail", &graph)).expect("it is what was told");
        assert_eq!(drawn(&name, &read), drawn("Mail", &graph));
    }

    #[test]
    fn no_empty_line_ends_the_image_in_the_page() {
        let graph = Described {
            nodes: vec![NodePart {
                kind: NodeKind::Start,
                name: "start".to_owned(),
                step: String::new(),
                sets: String::new(),
                line: 0,
            }],
            ..Described::default()
        };
        let page = expand(told("Nothing", &graph)).to_string();
        let page = syn::parse_str::<LitStr>(&page).expect("it is a text").value();
        let (heading, image) = page.trim().split_once("\n\n").expect("the heading stands by itself");
        assert_eq!(heading, "# Graph");
        assert!(!image.contains("\n\n"), "{image}");
        assert_eq!(image.starts_with("<div"), cfg!(feature = "svg"));
    }
}
