//! Where the nodes and the edges of a graph lie: by [dagre](https://docs.rs/dagre), in layers from above to below.

use super::{LINE, SIZE, text::Block};
use crate::{
    draw::Drawing,
    graph::{Node, NodeKind},
};
use dagre::{
    EdgeLabel, LayoutOptions, NodeLabel,
    graph::{Graph, GraphOptions},
    layout::{self, types::LabelPos},
};

/// The longest line of what stands at a node or at an edge, in characters, where it can be broken.
const LONGEST: usize = 30;
/// How far an edge that goes round is from its text.
const BESIDE: f64 = 6.0;
/// How far from the corners of a node its edges end.
const CORNER: f64 = 14.0;
/// How far a line is upright where it begins and ends.
const UPRIGHT: f64 = 9.0;
/// How far an edge goes that goes round.
const ROUND: f64 = 26.0;

/// A graph that is laid out, in pixels.
pub(super) struct Laid {
    pub(super) width: f64,
    pub(super) height: f64,
    /// The nodes, by their index.
    pub(super) places: Vec<Place>,
    /// The edges, by their index.
    pub(super) ways: Vec<Way>,
}

/// Where a node lies: its middle, and how large it is.
pub(super) struct Place {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) text: Block,
}

/// Where an edge lies.
pub(super) struct Way {
    pub(super) pieces: Vec<Vec<(f64, f64)>>,
    /// What stands in it, and where the middle of that is.
    pub(super) text: Option<(Block, f64, f64)>,
}

/// Lays a graph out.
pub(super) fn laid(drawing: &Drawing<'_>) -> Laid {
    let (nodes, edges) = (drawing.graph.nodes(), drawing.graph.edges());
    let mut places: Vec<Place> = (0..nodes.len()).map(|index| place(drawing, index)).collect();
    let mut ways: Vec<Way> = (0..edges.len()).map(|index| way(drawing, index)).collect();
    // An edge that goes round is no matter of layers: it has its room beside its node.
    let mut rooms = vec![0.0; nodes.len()];
    let mut heights: Vec<f64> = places.iter().map(|place| place.height).collect();
    for (edge, way) in edges.iter().zip(&ways).filter(|(edge, _)| edge.from() == edge.to()) {
        let (width, height) = way.size();
        rooms[edge.from()] += ROUND + width;
        heights[edge.from()] = heights[edge.from()].max(height);
    }

    let mut graph = Graph::with_options(GraphOptions { directed: true, multigraph: true, compound: false });
    for (index, (place, room)) in places.iter().zip(&rooms).enumerate() {
        let label = NodeLabel { width: place.width + room, height: heights[index], ..NodeLabel::default() };
        graph.set_node(index.to_string(), Some(label));
    }
    for (index, (edge, way)) in edges.iter().zip(&ways).enumerate().filter(|(_, (edge, _))| edge.from() != edge.to()) {
        let (width, height) = way.size();
        let label = EdgeLabel { width, height, labelpos: LabelPos::Center, ..EdgeLabel::default() };
        graph.set_edge(edge.from().to_string(), edge.to().to_string(), Some(label), Some(&index.to_string()));
    }
    let options = LayoutOptions { nodesep: 34.0, edgesep: 18.0, ranksep: 44.0, ..LayoutOptions::default() };
    layout::layout(&mut graph, Some(options));

    for (index, (place, room)) in places.iter_mut().zip(&rooms).enumerate() {
        if let Some(NodeLabel { x: Some(x), y: Some(y), .. }) = graph.node(&index.to_string()) {
            (place.x, place.y) = (x - room / 2.0, *y);
        }
    }
    let mut sides: Vec<f64> = places.iter().map(|place| place.x + place.width / 2.0).collect();
    for (index, (edge, way)) in edges.iter().zip(&mut ways).enumerate() {
        let (from, to) = (edge.from(), edge.to());
        if from == to {
            way.goes_round(&places[from], sides[from]);
            sides[from] += ROUND + way.size().0;
            continue;
        }
        let Some(label) = graph.edge(&from.to_string(), &to.to_string(), Some(&index.to_string())) else { continue };
        let mut points: Vec<_> = label.points.iter().map(|point| (point.x, point.y)).collect();
        let at = |node: usize, end: &mut (f64, f64)| *end = places[node].end(end.0 - rooms[node] / 2.0, end.1);
        points.first_mut().into_iter().for_each(|end| at(from, end));
        points.last_mut().into_iter().for_each(|end| at(to, end));
        way.goes(points, label.x.zip(label.y));
    }
    around(places, ways)
}

/// A node, before it is known where it lies.
fn place(drawing: &Drawing<'_>, index: usize) -> Place {
    let text = Block::new(&drawing.node_text(index), LONGEST).with(drawing.note(index));
    let (width, height) = size(&drawing.graph.nodes()[index], &text);
    Place { x: 0.0, y: 0.0, width, height, text }
}

