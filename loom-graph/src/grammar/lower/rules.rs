//! Requirements: which nodes they speak of.

use super::Lower;
use crate::{
    flow::NodeId,
    grammar::{
        ast::{self, Statement},
        program::Rule,
    },
    similar::similar,
};
use proc_macro2::Ident;

impl Lower<'_, '_> {
    pub(super) fn rules(&mut self) {
        let ast = self.program.ast;
        for statement in &ast.statements {
            let Statement::Require(require) = statement else { continue };
            let before = match &require.rule {
                ast::Rule::Before { before, .. } if before != "end" => self.nodes_of(before),
                _ => Some(Vec::new()),
            };
            if let (Some(of), Some(before)) = (self.nodes_of(&require.node), before) {
                self.program.rules.push(Rule { ast: require, of, before });
            }
        }
    }

    /// The nodes a requirement names: a node, or all that call the step of that name.
    fn nodes_of(&self, name: &Ident) -> Option<Vec<NodeId>> {
        let nodes = self.program.nodes.iter().enumerate();
        let steps = |path: &syn::ExprPath| path.path.segments.last().is_some_and(|last| last.ident == *name);
        let found: Vec<NodeId> =
            nodes.filter(|(_, node)| node.name == name || steps(node.path)).map(|(node, _)| node).collect();
        if !found.is_empty() {
            return Some(found);
        }
        if !self.errors.is_partial() {
            let names = self.program.nodes.iter().map(|node| node.name.to_string());
            let hint = similar(&name.to_string(), names, "a node");
            self.errors.at(name.span(), format!("there is no node `{name}` to require{hint}"));
        }
        None
    }
}
