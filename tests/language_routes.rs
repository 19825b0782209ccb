//! Routes: `match`, `if` and `if let` are Rust's own, and what they bind holds to the end of the arm.

mod common;

use common::{ended, way};
use loomflow::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Desk {
    Billing(Account),
    Technical { area: Area, urgent: bool, lines: (u32, String) },
    Sales(Option<String>, Result<u32, String>),
    Spam,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Account {
    number: u32,
    owner: String,
    tags: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
enum Area {
    Login,
    Print(u8),
    Other,
}

#[step]
fn pass(desk: &Desk) -> Desk {
    desk.clone()
}

#[step]
fn text(text: &str) -> String {
    text.to_owned()
}

#[step]
fn number(number: u32) -> u32 {
    number
}

#[step]
fn take(text: String) -> String {
    text
}

#[step]
fn both(one: &str, two: &str) -> String {
    format!("{one},{two}")
}

#[step]
fn optional(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

#[step]
fn parse(text: &str) -> Option<Result<i64, String>> {
    (!text.is_empty()).then(|| text.parse().map_err(|_| text.to_owned()))
}

#[step]
fn is_even(number: u32) -> bool {
    number.is_multiple_of(2)
}

fn account(number: u32, owner: &str) -> Desk {
    let tags = owner.chars().map(String::from).collect();
    Desk::Billing(Account { number, owner: owner.to_owned(), tags })
}

fn technical(area: Area, urgent: bool, count: u32, line: &str) -> Desk {
    Desk::Technical { area, urgent, lines: (count, line.to_owned()) }
}

#[test]
fn nested_patterns_bind_from_within_enums_structs_and_tuples() {
    workflow! {
        Flow(desk: Desk) -> String {
            start -> pass(desk) -> match {
                Desk::Billing(Account { number, owner, .. }) => both(&number.to_string(), owner),
                Desk::Technical { area: Area::Print(page), lines: (count, line), .. } =>
                    both(line, &format!("{page} of {count}")),
                Desk::Technical { urgent: true, lines: (_, line), .. } => text(line),
                Desk::Technical { .. } => text("technical"),
                Desk::Sales(Some(name), Ok(amount)) => both(name, &amount.to_string()),
                Desk::Sales(None, Err(why)) => text(why),
                Desk::Sales(name @ Some(_), _) => text(name.as_deref().unwrap_or("nobody")),
                Desk::Sales(..) => text("sales"),
                Desk::Spam => end(String::new()),
            } -> end;
        }
    }
    let cases = [
        (account(7, "ann"), "pass both", "7,ann"),
        (technical(Area::Print(3), false, 9, "page"), "pass both", "page,3 of 9"),
        (technical(Area::Login, true, 0, "help"), "pass text", "help"),
        (technical(Area::Other, false, 0, "help"), "pass text", "technical"),
        (Desk::Sales(Some("bob".to_owned()), Ok(5)), "pass both", "bob,5"),
        (Desk::Sales(None, Err("no money".to_owned())), "pass text", "no money"),
        (Desk::Sales(Some("bob".to_owned()), Err(String::new())), "pass text", "bob"),
        (Desk::Sales(None, Ok(5)), "pass text", "sales"),
        (Desk::Spam, "pass", ""),
    ];
    for (desk, path, output) in cases {
        assert_eq!(ended(Flow::trace(&(), desk)), way(path, output));
    }
}

#[test]
fn alternatives_bind_in_each_of_their_patterns() {
    workflow! {
        Flow(desk: Desk) -> String {
            start -> match desk {
                Desk::Sales(Some(name), _) | Desk::Technical { lines: (_, name), .. } => text(name),
                Desk::Billing(Account { number: 1 | 2, owner: name, .. }) => take(name),
                | Desk::Billing(_) | Desk::Sales(..) => text("other"),
                Desk::Spam => text("spam"),
            } -> end;
        }
    }
    let cases = [
        (Desk::Sales(Some("bob".to_owned()), Ok(1)), "text", "bob"),
        (technical(Area::Other, false, 0, "line"), "text", "line"),
        (account(2, "ann"), "take", "ann"),
        (account(3, "ann"), "text", "other"),
        (Desk::Sales(None, Ok(1)), "text", "other"),
        (Desk::Spam, "text", "spam"),
    ];
    for (desk, path, output) in cases {
        assert_eq!(ended(Flow::trace(&(), desk)), way(path, output));
    }
}

#[test]
fn guards_read_what_their_pattern_binds_and_the_values_of_the_graph() {
    workflow! {
        Flow(desk: Desk, limit: u32, name: String) -> String {
            start -> match desk {
                Desk::Billing(Account { number, owner, .. }) if number > limit && owner == name =>
                    both("large and own", owner),
                Desk::Billing(Account { number, .. }) if number > limit => text("large"),
                Desk::Billing(Account { tags, .. }) if tags.contains(&name) => text("tagged"),
                Desk::Technical { urgent, .. } if urgent => text("urgent"),
                Desk::Spam if limit == 0 => text("limit"),
                _ => text("rest"),
            } -> end;
        }
    }
    let run = |desk, limit, name: &str| ended(Flow::trace(&(), desk, limit, name.to_owned())).1;
    assert_eq!(run(account(7, "ann"), 5, "ann"), "large and own,ann");
    assert_eq!(run(account(7, "ann"), 5, "bob"), "large");
    assert_eq!(run(account(7, "ann"), 9, "n"), "tagged");
    assert_eq!(run(account(7, "ann"), 9, "x"), "rest");
    assert_eq!(run(technical(Area::Other, true, 0, ""), 0, ""), "urgent");
    assert_eq!(run(technical(Area::Other, false, 0, ""), 0, ""), "rest");
    assert_eq!(run(Desk::Spam, 0, ""), "limit");
    assert_eq!(run(Desk::Spam, 1, ""), "rest");
}

#[test]
fn a_guard_that_does_not_hold_leaves_what_was_matched_to_the_next_arm() {
    workflow! {
        Flow(word: String) -> String {
            start -> optional(word) -> match {
                Some(found) if found.len() > 3 => take(found),
                Some(found) => both(found, found),
                None => text("none"),
            } -> end;
        }
    }
    assert_eq!(ended(Flow::trace(&(), "long".into())), way("optional take", "long"));
    assert_eq!(ended(Flow::trace(&(), "abc".into())), way("optional both", "abc,abc"));
    assert_eq!(ended(Flow::trace(&(), String::new())), way("optional text", "none"));
}

#[test]
fn texts_numbers_ranges_and_truth_values_are_matched_as_in_rust() {
    workflow! {
        Words(word: String) -> u32 {
            start -> text(word) -> match _.as_str() {
                "one" => number(1),
                "two" | "deux" => number(2),
                other if other.starts_with('t') => number(3),
                _ => number(0),
            } -> end;
        }
    }
    workflow! {
        Numbers(n: u32) -> String {
            start -> number(n) -> match {
                0 => text("none"),
                1..=9 => text("digit"),
                10 | 100 | 1_000 => text("power"),
                n @ 11..100 => text(&n.to_string()),
                _ => text("many"),
            } -> end;
        }
    }
    workflow! {
        Truths(n: u32) -> String {
            start -> is_even(n) -> match { true => text("even"), false => text("odd") } -> end;
        }
    }
    for (word, output) in [("one", 1), ("two", 2), ("deux", 2), ("three", 3), ("x", 0_u32)] {
        assert_eq!(ended(Words::trace(&(), word.into())), way("text number", output));
    }
    for (n, output) in [(0, "none"), (9, "digit"), (100, "power"), (42, "42"), (101, "many")] {
        assert_eq!(ended(Numbers::trace(&(), n)), way("number text", output));
    }
    assert_eq!(ended(Truths::trace(&(), 4)), way("is_even text", "even"));
    assert_eq!(ended(Truths::trace(&(), 5)), way("is_even text", "odd"));
}

#[test]
fn options_and_results_are_matched_through_each_other() {
    workflow! {
        Flow(word: String) -> i64 {
            start -> parse(word) -> match {
                Some(Ok(n)) => end(n),
                Some(Err(word)) => text(word) -> end(-i64::try_from(text.len()).unwrap_or(0)),
                None => end(0),
            };
        }
    }
    assert_eq!(ended(Flow::trace(&(), "42".into())), way("parse", 42));
    assert_eq!(ended(Flow::trace(&(), "abc".into())), way("parse text", -3));
    assert_eq!(ended(Flow::trace(&(), String::new())), way("parse", 0));
}

#[test]
fn a_tuple_of_values_can_be_matched() {
    workflow! {
        Flow(n: u32, word: String) -> String {
            start -> match (n, word.as_str()) {
                (0, "") => text("nothing"),
                (0, word) => text(word),
                (n, "") => text(&n.to_string()),
                (n, word) if n > 9 => text(&format!("{n} {word}")),
                _ => text("some"),
            } -> end;
        }
    }
    for (n, word, output) in [(0, "", "nothing"), (0, "w", "w"), (3, "", "3"), (10, "w", "10 w"), (9, "w", "some")] {
        assert_eq!(ended(Flow::trace(&(), n, word.into())), way("text", output));
    }
}

#[test]
fn an_inner_arm_reads_what_the_outer_one_binds() {
    workflow! {
        Flow(desk: Desk, word: String) -> String {
            start -> match desk {
                Desk::Billing(Account { owner, number, .. }) => parse(word) -> match {
                    Some(Ok(n)) if n == i64::from(number) => both(owner, "is it"),
                    Some(Ok(n)) => both(owner, &n.to_string()),
                    Some(Err(word)) => both(word, owner),
                    None => take(owner),
                },
                Desk::Sales(Some(name), amount) => match amount {
                    Ok(amount) if amount > 9 => take(name),
                    Ok(amount) => both(name, &amount.to_string()),
                    Err(why) => both(why, name),
                },
                _ => text("rest"),
            } -> end;
        }
    }
    let run = |desk, word: &str| ended(Flow::trace(&(), desk, word.to_owned()));
    let sales = |amount| Desk::Sales(Some("bob".to_owned()), amount);
    assert_eq!(run(account(7, "ann"), "7"), way("parse both", "ann,is it"));
    assert_eq!(run(account(7, "ann"), "8"), way("parse both", "ann,8"));
    assert_eq!(run(account(7, "ann"), "x"), way("parse both", "x,ann"));
    assert_eq!(run(account(7, "ann"), ""), way("parse take", "ann"));
    assert_eq!(run(sales(Ok(10)), ""), way("take", "bob"));
    assert_eq!(run(sales(Ok(9)), ""), way("both", "bob,9"));
    assert_eq!(run(sales(Err("why".to_owned())), ""), way("both", "why,bob"));
    assert_eq!(run(Desk::Spam, ""), way("text", "rest"));
}

#[test]
fn an_inner_binding_hides_the_outer_one_of_its_name() {
    workflow! {
        Flow(word: String) -> String {
            start -> optional(word) -> match {
                Some(word) => parse(&word[1..]) -> match {
                    Some(Err(word)) => text(word),
                    Some(Ok(_)) => both(word, "outer"),
                    None => take(word),
                },
                None => text(word),
            } -> end;
        }
    }
    assert_eq!(ended(Flow::trace(&(), "-x".into())).1, "x");
    assert_eq!(ended(Flow::trace(&(), "-1".into())).1, "-1,outer");
    assert_eq!(ended(Flow::trace(&(), "-".into())).1, "-");
    assert_eq!(ended(Flow::trace(&(), String::new())).1, "");
}

#[test]
fn a_binding_can_be_read_many_calls_down_its_arm() {
    workflow! {
        Flow(word: String) -> String {
            start -> optional(word) -> match {
                Some(found) => one: text(found) -> two: both(one, found) -> three: both(two, found)
                    -> take(found) -> end(format!("{three};{take}")),
                None => end("none".to_owned()),
            };
        }
    }
    assert_eq!(ended(Flow::trace(&(), "w".into())), way("optional one two three take", "w,w,w;w"));
    assert_eq!(ended(Flow::trace(&(), String::new())), way("optional", "none"));
}

#[test]
fn a_binding_can_be_used_twice_in_one_place() {
    workflow! {
        Flow(word: String) -> (String, String, usize) {
            start -> optional(word) -> match {
                Some(found) => both(found, found) -> end((found.clone(), found, found.len())),
                None => end((word, word, 0)),
            };
        }
    }
    assert_eq!(ended(Flow::trace(&(), "w".into())), ("optional both".to_owned(), ("w".into(), "w".into(), 1)));
    assert_eq!(ended(Flow::trace(&(), String::new())), ("optional".to_owned(), (String::new(), String::new(), 0)));
}

#[test]
fn if_let_binds_and_its_else_goes_on() {
    workflow! {
        Flow(word: String, n: u32) -> String {
            start -> optional(word)
                  -> if let Some(found) = &optional { both(found, "found") }
                     else if let 5..=9 = n { text("five to nine") }
                     else if n > 20 { text("many") }
                     else if let (true, odd) = (n > 9, n % 2) { both("odd", &odd.to_string()) }
                     else { text("few") }
                  -> end;
        }
    }
    let run = |word: &str, n| ended(Flow::trace(&(), word.to_owned(), n)).1;
    assert_eq!(run("w", 0), "w,found");
    assert_eq!(run("", 7), "five to nine");
    assert_eq!(run("", 21), "many");
    assert_eq!(run("", 11), "odd,1");
    assert_eq!(run("", 1), "few");
}

#[test]
fn a_bare_name_in_an_if_let_takes_its_binding() {
    workflow! {
        Flow(word: String) -> String {
            start -> optional(word) -> if let Some(found) = optional { take -> end } -> end("none".to_owned());
        }
    }
    assert_eq!(ended(Flow::trace(&(), "w".into())), way("optional take", "w"));
    assert_eq!(ended(Flow::trace(&(), String::new())), way("optional", "none"));
}

#[test]
fn conditions_are_those_of_rust() {
    workflow! {
        Flow(n: u32, flag: bool, list: Vec<u32>) -> u32 {
            start -> if flag && (n > 3 || list.is_empty()) { number(1) }
                     else if !flag && list.first() == Some(&n) { number(2) }
                     else if matches!(list.as_slice(), [first, ..] if *first > n) { number(3) }
                     else if list.iter().map(|item| item * n).sum::<u32>() == 12 { number(4) }
                     else { number(5) }
                  -> end;
        }
    }
    let run = |n, flag, list: &[u32]| ended(Flow::trace(&(), n, flag, list.to_vec()));
    assert_eq!(run(4, true, &[1]), way("number", 1_u32));
    assert_eq!(run(0, true, &[]), way("number", 1_u32));
    assert_eq!(run(7, false, &[7]), way("number", 2_u32));
    assert_eq!(run(3, true, &[4]), way("number", 3_u32));
    assert_eq!(run(3, true, &[1, 3]), way("number", 4_u32));
    assert_eq!(run(3, true, &[1, 2]), way("number", 5_u32));
}

#[test]
fn an_input_can_be_matched_at_start() {
    workflow! {
        Flow(desk: Desk) -> String {
            start -> match { Desk::Billing(account) => end(account.owner), _ => end("none".to_owned()) };
        }
    }
    assert_eq!(ended(Flow::trace(&(), account(1, "ann"))), way("", "ann"));
    assert_eq!(ended(Flow::trace(&(), Desk::Spam)), way("", "none"));
}

#[test]
fn a_match_on_an_expression_leaves_what_the_edge_carries_as_it_was() {
    workflow! {
        Flow(word: String) -> String {
            start -> text(word) -> match text.len() { 0 => { ("empty".to_owned()) } 1 | 2 => {} _ => take(_) } -> end;
        }
    }
    assert_eq!(ended(Flow::trace(&(), String::new())), way("text", "empty"));
    assert_eq!(ended(Flow::trace(&(), "ab".into())), way("text", "ab"));
    assert_eq!(ended(Flow::trace(&(), "abc".into())), way("text take", "abc"));
}

#[test]
fn constants_and_variants_in_scope_are_patterns_and_no_bindings() {
    const TEN: u32 = 10;
    use Area::{Login, Other, Print};

    #[step]
    fn area(number: u32) -> Area {
        match number {
            0 => Login,
            1..5 => Print(1),
            _ => Other,
        }
    }

    workflow! {
        Flow(n: u32) -> String {
            start -> match n {
                TEN => text("ten"),
                u32::MAX => text("all"),
                _ => area(n) -> match { Login => text("login"), Print(_) => text("print"), Other => text("other") },
            } -> end;
        }
    }
    for (n, output) in [(10, "ten"), (u32::MAX, "all"), (0, "login"), (2, "print"), (7, "other")] {
        assert_eq!(ended(Flow::trace(&(), n)).1, output);
    }
}

#[test]
fn one_route_can_follow_another_on_what_it_carries() {
    workflow! {
        Flow(n: u32) -> String {
            start -> number(n) -> if _ > 100 { number2: number(_ / 10) } -> match _ % 3 {
                0 => text("fizz"),
                rest => text(&rest.to_string()),
            } -> if text == "fizz" { take(text) } else { text2: text(text) } -> end;
        }
    }
    assert_eq!(ended(Flow::trace(&(), 9)), way("number text take", "fizz"));
    assert_eq!(ended(Flow::trace(&(), 10)), way("number text text2", "1"));
    assert_eq!(ended(Flow::trace(&(), 110)), way("number number2 text text2", "2"));
}

#[test]
fn a_binding_never_hides_what_the_edge_carries() {
    #[step]
    fn minus(n: u32, by: u32) -> u32 {
        n - by
    }

    workflow! {
        Value(by: Option<u32>) -> u32 {
            let n: u32 = 10;
            start -> n = number(n + 1) -> match by { Some(n) => minus(_, n) -> end, None => end(n) };
        }
    }
    workflow! {
        Expr(n: u32, by: Option<u32>) -> u32 {
            start -> (n * 2) -> match by { Some(n) if _ > n => minus(_, n) -> end, _ => end(n) };
        }
    }
    workflow! {
        Nested(n: u32, by: Option<Result<u32, String>>) -> (u32, u32) {
            start -> (n + 1) -> match by {
                Some(n) => match n { Ok(n) if n < _ => minus(_, n) -> end((minus, n)), _ => end((_, 0)) },
                None => end((n, n)),
            };
        }
    }
    assert_eq!(ended(Value::trace(&(), Some(3))).1, 8);
    assert_eq!(ended(Expr::trace(&(), 5, Some(3))).1, 7);
    assert_eq!(ended(Expr::trace(&(), 5, Some(10))).1, 5);
    assert_eq!(ended(Nested::trace(&(), 9, Some(Ok(4)))).1, (6, 4));
    assert_eq!(ended(Nested::trace(&(), 9, Some(Ok(10)))).1, (10, 0));
    assert_eq!(ended(Nested::trace(&(), 9, Some(Err(String::new())))).1, (10, 0));
}

#[test]
fn what_an_expression_lends_can_be_matched_within_what_a_value_holds() {
    type Lines = Vec<(u32, Option<String>)>;

    workflow! {
        Flow(lines: Result<Lines, String>) -> String {
            start -> match lines {
                Ok(lines) => match lines.first() {
                    Some((n, Some(line))) => match line.split_once(' ') {
                        Some((one, two)) if one.len() > *n as usize => end(format!("{two}{one}")),
                        Some((one, _)) => end(one.to_owned()),
                        None => end(line.clone()),
                    },
                    Some((n, None)) => number(*n) -> end(number.to_string()),
                    None => end("empty".to_owned()),
                },
                Err(why) => end(why),
            };
        }
    }
    let run = |n, line: Option<&str>| ended(Flow::trace(&(), Ok(vec![(n, line.map(str::to_owned))])));
    assert_eq!(run(1, Some("ab c")), way("", "cab"));
    assert_eq!(run(3, Some("ab c")), way("", "ab"));
    assert_eq!(run(3, Some("abc")), way("", "abc"));
    assert_eq!(run(3, None), way("number", "3"));
    assert_eq!(ended(Flow::trace(&(), Ok(Vec::new()))), way("", "empty"));
    assert_eq!(ended(Flow::trace(&(), Err("why".to_owned()))), way("", "why"));
}
