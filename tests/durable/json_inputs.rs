//! Runs that are begun with their inputs as JSON, as a page or a command line is given them.

use loomflow::{Loom, LoomError, prelude::*};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize)]
struct Order {
    id: u32,
    #[serde(default)]
    items: Vec<String>,
}

#[step]
fn count(order: &Order, note: Option<&String>) -> String {
    format!("{}: {} items, {note:?}", order.id, order.items.len())
}

workflow! {
    Counted(order: Order, note: Option<String>) -> String {
        start -> count(order, note.as_ref()) -> end;
    }
}

async fn refused(inputs: &str) -> String {
    let loom = Loom::builder(()).build();
    let refused = loom.start_json::<Counted>("order-1", inputs).await.expect_err(inputs);
    assert!(matches!(refused, LoomError::Input { .. }), "{refused:?}");
    assert!(loom.info("order-1").await.expect("it is asked for").is_none(), "it was not begun");
    refused.to_string()
}

#[tokio::test]
async fn it_is_the_same_run_as_with_the_inputs_themselves() {
    let loom = Loom::builder(()).build();
    let inputs = r#"{ "note": null, "order": { "id": 7 } }"#;
    let run = loom.start_json::<Counted>("order-7", inputs).user("ada").await.expect("it fits");
    assert_eq!(run.output().await.expect("it ends"), "7: 0 items, None");
    let order = Order { id: 7, items: Vec::new() };
    let same = loom.start::<Counted>("order-7", (order, None)).await.expect("it is that run");
    assert_eq!(same.output().await.expect("it has ended"), "7: 0 items, None");
    let user = loom.info("order-7").await.expect("it is asked for").and_then(|info| info.user);
    assert_eq!(user.as_deref(), Some("ada"));
}

#[tokio::test]
async fn what_does_not_fit_is_told_at_its_field_and_begins_nothing() {
    for (inputs, told) in [
        (r#"{"order":{"id":"x"}}"#, r#"`order` cannot be read: at `id`: invalid type: string "x", expected u32"#),
        (
            r#"{"order":{"id":1,"items":["a",2]}}"#,
            "`order` cannot be read: at `items[1]`: invalid type: integer `2`, expected a string",
        ),
        (r#"{"note":"n"}"#, "`order` is missing"),
        (r#"{"ordr":{"id":1}}"#, "there is no `ordr`"),
        (r#"{"order":{"id":1},"nota":"n"}"#, "there is no `nota`"),
        ("[]", "`the input` cannot be read: invalid type: sequence, expected a map"),
        ("{", "`the input` cannot be read: EOF while parsing an object at line 1 column 1"),
    ] {
        assert_eq!(refused(inputs).await, format!("this is no input of `Counted`: {told}"));
    }
}
