//! Chains: what follows what, where ways join, and what an edge carries.

mod common;

use common::{ended, way};
use loomflow::prelude::*;
use serde::{Deserialize, Serialize};

// Steps that each leave their letter behind, so that an output tells the way it was made.

#[step]
fn a(text: &str) -> String {
    format!("{text}a")
}

#[step]
fn b(text: &str) -> String {
    format!("{text}b")
}

#[step]
fn c(text: &str) -> String {
    format!("{text}c")
}

#[step]
fn d(text: String) -> String {
    text + "d"
}

#[step]
fn size(text: &str) -> usize {
    text.len()
}

#[step]
fn repeat(text: &str, times: usize) -> String {
    text.repeat(times)
}

#[step]
fn log(text: &str) {
    let _ = text;
}

#[step]
fn one() -> u32 {
    1
}

#[derive(Serialize, Deserialize)]
enum Parts {
    Pair { left: String, right: String },
    Single(String),
    Nothing,
}

#[step]
fn split(text: &str) -> Parts {
    match text.split_once('|') {
        Some((left, right)) => Parts::Pair { left: left.to_owned(), right: right.to_owned() },
        None if text.is_empty() => Parts::Nothing,
        None => Parts::Single(text.to_owned()),
    }
}

#[step]
fn join(first: &str, second: &str) -> String {
    format!("{first}+{second}")
}

#[step]
fn silence() -> String {
    "...".to_owned()
}

mod steps {
    use loomflow::prelude::*;

    pub(crate) mod deeper {
        use loomflow::prelude::*;

        #[step]
        pub(crate) fn shout(text: &str) -> String {
            text.to_uppercase()
        }
    }

    #[step]
    pub(crate) fn whisper(text: &str) -> String {
        text.to_lowercase()
    }
}

#[test]
fn a_chain_performs_its_steps_in_order() {
    workflow! {
        Flow(text: String) -> String { start -> a(text) -> b(a) -> c(b) -> end; }
    }
    assert_eq!(ended(Flow::trace(&(), "-".into())), way("a b c", "-abc"));
}

#[test]
fn a_workflow_may_have_no_steps() {
    workflow! {
        Flow(text: String) -> usize { start -> end(text.len()); }
    }
    assert_eq!(ended(Flow::trace(&(), "four".into())), way("", 4_usize));
}

#[test]
fn a_workflow_may_have_no_inputs() {
    workflow! {
        Flow() -> u32 { start -> one -> end(one + 1); }
    }
    assert_eq!(ended(Flow::trace(&())), way("one", 2_u32));
}

#[test]
fn end_alone_ends_with_what_the_edge_carries() {
    workflow! {
        Early(text: String) -> String { start -> end; }
    }
    workflow! {
        Late(text: String) -> usize { start -> a(text) -> size(a) -> end; }
    }
    workflow! {
        Nothing(text: String) -> () { start -> log(text) -> end; }
    }
    assert_eq!(ended(Early::trace(&(), "same".into())), way("", "same"));
    assert_eq!(ended(Late::trace(&(), "12".into())), way("a size", 3_usize));
    assert_eq!(ended(Nothing::trace(&(), String::new())), way("log", ()));
}

#[test]
fn end_with_an_expression_ends_with_its_value() {
    workflow! {
        Flow(text: String) -> (String, usize) { start -> a(text) -> b(text) -> end((a, b.len())); }
    }
    assert_eq!(ended(Flow::trace(&(), "-".into())), way("a b", ("-a".to_owned(), 2)));
}

#[test]
fn a_bare_name_takes_the_output_before_it() {
    workflow! {
        Flow(text: String) -> usize { start -> a -> b -> d -> size -> end; }
    }
    assert_eq!(ended(Flow::trace(&(), "-".into())), way("a b d size", 4_usize));
}

