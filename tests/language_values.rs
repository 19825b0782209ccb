//! Values: what sets them, how expressions and parameters read them, and when they are moved or cloned.

mod common;

use common::{Counted, ended, way};
use loomflow::prelude::*;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Draft {
    title: String,
    lines: Vec<String>,
    rating: Option<u32>,
}

#[step]
fn draft(title: &str) -> Draft {
    Draft { title: title.to_owned(), lines: vec![title.to_uppercase()], rating: None }
}

#[step]
fn text(text: &str) -> String {
    text.to_owned()
}

#[step]
fn number(n: u32) -> u32 {
    n
}

#[step]
fn keep(counted: Counted) -> Counted {
    counted
}

#[step]
fn look(counted: &Counted) -> bool {
    counted.clones() == 0
}

#[step]
#[expect(clippy::unnecessary_wraps, reason = "there is to be something to match")]
fn wrap(counted: Counted) -> Option<Counted> {
    Some(counted)
}

#[step]
fn pair(one: Counted, two: &Counted) -> (Counted, usize) {
    (one, two.clones())
}

mod setting {
    use super::*;

    #[test]
    fn an_output_is_the_value_of_its_nodes_name_or_of_the_name_before_it() {
        workflow! {
            Flow(title: String) -> (String, String) {
                start -> text(title) -> other = second: text(&text[1..]) -> end((text, other));
            }
        }
        assert_eq!(ended(Flow::trace(&(), "abc".into())).1, ("abc".to_owned(), "bc".to_owned()));
    }

    #[test]
    fn several_nodes_and_expressions_set_one_value() {
        workflow! {
            Flow(n: u32) -> String {
                start -> match n {
                    0 => made = text("zero"),
                    1 => made = other: text("one"),
                    2 => made = (format!("{} things", n)),
                    _ => { made = third: text("many") -> made = (made + "!") }
                } -> end(made);
            }
        }
        for (n, path, output) in [(0, "text", "zero"), (1, "other", "one"), (2, "", "2 things"), (3, "third", "many!")]
        {
            assert_eq!(ended(Flow::trace(&(), n)), way(path, output));
        }
    }

    #[test]
    fn what_is_computed_behind_a_node_is_carried_where_ways_meet() {
        workflow! {
            Flow(n: u32) -> u32 {
                start -> match n { 0 => number(n) -> (7), 1 => other: number(n) -> (n + 50), _ => third: number(n) } -> last: number(_) -> end;
            }
        }
        workflow! {
            Named(n: u32, other: u32) -> u32 {
                start -> all = { number(n) -> if n > 5 { more: number(8) -> (other) } else { less: number(9) -> (n) } } -> end(all);
            }
        }
        workflow! {
            Arms(n: Option<u32>) -> u32 {
                start -> match n { Some(n) => number(n + 1) -> (n), None => none: number(3) } -> end;
            }
        }
        assert_eq!([0, 1, 2].map(|n| ended(Flow::trace(&(), n)).1), [7, 51, 2]);
        assert_eq!([5, 6].map(|n| ended(Named::trace(&(), n, 100)).1), [5, 100]);
        assert_eq!([None, Some(1)].map(|n| ended(Arms::trace(&(), n)).1), [3, 1]);
    }

    #[test]
    fn inputs_can_be_set_again() {
        workflow! {
            Flow(n: u32, title: String) -> (u32, String) {
                start -> n = number(n + 1) -> title = (title + "?") -> n = again: number(n * 10) -> end((n, title));
            }
        }
        assert_eq!(ended(Flow::trace(&(), 1, "a".into())).1, (20, "a?".to_owned()));
    }

    #[test]
    fn a_let_is_set_at_start_in_the_order_of_the_declarations() {
        workflow! {
            Flow(n: u32) -> (u32, u32, Vec<u32>) {
                let twice: u32 = n * 2;
                let more: u32 = twice + n;
                let all: Vec<u32> = vec![n, twice, more];
                start -> n = number(0) -> end((twice, more, all));
            }
        }
        assert_eq!(ended(Flow::trace(&(), 5)).1, (10, 15, vec![5, 10, 15]));
    }

