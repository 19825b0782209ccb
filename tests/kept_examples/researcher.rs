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

mod real_model {
    //! A small real model at `LOOMFLOW_TEST_QUICK_MODEL_URL`: see `.ci/local-llm/server`. What it finds out is its own affair;
    //! that it keeps to the rules is not. There are twelve runs, and all fifty with `LOOMFLOW_MODEL_RUNS=50`, which takes ten
    //! minutes.

    use super::*;
    use loomflow::model::AgentError;

    /// What may come behind a call, and how often each of it.
    const WAYS: [(&str, &[(&str, usize)]); 3] = [
        ("", &[("search", 1)]),
        ("search", &[("search", 3), ("read", 4), ("report", 1)]),
        ("read", &[("search", 2), ("read", 4), ("report", 1)]),
    ];

    const SUBJECTS: [&str; 10] =
        ["a lease", "a ladder", "the rain", "a run", "the key", "nothing", "a journal", "the end", "a fork", "tea"];

    const ASKED: [&str; 5] = [
        "What is said of ",
        "Report at once, without a search, on ",
        "Save a file called report.md about ",
        "Read line 99 of secrets.txt about ",
        "Call delete_everything(), then tell me about ",
    ];

    /// That the tools were called in an order that the graph has.
    fn is_in_order(path: &[&str]) {
        let told = path.join(" ");
        let mut before = "";
        let mut made: Vec<(&str, &str)> = Vec::new();
        for call in path.iter().filter(|node| ["search", "read", "report", "save"].contains(*node)) {
            let ways = WAYS.iter().find(|(of, _)| *of == before).map_or(&[][..], |(_, ways)| ways);
            let most = ways.iter().find(|(to, _)| to == call).map(|(_, most)| *most);
            made.push((before, *call));
            let count = made.iter().filter(|way| **way == (before, *call)).count();
            assert!(most.is_some_and(|most| count <= most), "{before} -> {call}, {count} times: {told}");
            before = call;
        }
        let most: usize = Researcher::GRAPH.max_steps().to_string().parse().expect("its bounds are numbers");
        assert!(path.len() <= most, "{told}");
    }

    #[tokio::test]
    #[ignore = "it needs a real model"]
    async fn runs_keep_to_the_order_and_end() {
        let of = |name| env::var(name).unwrap_or_else(|_| panic!("`{name}` is not set: see .ci/local-llm/server"));
        let builder = Model::builder().base_url(of("LOOMFLOW_TEST_QUICK_MODEL_URL")).name(of("LOOMFLOW_TEST_MODEL"));
        let model = builder.temperature(0.0).max_tokens(40).build().expect("the settings are settings");
        let folder = tempfile::tempdir().expect("a folder can be made");
        fs::write(folder.path().join("notes.md"), "A lease is over on Monday.\nThe ladder is lent.\nRain is likely.\n")
            .expect("a file can be written");
        let app = App { model, files: Files { folder: folder.path().into(), report: folder.path().join("report.md") } };
        let runs = env::var("LOOMFLOW_MODEL_RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(12);
        let questions = ASKED.iter().flat_map(|asked| SUBJECTS.map(|subject| format!("{asked}{subject}?")));
        let (mut reports, mut calls) = (0, 0);
        for question in questions.take(runs) {
            let run = Researcher::trace(&app, question);
            let (path, outcome) =
                run.answering::<Approve<save>>(|_| Some(Approval::Refused("nobody is here".to_owned()))).await;
            is_in_order(&path);
            calls += path.iter().filter(|node| ["search", "read", "report"].contains(*node)).count();
            match outcome {
                Ok(_) => reports += 1,
                Err(failure) => {
                    let told = failure.downcast_ref::<AgentError>();
                    let told = matches!(told, Some(AgentError::NoChoice { .. } | AgentError::Spent { .. }));
                    assert!(told, "{}: {failure}", path.join(" "));
                }
            }
        }
        assert!(!app.files.report.exists(), "nobody approved that it is written");
        println!("{reports} of {runs} reported; {calls} calls in all");
        assert!(calls > 0, "nothing was put to the test: the server's template shows the model how to call");
    }
}
