//! What of a workflow a kept run depends on, as the text that `loomflow_graph::version` compares.

use super::{
    graph::shown,
    machine::unraw,
    plan::{Held, Plan},
    positions::Positions,
};
use loomflow_graph::{
    grammar::{
        program::{Kind, Origin, Program, ValueId},
        text::step,
    },
    version::{self, Description, Typed},
};
use proc_macro2::TokenStream;
use quote::quote;

pub(super) fn description(plan: &Plan<'_, '_>, positions: &Positions) -> Description {
    let (program, ast) = (plan.program, plan.signature.ast);
    let inputs = ast.inputs.iter().map(|input| Typed { name: unraw(&input.name), ty: shown(&input.ty) });
    let values = kept_values(plan).map(|value| {
        let (name, ty) = (positions.values[value].clone(), ty(program, &program.values[value].origin));
        Typed { name, ty }
    });
    let nodes = program.nodes.iter().map(|node| version::Node {
        name: unraw(node.name),
        step: step(node.path, node.name),
        sets: positions.values[node.sets[0]].clone(),
    });
    let states = positions.states.iter().zip(&plan.states).map(|(position, &point)| version::Position {
        key: position.key.clone(),
        node: match program.points[point].kind {
            Kind::Call(node, ..) => Some(unraw(program.nodes[node].name)),
            _ => None,
        },
        live: position.live.clone(),
    });
    Description {
        workflow: unraw(plan.signature.name()),
        version: plan.signature.options.version,
        inputs: inputs.collect(),
        output: shown(&ast.output),
        values: values.collect(),
        nodes: nodes.collect(),
        positions: states.collect(),
    }
}