    #[test]
    fn a_let_without_a_value_gives_its_type_to_what_sets_it() {
        workflow! {
            Flow(list: Vec<u8>) -> u64 {
                let sum: u64;
                let strange: Option<u64>;
                start -> sum = (list.iter().map(|item| u64::from(*item)).sum())
                      -> strange = (list.first().map(|item| (*item).into()))
                      -> end(sum + strange.unwrap_or(100));
            }
        }
        assert_eq!(ended(Flow::trace(&(), vec![1, 2])).1, 4);
        assert_eq!(ended(Flow::trace(&(), Vec::new())).1, 100);
    }

    #[test]
    fn a_value_may_bear_the_name_of_a_nested_workflow() {
        workflow! {
            Inner(n: u32) -> u32 { start -> end(n + 1); }
        }
        workflow! {
            Outer(n: u32) -> (u32, u32) {
                start -> Inner(n) -> second: Inner(Inner) -> if Inner < second { end((Inner, second)) } -> end((0, 0));
            }
        }
        assert_eq!(ended(Outer::trace(&(), 1)), ("Inner second".to_owned(), (2, 3)));
    }

    #[test]
    fn an_input_may_bear_the_name_of_a_node_that_sets_it_again() {
        workflow! {
            Flow(number: u32) -> u32 { start -> number(number + 1) -> again: number(number) -> end(number + again); }
        }
        assert_eq!(ended(Flow::trace(&(), 1)), way("number again", 4_u32));
    }

    #[test]
    fn values_may_bear_the_names_of_functions_macros_and_modules() {
        workflow! {
            Flow(vec: u32, format: u32, std: u32) -> Vec<u32> {
                let drop: u32 = 4;
                start -> main: number(drop) -> end(vec![vec, format, std, main, drop]);
            }
        }
        assert_eq!(ended(Flow::trace(&(), 1, 2, 3)).1, [1, 2, 3, 4, 4]);
    }
}

mod expressions {
    use super::*;

    #[test]
    fn names_are_read_within_the_macros_of_the_standard_library() {
        workflow! {
            Flow(a: String, b: u32) -> (String, Vec<String>, Vec<u32>, bool) {
                start -> end((
                    format!("{a} {} {b:>width$} {b:03} {{a}} {other}", b, width = 3, other = a.len()),
                    vec![a.clone(), format!("{a:?}")],
                    vec![b; 2],
                    matches!(b, 1..=3 if b > 1 && a.len() == 1),
                ));
            }
        }
        let (text, list, twice, holds) = ended(Flow::trace(&(), "x".into(), 2)).1;
        assert_eq!(text, "x 2   2 002 {a} 1");
        assert_eq!(list, ["x", "\"x\""]);
        assert_eq!((twice, holds), (vec![2, 2], true));
    }

    #[test]
    fn a_format_string_reads_values_bindings_and_outputs_by_itself() {
        workflow! {
            Flow(title: Option<String>, width: usize) -> String {
                start -> match title {
                    Some(found) => text(&format!("<{found:>width$}>")) -> end(format!("{text}{found}")),
                    None => fail(format!("no title of {width}")),
                };
            }
        }
        assert_eq!(ended(Flow::trace(&(), Some("ab".into()), 4)).1, "<  ab>ab");
    }

    #[test]
    fn structs_tuples_and_arrays_are_made_of_values() {
        workflow! {
            Flow(title: String, n: u32) -> (Draft, [u32; 2], Draft) {
                let lines: Vec<String> = Vec::new();
                let rating: Option<u32> = Some(n);
                start -> end((
                    Draft { title, lines, rating },
                    [n, n + 1],
                    Draft { rating: Some(n), ..Draft::default() },
                ));
            }
        }
        let (one, array, two) = ended(Flow::trace(&(), "t".into(), 7)).1;
        assert_eq!(one, Draft { title: "t".to_owned(), lines: Vec::new(), rating: Some(7) });
        assert_eq!((array, two.rating), ([7, 8], Some(7)));
    }

