//! The workflow that an agent is turned into, written by hand: what `agent!` makes is held against it.

use crate::{
    as_by_hand::Researcher as Agent,
    desk::{Desk, Done, Report, calls, create_report, offered, scripted, search, send_email, turns, web_search},
    kept::{case_in, program},
};
use loomflow::{
    __models::{self as m, Tool, Use},
    model::{Approval, Approve, ChatRequest, ScriptedModel},
    prelude::*,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

#[derive(Serialize, Deserialize, Clone)]
#[allow(non_camel_case_types, clippy::enum_variant_names)]
enum AtStart {
    web_search(<web_search as Tool>::Args),
    Again,
}

#[derive(Serialize, Deserialize, Clone)]
#[allow(non_camel_case_types)]
enum AfterSearch {
    web_search(<web_search as Tool>::Args),
    send_email(<send_email as Tool>::Args),
    create_report(<create_report as Tool>::Args),
    Again,
}

enum Start {}
impl m::Place for Start {
    type Agent = Researcher;
    type Choice = AtStart;
    type Memory = m::OfTheRun;
    const NAME: &'static str = "start";
    const SHARED: &'static [&'static str] = &["start"];
    const MODEL: Option<&'static str> = Some("gpt-4.1-mini");
    const OFFERS: &'static [m::Offer<AtStart>] = &[m::Offer {
        tool: <web_search as Tool>::NAME,
        spec: <web_search as Tool>::spec_without,
        read: |arguments, fixed| <web_search as Tool>::parse_with(arguments, fixed).map(AtStart::web_search),
        limit: None,
        refusals: None,
        after: &[],
    }];
    fn again() -> AtStart {
        AtStart::Again
    }
}

enum Searched {}
impl m::Place for Searched {
    type Agent = Researcher;
    type Choice = AfterSearch;
    type Memory = m::OfTheRun;
    const NAME: &'static str = "web_search";
    const SHARED: &'static [&'static str] = &["web_search"];
    const MODEL: Option<&'static str> = Some("gpt-4.1-mini");
    const OFFERS: &'static [m::Offer<AfterSearch>] = &[
        m::Offer {
            tool: <web_search as Tool>::NAME,
            spec: <web_search as Tool>::spec_without,
            read: |arguments, fixed| <web_search as Tool>::parse_with(arguments, fixed).map(AfterSearch::web_search),
            limit: Some(m::Limit { number: Some(4), per: None }),
            refusals: None,
            after: &[],
        },
        m::Offer {
            tool: <send_email as Tool>::NAME,
            spec: <send_email as Tool>::spec_without,
            read: |arguments, fixed| <send_email as Tool>::parse_with(arguments, fixed).map(AfterSearch::send_email),
            limit: None,
            refusals: Some(1),
            after: &[],
        },
        m::Offer {
            tool: <create_report as Tool>::NAME,
            spec: <create_report as Tool>::spec_without,
            read: |arguments, fixed| {
                <create_report as Tool>::parse_with(arguments, fixed).map(AfterSearch::create_report)
            },
            limit: None,
            refusals: None,
            after: &["web_search"],
        },
    ];
    fn again() -> AfterSearch {
        AfterSearch::Again
    }
}

workflow! {
    /// Researches a question, then mails the answer or files a report.
    Researcher(question: String) -> Report {
        let conversation: Vec<m::Said> = m::begin(Some("You research questions.".to_owned()), &[("question", m::told(&question))]);
        let final_answer: Report;
        remember_answer -> end(final_answer);
        start -> conversation += think: m::Think::<Start>(conversation, m::given()) -> match think.choice {
            AtStart::web_search(call) => try web_search: Use::<web_search>(call),
            AtStart::Again => conversation += think: m::Think::<Start>(conversation, m::given()) max 2 per run else fail("spent"),
        };
        web_search -> conversation += (m::heard::<web_search>(&conversation, &web_search))
            -> conversation += think_after_web_search: m::Think::<Searched>(conversation, m::given())
            -> match think_after_web_search.choice {
                AfterSearch::web_search(call) => try web_search: Use::<web_search>(call) max 4 per run else fail("spent"),
                AfterSearch::send_email(call) => approve_send_email_after_web_search: Approve::<send_email>(call)
                    -> match {
                        Approval::Granted => send_email: Use::<send_email>(call),
                        Approval::Refused(why) => conversation += (m::refused(&conversation, &why))
                            -> conversation += think_after_web_search: m::Think::<Searched>(conversation, m::given()) max 1 per run else fail("spent"),
                    },
                AfterSearch::create_report(call) => create_report: Use::<create_report>(call),
                AfterSearch::Again => conversation += think_after_web_search: m::Think::<Searched>(conversation, m::given()) max 2 per web_search else fail("spent"),
            };
        send_email -> final_answer = (send_email)
            -> remember_answer: m::Remember::<Researcher, m::OfTheRun>(conversation, m::told(&final_answer));
        create_report -> final_answer = (create_report)
            -> remember_answer: m::Remember::<Researcher, m::OfTheRun>(conversation, m::told(&final_answer));
    }
}

