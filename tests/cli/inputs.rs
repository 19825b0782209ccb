//! What a run is begun with, and how what does not fit is told.

use crate::desk::{Desk, ORDER, Said};
use serde_json::json;

/// Runs are begun in the same way, so what a command says of an input is all there is to see.
fn refused(args: &[&str]) -> String {
    let desk = Desk::new();
    let said = desk.says(args);
    assert_eq!((said.code, said.out.as_str()), (Some(2), ""), "{args:?}: {said:?}");
    assert!(!desk.folder().join("runs.db").exists(), "{args:?}: nothing has begun, and there is a journal");
    said.err.trim_end().strip_prefix("desk: error: ").unwrap_or_else(|| panic!("{said:?}")).to_owned()
}

fn input(said: &Said) -> serde_json::Value {
    said.lines()[0]["value"]["input"].clone()
}

#[test]
fn an_input_is_said_by_name_as_json_in_a_file_or_in_a_pipe() {
    let object = r#"{"ticket": "It hums.", "copies": 2}"#;
    let desk = Desk::new();
    desk.write("ticket.json", object);
    for said in [
        desk.says(&["run", "Triage", "ticket=It hums.", "copies=2"]),
        desk.says(&["run", "Triage", "--input", object]),
        desk.says(&["run", "Triage", "--input", r#"{"ticket": "It hums."}"#, "copies=2"]),
        desk.says(&["run", "Triage", "--input-file", "ticket.json"]),
        desk.says_to(object, &["run", "Triage", "--input-file", "-"]),
        desk.says_to(object, &["run", "Triage", "-"]),
    ] {
        assert_eq!((said.code, input(&said)), (Some(0), json!({"ticket": "It hums.", "copies": 2})), "{said:?}");
    }
}

#[test]
fn a_value_is_json_where_the_input_takes_it_so_and_else_text() {
    let desk = Desk::new();
    for (ticket, copies) in [("ticket=42", json!(null)), ("ticket=null", json!(null)), ("ticket=a=b", json!(3))] {
        let copies_said = format!("copies={copies}");
        let said = desk.says(&["run", "Triage", ticket, &copies_said]);
        let text = ticket.strip_prefix("ticket=");
        assert_eq!((said.code, input(&said)), (Some(0), json!({"ticket": text, "copies": copies})), "{said:?}");
    }
    let said = desk.says(&["run", "Refund", ORDER]);
    assert_eq!(input(&said), json!({"order": {"id": 17, "cents": 1250, "items": []}}));
}

#[test]
fn what_does_not_fit_is_told_at_its_field_with_the_type_it_needs() {
    for (said, told) in [
        (r#"order={"id":"x","cents":1}"#, r#"at `id`: invalid type: string "x", expected u32"#),
        (r#"order={"id":1,"cents":-1}"#, "at `cents`: invalid value: integer `-1`, expected u32"),
        (
            r#"order={"id":1,"cents":1,"items":[{"name":"tea","cents":1},{"name":7,"cents":1}]}"#,
            "at `items[1].name`: invalid type: integer `7`, expected a string",
        ),
        (r#"order={"id":1,"cents":1,"items":[{"name":"tea"}]}"#, "at `items[0]`: missing field `cents`"),
        (r#"order={"id":1}"#, "missing field `cents`"),
        ("order=17", "invalid type: integer `17`, expected struct Order"),
        ("order=tea", r#"invalid type: string "tea", expected struct Order"#),
    ] {
        assert_eq!(refused(&["run", "Refund", said]), format!("`order: Order` does not fit: {told}"), "{said}");
    }
}

#[test]
fn a_name_that_is_no_input_or_is_missing_is_told_with_those_there_are() {
    let takes = "`Triage` takes ticket: String, copies: Option<u32>";
    assert_eq!(refused(&["run", "Triage"]), format!("`ticket: String` is missing; {takes}"));
    assert_eq!(refused(&["run", "Triage", "copies=1"]), format!("`ticket: String` is missing; {takes}"));
    assert_eq!(refused(&["run", "Triage", "tikcet=a"]), "`Triage` has no input `tikcet`; did you mean `ticket`?");
    let unlike = refused(&["run", "Triage", "--input", r#"{"ticket": "a", "desk": "b"}"#]);
    assert_eq!(unlike, "`Triage` has no input `desk`: it takes `ticket`, `copies`");
    assert_eq!(refused(&["run", "Triage", "It hums."]), format!("`It hums.` is no input: write `name=value`; {takes}"));
    let listed = refused(&["run", "Triage", "--input", r#"["It hums."]"#]);
    assert_eq!(listed, format!("the input is a JSON object with each input by its name; {takes}"));
    let cut = refused(&["run", "Triage", "--input", r#"{"ticket": "#]);
    assert_eq!(cut, "the input is no JSON: EOF while parsing a value at line 1 column 11");
}

#[test]
fn a_file_that_cannot_be_read_is_told_by_its_name() {
    let said = Desk::new().says(&["run", "Triage", "--input-file", "no.json"]);
    assert_eq!(said.code, Some(5));
    assert!(said.err.starts_with("desk: error: `no.json` cannot be read: "), "{said:?}");
}

#[test]
fn one_id_is_one_run() {
    let desk = Desk::new();
    let first = desk.says(&["run", "Triage", "ticket=It hums.", "--id", "t-1", "--user", "ada", "--session", "s"]);
    let again = desk.says(&["run", "Triage", "ticket=It hums.", "--id", "t-1"]);
    assert_eq!((again.code, &again.out), (Some(0), &first.out));
    assert_eq!(desk.says(&["runs"]).lines().len(), 1);
    let another = desk.says(&["run", "Triage", "ticket=It whistles.", "--id", "t-1"]);
    assert_eq!(another.code, Some(2));
    assert!(another.err.contains("there is a run `t-1` already, with another input"), "{another:?}");
}

#[test]
fn an_id_that_nobody_says_is_made_up_and_told() {
    let desk = Desk::new();
    let ids: Vec<_> = (0..2).map(|_| desk.says(&["run", "Triage", "ticket=a"]).last()["run"].clone()).collect();
    assert_ne!(ids[0], ids[1]);
    assert!(ids.iter().all(|id| id.as_str().is_some_and(|id| id.starts_with("triage-"))), "{ids:?}");
}
