//! From two descriptions to their differences: one for each thing somebody did, with all the positions that it strands.

use super::{
    description::{Description, Node, Position},
    difference::{Change, Difference},
};

/// What changed from one description to another; what strands runs comes first.
///
/// Nodes and positions that are new strand nobody, and are no differences. Nor is anything that a description does not
/// say: comments, how often a step is retried, how large a bound is, what an expression computes.
#[must_use]
pub fn differences(old: &Description, new: &Description) -> Vec<Difference> {
    let mut found = Found { old, new, differences: Vec::new() };
    found.head();
    found.nodes();
    found.inputs();
    found.positions();
    found.live();
    let mut differences = found.differences;
    differences.sort_by_key(|difference| difference.strands.is_empty());
    differences
}

/// Where a run that stood at a position goes on. A run within a fork stands at a position in each branch: ask for all of
/// them.
///
/// # Errors
/// All differences when it cannot go on, those for which first.
pub fn can_go_on(old: &Description, new: &Description, position: &str) -> Result<String, Vec<Difference>> {
    let mut differences = differences(old, new);
    let known = old.position(position).is_some() && new.position(position).is_some();
    if !known && !differences.iter().any(|difference| difference.concerns(position)) {
        differences.push(gone(old, new, position));
    }
    if differences.iter().any(|difference| difference.concerns(position)) {
        differences.sort_by_key(|difference| !difference.concerns(position));
        return Err(differences);
    }
    Ok(position.to_owned())
}

struct Found<'d> {
    old: &'d Description,
    new: &'d Description,
    differences: Vec<Difference>,
}

