//! Descriptions of any content: what is written is read again, and a run goes on exactly where all it needs is had.

use loomflow_graph::version::{
    Change, Description, Node, Position, Typed, Unreadable, can_go_on, differences, fingerprint,
};
use proptest::{collection::vec, option, prelude::*, sample::select};

const NAMES: [&str; 5] = ["classify", "draft", "review", "send", "count of a -> b per c"];
const TYPES: [&str; 4] = ["u32", "Vec<(String, u8)>", "output of desk::billing", "Result<A, Failure>"];
const KEYS: [&str; 7] = [
    "classify(ticket)",
    "review(draft) after billing",
    "send",
    "[for q in plan.all]",
    "[for q in plan.all] / send(q)",
    "way to match review",
    "sleep(30d)",
];

fn typed() -> impl Strategy<Value = Vec<Typed>> {
    let pairs = vec((select(&NAMES[..4]), select(&TYPES[..])), 0..4);
    pairs.prop_map(|mut pairs| {
        pairs.sort_unstable();
        pairs.dedup_by_key(|(name, _)| *name);
        pairs.into_iter().map(|(name, ty)| Typed { name: name.to_owned(), ty: ty.to_owned() }).collect()
    })
}

fn nodes() -> impl Strategy<Value = Vec<Node>> {
    let parts = vec((select(&NAMES[..4]), select(&["a", "b::c::<fn() -> u8>"][..])), 0..4);
    parts.prop_map(|mut parts| {
        parts.sort_unstable();
        parts.dedup_by_key(|(name, _)| *name);
        let node =
            |(name, step): (&str, &str)| Node { name: name.to_owned(), step: step.to_owned(), sets: name.to_owned() };
        parts.into_iter().map(node).collect()
    })
}

fn positions() -> impl Strategy<Value = Vec<Position>> {
    let live = vec(select(&NAMES[..]), 0..4).prop_map(|mut live| {
        live.sort_unstable();
        live.dedup();
        live
    });
    let parts = vec((select(&KEYS[..]), option::of(select(&NAMES[..4])), live), 0..6);
    parts.prop_map(|mut parts| {
        parts.sort();
        parts.dedup_by_key(|(key, ..)| *key);
        let position = |(key, node, live): (&str, Option<&str>, Vec<&str>)| Position {
            key: key.to_owned(),
            node: node.map(str::to_owned),
            live: live.into_iter().map(str::to_owned).collect(),
        };
        parts.into_iter().map(position).collect()
    })
}

prop_compose! {
    fn description()(
        version in 1..3u32, inputs in typed(), values in typed(), nodes in nodes(), positions in positions(),
        output in select(&TYPES[..]),
    ) -> Description {
        Description {
            workflow: "Triage".to_owned(), version, inputs, output: output.to_owned(), values, nodes, positions,
        }
    }
}

/// Whether a run at a position has all it needs, said once more and in other words.
fn fits(old: &Description, new: &Description, key: &str) -> bool {
    let around =
        old.positions.iter().filter(|position| key == position.key || key.starts_with(&format!("{} / ", position.key)));
    let step = |of: &Description, node: &Option<String>| {
        let node = of.nodes.iter().find(|known| Some(&known.name) == node.as_ref());
        node.map(|node| node.step.clone())
    };
    let mut around = around.map(|position| {
        let Some(now) = new.position(&position.key) else { return false };
        let had = |name: &String| {
            let same = match (old.type_of(name), new.type_of(name)) {
                (Some(before), Some(now)) => before == now,
                _ => true,
            };
            position.live.contains(name) && same
        };
        let (before, now_step) = (step(old, &position.node), step(new, &position.node));
        now.live.iter().all(had) && (before.is_none() || before == now_step)
    });
    old.version == new.version && around.all(|fits| fits)
}

proptest! {
    #[test]
    fn a_text_is_read_as_what_was_written(description in description()) {
        let text = description.to_string();
        prop_assert_eq!(Description::parse(&text), Ok(description));
    }

    #[test]
    fn a_description_does_not_differ_from_itself(description in description()) {
        prop_assert_eq!(differences(&description, &description), []);
    }

    #[test]
    fn a_run_never_goes_on_without_what_it_needs(old in description(), new in description()) {
        for position in &old.positions {
            let goes_on = can_go_on(&old, &new, &position.key);
            if !fits(&old, &new, &position.key) {
                let told = goes_on.expect_err("the run lacks something");
                prop_assert!(told[0].concerns(&position.key));
            }
        }
    }

    #[test]
    fn a_run_goes_on_where_all_is_as_it_was(mut old in description(), more in positions()) {
        let mut new = old.clone();
        new.positions.extend(more.into_iter().filter(|position| old.position(&position.key).is_none()));
        new.nodes.push(Node { name: "added".to_owned(), step: "added".to_owned(), sets: "added".to_owned() });
        old.output = "u8".to_owned();
        for position in &old.positions {
            prop_assert_eq!(can_go_on(&old, &new, &position.key), Ok(position.key.clone()));
        }
    }
}

fn small(lines: &str) -> Description {
    let text = format!("loomflow description 1\nworkflow Small\nversion 1\noutput u8\n{lines}");
    Description::parse(&text).expect("the text is a description")
}

#[test]
fn a_type_that_is_added_behind_takes_the_place_of_the_first() {
    let read = small("value draft: output of write\nvalue n: u8\nvalue draft: alloc::string::String\n");
    assert_eq!(read.type_of("draft"), Some("alloc::string::String"));
    assert_eq!(read.values.len(), 2);
}

#[test]
fn a_position_that_was_never_there_is_none_to_go_on_at() {
    let (old, new) = (small(""), small(""));
    let told = can_go_on(&old, &new, "nowhere()").expect_err("there is no such position");
    assert!(matches!(told[0].change(), Change::PositionGone { .. }));
}

#[test]
fn another_version_strands_all_runs() {
    let old = small("position a\n  calls a\nposition b\n");
    let new = Description { version: 2, ..old.clone() };
    let told = differences(&old, &new);
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].to_string(), "the version was 1 and is 2");
    assert_eq!(told[0].strands(), ["a", "b"]);
}

#[test]
fn what_strands_a_run_where_it_stands_comes_first() {
    let old = small("node a = a sets a\nnode b = b sets b\nposition a\n  calls a\nposition b\n  calls b\n");
    let new = small("node a = x sets a\nnode b = y sets b\nposition a\n  calls a\nposition b\n  calls b\n");
    let told = can_go_on(&old, &new, "b").expect_err("its step is another");
    assert_eq!(told[0].to_string(), "the node `b` was the step `b` and is the step `y`");
    assert_eq!(told.len(), 2);
}

#[test]
fn what_is_no_description_is_told_by_its_line() {
    let form = Description::parse("loomflow description 2\nworkflow A\n");
    assert_eq!(form, Err(Unreadable::Form { begins: "loomflow description 2".to_owned() }));
    let part = Description::parse("loomflow description 1\nworkflow A\nversion 1\n");
    assert_eq!(part, Err(Unreadable::Missing { part: "output" }));
    for line in ["value x u8", "nonsense", "live x", "version one", "node a = b"] {
        let text = format!("loomflow description 1\n{line}\n");
        assert_eq!(Description::parse(&text), Err(Unreadable::Line { number: 2, line: line.to_owned() }));
    }
}

#[test]
fn a_fingerprint_changes_with_the_text() {
    let text = small("position a\n").to_string();
    assert_eq!(fingerprint(&text), fingerprint(&text.clone()));
    assert_ne!(fingerprint(&text), fingerprint(&small("position b\n").to_string()));
}
