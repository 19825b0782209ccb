//! Shapes as the paths of SVG.

use super::layout::Place;
use crate::graph::NodeKind;
use std::fmt::Write as _;

/// How far the sides of what is no rectangle lean.
const LEAN: f64 = 12.0;
/// How long the head of an arrow is.
const HEAD: f64 = 8.0;

/// What surrounds a node: a box for a step, round for what begins and ends, a fork that widens downwards, a join that narrows.
pub(super) fn outline(kind: NodeKind, place: &Place) -> String {
    let (left, right) = (place.x - place.width / 2.0, place.x + place.width / 2.0);
    let (top, bottom) = (place.y - place.height / 2.0, place.y + place.height / 2.0);
    match kind {
        NodeKind::Step => rounded(left, top, right, bottom, 5.0),
        NodeKind::Start | NodeKind::End | NodeKind::Sleep => rounded(left, top, right, bottom, (bottom - top) / 2.0),
        NodeKind::Fail => closed(&[
            (left, place.y),
            (left + LEAN, top),
            (right - LEAN, top),
            (right, place.y),
            (right - LEAN, bottom),
            (left + LEAN, bottom),
        ]),
        NodeKind::Fork | NodeKind::First => {
            closed(&[(left + LEAN, top), (right - LEAN, top), (right, bottom), (left, bottom)])
        }
        NodeKind::Join => closed(&[(left, top), (right, top), (right - LEAN, bottom), (left + LEAN, bottom)]),
    }
}

fn closed(points: &[(f64, f64)]) -> String {
    let points: Vec<String> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
    format!("M{}Z", points.join("L"))
}

fn rounded(left: f64, top: f64, right: f64, bottom: f64, radius: f64) -> String {
    let arc = |x: f64, y: f64| format!("A{radius:.1},{radius:.1} 0 0 1 {x:.1},{y:.1}");
    format!(
        "M{:.1},{top:.1}H{:.1}{}V{:.1}{}H{:.1}{}V{:.1}{}Z",
        left + radius,
        right - radius,
        arc(right, top + radius),
        bottom - radius,
        arc(right - radius, bottom),
        left + radius,
        arc(left, bottom - radius),
        top + radius,
        arc(left + radius, top),
    )
}

/// A line from the first of some points to the last, which bends towards each between them: a quadratic B-spline, whose pieces
/// meet half-way from point to point.
pub(super) fn curve(points: &[(f64, f64)]) -> String {
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return String::new() };
    let mut path = format!("M{:.1},{:.1}", first.0, first.1);
    let mut stand = *first;
    for window in points.windows(3) {
        let [before, at, after] = [window[0], window[1], window[2]];
        // What lies before the bend is followed straight, and the bend takes half of each side.
        let (from, to) = (between(before, at), between(at, after));
        if stand != from {
            let _ = write!(path, "L{:.1},{:.1}", from.0, from.1);
        }
        let _ = write!(path, "Q{:.1},{:.1} {:.1},{:.1}", at.0, at.1, to.0, to.1);
        stand = to;
    }
    let _ = write!(path, "L{:.1},{:.1}", last.0, last.1);
    path
}

fn between(a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
    (f64::midpoint(a.0, b.0), f64::midpoint(a.1, b.1))
}

/// The head of an arrow at the end of a line.
pub(super) fn arrow(points: &[(f64, f64)]) -> Option<String> {
    let end = *points.last()?;
    let before = *points.iter().rev().find(|point| **point != end)?;
    let (dx, dy) = (end.0 - before.0, end.1 - before.1);
    let length = dx.hypot(dy);
    let (dx, dy) = (dx / length * HEAD, dy / length * HEAD);
    let side = |way: f64| (end.0 - dx - way * dy * 0.45, end.1 - dy + way * dx * 0.45);
    Some(closed(&[end, side(1.0), side(-1.0)]))
}
