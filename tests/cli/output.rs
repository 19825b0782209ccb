//! What is written where: to a pipe, to one that is closed, in colour.

use crate::desk::{Desk, ORDER};
use serde_json::json;

#[test]
fn a_pipe_is_given_the_events_and_what_the_run_came_to() {
    let said = Desk::new().says(&["run", "Triage", "ticket=Charged twice, #42", "--id", "t-1"]);
    let lines = said.lines();
    let kinds: Vec<_> = lines.iter().map(|line| line["kind"].as_str()).collect();
    assert_eq!(kinds, [Some("started"), Some("output"), Some("output"), Some("ended"), None]);
    assert_eq!(
        said.last(),
        json!({"run": "t-1", "workflow": "Triage", "status": "done", "output": "About account 42: Charged twice, #42\n"})
    );
    assert_eq!(said.err, "", "a program that reads it has it all");
}

#[test]
fn text_has_the_output_alone_on_standard_output_and_the_progress_beside_it() {
    let said = Desk::new().says(&["run", "Triage", "ticket=Charged twice, #42", "--id", "t-1", "--text"]);
    assert_eq!(said.out, "About account 42: Charged twice, #42\n");
    let progress: Vec<&str> = said.err.lines().map(|line| line.split("  ").next().unwrap_or_default()).collect();
    assert_eq!(progress, ["run t-1 of Triage", "✓ classify", "✓ billing (Sort::Billing(account))"]);
}

#[test]
fn colours_are_there_when_they_are_asked_for() {
    let desk = Desk::that_ran(&["run", "Triage", "ticket=a", "--id", "t-1"]);
    let runs = |args: &[&str], variable: Option<&str>| {
        let mut command = desk.command(&[&["runs", "--text"], args].concat());
        command.envs(variable.map(|variable| (variable, "1")));
        crate::desk::Said::of(command.output().expect("the program starts")).out
    };
    let green = "\u{1b}[32mdone\u{1b}[0m";
    assert!(runs(&["--color", "always"], None).contains(green));
    assert!(runs(&["--color", "always"], Some("NO_COLOR")).contains(green), "what is said holds");
    assert!(runs(&[], Some("CLICOLOR_FORCE")).contains(green));
    for plain in [runs(&[], None), runs(&["--color", "never"], Some("CLICOLOR_FORCE")), runs(&[], Some("NO_COLOR"))] {
        assert!(!plain.contains('\u{1b}'), "{plain}");
    }
}

#[test]
fn the_help_and_what_is_wrong_have_the_colours_that_are_asked_for_too() {
    let desk = Desk::new();
    for args in
        [["--help", "--color", "always"], ["--color=always", "runs", "--usr"], ["runs", "--color=always", "--usr"]]
    {
        let said = desk.says(&args);
        assert!([said.out, said.err].concat().contains('\u{1b}'), "{args:?}");
    }
    let plain = desk.says(&["--help", "--color", "never"]);
    assert!(!plain.out.contains('\u{1b}'), "{plain:?}");
}

#[test]
fn columns_stand_below_each_other_in_colour_too() {
    let desk = Desk::that_ran(&["run", "Triage", "ticket=a", "--id", "t-1"]);
    desk.says(&["run", "Refund", ORDER, "--id", "a-longer-id"]);
    let plain = desk.says(&["list", "--text"]).out;
    let coloured = desk.says(&["list", "--text", "--color", "always"]).out;
    assert_ne!(plain, coloured);
    let bare: String = coloured
        .split('\u{1b}')
        .map(|part| part.split_once('m').filter(|(code, _)| code.starts_with('[')).map_or(part, |(_, rest)| rest))
        .collect();
    assert_eq!(bare, plain);
}

#[test]
fn what_would_steer_a_terminal_does_not_reach_it() {
    let desk = Desk::new();
    let said = desk.says(&["run", "Triage", "ticket=\u{1b}[2Jgone", "--id", "t\u{7}1", "--text"]);
    let shown = [said.out, said.err, desk.says(&["runs", "--text"]).out, desk.says(&["show", "t\u{7}1", "--text"]).out]
        .concat();
    assert!(!shown.contains(['\u{1b}', '\u{7}']), "{shown:?}");
    assert!(shown.contains("You wrote: \u{fffd}[2Jgone"), "{shown}");
}

#[test]
fn who_closes_the_pipe_has_read_enough_and_the_run_goes_on() {
    let desk = Desk::new();
    for args in [
        vec!["run", "Triage", "ticket=a", "--id", "t-1"],
        vec!["runs"],
        vec!["runs", "--text"],
        vec!["list"],
        vec!["graph", "Triage"],
        vec!["show", "t-1"],
        vec!["completions", "bash"],
        vec!["--help"],
    ] {
        let mut child = desk.command(&args).stderr(std::process::Stdio::piped()).spawn().expect("the program starts");
        drop(child.stdout.take());
        let said = crate::desk::Said::of(child.wait_with_output().expect("it ends"));
        assert_eq!(said.told(), (Some(0), ""), "{args:?}");
    }
    assert_eq!(desk.says(&["show", "t-1"]).last()["status"], "done");
}

#[cfg(target_os = "linux")]
#[test]
fn that_the_disk_is_full_is_told() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("Linux has one");
    let said = Desk::new().command(&["list"]).stdout(full).stderr(std::process::Stdio::piped()).output();
    let said = crate::desk::Said::of(said.expect("the program starts"));
    assert!(said.code == Some(5) && said.err.starts_with("desk: error: standard output: "), "{said:?}");
}