#[test]
fn a_bare_name_behind_start_takes_all_inputs_in_order() {
    workflow! {
        Flow(text: String, times: usize) -> String { start -> repeat -> end; }
    }
    assert_eq!(ended(Flow::trace(&(), "ab".into(), 3)), way("repeat", "ababab"));
}

#[test]
fn a_bare_name_in_an_arm_takes_its_bindings_in_order() {
    workflow! {
        Flow(text: String) -> String {
            start -> split(text) -> match {
                Parts::Pair { right, left } => join -> end,
                Parts::Single(text) => a -> end,
                Parts::Nothing => silence -> end,
            };
        }
    }
    assert_eq!(ended(Flow::trace(&(), "l|r".into())), way("split join", "r+l"));
    assert_eq!(ended(Flow::trace(&(), "x".into())), way("split a", "xa"));
    assert_eq!(ended(Flow::trace(&(), String::new())), way("split silence", "..."));
}

#[test]
fn end_alone_in_an_arm_ends_with_its_bindings() {
    workflow! {
        One(text: String) -> String {
            start -> split(text) -> match {
                Parts::Pair { left, .. } => end,
                Parts::Single(single) => end,
                Parts::Nothing => end("nothing".to_owned()),
            };
        }
    }
    workflow! {
        Two(text: String) -> (String, String) {
            start -> split(text) -> match {
                Parts::Pair { left, right } => end,
                _ => end((text.clone(), text)),
            };
        }
    }
    assert_eq!(ended(One::trace(&(), "l|r".into())), way("split", "l"));
    assert_eq!(ended(One::trace(&(), "x".into())), way("split", "x"));
    assert_eq!(ended(One::trace(&(), String::new())), way("split", "nothing"));
    assert_eq!(ended(Two::trace(&(), "l|r".into())).1, ("l".to_owned(), "r".to_owned()));
    assert_eq!(ended(Two::trace(&(), "x".into())).1, ("x".to_owned(), "x".to_owned()));
}

#[test]
fn a_bare_name_takes_nothing_after_a_step_that_gives_nothing() {
    workflow! {
        Flow(text: String) -> String { start -> log(text) -> silence -> end; }
    }
    assert_eq!(ended(Flow::trace(&(), String::new())), way("log silence", "..."));
}

#[test]
fn an_underscore_is_what_the_edge_carries() {
    workflow! {
        Flow(text: String) -> usize {
            start -> a(_) -> b(&_[1..]) -> if _.len() > 3 { c(_) } else { d(_) } -> end(_.len() * 10);
        }
    }
    assert_eq!(ended(Flow::trace(&(), "-".into())), way("a b d", 30_usize));
    assert_eq!(ended(Flow::trace(&(), "----".into())), way("a b c", 60_usize));
}

#[test]
fn an_underscore_in_an_arm_is_what_the_edge_carries_and_not_what_the_arm_binds() {
    workflow! {
        Flow(text: String) -> String {
            start -> a(text) -> match _.len() {
                1 => end(_),
                n => repeat(_, n) -> end,
            };
        }
    }
    assert_eq!(ended(Flow::trace(&(), String::new())), way("a", "a"));
    assert_eq!(ended(Flow::trace(&(), "-".into())), way("a repeat", "-a-a"));
}

#[test]
fn an_expression_in_parentheses_is_carried_without_a_node() {
    workflow! {
        Flow(text: String) -> usize { start -> (text.len() + 1) -> (_ * 2) -> end; }
    }
    workflow! {
        Into(text: String) -> String { start -> (&*format!("<{text}>")) -> a -> end; }
    }
    assert_eq!(ended(Flow::trace(&(), "123".into())), way("", 8_usize));
    assert_eq!(ended(Into::trace(&(), "x".into())), way("a", "<x>a"));
}

#[test]
fn statements_go_on_where_chains_end() {
    workflow! {
        Flow(text: String) -> String {
            start -> a(text);
            a -> b;
            b -> c;
            c -> end;
        }
    }
    assert_eq!(ended(Flow::trace(&(), "-".into())), way("a b c", "-abc"));
}

