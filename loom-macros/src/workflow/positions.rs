//! The positions of a workflow: for each state of the machine, what a run that is kept there is found again by.
//!
//! A position has a key, which is unique in the workflow and says what stands there in the user's words, and the names
//! of what is live there. The words themselves are `wording`'s.

use super::{
    plan::{Held, Plan},
    wording::Wording,
};
use loomflow_graph::{
    flow::PointId,
    grammar::program::{ForkKind, Kind, Program},
    version::fingerprint,
};
use std::collections::{BTreeSet, HashMap};

/// Where a run can stand.
pub(super) struct Position {
    /// What it is found by.
    pub(super) key: String,
    /// What is live there, in the order of the state's fields.
    pub(super) live: Vec<String>,
}

/// All that a run is kept by.
pub(super) struct Positions {
    /// By the index of their states.
    pub(super) states: Vec<Position>,
    /// The names of the values.
    pub(super) values: Vec<String>,
}

/// The positions of a workflow.
pub(super) fn positions(plan: &Plan<'_, '_>) -> Positions {
    let wording = Wording::of(plan.program);
    let mut keys = vec![String::new(); plan.states.len()];
    let mut within = vec![String::new(); plan.program.regions.len()];
    // What is around a region comes before it.
    for region in 0..plan.program.regions.len() {
        let points: Vec<PointId> = plan.states_of(region).collect();
        for (&point, key) in points.iter().zip(keys_of(plan, &wording, &points)) {
            let key = format!("{}{key}", within[region]);
            if let Kind::Fork(fork) = plan.program.points[point].kind {
                let item = &plan.program.forks[fork];
                let branches = told_apart(&wording, wording.branches(fork), &[]);
                for (&branch, name) in item.regions.iter().zip(branches) {
                    within[branch] = match item.kind {
                        ForkKind::Each { .. } => format!("{key} / "),
                        _ if item.regions.len() == 1 => format!("{key} / "),
                        _ => format!("{key} / {name} / "),
                    };
                }
            }
            keys[plan.state_index(point)] = key;
        }
    }
    let live = plan.states.iter().map(|&point| {
        let held = plan.held_at(point).into_iter();
        held.map(|held| plan.kept.name(held).to_owned()).collect()
    });
    let states = keys.into_iter().zip(live).map(|(key, live)| Position { key, live }).collect();
    Positions { states, values: plan.kept.values.clone() }
}

/// The keys of the states of one region. Equal ones are told apart by what comes before them: when an equal call is put in
/// elsewhere, the key that was enough before is nobody's, and no run is taken for one that stands there.
fn keys_of(plan: &Plan<'_, '_>, wording: &Wording<'_, '_>, points: &[PointId]) -> Vec<String> {
    let what: Vec<String> = points
        .iter()
        .map(|&point| match plan.program.points[point].kind {
            Kind::Call(..) | Kind::Sleep(_) | Kind::Fork(_) => wording.what(point),
            _ => format!("way to {}", wording.what(point)),
        })
        .collect();
    let joined = |words: BTreeSet<String>| words.into_iter().collect::<Vec<_>>().join(", ");
    let after = |index: usize| format!("{} after {}", what[index], joined(wording.after(points[index])));
    let by = |index: usize| format!("{} by {}", after(index), joined(wording.by(points[index])));
    let through = |index: usize| format!("{} through {}", after(index), joined(wording.through(points[index])));
    told_apart(wording, what.clone(), &[&after, &by, &through])
}

/// The names of all that can be live. They are told apart over the whole workflow, so that one is never taken for another
/// that is live where it was.
pub(super) struct Names {
    values: Vec<String>,
    counts: Vec<String>,
}

impl Names {
    pub(super) fn of(program: &Program<'_>) -> Self {
        let wording = &Wording::of(program);
        let values = (0..program.values.len()).map(|value| wording.value(value).to_owned()).collect();
        let counts = (0..program.counters.len()).map(|counter| wording.count(counter, false)).collect();
        let fully = |counter| wording.count(counter, true);
        Names { values: told_apart(wording, values, &[]), counts: told_apart(wording, counts, &[&fully]) }
    }

