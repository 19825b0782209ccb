//! Where the machine has states, and what each holds: decided once, read by all that writes code.

use super::{positions::Names, signature::Signature};
use loomflow_graph::{
    flow::{CounterId, Flow, NodeId, PointId, VarId, live, reach},
    grammar::{
        layout::{Layout, layouts, set_on},
        names::single,
        program::{ForkId, ForkKind, FrameId, Kind, Meaning, Origin, Program, RegionId, ValueId},
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
    /// The points that are states, in order: those of the workflow, then those of each branch.
    pub(super) states: Vec<PointId>,
    /// What each region holds.
    pub(super) layouts: Vec<Layout>,
    /// The names that what a run holds is kept by.
    pub(super) kept: Names,
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
        let layouts = layouts(program, &live_in);
        Plan { signature, program, states, layouts, kept: Names::of(program), state_of, live_in, live_out }
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
            Kind::Fork(_) => "fork".to_owned(),
            Kind::Sleep(_) => "sleep".to_owned(),
            _ => "way".to_owned(),
        };
        format_ident!("S{index}_{}", name.trim_start_matches("r#"))
    }

    /// The number of the state at a point.
    pub(super) fn state_index(&self, point: PointId) -> usize {
        self.state_of.get(&point).copied().unwrap_or(self.states.len())
    }

    /// The states of a region.
    pub(super) fn states_of(&self, region: RegionId) -> impl Iterator<Item = PointId> {
        self.states.iter().copied().filter(move |&point| self.program.points[point].region == region)
    }

    /// Whether the region of a point holds a value by itself.
    pub(super) fn owns(&self, point: PointId, value: ValueId) -> bool {
        self.layouts[self.program.points[point].region].owned.contains(&value)
    }

    // Of all that is live at a point, what its region holds.
    fn held(&self, region: RegionId, vars: impl IntoIterator<Item = VarId>) -> Vec<Held> {
        let values = self.program.values.len();
        vars.into_iter()
            .map(|var| if var < values { Held::Value(var) } else { Held::Counter(var - values) })
            .filter(|held| match held {
                Held::Value(value) => self.layouts[region].owned.contains(value),
                Held::Counter(counter) => self.program.counters[*counter].region == region,
            })
            .collect()
    }

    /// What the state at a point holds.
    pub(super) fn held_at(&self, point: PointId) -> Vec<Held> {
        self.held(self.program.points[point].region, self.live_in[point].iter().copied())
    }

    /// What is held where a way of a point is taken.
    pub(super) fn held_behind(&self, point: PointId, way: usize) -> Vec<Held> {
        let to = self.program.way(point, way);
        to.map_or_else(Vec::new, |to| self.held(self.program.points[point].region, self.live_in[to].iter().copied()))
    }

    /// What goes through a point untouched where a way is taken: held before it, and not set on that way.
    pub(super) fn held_through(&self, point: PointId, way: usize) -> Vec<Held> {
        let sets = set_on(self.program, &self.layouts, point, way);
        let through = self.held_behind(point, way).into_iter().filter(|held| match held {
            Held::Value(value) => !sets.contains(value),
            Held::Counter(counter) => !self.starts_anew(point, *counter),
        });
        through.collect()
    }

    /// The counts that are held where a way is taken and that a visit of the point starts anew.
    pub(super) fn started_anew(&self, point: PointId, way: usize) -> Vec<Held> {
        let anew = |held: &Held| matches!(held, Held::Counter(counter) if self.starts_anew(point, *counter));
        self.held_behind(point, way).into_iter().filter(anew).collect()
    }

    fn starts_anew(&self, point: PointId, counter: CounterId) -> bool {
        matches!(self.program.points[point].kind, Kind::Call(node, ..) if self.program.counters[counter].per == Some(node))
    }

    /// Whether a value is read behind a point before it is set again.
    pub(super) fn is_read_after(&self, point: PointId, value: ValueId) -> bool {
        self.live_out[point].contains(&value)
    }

    /// Whether work at a point takes a value for good: what a call reads and nothing behind it, and what a fork hands
    /// over to one of its branches.
    pub(super) fn consumes(&self, point: PointId, value: ValueId) -> bool {
        match self.program.points[point].kind {
            Kind::Call(..) | Kind::Sleep(_) => {
                let mut ways = 0..self.program.points[point].ways.len();
                self.owns(point, value) && ways.all(|way| !self.held_through(point, way).contains(&Held::Value(value)))
            }
            Kind::Fork(fork) => {
                let handed = self.program.forks[fork].regions.iter().any(|&region| {
                    self.layouts[region].imports.iter().any(|import| import.moved && import.value == value)
                });
                handed || self.taken_items(fork) == Some(value)
            }
            _ => false,
        }
    }

    /// The value a fork over items takes them out of: one that nothing else reads any more.
    pub(super) fn taken_items(&self, fork: ForkId) -> Option<ValueId> {
        let item = &self.program.forks[fork];
        let ForkKind::Each { items, at_once, .. } = &item.kind else { return None };
        let scope = self.program.points[item.point].scope;
        let value = match self.program.resolve(scope, single(items)?)? {
            Meaning::Value(value) => value,
            Meaning::Binding(_) => return None,
        };
        let inside = &self.live_in[self.program.regions[item.regions[0]].entry];
        let mut ways = 0..self.program.points[item.point].ways.len();
        let free = at_once.is_none()
            && self.owns(item.point, value)
            && !inside.contains(&value)
            && ways.all(|way| !self.held_through(item.point, way).contains(&Held::Value(value)));
        free.then_some(value)
    }

    /// Whether what an item is bound to is read at one point of its branch, once in a run of it, and so can be taken
    /// there.
    pub(super) fn is_read_once(&self, frame: FrameId, region: RegionId) -> bool {
        let var = self.program.frame_var(frame);
        let reads = |point: &PointId| reads::of_point(self.program, *point).0.iter().any(|read| read.var == var);
        let mut reading = (0..self.program.points.len()).filter(reads);
        let (Some(point), None) = (reading.next(), reading.next()) else { return false };
        let mut ahead = self.program.ways(point);
        let mut seen = BTreeSet::new();
        while let Some(at) = ahead.pop() {
            if at == point {
                return false;
            }
            if seen.insert(at) {
                ahead.extend(self.program.ways(at));
            }
        }
        self.program.points[point].region == region && matches!(self.program.points[point].kind, Kind::Call(..))
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
        self.ty_of(&self.program.values[value].origin)
    }

    fn ty_of(&self, origin: &Origin<'_>) -> TokenStream {
        let rt = self.rt();
        match origin {
            Origin::Written(ty) => ty.to_token_stream(),
            Origin::Node(node) => {
                let step = self.step(*node);
                quote!(<#step as #rt::Step>::Output)
            }
            Origin::Failure => quote!(#rt::Failure),
            Origin::List(of) => {
                let of = self.ty_of(of);
                quote!(#rt::Vec<#of>)
            }
            Origin::Tried(of) => {
                let of = self.ty_of(of);
                quote!(#rt::Result<#of, #rt::Failure>)
            }
            Origin::Tuple(parts) => {
                let parts = parts.iter().map(|part| self.ty_of(part));
                quote!((#(#parts,)*))
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
        let mut pat = item.pat.clone().into_owned();
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

    /// The values a branch gives behind its fork, as one tuple.
    pub(super) fn exports(&self, region: RegionId) -> TokenStream {
        let names = self.layouts[region].exports.iter().map(|&value| self.name(Held::Value(value)));
        quote!((#(#names,)*))
    }
}

/// The name of the enum of a region's states.
pub(super) fn state_type(region: RegionId) -> Ident {
    if region == 0 { format_ident!("__State") } else { format_ident!("__State{region}") }
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

/// Whether something is done at a point that takes time.
pub(super) fn is_work(kind: &Kind<'_>) -> bool {
    matches!(kind, Kind::Call(..) | Kind::Fork(_) | Kind::Sleep(_))
}

/// The points that are states: each where work is done, and where ways meet that it would take much code to write twice.
fn states(program: &Program<'_>, flow: &Flow) -> Vec<PointId> {
    let mut into = vec![0; program.points.len()];
    for to in (0..program.points.len()).flat_map(|point| program.ways(point)) {
        into[to] += 1;
    }
    let reached = reach::reached(flow);
    let mut size: Vec<Option<usize>> = vec![None; program.points.len()];
    let mut waypoints = BTreeSet::new();
    for point in 0..program.points.len() {
        measure(program, &into, point, &mut size, &mut waypoints);
    }
    let is_state =
        |&point: &PointId| reached[point] && (is_work(&program.points[point].kind) || waypoints.contains(&point));
    let mut states: Vec<PointId> = (0..program.points.len()).filter(is_state).collect();
    states.sort_by_key(|&point| program.points[point].region);
    states
}

// Between work the ways never go round, so this ends; work counts as one, whatever follows it.
fn measure(
    program: &Program<'_>,
    into: &[usize],
    point: PointId,
    size: &mut Vec<Option<usize>>,
    waypoints: &mut BTreeSet<PointId>,
) -> usize {
    if let Some(known) = size[point] {
        return known;
    }
    let mut own = 1;
    if !is_work(&program.points[point].kind) {
        for to in program.ways(point) {
            own += measure(program, into, to, size, waypoints);
        }
        let copies = into[point];
        if copies > 1 && own * (copies - 1) > SMALL {
            waypoints.insert(point);
            own = 1;
        }
    }
    size[point] = Some(own);
    own
}
