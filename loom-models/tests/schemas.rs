//! A zoo of types: the schemas that are made of them, held against the rules of strict ones.
//!
//! `INSTA_UPDATE=always cargo test -p loomflow-models --test schemas` writes the snapshots anew.

use loomflow_double::{Double, Reply};
use loomflow_models::{
    Model, ModelError, ScriptedModel,
    schema::{self, Flaw, Reason, flaws},
    schemars,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt::Debug,
    num::NonZeroU8,
    time::Duration,
};

/// A point on the map.
#[derive(Debug, Clone, PartialEq, JsonSchema, Serialize, Deserialize)]
struct Point {
    /// To the east.
    x: i64,
    y: f64,
}

/// How it went.
#[derive(Debug, Clone, Copy, PartialEq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Mood {
    /// All went well.
    VeryGood,
    Fair,
    /// Something went wrong.
    Bad,
}

#[derive(Debug, Clone, PartialEq, JsonSchema, Serialize, Deserialize)]
enum Shape {
    Circle { center: Point, radius: f64 },
    Place(Point),
    Nothing,
}

#[derive(Debug, Clone, PartialEq, JsonSchema, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum Event {
    Moved(Point),
    /// Somebody spoke.
    Said {
        words: String,
    },
    Left,
}

#[derive(Debug, Clone, PartialEq, JsonSchema, Serialize, Deserialize)]
#[serde(untagged)]
enum Loose {
    Number(i64),
    Text(String),
    Point(Point),
}

#[derive(Debug, Clone, PartialEq, JsonSchema, Serialize, Deserialize)]
struct Node {
    name: String,
    /// What follows.
    next: Option<Box<Node>>,
    children: Vec<Node>,
}

#[derive(Debug, Clone, PartialEq, JsonSchema, Serialize, Deserialize)]
enum Expr {
    Number(f64),
    Sum(Vec<Expr>),
}

#[derive(Debug, Clone, PartialEq, JsonSchema, Serialize, Deserialize)]
struct Everything {
    zebra: String,
    #[serde(default)]
    apples: Vec<String>,
    missing: Option<String>,
    letter: char,
    bytes: [u8; 3],
    nothing: (),
    set: BTreeSet<u16>,
    time: Duration,
    small: NonZeroU8,
    /// From the same road.
    #[schemars(length(min = 1, max = 3), regex(pattern = "^a"))]
    road: String,
    #[schemars(url)]
    page: String,
    #[schemars(email)]
    mail: String,
    #[schemars(range(min = 1, max = 5), extend("x-color" = "red"))]
    stars: u8,
    /// Where.
    place: Box<Point>,
    maybe: Option<Point>,
    mood: Mood,
    moods: Vec<Option<Mood>>,
    outcome: Result<u8, String>,
    #[serde(flatten)]
    more: More,
}

#[derive(Debug, Clone, PartialEq, JsonSchema, Serialize, Deserialize)]
struct More {
    much: bool,
    #[serde(rename = "Really")]
    really: Option<bool>,
}

#[derive(Debug, PartialEq, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Empty {}

#[derive(Debug, PartialEq, JsonSchema, Serialize, Deserialize)]
struct Wrapped(Mood);

#[derive(Debug, PartialEq, JsonSchema, Serialize, Deserialize)]
struct Pair<A, B> {
    one: A,
    other: B,
}

fn everything() -> Everything {
    Everything {
        zebra: "z".to_owned(),
        apples: vec!["a".to_owned()],
        missing: None,
        letter: 'x',
        bytes: [1, 2, 3],
        nothing: (),
        set: BTreeSet::from([1, 2]),
        time: Duration::from_millis(1500),
        small: NonZeroU8::MIN,
        road: "ab".to_owned(),
        page: "https://loomflow.example".to_owned(),
        mail: "grace@loomflow.example".to_owned(),
        stars: 5,
        place: Box::new(point()),
        maybe: None,
        mood: Mood::Fair,
        moods: vec![Some(Mood::VeryGood), None],
        outcome: Ok(7),
        more: More { much: true, really: None },
    }
}

fn point() -> Point {
    Point { x: -1, y: 0.5 }
}

fn node(name: &str, children: Vec<Node>) -> Node {
    Node { name: name.to_owned(), next: None, children }
}

/// Asks for a value of the type a server that refuses what is not strict, and gives the schema it was told; the value comes
/// back the same.
async fn asked<T>(value: T) -> Value
where
    T: Debug + PartialEq + JsonSchema + Serialize + DeserializeOwned,
{
    let answer = Model::of(ScriptedModel::new().answers(&value)).text("").await.expect("a script answers");
    let double = Double::scripted([Reply::text(answer)]);
    let model = Model::builder().base_url(double.base_url()).name("double").build().expect("the settings are settings");
    let answer: Result<T, ModelError> = model.ask("What?").await;
    assert_eq!(answer.expect("the type has a strict schema"), value);
    let told = double.requests()[0].body["response_format"]["json_schema"].clone();
    assert_eq!(told["strict"], json!(true));
    assert_eq!(flaws(&told["schema"]), [], "{told}");
    told["schema"].clone()
}