    #[test]
    fn closures_read_values_and_hide_them_with_their_parameters() {
        workflow! {
            Flow(list: Vec<u32>, n: u32) -> (Vec<u32>, u32, Vec<String>) {
                start -> number(n + 1) -> end((
                    list.iter().map(|item| item * n + _).collect(),
                    list.iter().fold(n, |n, item| n + item),
                    list.iter().filter(|n| **n > number).map(|n| format!("{n} of {number}")).collect(),
                ));
            }
        }
        assert_eq!(ended(Flow::trace(&(), vec![1, 5], 3)).1, (vec![7, 19], 9, vec!["5 of 4".to_owned()]));
    }

    #[test]
    fn the_combinators_of_option_and_result_read_values() {
        workflow! {
            Flow(title: Option<String>, n: Result<u32, String>, other: Option<String>) -> (usize, String, u32, String) {
                start -> text(other.as_deref().unwrap_or("none"))
                      -> end((
                          title.as_ref().map_or(0, String::len),
                          title.or(other).unwrap_or_default(),
                          n.as_ref().copied().unwrap_or(9),
                          n.err().unwrap_or(text),
                      ));
            }
        }
        let run = |title: Option<&str>, n, other: Option<&str>| {
            ended(Flow::trace(&(), title.map(str::to_owned), n, other.map(str::to_owned))).1
        };
        assert_eq!(run(Some("abc"), Ok(1), None), (3, "abc".to_owned(), 1, "none".to_owned()));
        assert_eq!(run(None, Err("e".to_owned()), Some("x")), (0, "x".to_owned(), 9, "e".to_owned()));
    }

    #[test]
    fn fields_elements_and_methods_are_read_in_place() {
        workflow! {
            Flow(title: String) -> (String, String, usize, char) {
                start -> draft(title) -> end((
                    draft.title,
                    draft.lines[0],
                    draft.lines[0].len() + draft.title.trim().len(),
                    draft.title.chars().next().unwrap_or(' '),
                ));
            }
        }
        let output = ended(Flow::trace(&(), "ab".into())).1;
        assert_eq!(output, ("ab".to_owned(), "AB".to_owned(), 4, 'a'));
    }

    #[test]
    fn an_expression_may_be_a_block_a_match_or_an_if_with_names_of_its_own() {
        workflow! {
            Blocks(n: u32, list: Vec<u32>) -> (u32, u32, u32, u32) {
                start -> end((
                    { let n = n * 2; let (a, b) = (n, n + 1); a + b },
                    match list.as_slice() { [] => n, [first] => *first, [first, .., last] => first + last + n },
                    if let Some(n) = list.iter().max() { *n } else if n > 3 { n } else { 0 },
                    { let mut sum = 0; for item in &list { sum += item * n; } sum },
                ));
            }
        }
        assert_eq!(ended(Blocks::trace(&(), 2, vec![1, 7, 3])).1, (9, 6, 7, 22));
        assert_eq!(ended(Blocks::trace(&(), 4, Vec::new())).1, (17, 4, 4, 0));
    }

    #[test]
    fn operators_casts_ranges_and_references_work_as_in_rust() {
        workflow! {
            Flow(n: u32, title: String, flag: bool) -> (i64, bool, String, Vec<u32>, u32) {
                start -> end((
                    -i64::from(n) + (n as i64) * 3 - (n % 2) as i64,
                    !flag ^ (n & 1 == 1),
                    title[1..].to_owned() + &title + &title[..1],
                    (n..n + 3).rev().collect(),
                    *[n, 5].iter().max().unwrap_or(&n),
                ));
            }
        }
        let output = ended(Flow::trace(&(), 3, "ab".into(), false)).1;
        assert_eq!(output, (5, false, "baba".to_owned(), vec![5, 4, 3], 5));
    }
}

