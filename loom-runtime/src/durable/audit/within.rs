//! A run and the workflows within it, each in the scope of the visit at which it was entered.

use super::{
    explain::{missed, ran},
    overlay::drawn,
    trail::Trail,
};
use crate::{
    audit::{Audit, Explanation, Missed},
    durable::{error::LoomError, loom::Loom},
    parts::Parts,
    plain::PLAIN,
};
use loomflow_graph::{
    draw::Drawing,
    graph::{Graph, NodeKind},
    similar::{LIKE, likeness},
};

/// How many names a mistyped one is likened to.
const NEAR: usize = 3;

/// How deep workflows are looked for within one another. A workflow cannot contain itself.
const DEEP: usize = 16;

/// A run, and the workflow that it is one of.
pub(super) struct Within {
    audit: Audit,
    parts: Parts,
}

impl<C: Send + Sync + 'static> Loom<C> {
    pub(super) async fn within(&self, id: &str) -> Result<Within, LoomError> {
        let audit = self.audit(id).await?;
        if (audit.run.workflow.as_str(), audit.run.version) == (PLAIN, 0) {
            return Err(LoomError::NoGraph { id: id.to_owned() });
        }
        let parts = match self.0.looked.get(&(audit.run.workflow.clone(), audit.run.version)) {
            Some(parts) => parts(),
            None => self.0.runner(&audit.run)?.parts(),
        };
        Ok(Within { audit, parts })
    }
}

impl Within {
    pub(super) fn explain(&self, node: &str) -> Result<Explanation, LoomError> {
        let path = self.find(node)?;
        let status = self.audit.run.status;
        let told = |ran, missed, around| Explanation {
            run: self.audit.run.id.clone(),
            status,
            node: path.join("/"),
            ran,
            missed,
            around,
        };
        let mut trails = self.root();
        for depth in 0..path.len() {
            let Some(index) = trails.first().and_then(|trail| position(&trail.graph, &path[depth])) else {
                return Err(self.unknown(node));
            };
            if depth + 1 == path.len() {
                let visits: Vec<_> = trails.iter().flat_map(|trail| ran(trail, index, status)).collect();
                let why = visits.is_empty().then(|| last(&trails, index, status)).flatten();
                return Ok(told(visits, why, None));
            }
            let inner = self.enter(&trails, &path[..=depth]);
            if inner.is_empty() {
                let why = last(&trails, index, status);
                return Ok(told(Vec::new(), why, Some(path[..=depth].join("/"))));
            }
            trails = inner;
        }
        Err(self.unknown(node))
    }

    pub(super) fn drawing(&self, node: &str) -> Result<Drawing<'static>, LoomError> {
        let path: Vec<String> = node.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect();
        let graph = self.graph(&path).ok_or_else(|| self.unknown(node))?;
        let mut trails = self.root();
        for depth in 0..path.len() {
            trails = self.enter(&trails, &path[..=depth]);
        }
        let status = self.audit.run.status;
        Ok(match trails.last() {
            Some(trail) => drawn(trail, status),
            None => drawn(&Trail::follow(graph, "", &[], status), status),
        })
    }

    fn root(&self) -> Vec<Trail<'_>> {
        let graph = self.graph(&[]);
        graph.map(|graph| self.follow(graph, "")).into_iter().collect()
    }

    fn follow(&self, graph: Graph<'static>, scope: &str) -> Trail<'_> {
        Trail::follow(graph, scope, &self.audit.entries, self.audit.run.status)
    }

    /// The runs of the workflow that was entered at the last node of a path, at each visit of it.
    fn enter(&self, trails: &[Trail<'_>], path: &[String]) -> Vec<Trail<'_>> {
        let (Some(graph), Some(node)) = (self.graph(path), path.last()) else { return Vec::new() };
        let visits = trails.iter().flat_map(|trail| &trail.visits).filter(|visit| visit.name == *node);
        visits.filter_map(|visit| visit.nested.as_deref()).map(|scope| self.follow(graph, scope)).collect()
    }

    fn graph(&self, path: &[String]) -> Option<Graph<'static>> {
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        self.parts.graph_within(&path)
    }

    /// The nodes by way of which a node is come to, itself the last. A name alone is looked for in the run first, and then in
    /// the workflows within.
    fn find(&self, node: &str) -> Result<Vec<String>, LoomError> {
        let path: Vec<String> = node.split('/').map(str::to_owned).collect();
        let all = self.all();
        if all.contains(&path) {
            return Ok(path);
        }
        let mut of_name = all.iter().filter(|other| other.last() == path.last() && path.len() == 1);
        match (of_name.next(), of_name.next()) {
            (Some(only), None) => Ok(only.clone()),
            (Some(one), Some(other)) => {
                let mut near = vec![one.join("/"), other.join("/")];
                near.extend(of_name.map(|other| other.join("/")));
                Err(LoomError::NoNode { id: self.audit.run.id.clone(), node: node.to_owned(), near })
            }
            _ => Err(self.unknown(node)),
        }
    }

    /// All nodes, of workflows within too.
    fn all(&self) -> Vec<Vec<String>> {
        let mut all = Vec::new();
        self.list(&mut Vec::new(), &mut all);
        all
    }

    fn list(&self, path: &mut Vec<String>, all: &mut Vec<Vec<String>>) {
        let Some(graph) = self.graph(path).filter(|_| path.len() < DEEP) else { return };
        for node in graph.nodes().iter().filter(|node| !matches!(node.kind(), NodeKind::Start | NodeKind::Join)) {
            path.push(node.name().to_owned());
            all.push(path.clone());
            self.list(path, all);
            path.pop();
        }
    }

    fn unknown(&self, node: &str) -> LoomError {
        let all = self.all();
        let names = all.iter().map(|path| path.join("/"));
        let last = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
        let like = |name: &str| likeness(node, name).max(likeness(&last(node), &last(name)));
        let mut near: Vec<(f64, String)> =
            names.map(|name| (like(&name), name)).filter(|(like, _)| *like > LIKE).collect();
        near.sort_by(|a, b| b.0.total_cmp(&a.0));
        near.truncate(NEAR);
        let near = near.into_iter().map(|(_, name)| name).collect();
        LoomError::NoNode { id: self.audit.run.id.clone(), node: node.to_owned(), near }
    }
}

fn position(graph: &Graph<'_>, node: &str) -> Option<usize> {
    graph.nodes().iter().position(|other| other.name() == node)
}

/// Why none of the runs of a workflow came to a node: what the last of them tells.
fn last(trails: &[Trail<'_>], node: usize, status: crate::journal::Status) -> Option<Missed> {
    trails.last().map(|trail| missed(trail, node, status))
}