#[tokio::test]
async fn types_of_all_kinds_have_strict_schemas_and_are_read_back() {
    let mut shown = Vec::new();
    let mut show = |name: &str, schema: &Value| shown.push(format!("{name}\n{schema:#}\n"));
    show("Point", &asked(point()).await);
    show("Mood", &asked(Mood::Bad).await);
    show("Shape", &asked(Shape::Circle { center: point(), radius: 1.0 }).await);
    show("Event", &asked(Event::Said { words: "hm".to_owned() }).await);
    show("Loose", &asked(Loose::Point(point())).await);
    show("Node", &asked(node("a", vec![node("b", vec![])])).await);
    show("Expr", &asked(Expr::Sum(vec![Expr::Number(1.0)])).await);
    show("Everything", &asked(everything()).await);
    show("Empty", &asked(Empty {}).await);
    show("Wrapped", &asked(Wrapped(Mood::Fair)).await);
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("schemas", shown.join("\n")));
}

#[tokio::test]
async fn whatever_is_put_together_of_strict_types_is_strict() {
    asked(Some(point())).await;
    asked(None::<Node>).await;
    asked(vec![Some(Shape::Nothing), Some(Shape::Place(point()))]).await;
    asked(Pair { one: Some(Mood::Fair), other: Event::Left }).await;
    asked(Pair { one: Pair { one: node("a", vec![]), other: point() }, other: vec![node("b", vec![])] }).await;
    asked(Pair { one: Some(Box::new(Expr::Number(2.0))), other: [Loose::Number(1), Loose::Text(String::new())] }).await;
    asked(Pair { one: "text".to_owned(), other: Some(Some(3_u8)) }).await;
    asked(Some(Pair { one: Wrapped(Mood::Bad), other: Empty {} })).await;
    asked(true).await;
    asked(u64::MAX).await;
    asked(String::new()).await;
    asked(()).await;
}

#[tokio::test]
async fn fields_are_asked_for_in_the_order_they_are_declared() {
    let schema = asked(everything()).await;
    let fields: Vec<&String> = schema["properties"].as_object().expect("it has fields").keys().collect();
    assert_eq!(fields[..4], ["zebra", "apples", "missing", "letter"]);
    assert_eq!(fields[fields.len() - 2..], ["much", "Really"]);
    assert_eq!(schema["required"].as_array().map(Vec::len), Some(fields.len()));
}

#[derive(JsonSchema, Deserialize)]
#[allow(dead_code)]
struct Refused {
    scores: BTreeMap<String, u8>,
    fine: u8,
    inner: Vec<Inner>,
}

#[derive(JsonSchema, Deserialize)]
#[allow(dead_code)]
struct Inner {
    pair: (u8, String),
    anything: Value,
    table: Option<HashMap<String, Inner2>>,
}

#[derive(JsonSchema, Deserialize)]
#[allow(dead_code)]
struct Inner2 {
    #[serde(flatten)]
    event: Flat,
    name: String,
}

#[derive(JsonSchema, Deserialize)]
#[serde(tag = "kind")]
#[allow(dead_code)]
enum Flat {
    One { a: u8 },
    Two,
}

