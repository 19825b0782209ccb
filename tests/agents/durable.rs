//! Agents in runs that are kept: cut off at every write, and every recorded call made once.

use crate::{
    desk::{Desk, Done, Kind, Report, add, calls, classify, create_report, scripted, search, send_email, web_search},
    kept::case_in,
};
use loomflow::{
    model::{ChatReply, ScriptedModel},
    prelude::*,
};
use serde_json::json;

fn desk(script: &ScriptedModel) -> Desk {
    Desk { model: Model::of(script.clone()), done: Done::default() }
}

agent! {
    Researcher(question: String) -> Report {
        start -> classify(text: question);
        classify -> match {
            Kind::News => web_search(query: question),
            Kind::Private(_) => web_search,
            Kind::Spam => end(Report { title: "spam".to_owned() }),
        };
        web_search -> web_search max 3 | send_email | create_report else end(Report { title: "spent".to_owned() });
        send_email | create_report -> end;
        require web_search before create_report;
        ask before send_email;
    }
}

#[test]
fn calls_corrections_failures_and_refusals_are_all_carried_on() {
    fn context() -> Desk {
        desk(&scripted(|turn| match turn {
            2 => search("broken cable"),
            3 => calls("web_serch", &json!({})),
            4 | 6 => calls("send_email", &json!({ "to": "Ada", "text": "hello" })),
            5 => search("blue"),
            _ => calls("create_report", &json!({ "title": "Blue" })),
        }))
    }
    let person = |_: &_| Some(r#"{"Refused":"no"}"#.to_owned());
    for question in ["rain", "you won a prize"] {
        let ended = case_in::<Researcher, _, _>(question.to_owned(), context).answered(person).at_every_write();
        let title = if question == "rain" { "Blue" } else { "spam" };
        assert_eq!(ended, Ok(json!({ "title": title }).to_string()));
    }
}

#[test]
fn an_approved_call_is_made_once() {
    fn context() -> Desk {
        desk(&scripted(|turn| match turn {
            2 => search("blue"),
            _ => calls("send_email", &json!({ "to": "Ada", "text": "hello" })),
        }))
    }
    let person = |_: &_| Some(r#""Granted""#.to_owned());
    let ended = case_in::<Researcher, _, _>("rain".to_owned(), context).answered(person).at_every_two_writes();
    assert_eq!(ended, Ok(json!({ "title": "mail to Ada" }).to_string()));
}

agent! {
    Sums(question: String) -> String {
        tools [add, web_search] max 4;
        require add before end;
    }
}

#[test]
fn the_free_form_is_carried_on() {
    fn context() -> Desk {
        desk(&scripted(|turn| match turn {
            2 => search("broken cable"),
            0 | 3 => calls("add", &json!({ "a": 40, "b": 2 })),
            _ => ChatReply::text("42"),
        }))
    }
    assert_eq!(case_in::<Sums, _, _>("40 + 2?".to_owned(), context).at_every_write(), Ok(r#""42""#.to_owned()));
}

#[test]
fn an_agent_that_fails_fails_the_same_way() {
    fn context() -> Desk {
        desk(&scripted(|_| ChatReply::text("I do not know.")))
    }
    let ended = case_in::<Sums, _, _>("40 + 2?".to_owned(), context).at_every_write();
    assert!(ended.expect_err("it chooses nothing").contains("3 replies of the model in a row were no choice"));
}