#[test]
fn statements_stand_in_any_order() {
    workflow! {
        Flow(text: String) -> String {
            c -> end;
            b -> c(b);
            start -> a(text);
            a -> b(a);
        }
    }
    assert_eq!(ended(Flow::trace(&(), "-".into())), way("a b c", "-abc"));
}

#[test]
fn a_last_node_jumps_to_its_way_out_in_a_statement() {
    workflow! {
        Flow(text: String) -> String {
            start -> if text.is_empty() { c(text) } -> a(text) -> b -> end;
            c -> end(format!("jumped {c}"));
        }
    }
    assert_eq!(ended(Flow::trace(&(), String::new())), way("c", "jumped c"));
    assert_eq!(ended(Flow::trace(&(), "-".into())), way("a b", "-ab"));
}

#[test]
fn a_last_node_jumps_to_its_way_out_later_in_the_chain() {
    workflow! {
        Flow(text: String) -> String {
            start -> if text.is_empty() { b(text) } -> a(text) -> b(a) -> c -> end;
        }
    }
    assert_eq!(ended(Flow::trace(&(), String::new())), way("b c", "bc"));
    assert_eq!(ended(Flow::trace(&(), "-".into())), way("a b c", "-abc"));
}

#[test]
fn a_last_node_jumps_to_its_way_out_earlier_in_the_chain() {
    workflow! {
        Flow(text: String) -> String {
            start -> text = a(text) -> if text.len() > 3 { end(text) } -> text = b(text)
                  -> text = a(text) max 10 else end(text);
        }
    }
    assert_eq!(ended(Flow::trace(&(), String::new())), way("a b a b a", "ababa"));
}

#[test]
fn what_an_arm_ends_in_flows_on() {
    workflow! {
        Flow(text: String) -> String {
            start -> size(text) -> match {
                0 => a(text),
                1 => b(text) -> d,
                2 => {}
                3 => { (&text) -> a }
                _ => end("left".to_owned()),
            } -> c(&format!("{text}>")) -> end;
        }
    }
    assert_eq!(ended(Flow::trace(&(), String::new())), way("size a c", ">c"));
    assert_eq!(ended(Flow::trace(&(), "1".into())), way("size b d c", "1>c"));
    assert_eq!(ended(Flow::trace(&(), "12".into())), way("size c", "12>c"));
    assert_eq!(ended(Flow::trace(&(), "123".into())), way("size a c", "123>c"));
    assert_eq!(ended(Flow::trace(&(), "1234".into())), way("size", "left"));
}

#[test]
fn what_several_nodes_give_is_carried_from_where_the_run_came() {
    workflow! {
        Flow(text: String) -> usize {
            start -> size(text) -> match {
                0 => a(text),
                1 => b(text) -> d,
                _ => c(text),
            } -> repeat(_, 2) -> size2: size -> end;
        }
    }
    workflow! {
        Ends(text: String) -> String {
            start -> if text.is_empty() { a(text) } else if text.len() == 1 { b(text) } else { c(text) } -> end;
        }
    }
    assert_eq!(ended(Flow::trace(&(), String::new())), way("size a repeat size2", 2_usize));
    assert_eq!(ended(Flow::trace(&(), "1".into())), way("size b d repeat size2", 6_usize));
    assert_eq!(ended(Flow::trace(&(), "12".into())), way("size c repeat size2", 6_usize));
    assert_eq!(ended(Ends::trace(&(), String::new())), way("a", "a"));
    assert_eq!(ended(Ends::trace(&(), "1".into())), way("b", "1b"));
    assert_eq!(ended(Ends::trace(&(), "12".into())), way("c", "12c"));
}

