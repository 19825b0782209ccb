//! graph-flow: tasks that read and write the session's context, and go on at once (`ContinueAndExecute`), without a
//! store. Its loop is a conditional edge, and ends in a task of its own, so that a loop of n turns takes n + 1 tasks.

use crate::work::{Engine, LINKS, Wide, add, pause, take, touch};
use async_trait::async_trait;
use graph_flow::{Context, Graph, GraphBuilder, NextAction, Session, Task, TaskResult};
use serde::{Serialize, de::DeserializeOwned};
use std::sync::Arc;

#[derive(Clone, Copy)]
enum Work {
    Add,
    Touch,
    Take,
    GiveWay,
    Nothing,
}

struct Node {
    id: String,
    work: Work,
    next: NextAction,
}

fn value<T: DeserializeOwned>(context: &Context) -> T {
    context.get("value").expect("a value in the context")
}

#[async_trait]
impl Task for Node {
    fn id(&self) -> &str {
        &self.id
    }

    async fn run(&self, context: Context) -> graph_flow::Result<TaskResult> {
        if let Work::Touch = self.work {
            let mut v: Wide = value(&context);
            touch(&mut v);
            context.set("value", v)?;
        } else {
            let mut n: u64 = value(&context);
            match self.work {
                Work::Add => add(&mut n),
                Work::Take => take(&mut n),
                Work::GiveWay => {
                    pause().await;
                    add(&mut n);
                }
                Work::Touch | Work::Nothing => {}
            }
            context.set("value", n)?;
        }
        Ok(TaskResult::new(None, self.next.clone()))
    }
}

fn node(id: impl Into<String>, work: Work, next: NextAction) -> Arc<Node> {
    Arc::new(Node { id: id.into(), work, next })
}

fn chain(work: impl Fn(u64) -> Work) -> Graph {
    let name = |i: u64| format!("s{i}");
    let tasks = (0..LINKS).fold(GraphBuilder::new("chain"), |graph, i| {
        let next = if i + 1 == LINKS { NextAction::End } else { NextAction::ContinueAndExecute };
        graph.add_task(node(name(i), work(i), next))
    });
    let graph = (1..LINKS).fold(tasks, |graph, i| graph.add_edge(name(i - 1), name(i)));
    graph.build().expect("a sound graph")
}

async fn run<T: Serialize + DeserializeOwned>(graph: &Graph, start: &str, input: T) -> T {
    let mut session = Session::new_from_task("run".to_owned(), start);
    session.context.set("value", input).expect("an input to store");
    graph.execute_session(&mut session).await.expect("a run that does not fail");
    value(&session.context)
}

pub(crate) struct GraphFlow {
    chain: Graph,
    wide: Graph,
    countdown: Graph,
    pausing: Graph,
}

impl Engine for GraphFlow {
    fn new() -> Self {
        Self {
            chain: chain(|_| Work::Add),
            wide: chain(|_| Work::Touch),
            countdown: GraphBuilder::new("countdown")
                .add_task(node("lower", Work::Take, NextAction::ContinueAndExecute))
                .add_task(node("done", Work::Nothing, NextAction::End))
                .add_conditional_edge("lower", |context| value::<u64>(context) > 0, "lower", "done")
                .build()
                .expect("a sound graph"),
            pausing: chain(|i| if i == 4 { Work::GiveWay } else { Work::Add }),
        }
    }

    async fn chain(&self, n: u64) -> u64 {
        run(&self.chain, "s0", n).await
    }

    async fn wide(&self, v: Wide) -> Wide {
        run(&self.wide, "s0", v).await
    }

    async fn countdown(&self, n: u64) -> u64 {
        run(&self.countdown, "lower", n).await
    }

    async fn pausing(&self, n: u64) -> u64 {
        run(&self.pausing, "s0", n).await
    }
}