mod parameters {
    use super::*;

    #[step]
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "a step may ask for a reference to anything")]
    fn lent(text: &str, list: &[u32], draft: &Draft, n: &u32) -> String {
        format!("{text} {list:?} {} {n}", draft.title)
    }

    #[step]
    #[expect(clippy::ptr_arg, reason = "a step may ask for the vector itself")]
    fn whole(list: &Vec<u32>, text: &String) -> usize {
        list.len() + text.len()
    }

    #[step]
    fn perhaps(draft: Option<&Draft>, text: Option<&str>, n: Option<u32>) -> String {
        format!("{:?} {text:?} {n:?}", draft.map(|draft| &draft.title))
    }

    #[step]
    fn owned(text: String, list: Vec<u32>, draft: Option<Draft>) -> (String, usize, bool) {
        (text, list.into_iter().map(|_| 1).sum(), draft.is_some_and(|draft| draft.rating.is_some()))
    }

    #[step]
    fn unboxed(draft: &Draft, shared: &Draft, text: &str, list: &[u32]) -> String {
        format!("{} {} {text} {list:?}", draft.title, shared.title)
    }

    #[step]
    #[expect(clippy::boxed_local, reason = "a step may take the box itself")]
    fn boxed(draft: Box<Draft>, shared: Arc<Draft>) -> String {
        draft.title + &Arc::unwrap_or_clone(shared).title
    }

    #[step]
    fn apart((a, b): (u32, u32), _: &str, [c, d]: [u32; 2]) -> u32 {
        a * 1_000 + b * 100 + c * 10 + d
    }

    #[test]
    fn a_step_may_take_its_parameters_apart() {
        workflow! {
            Flow(pair: (u32, u32), title: String, array: [u32; 2]) -> u32 { start -> apart(pair, title, array) -> end; }
        }
        assert_eq!(ended(Flow::trace(&(), (1, 2), String::new(), [3, 4])).1, 1_234);
    }

    #[test]
    fn what_a_step_borrows_is_lent_to_it() {
        workflow! {
            Flow(title: String, list: Vec<u32>, n: u32) -> String {
                start -> draft(title) -> lent(title, list, draft, n) -> whole(list, title) -> end(format!("{lent} {whole}"));
            }
        }
        let output = ended(Flow::trace(&(), "t".into(), vec![1, 2], 5)).1;
        assert_eq!(output, "t [1, 2] t 5 3");
    }

    #[test]
    fn an_option_is_lent_as_an_option_of_what_it_holds() {
        workflow! {
            Flow(given: Option<Draft>, title: Option<String>, n: Option<u32>) -> String {
                start -> perhaps(given, title, n) -> second: perhaps(given, title, n) -> end(perhaps + ";" + &second);
            }
        }
        let draft = Draft { title: "t".to_owned(), ..Draft::default() };
        let output = ended(Flow::trace(&(), Some(draft), Some("x".into()), Some(1))).1;
        assert_eq!(output, r#"Some("t") Some("x") Some(1);Some("t") Some("x") Some(1)"#);
        let output = ended(Flow::trace(&(), None, None, None)).1;
        assert_eq!(output, "None None None;None None None");
    }

    #[test]
    fn what_a_step_owns_is_handed_over() {
        workflow! {
            Flow(title: String, list: Vec<u32>, given: Option<Draft>) -> (String, usize, bool) {
                start -> owned(title, list, given) -> end;
            }
        }
        assert_eq!(ended(Flow::trace(&(), "t".into(), vec![1], None)).1, ("t".to_owned(), 1, false));
    }

    #[test]
    fn boxes_and_arcs_are_lent_as_what_they_hold_or_handed_over() {
        workflow! {
            Flow(one: Box<Draft>, two: Arc<Draft>, title: Box<str>, list: Box<[u32]>) -> String {
                start -> unboxed(one, two, title, list) -> boxed(one, two) -> end(format!("{unboxed} {boxed}"));
            }
        }
        let of = |title: &str| Draft { title: title.to_owned(), ..Draft::default() };
        let run = Flow::trace(&(), Box::new(of("a")), Arc::new(of("b")), "c".into(), Box::new([1, 2]));
        assert_eq!(ended(run).1, "a b c [1, 2] ab");
    }

    #[test]
    fn an_expression_as_an_argument_is_coerced_as_in_a_call() {
        workflow! {
            Flow(title: String, list: Vec<u32>) -> String {
                start -> draft(&title) -> lent(&title, &list, &draft, &list[0])
                      -> second: lent(title.trim(), &list[1..], &Draft { title: lent, ..Draft::default() }, &7)
                      -> end;
            }
        }
        assert_eq!(ended(Flow::trace(&(), " t".into(), vec![1, 2])).1, "t [2]  t [1, 2]  t 1 7");
    }
}

