//! Strongly connected components.

use super::PointId;

/// The strongly connected components of the graph on `points`, by the arcs that `next` gives; an arc to a point outside
/// of `points` does not count. A component comes after all that it leads to (reverse topological order).
///
/// Tarjan's algorithm (SIAM Journal on Computing 1, 1972), with a stack of its own: a long chain must not overflow the
/// compiler's.
pub fn components<I: Iterator<Item = PointId>>(
    points: &[PointId],
    mut next: impl FnMut(PointId) -> I,
) -> Vec<Vec<PointId>> {
    const UNSEEN: usize = usize::MAX;
    let size = points.iter().max().map_or(0, |&most| most + 1);
    let mut member = vec![false; size];
    for &point in points {
        member[point] = true;
    }
    let (mut index, mut low, mut on_stack) = (vec![UNSEEN; size], vec![0; size], vec![false; size]);
    let (mut stack, mut found, mut counter) = (Vec::new(), Vec::new(), 0);
    for &root in points {
        if index[root] != UNSEEN {
            continue;
        }
        let mut calls: Vec<(PointId, Vec<PointId>)> = Vec::new();
        let mut entering = Some(root);
        loop {
            if let Some(point) = entering.take() {
                (index[point], low[point]) = (counter, counter);
                counter += 1;
                stack.push(point);
                on_stack[point] = true;
                calls.push((point, next(point).filter(|&to| to < size && member[to]).collect()));
            }
            let Some((point, rest)) = calls.last_mut() else {
                break;
            };
            let point = *point;
            if let Some(to) = rest.pop() {
                if index[to] == UNSEEN {
                    entering = Some(to);
                } else if on_stack[to] {
                    low[point] = low[point].min(index[to]);
                }
                continue;
            }
            calls.pop();
            if let Some((parent, _)) = calls.last() {
                low[*parent] = low[*parent].min(low[point]);
            }
            if low[point] == index[point] {
                let from = stack.iter().rposition(|&at| at == point).unwrap_or(0);
                let component = stack.split_off(from);
                for &at in &component {
                    on_stack[at] = false;
                }
                found.push(component);
            }
        }
    }
    found
}
