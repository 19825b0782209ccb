//! What of a graph has changed under a run.

use loomflow_graph::version::{Description, Difference, can_go_on};

/// Why a run that stands at these positions of one graph cannot go on in another; nothing when it can.
pub(super) fn changed<'p>(before: &str, now: &str, positions: impl Iterator<Item = &'p str>) -> Vec<String> {
    let (before, now) = match (Description::parse(before), Description::parse(now)) {
        (Ok(before), Ok(now)) => (before, now),
        (Err(error), _) | (_, Err(error)) => return vec![format!("its graph cannot be compared: {error}")],
    };
    let mut told: Vec<String> = Vec::new();
    let differences = positions.filter_map(|position| can_go_on(&before, &now, position).err()).flatten();
    for difference in differences.map(|difference: Difference| difference.to_string()) {
        if !told.contains(&difference) {
            told.push(difference);
        }
    }
    told
}
