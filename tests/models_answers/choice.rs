//! One enum for the model, the routes and the tests.

use loomflow::{
    model::{ScriptedModel, Unfit, schema::flaws},
    prelude::*,
    schemars::{self, JsonSchema},
};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// How urgent it is.
#[derive(Debug, Clone, Copy, PartialEq, Choice, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Urgency {
    /// Money or data is being lost.
    RightNow,
    /// Within the week.
    Soon,
    SomeDay,
    /// Nobody has looked at it yet.
    #[choice(skip)]
    Unknown,
}

#[derive(Debug, Clone, PartialEq, JsonSchema, Serialize, Deserialize)]
struct Account {
    /// As on the invoice.
    number: u32,
    region: Option<String>,
}

/// Which desk a ticket belongs to.
#[derive(Debug, Clone, PartialEq, Choice, Serialize, Deserialize)]
#[serde(rename_all_fields = "camelCase")]
enum Desk {
    /// Invoices, refunds, charges.
    Billing(Account),
    /// Something is broken.
    #[serde(rename = "tech")]
    Technical {
        /// What is broken.
        broken_part: String,
        r#loop: Option<bool>,
    },
    Other(Option<String>),
    Spam,
}

#[test]
fn plain_labels_are_one_enum_with_their_meaning_in_words() {
    let schema = Urgency::schema().expect("labels are strict");
    assert_eq!((schema.name.as_str(), schema.strict), ("Urgency", true));
    let about = "How urgent it is.\n- right_now: Money or data is being lost.\n- soon: Within the week.\n- some_day";
    let choice = json!({ "description": about, "type": "string", "enum": ["right_now", "soon", "some_day"] });
    let properties = json!({ "choice": choice });
    let whole =
        json!({ "type": "object", "properties": properties, "required": ["choice"], "additionalProperties": false });
    assert_eq!(schema.schema, whole);
    assert_eq!(flaws(&schema.schema), []);
}

#[test]
fn labels_that_carry_something_are_objects_told_apart_by_their_label() {
    let schema = Desk::schema().expect("the payloads are strict").schema;
    assert_eq!(flaws(&schema), []);
    let choice = &schema["properties"]["choice"];
    assert_eq!(choice["description"], "Which desk a ticket belongs to.");
    let branches = choice["anyOf"].as_array().expect("the labels are branches");
    let labels: Vec<_> = branches.iter().map(|branch| &branch["properties"]["label"]["enum"][0]).collect();
    assert_eq!(labels, ["Billing", "tech", "Other", "Spam"]);
    assert_eq!(branches[0]["description"], "Invoices, refunds, charges.");
    assert_eq!(branches[0]["properties"]["value"]["properties"]["number"]["description"], "As on the invoice.");
    assert_eq!(branches[1]["properties"]["value"]["required"], json!(["brokenPart", "loop"]));
    let part = json!({ "description": "What is broken.", "type": "string" });
    assert_eq!(branches[1]["properties"]["value"]["properties"]["brokenPart"], part);
    assert_eq!(branches[3]["required"], json!(["label"]));
}