mod moving {
    use super::*;

    /// Can be moved and nothing else.
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Unique(u32);

    impl Unique {
        fn number(self) -> u32 {
            self.0
        }
    }

    #[derive(Debug, Serialize, Deserialize)]
    enum Sorted {
        Even(Unique),
        Odd { unique: Unique, by: u32 },
    }

    #[step]
    fn make(n: u32) -> Unique {
        Unique(n)
    }

    #[step]
    fn raise(unique: Unique) -> Unique {
        Unique(unique.number() + 1)
    }

    #[step]
    fn read(unique: &Unique) -> u32 {
        unique.0
    }

    #[step]
    fn sort(unique: Unique) -> Sorted {
        if unique.0.is_multiple_of(2) { Sorted::Even(unique) } else { Sorted::Odd { by: unique.0, unique } }
    }

    #[step]
    fn fuse(one: Unique, two: Unique) -> Unique {
        Unique(one.number() * 100 + two.number())
    }

    #[test]
    fn what_cannot_be_cloned_is_passed_along_a_chain() {
        workflow! {
            Flow(n: u32) -> Unique {
                start -> one = make(n) -> read(one) -> one = raise(one) -> other: make(read) -> fuse(one, other) -> end;
            }
        }
        assert_eq!(ended(Flow::trace(&(), 1)), way("make read raise other fuse", Unique(201)));
    }

    #[test]
    fn what_cannot_be_cloned_is_carried_by_bare_names() {
        workflow! {
            Flow(unique: Unique) -> Unique { start -> raise -> second: raise -> if _.0 > 5 { third: raise } -> end; }
        }
        assert_eq!(ended(Flow::trace(&(), Unique(1))).1, Unique(3));
        assert_eq!(ended(Flow::trace(&(), Unique(5))).1, Unique(8));
    }

    #[test]
    fn what_cannot_be_cloned_goes_round_a_loop() {
        workflow! {
            Flow(unique: Unique, goal: u32) -> Unique {
                start -> unique = raise(unique) -> if unique.0 >= goal { end(unique) }
                      -> unique = raise(unique) max 5 else end(unique);
            }
        }
        assert_eq!(ended(Flow::trace(&(), Unique(1), 4)).1, Unique(4));
        assert_eq!(ended(Flow::trace(&(), Unique(1), 99)).1, Unique(7));
    }

    #[test]
    fn what_cannot_be_cloned_is_taken_out_of_what_was_matched() {
        workflow! {
            Flow(unique: Unique) -> Unique {
                start -> sort(unique) -> match {
                    Sorted::Even(unique) => read(unique) -> fuse(unique, Unique(read)),
                    Sorted::Odd { unique, by } if by > 5 => raise(unique),
                    Sorted::Odd { unique, .. } => end(unique),
                } -> end;
            }
        }
        assert_eq!(ended(Flow::trace(&(), Unique(4))).1, Unique(404));
        assert_eq!(ended(Flow::trace(&(), Unique(7))).1, Unique(8));
        assert_eq!(ended(Flow::trace(&(), Unique(3))).1, Unique(3));
    }

