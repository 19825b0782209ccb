//! Where the machine has states, and what each holds: decided once, read by all that writes code.

use super::signature::Signature;
use loomflow_graph::{
    flow::{CounterId, Flow, NodeId, PointId, VarId, live},
    grammar::{
        program::{FrameId, Kind, Origin, Program, ValueId},
        reads,
    },
};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use std::collections::{BTreeSet, HashMap};
use syn::{
    Pat,
    spanned::Spanned,
    visit_mut::{self, VisitMut},
};

/// More code than this is not written a second time where ways meet: a state is put there.
const SMALL: usize = 16;

pub(super) struct Plan<'p, 'a> {
    pub(super) signature: &'p Signature<'a>,
    pub(super) program: &'p Program<'a>,
    /// The points that are states, in order.
    pub(super) states: Vec<PointId>,
    state_of: HashMap<PointId, usize>,
    live_in: Vec<BTreeSet<VarId>>,
    live_out: Vec<BTreeSet<VarId>>,
}

/// What a run holds at some point.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Held {
    Value(ValueId),
    Counter(CounterId),
}

impl<'p, 'a> Plan<'p, 'a> {
    pub(super) fn of(signature: &'p Signature<'a>, program: &'p Program<'a>, flow: &Flow) -> Self {
        let live_flow = reads::live_flow(program, flow);
        let live_in = live::live_in(&live_flow);
        let live_out = (0..program.points.len()).map(|point| live::live_out(&live_flow, &live_in, point)).collect();
        let states = states(program, flow);
        let state_of = states.iter().enumerate().map(|(index, &point)| (point, index)).collect();
        Plan { signature, program, states, state_of, live_in, live_out }
    }

    /// The runtime's hidden module.
    pub(super) fn rt(&self) -> &'p TokenStream {
        &self.signature.rt
    }

    /// The state at a point, when there is one.
    pub(super) fn state(&self, point: PointId) -> Option<Ident> {
        self.state_of.get(&point).map(|&index| self.state_name(index))
    }

    pub(super) fn state_name(&self, index: usize) -> Ident {
        let name = match &self.program.points[self.states[index]].kind {
            Kind::Call(node, ..) => self.program.nodes[*node].name.to_string(),
            _ => "way".to_owned(),
        };
        format_ident!("S{index}_{}", name.trim_start_matches("r#"))
    }

    fn held(&self, vars: &BTreeSet<VarId>) -> Vec<Held> {
        let values = self.program.values.len();
        vars.iter().map(|&var| if var < values { Held::Value(var) } else { Held::Counter(var - values) }).collect()
    }

    /// What the state at a point holds.
    pub(super) fn held_at(&self, point: PointId) -> Vec<Held> {
        self.held(&self.live_in[point])
    }

    /// What is still held behind a point.
    pub(super) fn held_after(&self, point: PointId) -> Vec<Held> {
        self.held(&self.live_out[point])
    }

    /// What goes through a call untouched: held before it, read behind it, and not set by it.
    pub(super) fn held_through(&self, point: PointId) -> Vec<Held> {
        let sets = reads::sets(self.program, point);
        let through = self.held_after(point).into_iter().filter(|held| match held {
            Held::Value(value) => !sets.contains(value),
            Held::Counter(counter) => !self.starts_anew(point, *counter),
        });
        through.collect()
    }

    /// Whether a visit of the node that is called at a point starts a count anew.
    pub(super) fn starts_anew(&self, point: PointId, counter: CounterId) -> bool {
        matches!(self.program.points[point].kind, Kind::Call(node, ..) if self.program.counters[counter].per == Some(node))
    }

    /// Whether a value is read behind a point before it is set again.
    pub(super) fn is_read_after(&self, point: PointId, value: ValueId) -> bool {
        self.live_out[point].contains(&value) && !reads::sets(self.program, point).contains(&value)
    }

    /// The step of a node, as a type.
    pub(super) fn step(&self, node: NodeId) -> TokenStream {
        if self.signature.is_generic() {
            self.program.nodes[node].path.to_token_stream()
        } else {
            Self::alias(node).to_token_stream()
        }
    }

    /// The name of the alias that the step's path is written in, once: what cannot be found is told once.
    pub(super) fn alias(node: NodeId) -> Ident {
        format_ident!("__Step{node}")
    }

    /// The type of a value.
    pub(super) fn ty(&self, value: ValueId) -> TokenStream {
        match self.program.values[value].origin {
            Origin::Written(ty) => ty.to_token_stream(),
            Origin::Node(node) => {
                let (rt, step) = (self.rt(), self.step(node));
                quote!(<#step as #rt::Step>::Output)
            }
            Origin::Unknown => quote!(()),
        }
    }

    /// The name that a frame gives to what its pattern binds: the user's own, where nothing else bears it. Frames are put
    /// around code that may stand in another scope, as what an edge carries does, and must not hide what it names there.
    pub(super) fn binding(&self, frame: FrameId, name: &Ident) -> Ident {
        let frames = self.program.frames.iter().enumerate();
        let mut others = frames.filter(|(other, _)| *other != frame).flat_map(|(_, item)| &item.names);
        let hides = self.program.values.iter().any(|value| value.name == *name) || others.any(|other| other == name);
        if hides { format_ident!("__{name}_{frame}", span = name.span()) } else { local(name) }
    }

    /// The pattern of a frame, with the names that the frame gives.
    pub(super) fn pattern(&self, frame: FrameId) -> Pat {
        struct Rename<'r>(&'r dyn Fn(&Ident) -> Option<Ident>);
        impl VisitMut for Rename<'_> {
            fn visit_pat_ident_mut(&mut self, pat: &mut syn::PatIdent) {
                if let Some(name) = (self.0)(&pat.ident) {
                    pat.ident = name;
                }
                visit_mut::visit_pat_ident_mut(self, pat);
            }
            fn visit_field_pat_mut(&mut self, field: &mut syn::FieldPat) {
                if field.colon_token.is_none() {
                    field.colon_token = Some(syn::Token![:](field.pat.span()));
                }
                visit_mut::visit_field_pat_mut(self, field);
            }
        }
        let item = &self.program.frames[frame];
        let mut pat = item.pat.clone();
        Rename(&|name| item.names.contains(name).then(|| self.binding(frame, name))).visit_pat_mut(&mut pat);
        pat
    }

    /// The name of the local, or of the field, that holds a value.
    pub(super) fn name(&self, held: Held) -> Ident {
        match held {
            Held::Value(value) => local(&self.program.values[value].name),
            Held::Counter(counter) => Ident::new(&format!("__count{counter}"), Span::call_site()),
        }
    }
}