impl Found<'_> {
    fn add(&mut self, change: Change, strands: Vec<String>) {
        self.differences.push(Difference { change, strands });
    }

    fn head(&mut self) {
        let (old, new) = (self.old, self.new);
        let all = || old.positions.iter().map(|position| position.key.clone()).collect();
        if old.workflow != new.workflow {
            self.add(Change::Workflow { from: old.workflow.clone(), to: new.workflow.clone() }, all());
        }
        if old.version != new.version {
            self.add(Change::Version { from: old.version, to: new.version }, all());
        }
        if old.output != new.output {
            self.add(Change::OutputChanged { from: old.output.clone(), to: new.output.clone() }, Vec::new());
        }
    }

    fn nodes(&mut self) {
        let (old, new) = (self.old, self.new);
        let mut added: Vec<&Node> = new.nodes.iter().filter(|node| find(&old.nodes, &node.name).is_none()).collect();
        for node in &old.nodes {
            let strands = || {
                let called = old.positions.iter().filter(|position| position.node.as_ref() == Some(&node.name));
                called.map(|position| position.key.clone()).collect()
            };
            match find(&new.nodes, &node.name) {
                Some(now) if now.step != node.step => {
                    let (name, from, to) = (node.name.clone(), node.step.clone(), now.step.clone());
                    self.add(Change::StepChanged { node: name, from, to }, strands());
                }
                Some(_) => {}
                None => match added.iter().position(|other| self.is_renamed(node, other)) {
                    Some(index) => {
                        let to = added.remove(index).name.clone();
                        self.add(Change::NodeRenamed { node: node.name.clone(), to }, strands());
                    }
                    None => self.add(Change::NodeRemoved { node: node.name.clone() }, strands()),
                },
            }
        }
    }

    /// Whether a node is another one under a new name: the same step, called in the same way somewhere.
    fn is_renamed(&self, node: &Node, other: &Node) -> bool {
        let is_now = |position: &Position| {
            let key = renamed(&position.key, &node.name, &other.name);
            self.new.position(&key).is_some_and(|now| now.node.as_ref() == Some(&other.name))
        };
        let mut called = self.old.positions.iter().filter(|position| position.node.as_ref() == Some(&node.name));
        node.step == other.step && called.any(is_now)
    }

    fn inputs(&mut self) {
        let (old, new) = (self.old, self.new);
        for input in &old.inputs {
            let name = input.name.clone();
            match new.inputs.iter().find(|now| now.name == name) {
                Some(now) if now.ty != input.ty => {
                    let (from, to) = (input.ty.clone(), now.ty.clone());
                    self.add(Change::InputChanged { input: name, from, to }, Vec::new());
                }
                Some(_) => {}
                None => self.add(Change::InputRemoved { input: name }, Vec::new()),
            }
        }
        for input in &new.inputs {
            if !old.inputs.iter().any(|before| before.name == input.name) {
                self.add(Change::InputAdded { input: input.name.clone() }, Vec::new());
            }
        }
    }

    fn positions(&mut self) {
        let (old, new) = (self.old, self.new);
        for position in &old.positions {
            let key = &position.key;
            if new.position(key).is_some() || self.differences.iter().any(|known| known.strands.contains(key)) {
                continue;
            }
            // A fork goes by what its branches begin with, and one of equal calls by what is before it.
            let named = |change: &Change| matches!(change, Change::NodeRemoved { node } | Change::NodeRenamed { node, .. } if mentions(key, node));
            let within =
                |known: &&mut Difference| matches!(known.change, Change::PositionGone { .. }) && known.concerns(key);
            if let Some(known) = self.differences.iter_mut().find(|known| named(&known.change)) {
                known.strands.push(key.clone());
            } else if let Some(known) = self.differences.iter_mut().find(within) {
                known.strands.push(key.clone());
            } else {
                self.differences.push(gone(old, new, key));
            }
        }
    }

    fn live(&mut self) {
        let (old, new) = (self.old, self.new);
        for position in &old.positions {
            let Some(now) = new.position(&position.key) else { continue };
            for name in &now.live {
                if !position.live.contains(name) {
                    self.needed(name, &position.key);
                } else if let (Some(from), Some(to)) = (old.type_of(name), new.type_of(name))
                    && from != to
                {
                    self.changed(name, from, to, &position.key);
                }
            }
            for name in position.live.iter().filter(|name| !now.live.contains(name)) {
                self.unneeded(name, &position.key);
            }
        }
    }

    fn needed(&mut self, name: &str, position: &str) {
        let is_this = |change: &Change| match change {
            Change::NodeRenamed { to, .. } => mentions(name, to),
            Change::InputAdded { input } => input == name,
            Change::NewlyNeeded { value } => value == name,
            _ => false,
        };
        self.strand(position, is_this, || Change::NewlyNeeded { value: name.to_owned() });
    }

    fn changed(&mut self, name: &str, from: &str, to: &str, position: &str) {
        let is_this = |change: &Change| match change {
            Change::StepChanged { from: before, to: now, .. } => {
                from.replace(&format!("output of {before}"), &format!("output of {now}")) == to
            }
            Change::InputChanged { input, .. } => input == name,
            Change::TypeChanged { value, .. } => value == name,
            _ => false,
        };
        let (value, from, to) = (name.to_owned(), from.to_owned(), to.to_owned());
        self.strand(position, is_this, || Change::TypeChanged { value, from, to });
    }

    fn unneeded(&mut self, name: &str, position: &str) {
        let of_other = |change: &Change| match change {
            Change::NodeRenamed { node, .. } | Change::NodeRemoved { node } => mentions(name, node),
            Change::InputRemoved { input } => input == name,
            _ => false,
        };
        if self.differences.iter().any(|known| of_other(&known.change)) {
            return;
        }
        let known = self.differences.iter_mut().find_map(|known| match &mut known.change {
            Change::NoLongerNeeded { value, positions } if value == name => Some(positions),
            _ => None,
        });
        match known {
            Some(positions) => positions.push(position.to_owned()),
            None => {
                let positions = vec![position.to_owned()];
                self.add(Change::NoLongerNeeded { value: name.to_owned(), positions }, Vec::new());
            }
        }
    }

    /// Adds a position to what a difference strands; it is a new one when none of those known is the cause.
    fn strand(&mut self, position: &str, is_this: impl Fn(&Change) -> bool, or: impl FnOnce() -> Change) {
        match self.differences.iter_mut().find(|known| is_this(&known.change)) {
            Some(known) if known.strands.iter().any(|stranded| stranded == position) => {}
            Some(known) => known.strands.push(position.to_owned()),
            None => self.add(or(), vec![position.to_owned()]),
        }
    }
}

fn find<'n>(nodes: &'n [Node], name: &str) -> Option<&'n Node> {
    nodes.iter().find(|node| node.name == name)
}

/// That a position is gone, and what is like it now: the same in several places, or else the same node.
fn gone(old: &Description, new: &Description, key: &str) -> Difference {
    let what = key.split(" after ").next().unwrap_or(key);
    let several = |now: &&Position| {
        let rest = now.key.strip_prefix(what);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(" after ") || rest.starts_with(" #"))
    };
    let node = old.position(key).and_then(|position| position.node.as_ref());
    let of_node = |now: &&Position| node.is_some() && now.node.as_ref() == node;
    let added: Vec<&Position> = new.positions.iter().filter(|now| old.position(&now.key).is_none()).collect();
    let mut now: Vec<String> = added.iter().copied().filter(several).map(|now| now.key.clone()).collect();
    if now.is_empty() {
        now = added.into_iter().filter(of_node).map(|now| now.key.clone()).collect();
    }
    Difference { change: Change::PositionGone { position: key.to_owned(), now }, strands: vec![key.to_owned()] }
}

/// The parts of a text that are words, and those between them.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let end = rest.find(|c| is_word(c) != is_word(first)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        rest = after;
        Some(word)
    })
}

fn mentions(text: &str, name: &str) -> bool {
    words(text).any(|word| word == name)
}

fn renamed(text: &str, from: &str, to: &str) -> String {
    words(text).map(|word| if word == from { to } else { word }).collect()
}