/// An edge, before it is known where it lies.
fn way(drawing: &Drawing<'_>, index: usize) -> Way {
    let text = drawing.edge_text(index);
    let text = (!text.is_empty()).then(|| (Block::new(&text, LONGEST), 0.0, 0.0));
    Way { pieces: Vec::new(), text }
}

impl Place {
    /// Where a line ends that comes from above or from below: at the node, and not at a corner of it.
    fn end(&self, x: f64, y: f64) -> (f64, f64) {
        let (across, down) = ((self.width / 2.0 - CORNER).max(0.0), self.height / 2.0);
        (x.clamp(self.x - across, self.x + across), if y < self.y { self.y - down } else { self.y + down })
    }
}

impl Way {
    /// How large the text is.
    fn size(&self) -> (f64, f64) {
        self.text.as_ref().map_or((0.0, 0.0), |(text, ..)| (text.width(), text.height()))
    }

    /// Leads through points, and is broken by the text at one of them.
    fn goes(&mut self, points: Vec<(f64, f64)>, text: Option<(f64, f64)>) {
        let half = self.size().1 / 2.0;
        let near = |text: (f64, f64)| points.iter().position(|at| (at.0 - text.0).hypot(at.1 - text.1) < 1.0);
        let broken = text.and_then(|text| near(text).filter(|&near| near > 0 && near + 1 < points.len()));
        if let (Some((_, x, y)), Some(text)) = (&mut self.text, text) {
            (*x, *y) = text;
        }
        self.pieces = match broken.filter(|_| self.text.is_some()) {
            Some(near) => {
                let (x, y) = points[near];
                let half = if points[near - 1].1 < y { half } else { -half };
                let before = points[..near].iter().copied().chain([(x, y - half)]).collect();
                let after = [(x, y + half)].into_iter().chain(points[near + 1..].iter().copied()).collect();
                vec![upright(before), upright(after)]
            }
            None => vec![upright(points)],
        };
    }

    /// Leads round beside its node, to the text that is behind that.
    fn goes_round(&mut self, node: &Place, room: f64) {
        let side = node.x + node.width / 2.0;
        let (reach, half) = (room + ROUND - BESIDE, node.height / 2.0);
        let points = [(side, -half / 2.0), (reach, -half), (reach, half), (side, half / 2.0)];
        self.pieces = vec![points.into_iter().map(|(x, y)| (x, node.y + y)).collect()];
        if let Some((text, x, y)) = &mut self.text {
            (*x, *y) = (room + ROUND + text.width() / 2.0, node.y);
        }
    }
}

/// The same line, which begins and ends upright.
fn upright(mut points: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    if let [first, .., last] = points[..] {
        let down = if first.1 < last.1 { UPRIGHT } else { -UPRIGHT };
        points.insert(points.len() - 1, (last.0, last.1 - down));
        points.insert(1, (first.0, first.1 + down));
    }
    points
}

/// Moves everything so that it begins at the top left, and says how far it goes.
fn around(mut places: Vec<Place>, mut ways: Vec<Way>) -> Laid {
    let mut boxes: Vec<(f64, f64, f64, f64)> =
        places.iter().map(|place| (place.x, place.y, place.width, place.height)).collect();
    for way in &ways {
        boxes.extend(way.pieces.iter().flatten().map(|(x, y)| (*x, *y, 0.0, 0.0)));
        boxes.extend(way.text.iter().map(|(text, x, y)| (*x, *y, text.width(), text.height())));
    }
    let least = |at: fn(&(f64, f64, f64, f64)) -> f64| boxes.iter().map(at).fold(f64::INFINITY, f64::min);
    let (left, top) = (least(|b| b.0 - b.2 / 2.0), least(|b| b.1 - b.3 / 2.0));
    let (right, bottom) = (-least(|b| -b.0 - b.2 / 2.0), -least(|b| -b.1 - b.3 / 2.0));
    if boxes.is_empty() {
        return Laid { width: 0.0, height: 0.0, places, ways };
    }
    for place in &mut places {
        (place.x, place.y) = (place.x - left, place.y - top);
    }
    for way in &mut ways {
        for point in way.pieces.iter_mut().flatten() {
            *point = (point.0 - left, point.1 - top);
        }
        if let Some((_, x, y)) = &mut way.text {
            (*x, *y) = (*x - left, *y - top);
        }
    }
    Laid { width: right - left, height: bottom - top, places, ways }
}

/// How large a node is: its text, and the room that its shape needs around it.
fn size(node: &Node<'_>, text: &Block) -> (f64, f64) {
    let (width, height) = (text.width().max(2.0 * SIZE), text.height().max(LINE));
    match node.kind() {
        NodeKind::Step => (width + 22.0, height + 14.0),
        NodeKind::Start | NodeKind::End | NodeKind::Sleep => (width + 30.0, height + 12.0),
        NodeKind::Fail | NodeKind::Fork | NodeKind::Join | NodeKind::First => (width + 44.0, height + 12.0),
    }
}