/// The local of a value's name. A pattern reads a name with a capital as a constant or a unit struct, as the name of a
/// nested workflow is one, so that gets another.
pub(super) fn local(name: &Ident) -> Ident {
    if name.to_string().starts_with(char::is_uppercase) {
        format_ident!("__{name}", span = name.span())
    } else {
        name.clone()
    }
}

/// The points that are states: each call, and where ways meet that it would take much code to write twice.
fn states(program: &Program<'_>, flow: &Flow) -> Vec<PointId> {
    let into = flow.predecessors();
    let reached = loomflow_graph::flow::reach::reached(flow);
    let mut size: Vec<Option<usize>> = vec![None; program.points.len()];
    let mut waypoints = BTreeSet::new();
    for point in 0..program.points.len() {
        measure(program, &into, point, &mut size, &mut waypoints);
    }
    let is_call = |point: &PointId| matches!(program.points[*point].kind, Kind::Call(..));
    (0..program.points.len()).filter(|point| reached[*point] && (is_call(point) || waypoints.contains(point))).collect()
}

// Between calls the ways never go round, so this ends; a call counts as one, whatever follows it.
fn measure(
    program: &Program<'_>,
    into: &[Vec<PointId>],
    point: PointId,
    size: &mut Vec<Option<usize>>,
    waypoints: &mut BTreeSet<PointId>,
) -> usize {
    if let Some(known) = size[point] {
        return known;
    }
    let mut own = 1;
    if !matches!(program.points[point].kind, Kind::Call(..)) {
        for to in program.ways(point) {
            own += measure(program, into, to, size, waypoints);
        }
        let copies = into[point].len();
        if copies > 1 && own * (copies - 1) > SMALL {
            waypoints.insert(point);
            own = 1;
        }
    }
    size[point] = Some(own);
    own
}
