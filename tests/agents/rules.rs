//! The nine tool rules of Letta as ways of a graph, each with what goes wrong there without a word.

use crate::desk::{
    Desk, Kind, Report, add, calls, classify, create_report, delete_everything, last, offered, ran, search, send_email,
    web_search,
};
use loomflow::{
    FailureKind,
    model::{AgentError, Approval, Approve, ChatReply, ScriptedModel},
    prelude::*,
};
use serde_json::json;

fn report(title: &str) -> ChatReply {
    calls("create_report", &json!({ "title": title }))
}

fn question() -> String {
    "why is it blue?".to_owned()
}

// Run first, with arguments. There, a misspelt name offers no tool at all.
mod run_first {
    use super::*;

    agent! {
        Fixed(question: String) -> Report {
            start -> web_search(query: question);
            web_search -> create_report;
            create_report -> end;
        }
    }

    #[test]
    fn what_the_graph_gives_the_model_is_not_asked_for() {
        let script = ScriptedModel::new().replies(report("Blue"));
        let desk = Desk::of(&script);
        let (path, outcome, done) = ran(&desk, Fixed::trace(&desk, question()));
        assert_eq!(outcome.expect("it ends").title, "Blue");
        assert_eq!(path, "think web_search think_after_web_search create_report remember_answer");
        assert_eq!(done, ["web_search(why is it blue?)", "create_report(Blue)"]);
        assert_eq!(script.requests().len(), 1, "the first call leaves nothing to choose");
        assert!(last(&script.requests()[0]).contains("about why is it blue?"));
    }
}

// Arguments that are fixed in part. There, a name that is no argument is told when the tool is reached.
mod fixed_in_part {
    use super::*;

    agent! {
        Mailed(boss: String) -> Report {
            prompt format!("Write to {boss}.");
            start -> send_email(to: boss);
            send_email -> end;
        }
    }

    #[test]
    fn the_model_is_not_told_of_them_and_cannot_say_otherwise() {
        let reply = calls("send_email", &json!({ "to": "a thief", "text": "hello" }));
        let script = ScriptedModel::new().replies(reply);
        let desk = Desk::of(&script);
        let (_, outcome, done) = ran(&desk, Mailed::trace(&desk, "Ada".to_owned()));
        outcome.expect("it ends");
        assert_eq!(done, ["send_email(Ada, hello)"]);
        let parameters = script.requests()[0].tools[0].parameters.clone();
        assert_eq!(parameters["required"], json!(["text"]));
        assert!(parameters["properties"].get("to").is_none());
    }
}

// Allowed next. There, children that are all misspelt open everything.
mod children {
    use super::*;

    agent! {
        pub Next(question: String) -> Report {
            start -> web_search | delete_everything;
            web_search -> send_email | create_report;
            delete_everything -> create_report;
            send_email | create_report -> end;
        }
    }

    #[test]
    fn what_may_not_come_next_is_not_offered_and_not_performed() {
        let script = ScriptedModel::new()
            .replies(search("blue"))
            .replies(calls("delete_everything", &json!({})))
            .replies(report("Blue"));
        let desk = Desk::of(&script);
        let (_, outcome, done) = ran(&desk, Next::trace(&desk, question()));
        outcome.expect("it ends");
        assert_eq!(done, ["web_search(blue)", "create_report(Blue)"]);
        assert_eq!(offered(&script.requests()[1]), ["send_email", "create_report"]);
        assert!(last(&script.requests()[2]).contains("no tool \"delete_everything\" can be called here"));
    }

    // After a given parent only: the same ways, looked at from the other end.
    #[test]
    fn what_comes_after_one_tool_alone_is_offered_nowhere_else() {
        let script = ScriptedModel::new()
            .replies(report("too early"))
            .replies(calls("delete_everything", &json!({})))
            .replies(report("now"));
        let desk = Desk::of(&script);
        let (_, outcome, done) = ran(&desk, Next::trace(&desk, question()));
        assert_eq!(outcome.expect("it ends").title, "now");
        assert_eq!(done, ["delete_everything()", "create_report(now)"]);
    }
}

// By the output. There, an output that is not mapped offers every tool, and one that is no JSON never matches.
mod conditional {
    use super::*;

    agent! {
        Sorted(text: String) -> Report {
            start -> classify(text: text);
            classify -> match {
                Kind::News => web_search,
                Kind::Private(name) => send_email(to: name),
                Kind::Spam => end(Report { title: "spam".to_owned() }),
            };
            web_search -> create_report;
            send_email | create_report -> end;
        }
    }