fn ran(script: &ScriptedModel) -> (Vec<&'static str>, Result<Report, Failure>, Vec<String>) {
    let desk = Desk::of(script);
    let (path, outcome) = program(
        Researcher::trace(&desk, "Why is the sky blue?".to_owned()).answering::<Approve<send_email>>(|question| {
            Some(if question.shown().any(|json| json.contains("boss")) {
                Approval::Refused("not to the boss".to_owned())
            } else {
                Approval::Granted
            })
        }),
    );
    (path, outcome, desk.done.all())
}

fn mail(to: &str) -> loomflow::model::ChatReply {
    calls("send_email", &json!({ "to": to, "text": "Rayleigh" }))
}

#[test]
fn the_model_chooses_the_way() {
    let script = ScriptedModel::new().replies(search("blue")).replies(search("sky")).replies(mail("Ada"));
    let (path, outcome, done) = ran(&script);
    assert_eq!(outcome.expect("it ends"), Report { title: "mail to Ada".to_owned() });
    let expected = "think web_search think_after_web_search web_search think_after_web_search \
                    approve_send_email_after_web_search send_email remember_answer";
    assert_eq!(path.join(" "), expected);
    assert_eq!(done, ["web_search(blue)", "web_search(sky)", "send_email(Ada, Rayleigh)"]);
    script.assert_used();
    let requests = script.requests();
    assert_eq!(requests.iter().map(turns).collect::<Vec<_>>(), [0, 1, 2]);
    assert_eq!(offered(&requests[0]), ["web_search"]);
    assert_eq!(offered(&requests[1]), ["web_search", "send_email", "create_report"]);
    assert!(requests.iter().all(|request: &ChatRequest| request.model.as_deref() == Some("gpt-4.1-mini")));
}

#[test]
fn a_refusal_is_told_to_the_model_and_withdraws_the_call() {
    let report = calls("create_report", &json!({ "title": "Blue" }));
    let script = ScriptedModel::new().replies(search("blue")).replies(mail("boss")).replies(report);
    let (_, outcome, done) = ran(&script);
    assert_eq!(outcome.expect("it ends").title, "Blue");
    assert_eq!(done, ["web_search(blue)", "create_report(Blue)"]);
    let requests = script.requests();
    assert_eq!(offered(&requests[2]), ["web_search", "create_report"]);
    assert!(crate::desk::last(&requests[2]).ends_with("not to the boss"));
}

/// What a graph says, less how its labels are spelled.
fn graph(graph: &loomflow::graph::Graph<'_>) -> String {
    let mut drawn = graph.to_mermaid();
    for path in ["AtStart::", "AfterSearch::", "Approval::"] {
        drawn = drawn.replace(path, "");
    }
    drawn
}

#[test]
fn what_is_written_by_hand_is_what_an_agent_becomes() {
    assert_eq!(graph(&Agent::GRAPH), graph(&Researcher::GRAPH));
    assert_eq!(Agent::GRAPH.max_steps().to_string(), Researcher::GRAPH.max_steps().to_string());
}

#[test]
fn it_is_carried_on_from_every_write() {
    fn desk() -> Desk {
        Desk {
            model: Model::of(scripted(|turn| match turn {
                0 => search("blue"),
                1 => calls("web_serch", &json!({})),
                2 => search("broken sky"),
                3 => mail("boss"),
                4 => search("more"),
                _ => calls("create_report", &json!({ "title": "Blue" })),
            })),
            done: Done::default(),
        }
    }
    let refusal = |_: &_| Some(r#"{"Refused":"no"}"#.to_owned());
    let ended = case_in::<Researcher, _, _>("why?".to_owned(), desk).answered(refusal).at_every_write();
    assert_eq!(ended, Ok(r#"{"title":"Blue"}"#.to_owned()));
}
