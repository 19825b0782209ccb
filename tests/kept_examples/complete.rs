//! That no example is left out.

use std::{env, fs, path::Path, process::Command};

#[test]
fn every_example_is_cut_off() {
    let this = env::current_exe().expect("the path of this test is known");
    let listed = Command::new(this).arg("--list").output().expect("it lists its tests");
    let tests = String::from_utf8(listed.stdout).expect("the names of tests are UTF-8");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let entries = fs::read_dir(folder).expect("there are examples");
    let entries = entries.map(|entry| entry.expect("a folder can be listed").path());
    // What cargo takes for an example.
    let examples =
        entries.filter(|entry| entry.extension().is_some_and(|end| end == "rs") || entry.join("main.rs").exists());
    for example in examples {
        let name = example.file_stem().expect("it has a name").to_string_lossy();
        let is_cut_off = tests.lines().any(|test| test.starts_with(&format!("{name}::kept::")));
        assert!(is_cut_off, "`{name}` has no test here");
    }
}
