//! SVG that stands by itself: no script, no font and no style from elsewhere. `layout` says where everything lies, `shape`
//! what it looks like.
//!
//! Lines and texts have the colour of the text around them, so that a drawing within a page is as light or as dark as the
//! page is. One in a file follows what the reader's system prefers.

mod layout;
mod shape;
mod text;

use super::{Drawing, State};
use crate::graph::Graph;
use layout::{Laid, Way, laid};
use shape::{arrow, curve, outline};
use std::fmt::{self, Write as _};
use text::{Block, escaped};

/// How large a text is, in pixels.
const SIZE: f64 = 13.0;
/// How much larger its lines are.
const LINE: f64 = 17.0;
/// How wide a character is in a font of one width, of its size.
const CHARACTER: f64 = 0.602;
/// The room around a drawing.
const MARGIN: f64 = 12.0;

impl Graph<'_> {
    /// The graph as [SVG](https://www.w3.org/TR/SVG2/), to be a file or an image: see [`Drawing::to_svg`].
    #[must_use]
    pub fn to_svg(&self) -> String {
        self.drawing().to_svg()
    }
}

impl Drawing<'_> {
    /// The drawing as [SVG](https://www.w3.org/TR/SVG2/), to be a file or an image.
    ///
    /// ```
    /// use loomflow_graph::graph::{Edge, Graph, Node, NodeKind};
    ///
    /// const GREET: Graph = Graph::new("Greet").with_nodes(
    ///     &[Node::new(NodeKind::Start, "start"), Node::new(NodeKind::End, "end")],
    ///     &[Edge::new(0, 1)],
    /// );
    ///
    /// assert!(GREET.drawing().to_svg().starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""));
    /// ```
    #[must_use]
    pub fn to_svg(&self) -> String {
        let both = "<style>:root{color:#1f2328;background:#fff}\
            @media(prefers-color-scheme:dark){:root{color:#e6edf3;background:#0d1117}}</style>";
        self.svg(both)
    }

    /// The same to stand within a page of HTML, whose colours it takes.
    #[must_use]
    pub fn to_inline_svg(&self) -> String {
        self.svg("")
    }

    fn svg(&self, style: &str) -> String {
        let laid = laid(self);
        let mut svg = String::new();
        // A text takes what is written to it.
        let _ = self.write(&mut svg, &laid, style);
        svg
    }

    fn write(&self, svg: &mut String, laid: &Laid, style: &str) -> fmt::Result {
        let (width, height) = (laid.width + 2.0 * MARGIN, laid.height + 2.0 * MARGIN);
        write!(
            svg,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
             viewBox=\"{:.0} {:.0} {width:.0} {height:.0}\" role=\"img\" font-size=\"{SIZE}\" \
             font-family=\"ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace\" fill=\"none\" \
             stroke-linejoin=\"round\" style=\"max-width:100%;height:auto\">{style}<title>{}</title>",
            -MARGIN,
            -MARGIN,
            escaped(self.graph.name()),
        )?;
        for (index, way) in laid.ways.iter().enumerate() {
            self.way(svg, index, way)?;
        }
        for (index, place) in laid.places.iter().enumerate() {
            self.place(svg, index, place)?;
        }
        svg.push_str("</svg>\n");
        Ok(())
    }

    fn place(&self, svg: &mut String, index: usize, place: &layout::Place) -> fmt::Result {
        let node = &self.graph.nodes()[index];
        let state = self.state(index);
        let (colour, is_marked) = colour(state);
        let dim = if state == Some(State::NotReached) { " opacity=\"0.55\"" } else { "" };
        let weight = if is_marked { 2.0 } else { 1.2 };
        let fill = if is_marked { 0.16 } else { 0.04 };
        write!(svg, "<g{dim}>")?;
        if !node.doc().is_empty() {
            write!(svg, "<title>{}</title>", escaped(node.doc()))?;
        }
        write!(
            svg,
            "<path d=\"{}\" stroke=\"{colour}\" stroke-width=\"{weight}\" fill=\"{colour}\" fill-opacity=\"{fill}\"/>",
            outline(node.kind(), place),
        )?;
        block(svg, &place.text, place.x, place.y, "middle", "")?;
        svg.push_str("</g>");
        Ok(())
    }

    fn way(&self, svg: &mut String, index: usize, way: &Way) -> fmt::Result {
        let edge = &self.graph.edges()[index];
        let taken = self.taken(index);
        let (colour, weight, dim) = match taken {
            None => ("currentColor", 1.2, ""),
            Some(0) => ("currentColor", 1.2, " opacity=\"0.5\""),
            Some(_) => (State::Done.colour(), 2.0, ""),
        };
        let dash = if edge.is_spent() { " stroke-dasharray=\"5 4\"" } else { "" };
        write!(svg, "<g{dim}>")?;
        for piece in &way.pieces {
            write!(svg, "<path d=\"{}\" stroke=\"{colour}\" stroke-width=\"{weight}\"{dash}/>", curve(piece))?;
        }
        if let Some(head) = way.pieces.last().and_then(|piece| arrow(piece)) {
            write!(svg, "<path d=\"{head}\" fill=\"{colour}\"/>")?;
        }
        if let Some((text, x, y)) = &way.text {
            let paint = if taken.is_some_and(|taken| taken > 0) { " font-weight=\"600\"" } else { "" };
            block(svg, text, *x, *y, "middle", paint)?;
        }
        svg.push_str("</g>");
        Ok(())
    }
}

