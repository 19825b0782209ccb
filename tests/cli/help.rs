//! What the program says of itself.

use crate::desk::Desk;

fn help(args: &[&str]) -> String {
    let said = Desk::new().says(args);
    assert_eq!(said.told(), (Some(0), ""), "{args:?}");
    said.out
}

#[test]
fn the_program_tells_its_commands_and_its_exit_codes() {
    insta::assert_snapshot!(help(&["--help"]));
    let nothing_said = Desk::new().says(&[]);
    assert_eq!((nothing_said.code, nothing_said.err), (Some(2), help(&["--help"])));
}

#[test]
fn each_command_tells_its_options() {
    for command in [
        "list",
        "graph",
        "run",
        "runs",
        "show",
        "explain",
        "answer",
        "resume",
        "retry",
        "cancel",
        "export",
        "verify",
        "prune",
        "completions",
    ] {
        insta::assert_snapshot!(command, help(&["help", command]));
    }
}

#[test]
fn what_is_misspelt_is_told_with_what_is_near() {
    for (args, near) in [
        (vec!["ran", "Triage"], "some similar subcommands exist: 'runs', 'run'"),
        (vec!["run", "Triagge"], "a similar value exists: 'Triage'"),
        (vec!["graph", "Refunt"], "a similar value exists: 'Refund'"),
        (vec!["runs", "--status", "wating"], "a similar value exists: 'waiting'"),
        (vec!["runs", "--usr", "ada"], "a similar argument exists: '--user'"),
        (vec!["prune", "--older-than", "soon"], "write `30d`, `12h` or `1h 30m`"),
        (vec!["prune"], "--older-than <AGE>"),
        (vec!["runs", "--limit", "-1"], "unexpected argument '-1' found"),
        (vec!["run", "Triage", "--id", ""], "a value is required for '--id <ID>'"),
        (vec!["run", "Triage", "--metadata", "{"], "it is no JSON: EOF while parsing an object at line 1 column 1"),
        (vec!["runs", "--json", "--text"], "cannot be used with"),
        (vec!["show"], "<RUN>"),
        (vec!["answer", "r"], "<NODE>"),
        (vec!["cancel"], "<RUN>"),
        (vec!["retry"], "<RUN>"),
        (vec!["completions", "bosh"], "a similar value exists: 'bash'"),
    ] {
        let said = Desk::new().says(&args);
        assert!(said.code == Some(2) && said.out.is_empty() && said.err.contains(near), "{args:?}: {said:?}");
    }
}

#[test]
fn each_shell_is_given_completions_with_the_workflows_where_it_has_values() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = help(&["completions", shell]);
        // Elvish and PowerShell complete no values.
        let has_values = matches!(shell, "bash" | "fish" | "zsh");
        assert!(script.contains("desk") && script.contains("older-than"), "{shell}: {script}");
        assert_eq!(script.contains("Triage"), has_values, "{shell}: {script}");
    }
}