#[derive(JsonSchema, Deserialize)]
#[allow(dead_code)]
struct Open {
    name: String,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

fn refused<T: JsonSchema>() -> Vec<(String, Reason)> {
    let flaws = schema::strict(schema::of::<T>()).expect_err("it has no strict schema");
    flaws.into_iter().map(|Flaw { path, reason }| (path, reason)).collect()
}

#[test]
fn what_has_no_strict_schema_is_told_with_the_paths_of_all_fields_at_fault() {
    let found = refused::<Refused>();
    let expected = [
        ("scores", Reason::Map),
        ("inner[].pair", Reason::Tuple),
        ("inner[].anything", Reason::Anything),
        ("inner[].table", Reason::Map),
    ];
    assert_eq!(found, expected.map(|(path, reason)| (path.to_owned(), reason)));
    let found = refused::<Inner2>();
    assert_eq!(found, [(String::new(), Reason::Keyword("oneOf".to_owned()))]);
    assert_eq!(refused::<Open>(), [(String::new(), Reason::Map)]);
    assert_eq!(refused::<Pair<Value, (u8, u8)>>().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_is_refused_says_what_to_do() {
    let model = Model::of(ScriptedModel::new());
    let told = model.ask::<Refused>("What?").await.err().expect("it has no strict schema").to_string();
    assert!(
        told.starts_with("no server can hold a model to `Refused`: `scores` is a map, whose keys nobody knows ahead")
    );
    assert!(told.contains("; `inner[].pair` is a tuple, whose values have no names: make it a struct"), "{told}");
    let told = model.ask::<(u8, u8)>("What?").await.expect_err("it has no strict schema").to_string();
    assert!(told.contains("`value` is a tuple"), "{told}");
    let told = model.ask::<BTreeMap<String, u8>>("What?").await.expect_err("it has no strict schema").to_string();
    assert!(told.contains(": it is a map"), "{told}");
}

#[test]
fn what_bounds_a_value_and_cannot_be_strict_is_said_in_words() {
    let schema = schema::strict(schema::of::<Everything>()).expect("it is strict");
    let field = |name: &str| schema["properties"][name].clone();
    let road = "From the same road.\n(pattern: ^a, minLength: 1, maxLength: 3)";
    assert_eq!(field("road"), json!({ "description": road, "type": "string" }));
    assert_eq!(field("page"), json!({ "description": "(format: uri)", "type": "string" }));
    assert_eq!(field("mail"), json!({ "type": "string", "format": "email" }));
    assert_eq!(field("stars"), json!({ "type": "integer", "minimum": 1, "maximum": 5 }));
}

#[test]
fn a_width_becomes_bounds_where_nothing_narrower_is_said() {
    let written = json!({ "type": "object", "properties": {
        "wide": { "type": "integer", "format": "uint32", "minimum": 0 },
        "narrow": { "type": "integer", "format": "int16", "exclusiveMinimum": 0, "maximum": 9 },
        "widest": { "type": "integer", "format": "uint64", "minimum": 0 },
    }});
    let fields = schema::strict(written).expect("it can be made strict")["properties"].clone();
    assert_eq!(fields["wide"], json!({ "type": "integer", "minimum": 0, "maximum": 4_294_967_295_u32 }));
    assert_eq!(fields["narrow"], json!({ "type": "integer", "exclusiveMinimum": 0, "maximum": 9 }));
    assert_eq!(fields["widest"], json!({ "type": "integer", "minimum": 0 }));
}

#[test]
fn schemas_that_others_wrote_are_made_strict_or_refused() {
    let about = json!({ "$ref": "#", "description": "another one" });
    let written = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "properties": {
            "kind": { "const": "a" },
            "level": { "enum": [1, 2] },
            "either": { "enum": ["a", null, 1.5, true] },
            "list": { "items": { "allOf": [{ "type": "string" }], "title": "Item" } },
            "next": { "anyOf": [about, { "type": "null" }] },
        },
    });
    let strict = schema::strict(written).expect("it can be made strict");
    assert_eq!(strict["properties"]["kind"], json!({ "type": "string", "enum": ["a"] }));
    assert_eq!(strict["properties"]["level"], json!({ "type": "integer", "enum": [1, 2] }));
    let either = json!({ "type": ["boolean", "null", "number", "string"], "enum": ["a", null, 1.5, true] });
    assert_eq!(strict["properties"]["either"], either);
    assert_eq!(strict["properties"]["list"], json!({ "type": "array", "items": { "type": "string" } }));
    assert_eq!(
        strict["properties"]["next"]["anyOf"][0],
        json!({ "description": "another one", "anyOf": [{ "$ref": "#" }] })
    );

    for (field, reason) in [
        (json!({ "type": "string", "not": { "enum": ["a"] } }), Reason::Keyword("not".to_owned())),
        (json!({ "allOf": [{ "type": "string" }, { "type": "null" }] }), Reason::Keyword("allOf".to_owned())),
        (json!({ "type": "object", "patternProperties": { "^a": true } }), Reason::Map),
        (json!({ "type": "array" }), Reason::Anything),
        (json!({ "title": "whatever" }), Reason::Anything),
        (json!(false), Reason::Anything),
        (json!({ "$ref": "#/$defs/Gone" }), Reason::Lost("#/$defs/Gone".to_owned())),
    ] {
        let found = schema::strict(json!({ "type": "object", "properties": { "field": field } }));
        let found: Vec<Reason> = found.expect_err("it is refused").into_iter().map(|flaw| flaw.reason).collect();
        assert_eq!(found, [reason]);
    }
    assert_eq!(schema::strict(json!(true)).expect_err("it is refused")[0].reason, Reason::Anything);
    assert_eq!(schema::strict(json!({ "type": "string" })).expect_err("it is refused")[0].reason, Reason::Root);
}
