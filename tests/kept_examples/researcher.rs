//! `researcher`, cut off at every write.

use super::*;
use harness::case_in;

#[path = "../kept/mod.rs"]
mod harness;
use loomflow::OpenQuestion;

#[test]
fn it_is_carried_on_from_every_write() {
    let app = || App {
        model: Model::of(ScriptedModel::new().always(|request| Ok(stand_in(request)))),
        files: Files { folder: Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), report: "report.md".into() },
    };
    // Nothing is written.
    let refuses = |_: &OpenQuestion| Some(r#"{"Refused":"not today"}"#.to_owned());
    for (question, found) in [("What happens when a lease is over?", true), ("Xyzzyx plugh?", false)] {
        let ended = case_in::<Researcher, _, _>(question.to_owned(), app).answered(refuses).at_every_write();
        let report = ended.expect("it reports");
        assert_eq!(report.contains(".md, line "), found, "{report}");
    }
}
