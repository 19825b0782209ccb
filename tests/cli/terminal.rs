//! What a person at a terminal sees.

use crate::desk::{Desk, ORDER};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use std::{
    fs::{File, OpenOptions},
    io::Read as _,
    process::Child,
};

/// What the program shows on a terminal, and its exit code.
fn seen(desk: &Desk, args: &[&str], no_color: bool) -> (Option<i32>, String) {
    let (mut child, mut terminal) = begins(desk, args, ("NO_COLOR", if no_color { "1" } else { "" }));
    let mut shown = Vec::new();
    // Linux says that there was an error where a terminal was closed.
    let _ = terminal.read_to_end(&mut shown);
    let code = child.wait().expect("it ends").code();
    let shown = String::from_utf8(shown).expect("it is text").replace("\r\n", "\n");
    (code, shown.replace(&crate::desk::program().display().to_string(), "desk"))
}

/// The program at work on a terminal.
fn begins(desk: &Desk, args: &[&str], variable: (&str, &str)) -> (Child, File) {
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("there is a terminal");
    grantpt(&ours).and_then(|()| unlockpt(&ours)).expect("it is ours");
    let name = ptsname(&ours, Vec::new()).expect("it has a name").into_string().expect("of text");
    let its = OpenOptions::new().read(true).write(true).open(name).expect("it can be opened");
    let mut command = desk.command(args);
    command.env("TERM", "xterm").envs([variable]);
    command.stdout(its.try_clone().expect("it can be shared")).stderr(its);
    let child = command.spawn().expect("the program starts");
    // What holds the other end open is the program alone, so that reading ends with it.
    drop(command);
    (child, File::from(ours))
}

#[test]
fn a_terminal_is_given_text_in_colour() {
    let desk = Desk::new();
    let (code, shown) = seen(&desk, &["run", "Triage", "ticket=a", "--id", "t-1"], false);
    assert_eq!(code, Some(0));
    assert!(shown.contains("\u{1b}[32m✓\u{1b}[0m classify"), "{shown:?}");
    assert!(shown.ends_with("Please restart it. You wrote: a\n"), "{shown:?}");
    let (_, listed) = seen(&desk, &["runs"], false);
    assert!(listed.contains("\u{1b}[32mdone\u{1b}[0m"), "{listed:?}");
}

#[test]
fn a_terminal_has_no_colours_for_who_wants_none() {
    let desk = Desk::new();
    let (code, shown) = seen(&desk, &["run", "Triage", "ticket=a", "--id", "t-1"], true);
    assert_eq!(code, Some(0));
    assert!(shown.contains("✓ classify") && !shown.contains('\u{1b}'), "{shown:?}");
}

#[test]
fn a_terminal_is_given_json_when_it_is_asked_for() {
    let (_, shown) = seen(&Desk::new(), &["list", "--json"], false);
    assert!(shown.starts_with(r#"{"workflow":"Triage""#), "{shown:?}");
}

#[test]
fn a_node_that_is_at_work_is_told_until_there_is_more_to_tell() {
    let desk = Desk::that_ran(&["run", "Refund", ORDER, "--id", "r-1"]);
    let (mut child, mut terminal) = begins(&desk, &["answer", "r-1", "approve", "Granted"], ("DESK_BANK", "silent"));
    let mut shown = Vec::new();
    while !shown.ends_with("\u{1b}[36m…\u{1b}[0m pay".as_bytes()) {
        let mut some = [0; 256];
        let read = terminal.read(&mut some).expect("the program is at work");
        assert_ne!(read, 0, "it has ended: {}", String::from_utf8_lossy(&shown));
        shown.extend_from_slice(&some[..read]);
    }
    assert_eq!(desk.says(&["cancel", "r-1"]).code, Some(0));
    let mut rest = Vec::new();
    let _ = terminal.read_to_end(&mut rest);
    assert_eq!(child.wait().expect("it ends").code(), Some(4));
    let rest = String::from_utf8_lossy(&rest);
    assert!(rest.starts_with("\r\u{1b}[2K\u{1b}[31m✗\u{1b}[0m pay"), "{rest:?}");
}
