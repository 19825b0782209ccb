//! How a model's calls are read, and what it is told of what is wrong with them.

use loomflow::{
    model::{ArgumentFault, ToolMisuse},
    prelude::*,
    schemars::{self, JsonSchema},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

#[derive(Debug, Clone, PartialEq, JsonSchema, Serialize, Deserialize)]
struct Line {
    item: String,
    pieces: u8,
}

/// Orders what is in the lines.
#[tool]
fn order(customer: &str, lines: &[Line], note: Option<&str>, express: bool) -> usize {
    customer.len() + lines.len() + note.map_or(0, str::len) + usize::from(express)
}

/// Rings the bell.
#[tool]
fn ring() {}

/// Repeats a text.
#[tool]
fn repeat(text: Option<&String>, value: &Value) -> String {
    format!("{text:?} {value}")
}

fn misuse(arguments: &str) -> ToolMisuse {
    order::parse(arguments).expect_err("it does not fit")
}

#[test]
fn what_fits_has_a_field_for_each_parameter() {
    let call = order::parse(
        r#" {"express": false, "customer": "ada", "lines": [{"item": "nut", "pieces": 4}], "note": "soon"} "#,
    )
    .expect("it fits");
    assert_eq!(call.customer, "ada");
    assert_eq!(call.lines, [Line { item: "nut".to_owned(), pieces: 4 }]);
    assert_eq!((call.note.as_deref(), call.express), (Some("soon"), false));
}

#[test]
fn what_may_be_null_may_be_left_out() {
    for note in ["", r#", "note": null"#] {
        let call = order::parse(&format!(r#"{{"customer": "ada", "lines": [], "express": true{note}}}"#));
        assert_eq!(call.expect("it fits").note, None);
    }
    let call = repeat::parse("{}").expect("both may be null");
    assert_eq!((call.text, call.value), (None, Value::Null));
}

#[test]
fn a_tool_without_parameters_is_called_with_nothing() {
    for arguments in ["{}", "", " \n", "null"] {
        assert!(ring::parse(arguments).is_ok(), "{arguments:?}");
    }
    assert_eq!(
        ring::parse(r#"{"times": 2}"#).expect_err("it takes none").to_string(),
        "the call of `ring` does not fit: there is no parameter `times`: it takes none"
    );
}

#[test]
fn all_that_is_wrong_is_told_at_once_with_the_way_to_it() {
    let misuse =
        misuse(r#"{"lines": [{"item": "nut", "pieces": 4}, {"item": "bolt", "pieces": 400}], "Expres": true}"#);
    assert_eq!(
        misuse.to_string(),
        "the call of `order` does not fit: `customer` is missing; \
         `lines[1].pieces` is wrong: invalid value: integer `400`, expected u8; \
         `express` is missing; \
         there is no parameter `Expres` (the nearest is `express`): it takes `customer`, `lines`, `note`, `express`"
    );
    assert_eq!(misuse.tool, "order");
    assert!(matches!(&misuse.faults[1], ArgumentFault::Misfit { path, .. } if path == "lines[1].pieces"));
    assert!(matches!(&misuse.faults[3], ArgumentFault::Unknown { near: Some("express"), .. }));
}

#[test]
fn a_misspelt_argument_is_not_passed_over_where_it_may_be_left_out() {
    let misuse = misuse(r#"{"customer": "ada", "lines": [], "express": true, "notes": "soon"}"#);
    assert!(misuse.to_string().contains("there is no parameter `notes` (the nearest is `note`)"), "{misuse}");
}

#[test]
fn a_whole_argument_of_another_type_is_told_by_its_name() {
    let misuse = misuse(r#"{"customer": 4, "lines": "nut", "express": "yes"}"#).to_string();
    assert!(misuse.contains("`customer` is wrong: invalid type: integer `4`, expected a string"), "{misuse}");
    assert!(misuse.contains("`lines` is wrong: invalid type: string \"nut\", expected a sequence"), "{misuse}");
    assert!(misuse.contains("`express` is wrong: invalid type: string \"yes\", expected a boolean"), "{misuse}");
}

#[test]
fn what_is_missing_further_in_is_told_with_the_way_to_it() {
    let misuse = misuse(r#"{"customer": "ada", "lines": [{"item": "nut"}], "express": true}"#);
    assert!(misuse.to_string().contains("`lines[0]` is wrong: missing field `pieces`"), "{misuse}");
}

#[test]
fn what_is_no_object_of_json_is_told() {
    for (arguments, told) in [
        ("[1]", "its arguments are a list, and not an object that has each parameter as a field"),
        ("\"ada\"", "its arguments are a text"),
        ("3", "its arguments are a number"),
        ("{\"customer\": \"ada\"", "its arguments are not JSON: EOF while parsing an object"),
        ("customer: ada", "its arguments are not JSON: expected value at line 1 column 1"),
    ] {
        let misuse = misuse(arguments).to_string();
        assert!(misuse.contains(told), "{arguments}: {misuse}");
    }
}

#[test]
fn arguments_that_a_model_does_not_choose_are_put_in_and_count_more() {
    let fixed = Map::from_iter([("customer".to_owned(), json!("ada")), ("express".to_owned(), json!(true))]);
    let call = order::parse_with(r#"{"lines": [], "customer": "eve"}"#, &fixed).expect("it fits");
    assert_eq!((call.customer.as_str(), call.express), ("ada", true));
    let fixed = Map::from_iter([("customer".to_owned(), json!(1))]);
    assert!(order::parse_with("{}", &fixed).expect_err("it does not fit").to_string().contains("`customer` is wrong"));
}

#[test]
fn arguments_are_written_and_read_back() {
    let json = r#"{"customer":"ada","lines":[{"item":"nut","pieces":4}],"note":null,"express":true}"#;
    let call = order::parse(json).expect("it fits");
    assert_eq!(serde_json::to_string(&call.clone()).expect("it can be written"), json);
    assert_eq!(format!("{call:?}"), format!("order({json})"));
    let again: <order as Tool>::Args = serde_json::from_str(json).expect("it can be read");
    assert_eq!(again.customer, "ada");
    let error = serde_json::from_str::<<order as Tool>::Args>("{}").expect_err("it does not fit");
    assert!(error.to_string().contains("`customer` is missing"), "{error}");
}

#[test]
fn the_function_called_by_hand_is_an_ordinary_function() {
    let lines = [Line { item: "nut".to_owned(), pieces: 4 }];
    assert_eq!(order("ada", &lines, Some("soon"), true), 3 + 1 + 4 + 1);
    let calls: [fn(); 1] = [ring];
    calls[0]();
    assert_eq!(Some(Value::Null).map(|value| repeat(None, &value)), Some("None null".to_owned()));
}

#[test]
fn an_output_is_told_as_json_and_a_text_as_it_is() {
    assert_eq!(order::told(&3), "3");
    assert_eq!(repeat::told(&"a \"text\"".to_owned()), "a \"text\"");
    assert_eq!(ring::told(&()), "null");
}
