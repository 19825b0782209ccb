//! What was: the audit log, and whether it is what was written.

use crate::desk::{Desk, ORDER};
use std::fs;

/// A desk with two runs, of which one has ended.
fn with_runs() -> Desk {
    let desk = Desk::that_ran(&["run", "Triage", "ticket=a", "--id", "t-1", "--user", "ada"]);
    desk.says(&["run", "Refund", ORDER, "--id", "r-1"]);
    desk
}

#[test]
fn the_audit_log_of_a_run_is_a_line_for_each_thing_that_happened() {
    let said = with_runs().says(&["export", "t-1"]);
    let lines = said.lines();
    let kinds: Vec<_> = lines.iter().map(|line| line["kind"].as_str().unwrap_or_default()).collect();
    assert_eq!((said.told(), kinds), ((Some(0), ""), vec!["started", "output", "output", "ended"]));
    assert!(
        lines.iter().all(|line| line["run"] == "t-1" && line["user"] == "ada" && line["values"].is_null()),
        "{said:?}"
    );
    let with_values = with_runs().says(&["export", "t-1", "--values"]).lines();
    assert_eq!(with_values[1]["values"]["ticket"], "a");
}

#[test]
fn the_audit_logs_of_many_runs_are_written_to_a_file_or_to_a_pipe() {
    let desk = with_runs();
    let said = desk.says(&["export", "-o", "audit.jsonl", "--text"]);
    assert_eq!((said.code, said.err.as_str(), said.out.as_str()), (Some(0), "wrote 2 runs to audit.jsonl\n", ""));
    let piped = desk.says(&["export"]).out;
    assert_eq!(fs::read_to_string(desk.folder().join("audit.jsonl")).expect("it was written"), piped);
    assert!(piped.starts_with(r#"{"run":"t-1""#), "the oldest comes first");
    assert!(desk.says(&["export", "--status", "waiting"]).lines().iter().all(|line| line["run"] == "r-1"));
    let nowhere = desk.says(&["export", "-o", "no/audit.jsonl"]);
    assert!(nowhere.code == Some(5) && nowhere.err.contains("`no/audit.jsonl` cannot be written: "), "{nowhere:?}");
    let nobody = desk.says(&["export", "t-2"]);
    assert_eq!(nobody.told(), (Some(2), "desk: error: there is no run `t-2`; did you mean `t-1`?"));
}

#[test]
fn records_are_verified_by_their_chain_and_by_what_was_told_of_it_before() {
    let desk = with_runs();
    let all = desk.says(&["verify"]);
    assert_eq!((all.code, all.lines().len()), (Some(0), 2));
    assert!(all.lines().iter().all(|found| found["chain"] == "sound"), "{all:?}");
    let said = desk.says(&["verify", "t-1", "--text"]);
    let seal = said.out.trim_end().rsplit(' ').next().expect("it is the last word").to_owned();
    assert!(said.out.starts_with("✓ run `t-1`: "), "{said:?}");
    assert_eq!(desk.says(&["verify", "t-1", "--expecting", &seal]).code, Some(0));
    let of_another = desk.says(&["verify", "r-1", "--expecting", &seal]);
    assert_eq!(
        (of_another.code, &of_another.last()["chain"]["broken"]["seq"].is_u64()),
        (Some(1), &true),
        "{of_another:?}"
    );
    let broken = desk.says(&["verify", "r-1", "--expecting", &seal, "--text"]);
    assert!(broken.code == Some(1) && broken.out.starts_with("✗ run `r-1`: record "), "{broken:?}");
}

#[test]
fn what_is_no_seal_or_no_run_is_told() {
    let desk = with_runs();
    for (args, told) in [
        (vec!["verify", "t-1", "--expecting", "x"], "invalid value 'x' for '--expecting <SEAL>'"),
        (
            vec!["verify", "--expecting", "3-00000000000000000000000000000000"],
            "the following required arguments were not provided",
        ),
        (vec!["verify", "t-1", "--user", "ada"], "cannot be used with"),
        (vec!["verify", "t-7"], "there is no run `t-7`; did you mean `t-1`?"),
    ] {
        let said = desk.says(&args);
        assert!(said.code == Some(2) && said.err.contains(told), "{args:?}: {said:?}");
    }
    assert_eq!(desk.says(&["verify", "--user", "grace"]).out, "", "there is none");
}