    #[test]
    fn each_output_has_its_way_and_the_model_does_not_choose_it() {
        let script = ScriptedModel::new();
        let desk = Desk::of(&script);
        let (path, outcome, _) = ran(&desk, Sorted::trace(&desk, "you won a prize".to_owned()));
        assert_eq!(
            (path.as_str(), outcome.expect("it ends").title.as_str()),
            ("think classify remember_answer", "spam")
        );

        let script = ScriptedModel::new().replies(calls("send_email", &json!({ "text": "hello" })));
        let desk = Desk::of(&script);
        let (path, outcome, done) = ran(&desk, Sorted::trace(&desk, "private Ada".to_owned()));
        outcome.expect("it ends");
        assert_eq!(path, "think classify think_after_classify_for_send_email send_email remember_answer");
        assert_eq!(done[1], "send_email(Ada, hello)");

        let script = ScriptedModel::new().replies(search("rain")).replies(report("Rain"));
        let desk = Desk::of(&script);
        let (_, outcome, done) = ran(&desk, Sorted::trace(&desk, "rain".to_owned()));
        outcome.expect("it ends");
        assert_eq!(done, ["classify(rain)", "web_search(rain)", "create_report(Rain)"]);
    }

    #[test]
    fn without_an_output_there_is_no_way_to_go() {
        let desk = Desk::of(&ScriptedModel::new());
        let (_, outcome, _) = ran(&desk, Sorted::trace(&desk, "broken scale".to_owned()));
        let failure = outcome.expect_err("nothing says where to go");
        assert_eq!((failure.node(), failure.message().as_str()), ("classify", "scale"));
    }
}

// Ends the loop. There, a misspelt name never ends it.
#[test]
fn a_tool_that_ends_the_agent_is_the_last_thing_it_does() {
    let script = ScriptedModel::new().replies(search("blue")).replies(report("Blue")).replies(search("more"));
    let desk = Desk::of(&script);
    let (_, outcome, done) = ran(&desk, children::Next::trace(&desk, question()));
    outcome.expect("it ends");
    assert_eq!(done.last().map(String::as_str), Some("create_report(Blue)"));
    assert_eq!(script.left(), 1);
}

// Goes on, and at most so often. There, each call counts twice, and limits below one are taken.
mod counted {
    use super::*;

    agent! {
        Twice(question: String, most: u32) -> Report {
            start -> web_search;
            web_search -> web_search max most | create_report;
            create_report -> end;
        }
    }

    agent! {
        Spent(question: String) -> String {
            start -> web_search;
            web_search -> web_search max 1 else end("enough".to_owned());
        }
    }

    agent! {
        SpentOn(question: String) -> Report {
            start -> web_search;
            web_search -> web_search max 1 else create_report(title: question);
            create_report -> end;
        }
    }

    agent! {
        Stranded(question: String) -> Report {
            start -> send_email;
            send_email -> end;
            ask before send_email;
        }
    }

    #[test]
    fn a_choice_is_withdrawn_when_it_was_made_so_often_and_no_earlier() {
        for most in 0..4 {
            let script = ScriptedModel::new().always(|request| {
                let more = offered(request).contains(&"web_search");
                Ok(if more { search("more") } else { report("Blue") })
            });
            let desk = Desk::of(&script);
            let (_, outcome, done) = ran(&desk, Twice::trace(&desk, question(), most));
            outcome.expect("it ends");
            assert_eq!(done.len(), 1 + most as usize + 1, "{done:?}");
        }
    }

    #[test]
    fn where_nothing_is_left_the_else_says_what_then() {
        let desk = Desk::of(&ScriptedModel::new().replies(search("a")).replies(search("b")));
        let (path, outcome, _) = ran(&desk, Spent::trace(&desk, question()));
        assert_eq!(outcome.expect("it ends"), "enough");
        let all = "think web_search think_after_web_search web_search think_after_web_search";
        assert_eq!(path, format!("{all} remember_answer"));

        let desk = Desk::of(&ScriptedModel::new().replies(search("a")).replies(search("b")));
        let (path, outcome, done) = ran(&desk, SpentOn::trace(&desk, question()));
        assert_eq!(outcome.expect("it ends").title, question());
        assert_eq!(path, format!("{all} think_after_web_search_else create_report remember_answer"));
        assert_eq!(done.len(), 3);
    }

    #[test]
    fn where_nothing_is_left_and_nothing_is_said_the_agent_fails() {
        let mail = calls("send_email", &json!({ "to": "Ada", "text": "hello" }));
        let desk = Desk::of(&ScriptedModel::new().replies(mail));
        let run = Stranded::trace(&desk, question())
            .answering::<Approve<send_email>>(|_| Some(Approval::Refused(String::new())));
        let (_, outcome, _) = ran(&desk, run);
        let failure = outcome.expect_err("it can do nothing");
        assert!(matches!(failure.downcast_ref(), Some(AgentError::Spent { after, .. }) if after == "send_email"));
        let told = "after `send_email`, all choices are spent: `send_email` (a person refused it)";
        assert!(failure.message().starts_with(told), "{failure}");
    }
}

// Required before the end. There, a misspelt name requires nothing.
mod required {
    use super::*;

    agent! {
        Sums(question: String) -> String {
            tools [add, web_search] max 5;
            require add before end;
        }
    }

