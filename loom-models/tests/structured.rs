//! Answers of a type and labels, of a server: what goes over the wire, and what is asked again.

use loomflow_double::{Double, Reply};
use loomflow_macros::Choice;
use loomflow_models::{Choice, Cut, Model, ModelError, schemars};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

mod flow {
    pub use loomflow_models::__private as __models;
}

/// Which desk a ticket belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Choice)]
#[choice(crate = flow)]
#[serde(rename_all = "snake_case")]
enum Desk {
    /// Invoices, refunds, charges.
    Billing,
    Spam,
}

#[derive(Debug, PartialEq, Choice)]
#[choice(crate = flow)]
enum Wish {
    /// Money back.
    Refund {
        /// In cents.
        amount: u32,
        account: Option<Account>,
    },
    Change(Account),
    Nothing,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
struct Account {
    number: u32,
}

fn model(double: &Double) -> Model {
    Model::builder().base_url(double.base_url()).name("double").build().expect("the settings are settings")
}

#[tokio::test]
async fn a_server_that_refuses_what_is_not_strict_takes_the_schema_of_a_choice() {
    let double = Double::scripted([
        Reply::Json(json!({ "choice": "billing" })),
        Reply::Json(json!({ "choice": { "label": "Refund", "value": { "amount": 99, "account": null } } })),
        Reply::Json(json!({ "choice": { "label": "Change", "value": { "number": 7 } } })),
        Reply::Json(json!({ "choice": { "label": "Nothing" } })),
    ]);
    let model = model(&double);
    assert_eq!(model.choose::<Desk>("Which?").await.unwrap(), Desk::Billing);
    assert_eq!(model.choose::<Wish>("What?").await.unwrap(), Wish::Refund { amount: 99, account: None });
    assert_eq!(model.choose::<Wish>("What?").await.unwrap(), Wish::Change(Account { number: 7 }));
    assert_eq!(model.choose::<Wish>("What?").await.unwrap(), Wish::Nothing);
    let format = &double.requests()[0].body["response_format"];
    assert_eq!((&format["type"], &format["json_schema"]["name"]), (&json!("json_schema"), &json!("Desk")));
    assert_eq!(format["json_schema"]["schema"], Desk::schema().unwrap().schema);
    assert_eq!(format["json_schema"]["strict"], json!(true));
    double.finish();
}

#[tokio::test]
async fn a_conversation_that_goes_on_after_an_answer_that_does_not_fit_is_one_that_servers_take() {
    let double = Double::scripted([
        Reply::text(""),
        Reply::Json(json!({ "choice": "biling" })),
        Reply::Json(json!({ "choice": "billing" })),
    ]);
    assert_eq!(model(&double).choose::<Desk>("Which?").await.unwrap(), Desk::Billing);
    let requests = double.requests();
    let roles: Vec<&Value> = requests[2].messages().iter().map(|message| &message["role"]).collect();
    assert_eq!(roles, ["system", "user", "user", "assistant", "user"]);
    let told = "That cannot be used: there is no label `biling` (the nearest is `billing`): the labels are `billing`, `spam`.\n\
                Answer again, with nothing but the JSON.";
    assert_eq!(requests[2].last(), told);
    assert!(requests.iter().all(|request| request.body["response_format"] == requests[0].body["response_format"]));
    double.finish();
}

#[tokio::test]
async fn answers_that_are_none_fail_as_what_they_are() {
    let double = Double::scripted([
        Reply::Refusal("I sort nothing.".to_owned()),
        Reply::Filtered("{".to_owned()),
        Reply::text("one two three"),
        Reply::text("spam"),
        Reply::status(400),
    ]);
    let model = model(&double);
    let error = model.choose::<Desk>("Which?").await.unwrap_err();
    assert!(matches!(error, ModelError::Declined { text } if text == "I sort nothing."));
    assert!(matches!(model.choose::<Desk>("Which?").await.unwrap_err(), ModelError::Declined { .. }));
    let asked = loomflow_models::ChatRequest::from("Which?").max_tokens(2);
    assert!(matches!(model.choose::<Desk>(asked).await.unwrap_err(), ModelError::CutOff { cut: Cut::Length, .. }));
    let error = model.choose::<Desk>("Which?").again(0).await.unwrap_err();
    assert!(matches!(error, ModelError::Misfit { answer, .. } if answer == "spam"));
    assert!(
        matches!(model.ask::<Account>("Which?").await.unwrap_err(), ModelError::Refused(error) if error.status == 400)
    );
    double.finish();
}

#[tokio::test]
async fn what_is_asked_for_loosely_is_sent_as_it_is() {
    let double = Double::scripted([Reply::Json(json!({ "value": [1, "a"] }))]);
    let pair: (u8, String) = model(&double).ask("What?").loosely().await.unwrap();
    assert_eq!(pair, (1, "a".to_owned()));
    let format = &double.requests()[0].body["response_format"]["json_schema"];
    assert_eq!(format["schema"]["properties"]["value"]["prefixItems"][0]["format"], "uint8");
    assert_ne!(format["strict"], json!(true));
    double.finish();
}
