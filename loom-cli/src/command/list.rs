//! `list`: the workflows.

use crate::{
    exit::Exit,
    out::{BOLD, DIM, styled},
    session::Session,
};
use clap::Args;
use loomflow_graph::graph::Graph;
use serde::Serialize;

/// List the workflows, with what they take and give
#[derive(Debug, Args)]
pub(crate) struct List {}

#[derive(Serialize)]
struct Listed {
    workflow: String,
    version: u32,
    inputs: Vec<Input>,
    output: &'static str,
    max_steps: String,
    doc: &'static str,
}

#[derive(Serialize)]
struct Input {
    name: &'static str,
    r#type: &'static str,
}

impl List {
    pub(crate) fn carry_out<C: Send + Sync + 'static>(self, session: &mut Session<C>) -> Exit {
        let List {} = self;
        let graphs = session.workflows.all().map(|known| (session.workflows.key(&**known), known.graph()));
        let graphs: Vec<(String, Graph<'static>)> = graphs.collect();
        if !session.out.is_text {
            for (workflow, graph) in graphs {
                session.out.json(&listed(workflow, &graph));
            }
            return Exit::Done;
        }
        let head = ["WORKFLOW", "TAKES", "GIVES", "STEPS AT MOST"].map(|head| styled(DIM, head)).to_vec();
        let rows = graphs.iter().map(|(key, graph)| row(key, graph));
        let rows: Vec<Vec<String>> = std::iter::once(head).chain(rows).collect();
        session.out.table(&rows);
        for (key, graph) in graphs.iter().filter(|(_, graph)| !graph.doc().is_empty()) {
            session.out.line(format!("\n{}: {}", styled(BOLD, key), graph.doc().trim()));
        }
        Exit::Done
    }
}

fn listed(workflow: String, graph: &Graph<'static>) -> Listed {
    Listed {
        workflow,
        version: graph.version(),
        inputs: graph.inputs().iter().map(|input| Input { name: input.name, r#type: input.ty }).collect(),
        output: graph.output(),
        max_steps: graph.max_steps().to_string(),
        doc: graph.doc(),
    }
}

fn row(key: &str, graph: &Graph<'_>) -> Vec<String> {
    let inputs: Vec<String> = graph.inputs().iter().map(|input| format!("{}: {}", input.name, input.ty)).collect();
    vec![styled(BOLD, key), inputs.join(", "), graph.output().to_owned(), graph.max_steps().to_string()]
}
