//! Runs are listed by what is asked for, the newest first.

use super::{
    Store,
    given::{NOW, begin, fresh, kept, leave, new_run, same},
};
use crate::journal::{Filter, Journal, NewRun, Status};

pub(super) async fn check<S: Store>(store: &S) {
    let journal = fresh(store, "lists").await;
    let runs = [
        ("0", "Triage", None, None, Status::Running),
        ("1", "Refund", Some("ann"), Some("s-1"), Status::Running),
        ("2", "Triage", Some("ann"), Some("s-2"), Status::Waiting),
        ("3", "Triage", Some("bob"), Some("s-1"), Status::Done),
        ("4", "Triage", Some("ann"), Some("s-1"), Status::Failed),
        ("5", "Refund", Some(""), Some("s-1"), Status::Cancelled),
    ];
    for ((id, workflow, user, session, status), at) in runs.into_iter().zip(0..) {
        let new = NewRun {
            workflow: workflow.to_owned(),
            user: user.map(str::to_owned),
            session: session.map(str::to_owned),
            ..new_run(id)
        };
        let claim = begin(&journal, &new, NOW + at).await;
        if status != Status::Running {
            kept(journal.append(leave(claim, [1], status, None)).await, "a run is left");
        }
    }
    let text = |text: &str| Some(text.to_owned());
    let cases = [
        (Filter::default(), "543210", "all runs are listed when nothing is asked for, the newest first"),
        (Filter { workflow: text("Refund"), ..Filter::default() }, "51", "runs are listed by their workflow"),
        (Filter { workflow: text("refund"), ..Filter::default() }, "", "names are compared as they are written"),
        (Filter { workflow: text("%"), ..Filter::default() }, "", "no sign in a name stands for others"),
        (Filter { status: Some(Status::Running), ..Filter::default() }, "10", "runs are listed by how they stand"),
        (Filter { status: Some(Status::Waiting), ..Filter::default() }, "2", "runs are listed by how they stand"),
        (Filter { status: Some(Status::Done), ..Filter::default() }, "3", "runs are listed by how they stand"),
        (Filter { status: Some(Status::Failed), ..Filter::default() }, "4", "runs are listed by how they stand"),
        (Filter { status: Some(Status::Cancelled), ..Filter::default() }, "5", "runs are listed by how they stand"),
        (Filter { user: text("ann"), ..Filter::default() }, "421", "runs are listed by whom they are for"),
        (Filter { user: text(""), ..Filter::default() }, "5", "no user is another one than an empty name"),
        (Filter { session: text("s-1"), ..Filter::default() }, "5431", "runs are listed by their session"),
        (
            Filter { created_before: Some(NOW + 3), ..Filter::default() },
            "210",
            "runs are listed that began before a time",
        ),
        (Filter { limit: 2, ..Filter::default() }, "54", "at most so many runs are listed"),
        (Filter { limit: usize::MAX, ..Filter::default() }, "543210", "at most so many runs are listed"),
        (
            Filter {
                workflow: text("Triage"),
                status: Some(Status::Failed),
                user: text("ann"),
                session: text("s-1"),
                created_before: Some(NOW + 5),
                limit: 1,
            },
            "4",
            "all that is asked for must hold of a run that is listed",
        ),
        (
            Filter { user: text("ann"), session: text("s-1"), limit: 1, ..Filter::default() },
            "4",
            "the limit counts the runs that are let through",
        ),
    ];
    for (filter, expected, promise) in cases {
        let listed = kept(journal.runs(&filter).await, promise);
        let ids: String = listed.iter().map(|info| info.id.as_str()).collect();
        same(&ids.as_str(), &expected, promise);
        for info in listed {
            same(&kept(journal.run(&info.id).await, promise), &Some(info), "a run is described alike wherever it is");
        }
    }
}