    /// The name that something is kept by.
    pub(super) fn name(&self, held: Held) -> &str {
        match held {
            Held::Value(value) => &self.values[value],
            Held::Counter(counter) => &self.counts[counter],
        }
    }
}

/// Makes equal names different: each of `longer` gives another name for what is still not told apart. What none of them
/// tells apart is numbered, with how many there are and the fingerprint of the whole: its number may be another's as soon
/// as anything is changed, and then nobody has the name any more.
fn told_apart(wording: &Wording<'_, '_>, mut names: Vec<String>, longer: &[&dyn Fn(usize) -> String]) -> Vec<String> {
    for name in longer {
        let count = counted(&names);
        for index in 0..names.len() {
            if count[&names[index]] > 1 {
                names[index] = name(index);
            }
        }
    }
    let count = counted(&names);
    if count.len() == names.len() {
        return names;
    }
    let whole = fingerprint(&wording.whole());
    let mut seen: HashMap<String, usize> = HashMap::new();
    for name in &mut names {
        let of = count[name];
        if of > 1 {
            let number = seen.entry(name.clone()).or_default();
            *number += 1;
            *name = format!("{name} #{number} of {of} in {whole}");
        }
    }
    names
}

fn counted(names: &[String]) -> HashMap<String, usize> {
    let mut count = HashMap::new();
    for name in names {
        *count.entry(name.clone()).or_default() += 1;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workflow::testing::planned;

    /// The positions of a workflow, each as its key and what is live there.
    fn of(inputs: &str, body: &str) -> Vec<(String, Vec<String>)> {
        let code = format!("Flow({inputs}) -> Out {{ {body} }}");
        planned(&code, |plan| {
            let states = positions(plan).states.into_iter();
            states.map(|position| (position.key, position.live)).collect()
        })
    }

    fn keys(body: &str) -> Vec<String> {
        of("x: In", body).into_iter().map(|(key, _)| key).collect()
    }

    #[test]
    fn a_call_goes_by_its_node_and_its_arguments_as_written() {
        assert_eq!(
            keys("start -> a(x ,  & x . y,) -> two: far::b::<u8>( [ x , 1 ] ) -> c -> end;"),
            ["a(x, &x.y)", "two([x, 1])", "c"]
        );
    }

    #[test]
    fn forks_and_waits_go_by_what_they_are_and_branches_by_their_fork() {
        assert_eq!(
            keys(
                "start -> [a(x) -> b(x), c(x)] -> sleep(30d) -> first { d(x), sleep(1h) } -> [for q in x.all => e(q)] -> end(x);"
            ),
            [
                "[a, c]",
                "sleep(30d)",
                "first { d, sleep(1h) }",
                "[for q in x.all]",
                "[a, c] / a / a(x)",
                "[a, c] / a / b(x)",
                "[a, c] / c / c(x)",
                "first { d, sleep(1h) } / d / d(x)",
                "first { d, sleep(1h) } / sleep(1h) / sleep(1h)",
                "[for q in x.all] / e(q)",
            ]
        );
    }

    #[test]
    fn a_call_that_is_put_in_elsewhere_leaves_no_equal_one_its_key() {
        let before = keys("start -> a(x) -> b(x) -> c(x) -> end(x);");
        let after = keys("start -> a(x) -> if a { b(x) } else { d(x) -> b(x) } -> c(x) -> end(x);");
        assert!(before.contains(&"b(x)".to_owned()));
        assert_eq!(after, ["a(x)", "b(x) after a", "d(x)", "b(x) after d", "c(x)"]);
    }

    #[test]
    fn calls_behind_one_node_are_told_apart_by_their_labels() {
        let body = "start -> a(x) -> match a { 1 => b(x), 2 => b(x), _ => if x { b(x) } else { b(x) } } -> end(x);";
        assert_eq!(
            keys(body),
            ["a(x)", "b(x) after a by 1", "b(x) after a by 2", "b(x) after a by x", "b(x) after a by else"]
        );
        let arm = "{ if x.y { b(x) } else { end(x) } }";
        assert_eq!(
            keys(&format!("start -> a(x) -> if x {arm} else {arm} -> end(x);")),
            ["a(x)", "b(x) after a through x, x.y", "b(x) after a through else, x.y"]
        );
    }

    #[test]
    fn calls_that_nothing_tells_apart_are_nobodys_as_soon_as_anything_is_changed() {
        let arm = "{ if x.y { b(x) } else { end(x) } }";
        let body = format!(
            "start -> a(x) -> if x {{ if x.z {{ end(x) }} else {arm} }} else {{ if x {arm} else {{ end(x) }} }} -> end(x);"
        );
        let before = keys(&body);
        assert!(before[1].starts_with("b(x) after a through else, x, x.y #1 of 2 in "), "{before:?}");
        assert!(before[2].starts_with("b(x) after a through else, x, x.y #2 of 2 in "), "{before:?}");
        assert_eq!(keys(&body), before);
        let after = keys(&body.replace("x.z", "x.zz"));
        assert!(before[1..].iter().all(|key| !after.contains(key)), "{after:?}");
    }

    #[test]
    fn what_is_live_goes_by_its_name_and_a_count_by_its_edge() {
        let body =
            "start -> a(x) -> b(x) -> if b { c(x) -> b(x) max 3 per a else { a(x) max 9 else end(x) } } -> end(x);";
        let live = of("x: In", body);
        let at_c = live.iter().find(|(key, _)| key == "c(x)").expect("it is a state");
        assert_eq!(at_c.1, ["x", "count of c -> b per a", "count of c -> a"]);
    }

    #[test]
    fn what_has_no_name_goes_by_where_it_comes_from() {
        let body =
            "start -> a(x) catch e => { f(x) -> g(e) -> end(x) } -> if a { b(x) } else { c(x) } -> d(x, _) -> end(x);";
        let live = of("x: In", body);
        let at = |name: &str| &live.iter().find(|(key, _)| key == name).expect("it is a state").1;
        assert_eq!(at("f(x)"), &["x", "failure of a"]);
        assert_eq!(at("d(x, _)"), &["x", "_ of b, c"]);
    }

    #[test]
    fn the_number_of_a_bound_and_what_stands_elsewhere_change_no_position() {
        let before = of("x: In", "start -> a(x) -> if a { a(x) max 3 else end(x) } -> b(x) -> end(x);");
        let after = of(
            "x: In",
            "start -> a(x) -> if a { a(x) max 5 else { more(x) -> end(x) } } -> b(x) -> c(x) catch _ => end(x) -> end(x);",
        );
        assert!(before.iter().all(|position| after.contains(position)));
    }

    #[test]
    fn where_many_ways_meet_a_position_goes_by_what_follows() {
        let calls: Vec<String> = (0..9).map(|n| format!("{n} => n{n}(x)")).collect();
        let body = format!(
            "start -> a(x) -> match a {{ {}, _ => {{}} }} -> match x {{ 1 if x > 2 => end(x), 2 => b(x), 3 => c(x), _ => end(x) }} -> end(x);",
            calls.join(", ")
        );
        let keys = keys(&body);
        assert!(keys.contains(&"way to match x".to_owned()), "{keys:?}");
    }

    #[test]
    fn what_meets_again_and_again_is_named_in_no_time() {
        let routes: Vec<String> =
            (0..60).map(|n| format!("match x {{ 1 => {{}}, 2 => {{}}, _ => n{n}(x) }}")).collect();
        let routes = routes.join(" -> ");
        let live = of("x: In", &format!("start -> a(x) -> {routes} -> last(_) -> end;"));
        assert_eq!(live.last().map(|(key, _)| key.as_str()), Some("last(_)"));
    }
}