    agent! {
        Drawn(question: String) -> Report {
            start -> web_search;
            web_search -> web_search max 3 | create_report | send_email;
            send_email | create_report -> end;
            require web_search before end;
        }
    }

    #[test]
    fn the_end_is_offered_when_what_it_needs_has_succeeded() {
        let script = ScriptedModel::new()
            .replies(ChatReply::text("42"))
            .replies(calls("add", &json!({ "a": 40, "b": 2 })))
            .replies(ChatReply::text("42"));
        let desk = Desk::of(&script);
        let (_, outcome, done) = ran(&desk, Sums::trace(&desk, "40 + 2?".to_owned()));
        assert_eq!(outcome.expect("it ends"), "42");
        assert_eq!(done, ["add(40, 2)"]);
    }

    #[test]
    fn a_call_that_failed_meets_no_requirement() {
        let script = ScriptedModel::new()
            .replies(search("broken cable"))
            .replies(report("made up"))
            .replies(search("blue"))
            .replies(report("Blue"));
        let desk = Desk::of(&script);
        let (_, outcome, done) = ran(&desk, Drawn::trace(&desk, question()));
        assert_eq!(outcome.expect("it ends").title, "Blue");
        assert_eq!(done, ["web_search(broken cable)", "web_search(blue)", "create_report(Blue)"]);
        let requests = script.requests();
        assert_eq!(last(&requests[1]), "The call failed: cable");
        assert_eq!(offered(&requests[1]), ["web_search"]);
        assert_eq!(offered(&requests[3]), ["web_search", "create_report", "send_email"]);
    }
}

// Needs approval. There, a person is asked before the rules are, and what was approved is not held to them.
mod approved {
    use super::*;

    agent! {
        Asked(question: String) -> Report {
            start -> web_search;
            web_search -> web_search max 3 | send_email | create_report;
            send_email | create_report -> end;
            ask before send_email max 2;
        }
    }

    fn mail(to: &str) -> ChatReply {
        calls("send_email", &json!({ "to": to, "text": "hello" }))
    }

    fn refused(why: &str) -> Approval {
        Approval::Refused(why.to_owned())
    }

    #[test]
    fn nobody_is_asked_for_a_call_that_may_not_be_made() {
        let script = ScriptedModel::new().replies(mail("Ada")).replies(search("blue")).replies(report("Blue"));
        let desk = Desk::of(&script);
        let run = Asked::trace(&desk, question()).answering::<Approve<send_email>>(|_| panic!("nobody is asked"));
        let (_, outcome, done) = ran(&desk, run);
        outcome.expect("it ends");
        assert_eq!(done, ["web_search(blue)", "create_report(Blue)"]);
    }

    #[test]
    fn the_call_is_shown_as_it_is_made() {
        let script = ScriptedModel::new().replies(search("blue")).replies(mail("Ada"));
        let desk = Desk::of(&script);
        let run = Asked::trace(&desk, question()).answering::<Approve<send_email>>(|asked| {
            assert_eq!(asked.text(), "May the model call `send_email`?");
            let shown = r#"{"tool":"send_email","arguments":{"to":"Ada","text":"hello"}}"#;
            assert_eq!(asked.shown().collect::<Vec<_>>(), [shown]);
            Some(Approval::Granted)
        });
        let (_, outcome, done) = ran(&desk, run);
        outcome.expect("it ends");
        assert_eq!(done, ["web_search(blue)", "send_email(Ada, hello)"]);
    }

    #[test]
    fn so_many_refusals_withdraw_the_call() {
        let script = ScriptedModel::new()
            .replies(search("blue"))
            .replies(mail("Ada"))
            .replies(mail("Bob"))
            .replies(mail("Cid"))
            .replies(report("Blue"));
        let desk = Desk::of(&script);
        let run = Asked::trace(&desk, question()).answering::<Approve<send_email>>(|asked| {
            assert!(!asked.shown().any(|json| json.contains("Cid")), "it is withdrawn");
            Some(refused("not today"))
        });
        let (_, outcome, done) = ran(&desk, run);
        outcome.expect("it ends");
        assert_eq!(done, ["web_search(blue)", "create_report(Blue)"]);
        let requests = script.requests();
        assert_eq!(last(&requests[2]), "A person refused this call, and it was not made: not today");
        assert_eq!(offered(&requests[2]), ["web_search", "send_email", "create_report"]);
        assert_eq!(offered(&requests[3]), ["web_search", "create_report"]);
    }

    #[test]
    fn with_nobody_to_approve_it_the_run_says_so() {
        let script = ScriptedModel::new().replies(search("blue")).replies(mail("Ada"));
        let desk = Desk::of(&script);
        let (_, outcome, done) = ran(&desk, Asked::trace(&desk, question()));
        assert_eq!(outcome.expect_err("nobody answers").kind(), FailureKind::Unanswered);
        assert_eq!(done, ["web_search(blue)"]);
    }
}
