//! A lock file from its first day on: it is made, held against, grown and raised, in a crate as a user has one.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

const CODE: &str = r#"
use loomflow::prelude::*;

#[step] fn draft(topic: &str) -> String { topic.to_owned() }
#[step] fn send(text: String) -> String { text + "!" }

workflow! {
    #[workflow(locked)]
    Post(topic: String) -> String {
        start -> draft(topic) -> send(draft) -> end;
    }
}

pub fn posted(topic: String) { drop(Post::run(&(), topic)); }
"#;

/// A crate outside of the workspace with one locked workflow.
struct Crate(PathBuf);

impl Crate {
    fn new() -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("lock_file");
        let loomflow = env!("CARGO_MANIFEST_DIR");
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join("src")).expect("a folder can be made");
        let manifest = format!(
            "[package]\nname = \"lock-file\"\nedition = \"2024\"\npublish = false\n\n[workspace]\n\n[dependencies]\nloomflow = {{ path = {loomflow:?} }}\n"
        );
        fs::write(folder.join("Cargo.toml"), manifest).expect("the manifest can be written");
        let versions = fs::copy(Path::new(loomflow).join("Cargo.lock"), folder.join("Cargo.lock"));
        versions.expect("the versions of the workspace can be taken over");
        let scratch = Crate(folder);
        scratch.is(CODE);
        scratch
    }

    fn is(&self, code: &str) {
        fs::write(self.0.join("src/lib.rs"), code).expect("the code can be written");
    }

    fn lock(&self) -> PathBuf {
        self.0.join("workflows/Post.lock")
    }

    fn locked(&self) -> String {
        fs::read_to_string(self.lock()).expect("there is a lock file")
    }

    /// Builds it with that in `LOOMFLOW_LOCK`: whether it compiles, and what is said.
    fn built(&self, lock: &str) -> (bool, String) {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("it is in the target folder");
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["check", "--quiet", "--offline", "--color", "never"]).current_dir(&self.0);
        let output = cargo.env("CARGO_TARGET_DIR", target).env("LOOMFLOW_LOCK", lock).output().expect("cargo runs");
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    }

    fn compiles(&self, lock: &str) -> String {
        let (compiles, said) = self.built(lock);
        assert!(compiles, "{said}");
        said
    }

    fn fails(&self, lock: &str, because: &str) {
        let (compiles, said) = self.built(lock);
        assert!(!compiles && said.contains(because), "{said}");
    }
}

#[test]
fn a_lock_file_is_made_grows_and_refuses_what_strands_until_the_version_is_raised() {
    let scratch = Crate::new();

    scratch.fails("", "there is no lock file `workflows/Post.lock`");
    scratch.fails("wirte", "and not `wirte`");
    scratch.compiles("write");
    let first = scratch.locked();
    assert!(first.contains("position send(draft)"), "{first}");
    assert_eq!(scratch.compiles("check"), "");
    assert_eq!(scratch.compiles(""), "");

    let grown = CODE.replace("-> send(draft)", "-> again: draft(topic) -> send(draft)");
    scratch.is(&grown.replace("draft(topic) -> again: draft(topic)", "draft(topic) -> again: draft(&draft)"));
    let said = scratch.compiles("");
    assert!(said.contains("does not know all of `Post` yet"), "{said}");
    scratch.fails("check", "does not know all of `Post` yet");
    assert_eq!(scratch.locked(), first);
    scratch.compiles("write");
    assert!(scratch.locked().contains("position again(&draft)"));
    assert_eq!(scratch.compiles("check"), "");

    scratch.is(CODE);
    scratch.fails("", "the node `again` is gone");
    let renamed = CODE.replace("-> send(draft)", "-> again: draft(&draft) -> post: send(draft)");
    scratch.is(&renamed);
    let kept = scratch.locked();
    scratch.fails("", "the node `send` is called `post` now: runs of version 1 that stand at `send(draft)`");
    scratch.fails("write", "the node `send` is called `post` now");
    assert_eq!(scratch.locked(), kept);

    scratch.is(&renamed.replace("(locked)", "(version = 2, locked)"));
    scratch.fails("", "is of version 1, and this is version 2");
    scratch.compiles("write");
    assert!(scratch.locked().contains("version 2\n"));
    assert_eq!(scratch.compiles("check"), "");
    scratch.is(&renamed);
    scratch.fails("write", "is of version 2, and this is version 1");
    scratch.is(&renamed.replace("(locked)", "(version = 2, locked)"));
    assert_eq!(scratch.compiles(""), "");

    fs::write(scratch.lock(), scratch.locked().replace("live draft", "live")).expect("the lock file can be written");
    scratch.fails("", "is damaged");
}
