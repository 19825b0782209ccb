//! Versions of a workflow: two of one name side by side, and what each says of itself.

mod common;

use common::{ended, way};

/// The graph that runs in flight were started with.
mod before {
    use loomflow::prelude::*;

    #[step]
    fn draft(topic: &str) -> String {
        format!("about {topic}")
    }

    workflow! {
        pub Post(topic: String) -> String {
            start -> draft(topic) -> end;
        }
    }
}

/// The graph for new runs.
mod now {
    use loomflow::prelude::*;

    #[step]
    fn write(topic: &str) -> String {
        format!("all of {topic}")
    }

    workflow! {
        /// It writes more.
        #[workflow(version = 2)]
        pub Post(topic: String) -> String {
            start -> text = write(topic) -> end(text + "!");
        }
    }
}

#[test]
fn two_versions_of_a_workflow_run_side_by_side() {
    assert_eq!(ended(before::Post::trace(&(), "tea".to_owned())), way("draft", "about tea"));
    assert_eq!(ended(now::Post::trace(&(), "tea".to_owned())), way("write", "all of tea!"));
}

#[test]
fn a_graph_says_its_version() {
    assert_eq!(before::Post::GRAPH.version(), 1);
    assert_eq!(now::Post::GRAPH.version(), 2);
    assert_eq!(now::Post::GRAPH.doc(), "It writes more.");
}