/// The colour of a node, and whether a run has made it stand out.
const fn colour(state: Option<State>) -> (&'static str, bool) {
    match state {
        None | Some(State::NotReached) => ("currentColor", false),
        Some(state) => (state.colour(), true),
    }
}

/// Lines of text around a point.
fn block(svg: &mut String, text: &Block, x: f64, y: f64, anchor: &str, paint: &str) -> fmt::Result {
    let first = y - text.height() / 2.0 + LINE / 2.0;
    for (index, line) in (0_u32..).zip(text.lines()) {
        let y = first + f64::from(index) * LINE;
        write!(
            svg,
            "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" dominant-baseline=\"central\" xml:space=\"preserve\" \
             fill=\"currentColor\"{paint}>{}</text>",
            escaped(line),
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::tests::{NASTY, REVIEWED, arbitrary};
    use super::text::Block;
    use super::*;
    use crate::{
        draw::Overlay,
        graph::{Edge, Node, NodeKind},
    };

    /// How often something stands in a text.
    fn count(text: &str, what: &str) -> usize {
        text.matches(what).count()
    }

    #[test]
    fn a_graph_is_the_same_drawing_each_time() {
        let svg = REVIEWED.drawing().to_svg();
        for _ in 0..20 {
            assert_eq!(REVIEWED.drawing().to_svg(), svg);
        }
    }

    #[test]
    fn every_node_and_every_edge_is_drawn_and_all_lies_within_the_drawing() {
        for seed in 0..300 {
            arbitrary(seed, |graph| {
                let laid = laid(&graph.drawing());
                assert_eq!((laid.places.len(), laid.ways.len()), (graph.nodes().len(), graph.edges().len()));
                let is_within =
                    |x: f64, y: f64| x > -0.01 && y > -0.01 && x < laid.width + 0.01 && y < laid.height + 0.01;
                for place in &laid.places {
                    assert!(is_within(place.x - place.width / 2.0, place.y - place.height / 2.0), "{seed}");
                    assert!(is_within(place.x + place.width / 2.0, place.y + place.height / 2.0), "{seed}");
                }
                for way in &laid.ways {
                    assert!(!way.pieces.is_empty() && way.pieces.iter().all(|piece| piece.len() > 1), "{seed}");
                    assert!(way.pieces.iter().flatten().all(|(x, y)| is_within(*x, *y)), "{seed}");
                }
            });
        }
    }

    #[test]
    fn no_node_lies_on_another_nor_on_the_text_of_an_edge() {
        for seed in 0..300 {
            arbitrary(seed, |graph| {
                let laid = laid(&graph.drawing());
                let nodes = laid.places.iter().map(|place| (place.x, place.y, place.width, place.height));
                let texts = laid.ways.iter().filter_map(|way| way.text.as_ref());
                let texts = texts.map(|(text, x, y)| (*x, *y, text.width(), text.height()));
                let boxes: Vec<_> = nodes.chain(texts).collect();
                for (index, a) in boxes.iter().enumerate() {
                    for b in &boxes[..index] {
                        let apart = (a.0 - b.0).abs() + 0.01 >= f64::midpoint(a.2, b.2)
                            || (a.1 - b.1).abs() + 0.01 >= f64::midpoint(a.3, b.3);
                        assert!(apart, "{seed}: {a:?} and {b:?}");
                    }
                }
            });
        }
    }

    #[test]
    fn nasty_texts_are_drawn_as_they_stand() {
        for text in NASTY {
            let nodes = [Node::new(NodeKind::Start, "start").with_doc(text), Node::new(NodeKind::Step, text)];
            let edges = [Edge::new(0, 1).with_label(text)];
            let svg = Graph::new(text).with_nodes(&nodes, &edges).drawing().to_inline_svg();
            let pieces = 1 + usize::from(!text.is_empty());
            assert_eq!(count(&svg, "<path"), 3 + pieces, "{text:?}");
            assert_eq!(count(&svg, "<g"), count(&svg, "</g>"), "{text:?}");
            assert!(!svg.contains("<script") && !svg.contains("<b>") && !svg.contains("\n\n"), "{text:?}");
            for line in Block::new(text, 30).lines() {
                assert!(svg.contains(&format!(">{}</text>", escaped(line))), "{text:?}");
            }
        }
    }

    #[test]
    fn a_run_over_it_says_where_it_was_how_often_and_where_it_is() {
        let mut run = Overlay::new();
        run.set(0, State::Done, 1);
        run.set(1, State::Done, 3);
        run.note(1, "1.2 s");
        run.set(2, State::Failed, 1);
        run.take(0, 1);
        run.take(3, 2);
        let svg = REVIEWED.drawing().over(run).to_svg();
        assert!(svg.contains(">3×, 1.2 s</text>") && svg.contains(">Verdict::Weak(_): max 3 (2×)</text>"), "{svg}");
        assert_eq!(count(&svg, State::Failed.colour()), 2, "the line and the inside of a node");
        assert_eq!(count(&svg, "opacity=\"0.55\""), 2, "what was not reached is dim");
    }

    #[test]
    fn a_graph_without_nodes_is_an_empty_drawing() {
        let svg = Graph::new("Empty").drawing().to_svg();
        assert!(svg.contains("<title>Empty</title></svg>"), "{svg}");
    }
}