/// The description as a constant, and the function that names the types it cannot say.
pub(super) fn kept(plan: &Plan<'_, '_>, description: &Description, positions: &Positions) -> TokenStream {
    let rt = plan.rt();
    let text = description.to_string();
    let types = kept_values(plan).map(|value| {
        let (name, ty) = (&positions.values[value], plan.ty(value));
        quote!((#name, #rt::type_name::<#ty>()))
    });
    quote! {
        const DESCRIPTION: &'static str = #text;
        fn types() -> #rt::Vec<(&'static str, &'static str)> {
            <#rt::Vec<_> as ::core::convert::From<_>>::from([#(#types),*])
        }
    }
}

/// The values that a run is ever kept with.
fn kept_values(plan: &Plan<'_, '_>) -> impl Iterator<Item = ValueId> {
    let mut kept = vec![false; plan.program.values.len()];
    for &point in &plan.states {
        for held in plan.held_at(point) {
            if let Held::Value(value) = held {
                kept[value] = true;
            }
        }
    }
    let given = plan.layouts.iter().flat_map(|layout| &layout.exports);
    for &value in given.chain(plan.program.forks.iter().filter_map(|fork| fork.result.as_ref())) {
        kept[value] = true;
    }
    kept.into_iter().enumerate().filter_map(|(value, kept)| kept.then_some(value))
}

fn ty(program: &Program<'_>, origin: &Origin<'_>) -> String {
    match origin {
        Origin::Written(ty) => shown(ty),
        Origin::Node(node) => {
            let node = &program.nodes[*node];
            format!("output of {}", step(node.path, node.name))
        }
        Origin::Failure => "Failure".to_owned(),
        Origin::List(of) => format!("Vec<{}>", ty(program, of)),
        Origin::Tried(of) => format!("Result<{}, Failure>", ty(program, of)),
        Origin::Tuple(parts) => {
            let parts: Vec<String> = parts.iter().map(|part| ty(program, part)).collect();
            format!("({})", parts.join(", "))
        }
        Origin::Unknown => "()".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workflow::{positions::positions, testing::planned};
    use loomflow_graph::version::{can_go_on, differences};

    const FORKED: &str = "Forked(order: Order) -> Reply {
        start -> [pay(order), pack(order) -> label(pack)] -> ship(pay, label) -> end;
    }";

    fn of(code: &str) -> Description {
        planned(code, |plan| description(plan, &positions(plan)))
    }

    /// A workflow without forks, for edits of one thing.
    const PLAIN: &str = "Plain(ticket: Ticket, limit: u32) -> Reply {
        let rounds: u32 = 0;
        start -> classify(ticket) -> match {
            Desk::Billing(account) => draft = billing(ticket, account),
            Desk::Technical        => draft = tech::answer(ticket, limit),
        } -> review(draft) -> if review {
            draft = revise(draft) -> rounds = (rounds + 1) -> review(draft) max 3 else end(draft)
        } -> send(draft, rounds) -> end;
    }";

    /// What an edit of a workflow gives: the sentence and the positions it strands.
    fn edited_in(code: &str, from: &str, to: &str) -> Vec<(String, Vec<String>)> {
        assert!(code.contains(from), "the edit has something to edit");
        changed(code, &code.replace(from, to))
    }

    fn changed(old: &str, new: &str) -> Vec<(String, Vec<String>)> {
        let (old, new) = (of(old), of(new));
        let found = differences(&old, &new);
        for position in &old.positions {
            let told = found.iter().any(|difference| difference.concerns(&position.key));
            assert_eq!(can_go_on(&old, &new, &position.key).is_err(), told, "{}", position.key);
        }
        found.into_iter().map(|found| (found.to_string(), found.strands().to_vec())).collect()
    }

    fn edited(from: &str, to: &str) -> Vec<(String, Vec<String>)> {
        edited_in(PLAIN, from, to)
    }

    fn one(sentence: &str, strands: &[&str]) -> Vec<(String, Vec<String>)> {
        vec![(sentence.to_owned(), strands.iter().map(|&key| key.to_owned()).collect())]
    }

    #[test]
    fn a_description_reads_like_the_workflow() {
        let text = of(PLAIN).to_string();
        assert_eq!(Description::parse(&text).as_ref(), Ok(&of(PLAIN)));
        assert_eq!(
            text,
            "loomflow description 1
workflow Plain
version 1
input ticket: Ticket
input limit: u32
output Reply
value ticket: Ticket
value limit: u32
value rounds: u32
value classify: output of classify
value draft: output of billing
node classify = classify sets classify
node billing = billing sets draft
node answer = tech::answer sets draft
node review = review sets review
node revise = revise sets draft
node send = send sets send
position classify(ticket)
  calls classify
  live ticket
  live limit
  live rounds
  live count of revise -> review
position billing(ticket, account)
  calls billing
  live ticket
  live rounds
  live classify
  live count of revise -> review
position answer(ticket, limit)
  calls answer
  live ticket
  live limit
  live rounds
  live count of revise -> review
position review(draft) after answer, billing
  calls review
  live rounds
  live draft
  live count of revise -> review
position revise(draft)
  calls revise
  live rounds
  live draft
  live count of revise -> review
position review(draft) after revise
  calls review
  live rounds
  live draft
  live count of revise -> review
position send(draft, rounds)
  calls send
  live rounds
  live draft
"
        );
    }

    #[test]
    fn a_renamed_node_strands_the_runs_at_it_and_where_its_name_is_read() {
        assert_eq!(
            edited("draft = revise(draft)", "draft = rewrite: revise(draft)"),
            one(
                "the node `revise` is called `rewrite` now",
                &[
                    "revise(draft)",
                    "review(draft) after revise",
                    "classify(ticket)",
                    "billing(ticket, account)",
                    "answer(ticket, limit)",
                    "review(draft) after answer, billing",
                ]
            )
        );
    }

    #[test]
    fn a_node_that_is_gone_strands_the_runs_at_it() {
        let found = edited("draft = tech::answer(ticket, limit)", "draft = billing(ticket, limit)");
        assert_eq!(found[0].0, "the node `answer` is gone");
        assert!(found[0].1.contains(&"answer(ticket, limit)".to_owned()));
    }

    #[test]
    fn a_node_of_another_step_strands_the_runs_at_it() {
        assert_eq!(
            edited("tech::answer(", "sales::answer("),
            one(
                "the node `answer` was the step `tech::answer` and is the step `sales::answer`",
                &["answer(ticket, limit)"]
            )
        );
        let found = edited("classify(ticket)", "classify: sort(ticket)");
        assert_eq!(
            found,
            one(
                "the node `classify` was the step `classify` and is the step `sort`",
                &["classify(ticket)", "billing(ticket, account)"]
            )
        );
    }

    #[test]
    fn a_type_that_is_another_strands_the_runs_that_kept_the_value() {
        let kept = ["classify(ticket)", "answer(ticket, limit)"];
        assert_eq!(edited("limit: u32", "limit: u64"), one("the input `limit` was a `u32` and is a `u64`", &kept));
        let found = edited("let rounds: u32", "let rounds: u64");
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].0, "`rounds` was a `u32` and is a `u64`");
        assert_eq!(found[0].1.len(), 7);
    }

    #[test]
    fn an_input_strands_nobody_by_itself_and_those_who_need_it_when_it_is_new() {
        assert_eq!(edited("limit: u32)", "limit: u32, more: u8)"), one("there is a new input, `more`", &[]));
        let one_input = "Tiny(a: A) -> B { start -> one(a) -> two(a) -> end; }";
        let two_inputs = "Tiny(a: A, b: B) -> B { start -> one(a) -> extra(b) -> two(a) -> end; }";
        assert_eq!(changed(one_input, two_inputs), one("there is a new input, `b`", &["one(a)"]));
        let found = changed(two_inputs, one_input);
        assert_eq!(found[0], one("the node `extra` is gone", &["extra(b)"])[0]);
        assert_eq!(found[1..], one("the input `b` is gone", &[]));
    }

    #[test]
    fn other_arguments_are_another_position() {
        assert_eq!(
            edited("send(draft, rounds)", "send(draft.text, rounds)"),
            one(
                "nothing is at `send(draft, rounds)` any more; there is `send(draft.text, rounds)` now",
                &["send(draft, rounds)"]
            )
        );
    }

    #[test]
    fn an_equal_call_that_is_put_in_elsewhere_strands_the_runs_at_the_one_there_was() {
        assert_eq!(
            edited(
                "send(draft, rounds) -> end;",
                "if draft { more(draft) -> send(draft, rounds) } else { send(draft, rounds) } -> end(draft);"
            ),
            one(
                "nothing is at `send(draft, rounds)` any more; there is `send(draft, rounds) after more`, `send(draft, rounds) after review` now",
                &["send(draft, rounds)"]
            )
        );
    }

    #[test]
    fn what_is_read_and_was_not_kept_strands_the_runs_that_lack_it() {
        let found = edited("send(draft, rounds)", "more(limit) -> send(draft, rounds)");
        assert_eq!(
            found,
            one(
                "`limit` is read now, and was not kept before",
                &[
                    "billing(ticket, account)",
                    "review(draft) after answer, billing",
                    "revise(draft)",
                    "review(draft) after revise",
                ]
            )
        );
    }

    #[test]
    fn what_is_no_longer_read_strands_nobody() {
        let found = edited_in(&PLAIN.replace("send(draft, rounds)", "send"), "-> rounds = (rounds + 1)", "");
        let sentence = "`rounds` is no longer read at `classify(ticket)`, `billing(ticket, account)`, `answer(ticket, limit)` and 3 more";
        assert_eq!(found, one(sentence, &[]));
    }

    #[test]
    fn a_change_within_a_branch_strands_the_runs_there_and_one_at_a_fork_those_in_it() {
        let found = edited_in(FORKED, "label(pack)", "label(pack, order)");
        let (old, new) = (of(FORKED), of(&FORKED.replace("label(pack)", "label(pack, order)")));
        let sentence = "nothing is at `[pay, pack] / pack / label(pack)` any more; there is `[pay, pack] / pack / label(pack, order)` now";
        assert_eq!(found, one(sentence, &["[pay, pack] / pack / label(pack)"]));
        assert!(can_go_on(&old, &new, "[pay, pack]").is_ok());
        let new = of(&FORKED
            .replace("order: Order)", "order: Order, to: Place)")
            .replace("ship(pay, label)", "ship(pay, label, to)"));
        for inside in ["[pay, pack]", "[pay, pack] / pay / pay(order)"] {
            assert!(can_go_on(&old, &new, inside).is_err(), "{inside}");
        }
    }

    #[test]
    fn what_is_new_and_what_is_not_written_down_are_no_differences() {
        for (from, to) in [
            ("-> send(draft", "-> log(draft) -> send(draft"),
            ("max 3", "max 5"),
            ("(rounds + 1)", "(rounds + 2)"),
            ("Plain(ticket", "/// More of it.\n Plain(ticket"),
            ("end(draft)\n", "fail(draft)\n"),
            ("billing(ticket, account)", "billing(ticket, account) within 2h else end(ticket)"),
            ("Desk::Technical ", "Desk::Technical if limit > 2 "),
        ] {
            assert_eq!(edited(from, to), [], "{to}");
        }
    }
}
