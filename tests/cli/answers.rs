//! Questions, and how they are answered.

use crate::desk::{Desk, ORDER};
use serde_json::json;

/// A desk with the run `r-1`, which asks whether money may be paid back.
fn asking() -> Desk {
    Desk::that_ran(&["run", "Refund", ORDER, "--id", "r-1"])
}

#[test]
fn a_run_that_asks_tells_what_it_asks_and_how_to_answer() {
    let said = Desk::new().says(&["run", "Refund", ORDER, "--id", "r-1", "--text"]);
    let (first, until) = said.out.split_once(" until ").expect("there is a limit");
    assert_eq!((said.code, first), (Some(3), "r-1 waits for an answer"));
    assert_eq!(
        until.lines().skip(1).collect::<Vec<_>>(),
        [
            "? approve Pay 1250 cents of order 17 back?",
            r#"    {"id":17,"cents":1250,"items":[]}"#,
            "  desk answer r-1 approve ANSWER   ANSWER: `Granted` or `Refused`",
        ]
    );
}

#[test]
fn what_is_to_be_said_names_the_journal_and_can_be_pasted_into_a_shell() {
    let desk = Desk::new();
    let said = desk.says(&["run", "Refund", ORDER, "--id", "it's r 1", "--journal", "my runs.db"]);
    assert_eq!(
        said.last()["questions"][0]["command"],
        r#"desk answer "it's r 1" approve ANSWER --journal 'my runs.db'"#
    );
    let answered = desk.says(&["answer", "it's r 1", "approve", "Granted", "--journal", "my runs.db"]);
    assert_eq!(answered.code, Some(0), "{answered:?}");
}

#[test]
fn an_answer_is_json_or_the_text_that_it_would_be() {
    for answer in ["Granted", r#""Granted""#] {
        let said = asking().says(&["answer", "r-1", "approve", answer, "--by", "grace"]);
        assert_eq!(said.code, Some(0), "{said:?}");
        let answered = &said.lines()[0]["value"];
        assert_eq!(*answered, json!({"ask": "approve", "answer": "Granted", "by": "grace"}));
        assert_eq!(said.last()["output"], json!({"order": 17, "cents": 1250}));
    }
    let refused = asking().says(&["answer", "r-1", "approve", r#"{"Refused": "too dear"}"#, "--number", "1"]);
    assert_eq!((refused.code, &refused.last()["status"]), (Some(1), &json!("failed")));
    assert!(refused.last()["error"].as_str().is_some_and(|error| error.ends_with("refused: too dear")), "{refused:?}");
}

#[test]
fn what_is_no_answer_is_told_and_the_question_stays_open() {
    let desk = asking();
    for (args, code, told) in [
        (
            vec!["r-1", "approve", "Grantd"],
            2,
            "this is no answer to `approve`: unknown variant `Grantd`, expected `Granted` or `Refused`",
        ),
        (
            vec!["r-1", "approve", r#"{"Refused": 7}"#],
            2,
            "this is no answer to `approve`: at `Refused`: invalid type: integer `7`, expected a string",
        ),
        (
            vec!["r-1", "approve", "{"],
            2,
            "this is no answer to `approve`: unknown variant `{`, expected `Granted` or `Refused`",
        ),
        (vec!["r-1", "aprove", "Granted"], 2, "run `r-1` has asked nothing at `aprove`; did you mean `approve`?"),
        (vec!["r-1", "pay", "Granted"], 2, "run `r-1` has asked nothing at `pay`: it has asked at `approve`"),
        (vec!["r-2", "approve", "Granted"], 2, "there is no run `r-2`; did you mean `r-1`?"),
        (
            vec!["r-1", "approve", "Granted", "--number", "7"],
            2,
            "run `r-1` has no open question of `approve`: it waits for `approve`",
        ),
    ] {
        let said = desk.says(&[vec!["answer"], args.clone()].concat());
        assert_eq!(said.told(), (Some(code), format!("desk: error: {told}").as_str()), "{args:?}");
        assert_eq!(said.out, "", "{args:?}");
    }
    assert_eq!(desk.says(&["show", "r-1"]).last()["at"], json!(["approve"]));
}

#[test]
fn a_run_that_asks_is_shown_with_what_it_asks() {
    let desk = Desk::that_ran(&["run", "Refund", ORDER, "--id", "r-1"]);
    let open = &desk.says(&["show", "r-1"]).last()["questions"][0];
    assert_eq!((&open["number"], &open["expects"]), (&json!(1), &json!("`Granted` or `Refused`")));
    assert_eq!(open["command"], "desk answer r-1 approve ANSWER", "one needs no number");
}

#[test]
fn of_several_questions_of_a_node_the_number_says_which() {
    let desk = Desk::that_ran(&["run", "Poll", "offer=tea", r#"people=["ada","grace"]"#, "--id", "p-1"]);
    let questions = desk.says(&["show", "p-1"]).last()["questions"].clone();
    let commands: Vec<_> = questions.as_array().into_iter().flatten().map(|open| open["command"].as_str()).collect();
    assert_eq!(
        commands,
        [Some("desk answer p-1 vote ANSWER --number 1"), Some("desk answer p-1 vote ANSWER --number 2")]
    );
    let which = desk.says(&["answer", "p-1", "vote", "true"]);
    let told =
        "desk: error: run `p-1` has several open questions of `vote`: say `--number`, one of 1 at `vote`, 2 at `vote`";
    assert_eq!(which.told(), (Some(2), told));
    let text = desk.says(&["answer", "p-1", "vote", "true", "--number", "2", "--text"]);
    assert_eq!((text.code, text.out.lines().next()), (Some(3), Some("p-1 waits for an answer")));
    assert!(text.err.starts_with("  ✓ vote  answered true"), "what happens in a branch is indented: {}", text.err);
    assert_eq!(desk.says(&["answer", "p-1", "vote", "false"]).last()["output"], json!([false, true]));
}

#[test]
fn the_first_answer_stands() {
    let desk = asking();
    // The bank fails, so the run can still go on, and has been answered.
    assert_eq!(desk.says_with_bank("down", &["answer", "r-1", "approve", "Granted", "--by", "ada"]).code, Some(1));
    let again = desk.says(&["answer", "r-1", "approve", "Granted"]);
    assert_eq!(
        again.told(),
        (Some(5), "desk: error: `approve` of run `r-1` was answered already, by ada, and the first answer stands")
    );
}

#[test]
fn a_run_is_stayed_with_until_somebody_else_has_answered() {
    let desk = Desk::new();
    let mut staying = desk.begins("up", &["run", "Refund", ORDER, "--id", "r-1", "--stay"]);
    assert_eq!(staying.until("waiting")["questions"][0]["node"], "approve");
    assert_eq!(desk.says(&["answer", "r-1", "approve", "Granted"]).code, Some(0));
    assert_eq!(staying.until("done")["output"], json!({"order": 17, "cents": 1250}));
    assert_eq!(staying.ends(), Some(0));
}