    #[test]
    fn what_cannot_be_cloned_merges_from_several_ways() {
        workflow! {
            Flow(n: u32) -> Unique {
                start -> if n > 5 { one = make(n) } else { one = other: make(n * 10) } -> raise(one) -> end;
            }
        }
        assert_eq!(ended(Flow::trace(&(), 6)).1, Unique(7));
        assert_eq!(ended(Flow::trace(&(), 1)).1, Unique(11));
    }

    #[test]
    fn a_value_is_moved_at_its_last_read() {
        workflow! {
            Flow(counted: Counted) -> Counted {
                start -> look(counted) -> kept = keep(counted) -> again: look(kept) -> kept = last: keep(kept)
                      -> end(kept);
            }
        }
        assert_eq!(ended(Flow::trace(&(), Counted::default())).1.clones(), 0);
    }

    #[test]
    fn a_value_that_is_read_again_is_cloned_once_for_each_use_by_value() {
        workflow! {
            Once(counted: Counted) -> Counted { start -> keep(counted) -> end(counted); }
        }
        workflow! {
            Twice(counted: Counted) -> Counted { start -> keep(counted) -> second: keep(counted) -> look(counted) -> end(keep); }
        }
        workflow! {
            Same(counted: Counted) -> (Counted, usize) { start -> pair(counted, counted) -> end; }
        }
        assert_eq!(ended(Once::trace(&(), Counted::default())).1.clones(), 1);
        assert_eq!(ended(Twice::trace(&(), Counted::default())).1.clones(), 2);
        assert_eq!(ended(Same::trace(&(), Counted::default())).1.0.clones(), 1);
    }

    #[test]
    fn only_the_way_that_reads_again_clones() {
        workflow! {
            Flow(counted: Counted, again: bool) -> Counted {
                start -> if again { keep(counted) -> end(counted) } -> last: keep(counted) -> end;
            }
        }
        assert_eq!(ended(Flow::trace(&(), Counted::default(), false)).1.clones(), 0);
        assert_eq!(ended(Flow::trace(&(), Counted::default(), true)).1.clones(), 1);
    }

    #[test]
    fn a_loop_that_sets_its_value_anew_moves_it() {
        workflow! {
            Flow(counted: Counted, rounds: u32) -> Counted {
                start -> counted = keep(counted) -> look(counted)
                      -> counted = keep(counted) max rounds else end(counted);
            }
        }
        assert_eq!(ended(Flow::trace(&(), Counted::default(), 50)).1.clones(), 0);
    }

    #[test]
    fn a_loop_that_takes_the_same_value_each_time_clones_it_each_time() {
        workflow! {
            Flow(counted: Counted, rounds: u32) -> Counted {
                start -> keep(counted) -> if rounds > 0 { keep(counted) max rounds else end(counted) } -> end(counted);
            }
        }
        assert_eq!(ended(Flow::trace(&(), Counted::default(), 0)).1.clones(), 1);
        assert_eq!(ended(Flow::trace(&(), Counted::default(), 4)).1.clones(), 5);
    }

    #[test]
    fn a_binding_is_moved_out_of_what_nothing_reads_again() {
        workflow! {
            Flow(counted: Counted) -> Counted {
                start -> wrap(counted) -> match { Some(counted) => keep(counted) -> end, None => end(Counted::default()) };
            }
        }
        workflow! {
            Again(counted: Counted) -> Counted {
                start -> wrap(counted) -> match {
                    Some(counted) => keep(counted) -> look(counted) -> end(keep),
                    None => end(Counted::default()),
                };
            }
        }
        assert_eq!(ended(Flow::trace(&(), Counted::default())).1.clones(), 0);
        assert_eq!(ended(Again::trace(&(), Counted::default())).1.clones(), 1);
    }