#[test]
fn a_merged_value_can_be_routed_on() {
    workflow! {
        Flow(text: String) -> String {
            start -> if text.is_empty() { a(text) } else { b(text) } -> match _.as_str() {
                "a" => end("from a".to_owned()),
                other if other.ends_with('b') => end(format!("{other} from b")),
                _ => end("from nowhere".to_owned()),
            };
        }
    }
    assert_eq!(ended(Flow::trace(&(), String::new())), way("a", "from a"));
    assert_eq!(ended(Flow::trace(&(), "1".into())), way("b", "1b from b"));
}

#[test]
fn an_empty_arm_and_a_missing_else_pass_on_what_they_got() {
    workflow! {
        Arm(text: String) -> String {
            start -> a(text) -> match _.len() { 1 => b(_), n => {} } -> c -> end;
        }
    }
    workflow! {
        Else(text: String) -> String {
            start -> a(text) -> if _.len() == 1 { b } -> c -> end;
        }
    }
    workflow! {
        Block(text: String) -> String {
            start -> a(text) -> if _.len() == 1 {} else { b } -> {} -> { c } -> end;
        }
    }
    assert_eq!(ended(Arm::trace(&(), String::new())), way("a b c", "abc"));
    assert_eq!(ended(Arm::trace(&(), "-".into())), way("a c", "-ac"));
    assert_eq!(ended(Else::trace(&(), String::new())), way("a b c", "abc"));
    assert_eq!(ended(Else::trace(&(), "-".into())), way("a c", "-ac"));
    assert_eq!(ended(Block::trace(&(), String::new())), way("a c", "ac"));
    assert_eq!(ended(Block::trace(&(), "-".into())), way("a b c", "-abc"));
}

#[test]
fn several_missing_elses_all_come_to_what_follows() {
    workflow! {
        Flow(n: u32) -> u32 {
            start -> if n == 1 { n = (n + 10) }
                  -> if n % 2 == 0 { n = (n + 100) } else if n == 3 { n = (n + 1_000) }
                  -> end(n);
        }
    }
    for (n, output) in [(1, 11), (2, 102), (3, 1_003), (5, 5)] {
        assert_eq!(ended(Flow::trace(&(), n)).1, output);
    }
}

#[test]
fn a_block_can_be_named() {
    workflow! {
        Flow(text: String) -> String {
            start -> made = { a(text) -> if a.len() > 2 { b(a) } else { c(a) } } -> d(made.clone())
                  -> end(format!("{made} {d}"));
        }
    }
    assert_eq!(ended(Flow::trace(&(), "-".into())), way("a c d", "-ac -acd"));
    assert_eq!(ended(Flow::trace(&(), "--".into())), way("a b d", "--ab --abd"));
}

#[test]
fn what_flows_out_of_a_named_block_is_carried_on() {
    workflow! {
        Flow(text: String) -> String {
            let made: String;
            start -> made = { if text.is_empty() { a(text) } else { (text) } } -> c -> end(made + &c);
        }
    }
    assert_eq!(ended(Flow::trace(&(), String::new())), way("a c", "aac"));
    assert_eq!(ended(Flow::trace(&(), "x".into())), way("c", "xxc"));
}

#[test]
fn several_sources_lead_to_one_chain() {
    workflow! {
        Flow(text: String) -> String {
            start -> match text.len() { 0 => a(text), 1 => b(text), _ => c(text) };
            a | b -> d -> end;
            c -> end("left".to_owned());
        }
    }
    assert_eq!(ended(Flow::trace(&(), String::new())), way("a d", "ad"));
    assert_eq!(ended(Flow::trace(&(), "1".into())), way("b d", "1bd"));
    assert_eq!(ended(Flow::trace(&(), "12".into())), way("c", "left"));
}