#[test]
fn the_answer_is_read_as_the_model_writes_it() {
    assert_eq!(Urgency::parse(r#"{"choice": "soon"}"#), Ok(Urgency::Soon));
    assert_eq!(Urgency::parse("```json\n{\"choice\": \" Right_Now\"}\n```"), Ok(Urgency::RightNow));
    assert_eq!(Urgency::parse(r#"{"choice": {"label": "soon"}}"#), Ok(Urgency::Soon));
    let billing = r#"{"choice": {"label": "Billing", "value": {"number": 42}}}"#;
    assert_eq!(Desk::parse(billing), Ok(Desk::Billing(Account { number: 42, region: None })));
    let technical = r#"{"choice": {"label": "tech", "value": {"brokenPart": "fan", "loop": true}}}"#;
    assert_eq!(Desk::parse(technical), Ok(Desk::Technical { broken_part: "fan".to_owned(), r#loop: Some(true) }));
    assert_eq!(Desk::parse(r#"{"choice": {"label": "Other"}}"#), Ok(Desk::Other(None)));
    assert_eq!(Desk::parse(r#"{"choice": "spam"}"#), Ok(Desk::Spam));
}

#[test]
fn what_does_not_fit_is_told_with_its_place_and_the_nearest_label() {
    for (answer, wrong) in [
        ("", "the answer is empty"),
        ("Soon, I think.", "the answer is not JSON: expected value at line 1 column 1"),
        ("{}", "`choice` does not fit: it is missing"),
        (r#""soon""#, "`choice` does not fit: it is missing"),
        (r#"{"choice": 3}"#, "`choice` does not fit: it is missing"),
        (r#"{"choice": {"label": 3}}"#, "`choice.label` does not fit: it is no text"),
    ] {
        assert_eq!(Urgency::parse(answer).unwrap_err().to_string(), wrong, "{answer}");
    }
    let unknown = Urgency::parse(r#"{"choice": "right-now"}"#).unwrap_err();
    let labels = vec!["right_now", "soon", "some_day"];
    assert_eq!(unknown, Unfit::UnknownLabel { label: "right-now".to_owned(), near: Some("right_now"), labels });
    // What is skipped cannot come back.
    let unknown = Urgency::parse(r#"{"choice": "unknown"}"#).unwrap_err().to_string();
    assert_eq!(unknown, "there is no label `unknown`: the labels are `right_now`, `soon`, `some_day`");
    for (value, wrong) in [
        ("", "`choice.value` does not fit: it is missing"),
        (r#", "value": 3"#, "`choice.value` does not fit: invalid type: integer `3`, expected struct Account"),
        (
            r#", "value": {"number": "x"}"#,
            "`choice.value.number` does not fit: invalid type: string \"x\", expected u32",
        ),
    ] {
        let answer = format!(r#"{{"choice": {{"label": "Billing"{value}}}}}"#);
        assert_eq!(Desk::parse(&answer).unwrap_err().to_string(), wrong, "{answer}");
    }
    for (value, wrong) in [
        ("{}", "`choice.value.brokenPart` does not fit: it is missing"),
        ("7", "`choice.value` does not fit: it is no object"),
        (
            r#"{"brokenPart": 7}"#,
            "`choice.value.brokenPart` does not fit: invalid type: integer `7`, expected a string",
        ),
    ] {
        let answer = format!(r#"{{"choice": {{"label": "tech", "value": {value}}}}}"#);
        assert_eq!(Desk::parse(&answer).unwrap_err().to_string(), wrong, "{answer}");
    }
}

#[derive(Debug, PartialEq, Choice)]
enum Case {
    Ab,
    #[serde(rename = "AB")]
    Both,
}

#[test]
fn labels_that_differ_in_the_size_of_letters_alone_are_written_exactly() {
    assert_eq!(Case::parse(r#"{"choice": "AB"}"#), Ok(Case::Both));
    assert_eq!(Case::parse(r#"{"choice": "Ab"}"#), Ok(Case::Ab));
    assert!(Case::parse(r#"{"choice": "ab"}"#).is_err());
}

#[test]
fn a_label_is_what_serde_writes() {
    for urgency in [Urgency::RightNow, Urgency::Soon, Urgency::SomeDay, Urgency::Unknown] {
        assert_eq!(json!(urgency), json!(urgency.label()));
    }
    let technical = Desk::Technical { broken_part: String::new(), r#loop: None };
    assert_eq!(json!(technical), json!({ "tech": { "brokenPart": "", "loop": null } }));
    assert_eq!(technical.label(), "tech");
}

#[test]
fn all_that_a_model_may_choose_can_be_gone_through() {
    use loomflow::PlainChoice;
    assert_eq!(Urgency::all().collect::<Vec<_>>(), [Urgency::RightNow, Urgency::Soon, Urgency::SomeDay]);
    assert_eq!(Urgency::named("some_day"), Some(Urgency::SomeDay));
    assert_eq!(Urgency::named("unknown"), None);
}

#[derive(Context)]
struct App {
    model: Model,
}

#[step(retry = 1, backoff = 1ms)]
async fn classify(#[context] model: &Model, ticket: &str) -> Result<Desk, ModelError> {
    model.choose(format!("Sort this ticket:\n{ticket}")).await
}

workflow! {
    Sorted(ticket: String) -> String {
        start -> classify(ticket) -> match {
            Desk::Billing(account)              => end(format!("billing {}", account.number)),
            Desk::Technical { broken_part, .. } => end(broken_part),
            Desk::Other(why)                    => end(why.unwrap_or_default()),
            Desk::Spam                          => end("spam".to_owned()),
        };
    }
}

#[tokio::test(start_paused = true)]
async fn a_graph_routes_on_what_the_model_chooses() {
    let choices = [
        Desk::Billing(Account { number: 7, region: None }),
        Desk::Technical { broken_part: "fan".to_owned(), r#loop: None },
        Desk::Other(Some("lost".to_owned())),
        Desk::Spam,
    ];
    let script = choices.iter().fold(ScriptedModel::new(), ScriptedModel::chooses);
    let app = App { model: Model::of(script.clone()) };
    for routed in ["billing 7", "fan", "lost", "spam"] {
        assert_eq!(Sorted::run(&app, "Help!".to_owned()).await.expect("the answer fits"), routed);
    }
    script.assert_used();
}

#[tokio::test(start_paused = true)]
async fn a_model_that_never_fits_fails_the_step_after_its_retries_with_what_it_said() {
    let script = ScriptedModel::new().always(|_| Ok(loomflow::model::ChatReply::text("Billing, surely")));
    let app = App { model: Model::of(script.clone()) };
    let failure = Sorted::run(&app, "Help!".to_owned()).await.expect_err("nothing fits");
    assert!(failure.to_string().contains("Billing, surely"), "{failure}");
    // Three answers each for the attempt and its retry.
    assert_eq!(script.requests().len(), 6);
}