    #[test]
    fn expressions_move_at_the_last_read() {
        workflow! {
            Last(counted: Counted) -> Option<Counted> { start -> end(Some(counted)); }
        }
        workflow! {
            Set(counted: Counted) -> Vec<Counted> {
                let list: Vec<Counted>;
                start -> list = (vec![counted]) -> if list.is_empty() { end(list) } -> end(list);
            }
        }
        workflow! {
            Method(counted: Option<Counted>) -> Counted { start -> end(counted.unwrap_or_default()); }
        }
        assert_eq!(ended(Last::trace(&(), Counted::default())).1.map(|counted| counted.clones()), Some(0));
        assert_eq!(ended(Set::trace(&(), Counted::default())).1[0].clones(), 0);
        assert_eq!(ended(Method::trace(&(), Some(Counted::default()))).1.clones(), 0);
    }

    #[test]
    fn what_several_nodes_carry_on_is_moved() {
        workflow! {
            Flow(counted: Counted, flag: bool) -> Counted {
                start -> if flag { keep(counted) } else { other: keep(counted) } -> last: keep -> end;
            }
        }
        assert_eq!(ended(Flow::trace(&(), Counted::default(), true)).1.clones(), 0);
        assert_eq!(ended(Flow::trace(&(), Counted::default(), false)).1.clones(), 0);
    }

    #[test]
    fn looking_at_a_value_in_a_route_or_a_bound_clones_nothing() {
        workflow! {
            Flow(counted: Counted) -> Counted {
                start -> look(counted) -> if counted.clones() == 0 { wrap(counted) -> match {
                    Some(counted) if counted.clones() > 0 => end(counted),
                    Some(counted) => keep(counted) -> end,
                    None => end(Counted::default()),
                } } -> end(Counted::default());
            }
        }
        let (path, counted) = ended(Flow::trace(&(), Counted::default()));
        assert_eq!((path.as_str(), counted.clones()), ("look wrap keep", 0));
    }
}

macro_rules! described {
    ($($name:ident: $value:expr),*) => {
        [$(format!("{}={:?}", stringify!($name), $value)),*].join(" ")
    };
}

#[test]
fn any_macro_sees_the_values_among_its_tokens() {
    workflow! {
        Json(title: String) -> String {
            start -> draft(&title) -> number(7) -> end(serde_json::json!({ "draft": draft, "n": number, "title": title.len() }).to_string());
        }
    }
    workflow! {
        Own(n: u32) -> String {
            start -> number(n) -> if let Some(half) = number.checked_div(2) { end(described!(n: number, half: half, title: n)) } -> end(described!(n: n));
        }
    }
    let (_, json) = ended(Json::trace(&(), "tea".to_owned()));
    let json: serde_json::Value = serde_json::from_str(&json).expect("it is JSON");
    let draft = serde_json::json!({ "lines": ["TEA"], "rating": null, "title": "tea" });
    assert_eq!(json, serde_json::json!({ "draft": draft, "n": 7, "title": 3 }));
    assert_eq!(ended(Own::trace(&(), 9)).1, "n=9 half=4 title=9");
}

macro_rules! keep {
    ($told:ident, $text:expr) => {
        $told.push_str(&$text)
    };
}

#[test]
fn a_macro_that_is_a_statement_sees_values_that_nothing_else_reads() {
    workflow! {
        Told(n: u32, title: String) -> usize {
            start -> number(n) -> draft(&title) -> end({
                let mut told = String::new();
                std::fmt::Write::write_fmt(&mut told, format_args!("{n}")).unwrap_or_default();
                assert_eq!(number, n, "{title} has {number}, not {n}");
                assert!(!title.is_empty(), "no title, but {number}");
                keep!(told, title);
                println!("{title}");
                told.len() + draft.lines.len()
            });
        }
    }
    let (_, told) = ended(Told::trace(&(), 12, "tea".to_owned()));
    assert_eq!(told, "12tea".len() + 1);
}