#[test]
fn start_and_a_node_can_lead_to_one_chain() {
    workflow! {
        Flow(text: String) -> String {
            start | a -> b(text) -> if text.len() > 1 { end(b) } -> text = a(text) max 5 else end(text);
        }
    }
    assert_eq!(ended(Flow::trace(&(), String::new())), way("b a b a b", "aab"));
    assert_eq!(ended(Flow::trace(&(), "12".into())), way("b", "12b"));
}

#[test]
fn a_guard_behind_a_source_counts_every_edge_into_its_node() {
    workflow! {
        Flow(text: String, longest: usize) -> String {
            start -> draft = a(text) -> size(draft);
            size max 3 else c(draft) -> match {
                n if n >= longest => end(draft),
                2 => draft = b(draft) -> size(draft),
                _ => draft = d(draft) -> size(draft),
            };
            c -> end;
        }
    }
    assert_eq!(ended(Flow::trace(&(), String::new(), 1)), way("a size", "a"));
    assert_eq!(ended(Flow::trace(&(), String::new(), 3)), way("a size d size b size", "adb"));
    assert_eq!(ended(Flow::trace(&(), String::new(), 9)), way("a size d size b size d c", "adbdc"));
}

#[test]
fn what_follows_a_guard_is_taken_by_its_else_where_that_flows_on() {
    workflow! {
        Flow(text: String, rounds: usize) -> String {
            let seen: usize = 0;
            start -> text = a(text) -> seen = (seen + 1)
                  -> if seen > rounds { end(format!("{text}!")) }
                  -> text = a(text) max 2 else text = b(text);
            b -> c(text) -> end;
        }
    }
    assert_eq!(ended(Flow::trace(&(), String::new(), 0)), way("a", "a!"));
    assert_eq!(ended(Flow::trace(&(), String::new(), 1)), way("a a", "aa!"));
    assert_eq!(ended(Flow::trace(&(), String::new(), 9)), way("a a a b c", "aaabc"));
}

#[test]
fn one_step_can_stand_twice_under_an_alias() {
    workflow! {
        Flow(text: String) -> String {
            start -> a(text) -> second: a(a) -> third: a(second) -> end(format!("{a} {second} {third}"));
        }
    }
    assert_eq!(ended(Flow::trace(&(), String::new())), way("a second third", "a aa aaa"));
}

#[test]
fn an_alias_can_set_a_value_of_another_name() {
    workflow! {
        Flow(text: String) -> String { start -> text = again: a(text) -> text = once_more: a(text) -> end(text); }
    }
    assert_eq!(ended(Flow::trace(&(), String::new())), way("again once_more", "aa"));
}

#[test]
fn a_node_is_entered_with_arguments_of_each_edge() {
    workflow! {
        Flow(text: String) -> String {
            start -> match text.len() {
                0 => join("none", "at all"),
                1 => join(text, text),
                _ => a(text) -> join(a, &text[..1]),
            };
            join -> end;
        }
    }
    assert_eq!(ended(Flow::trace(&(), String::new())), way("join", "none+at all"));
    assert_eq!(ended(Flow::trace(&(), "x".into())), way("join", "x+x"));
    assert_eq!(ended(Flow::trace(&(), "xy".into())), way("a join", "xya+x"));
}

#[test]
fn a_path_names_its_node_by_its_last_segment() {
    workflow! {
        Flow(text: String) -> String {
            start -> steps::deeper::shout(text) -> self::steps::whisper(&shout[1..]) -> end(shout + &whisper);
        }
    }
    assert_eq!(ended(Flow::trace(&(), "abc".into())), way("shout whisper", "ABCbc"));
}

#[test]
fn the_last_comma_and_the_comma_behind_a_block_may_be_left_out() {
    workflow! {
        Flow(text: String) -> String {
            start -> match text.len() { 0 => { a(text) } 1 => { b(text) }, 2 => if text == "xy" { c(text) } _ => d(text) }
                  -> end("on".to_owned());
        }
    }
    assert_eq!(ended(Flow::trace(&(), String::new())), way("a", "on"));
}
