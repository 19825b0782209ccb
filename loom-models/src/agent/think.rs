//! The step in which a model chooses.

use super::{
    error::{AgentError, START},
    given::Given,
    judge::{fixed, judge, read},
    open::{Open, open},
    place::Place,
    remember::Memorized,
    request::{is_fixed, request},
    said::{Said, TurnSaid, call, question, recalled},
};
use crate::{
    error::{Cut, ModelError},
    memory::{Memory, Told},
    model::Model,
    reply::ChatReply,
    request::ChatRequest,
};
use loomflow_runtime::{
    __private::{At, Call, Driver, Fallible, Needs, once_by_model},
    Failure, Policy, Step, event,
};
use serde::{Deserialize, Serialize};
use std::{fmt, marker::PhantomData};

/// How many replies may be no choice between one call and the next; the last of them fails the agent.
const TRIES: usize = 3;

/// The step in which the model of an agent chooses at the place `P`: one call of the model, or none where there is nothing to
/// choose.
pub struct Think<P>(PhantomData<fn() -> P>);

/// What a model chose, and what it said.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Turn<C> {
    /// What it said.
    pub said: Box<TurnSaid>,
    /// What it chose.
    pub choice: C,
}

impl<C> From<Turn<C>> for Said {
    fn from(turn: Turn<C>) -> Self {
        Said::Turn(turn.said)
    }
}

impl<P> fmt::Debug for Think<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Think")
    }
}

impl<P: Place> Think<P> {
    #[doc(hidden)]
    #[must_use]
    pub fn __args(conversation: &[Said], given: Given) -> (&[Said], Given) {
        (conversation, given)
    }
}

impl<P: Place> Step for Think<P> {
    const NAME: &'static str = "think";
    const DOC: &'static str = "The model chooses what to do next.";
    const POLICY: Policy = Policy::ONCE;
    type Args<'a> = (&'a [Said], Given);
    type Output = Turn<P::Choice>;
}

impl<P: Place, C: ?Sized + Sync + Needs<Model, P::Agent>> Call<C> for Think<P>
where
    P::Memory: Memorized<C, P::Agent>,
{
    fn perform<'a, D: Driver>(
        driver: &'a D,
        context: &'a C,
        at: &'a At<D::Scope>,
        (conversation, given): Self::Args<'a>,
    ) -> impl Future<Output = Result<Self::Output, Failure>> + Send {
        let work = async move {
            let model = Needs::<Model, P::Agent>::need(context);
            let memory = || P::Memory::memory(context).map(|memory| (memory, driver.visit(at).key().to_owned()));
            think::<P>(model, memory, conversation, given).await
        };
        once_by_model(at, Fallible::new(work, |error: AgentError| error.into()))
    }
}

/// The memory, and the key under which nothing is to be recalled.
type Keyed = (Memory, String);

async fn think<P: Place>(
    model: &Model,
    memory: impl FnOnce() -> Option<Keyed>,
    conversation: &[Said],
    given: Given,
) -> Result<Turn<P::Choice>, AgentError> {
    let open = open::<P>(conversation, &given);
    let (said, choice) = match (open.offers.as_slice(), open.words) {
        ([], false) => return spent::<P>(conversation, open),
        ([one], false) if is_fixed(one, &given) => {
            let unfit = |why| AgentError::Arguments { tool: one.tool.to_owned(), why };
            let arguments = serde_json::Value::Object(fixed(one.tool, &given).map_err(unfit)?).to_string();
            let choice = read(one, "", &given).map_err(unfit)?;
            let id = id(conversation, 0);
            let message = Some(call(id.clone(), one.tool, arguments));
            (TurnSaid { call: Some((one.tool.to_owned(), id)), message, ..TurnSaid::default() }, choice)
        }
        _ => {
            let (before, now) = match recalled(conversation) {
                Some(before) => (Some(before), None),
                None => (None, recall(memory(), question(conversation)).await?),
            };
            let reply = reply(model, request::<P>(conversation, before.or(now.as_ref()), &given, &open)).await?;
            let last = (corrections(conversation) + 1 >= TRIES).then(|| text(&reply));
            let judged = judge::<P>(reply, &given, &open, |number| id(conversation, number));
            let choice = match (judged.choice, last) {
                (Ok(choice), _) => choice,
                (Err(_), None) => P::again(),
                (Err(why), Some(reply)) => {
                    return Err(AgentError::NoChoice { after: after(conversation), tries: TRIES, why, reply });
                }
            };
            (TurnSaid { recalled: now, ..judged.said }, choice)
        }
    };
    Ok(Turn { said: Box::new(TurnSaid { at: P::NAME.to_owned(), ..said }), choice })
}

/// The model's reply. Where somebody watches the run, its words are asked for as they come; should they break off, the reply is
/// asked for as a whole, so that a run does not come to another end for being watched.
async fn reply(model: &Model, request: ChatRequest) -> Result<ChatReply, ModelError> {
    if event::speech().is_heard() {
        let streamed = match model.chat_stream(request.clone()).await {
            Ok(events) => events.reply().await,
            Err(error) => Err(error),
        };
        match streamed {
            Err(ModelError::CutOff { cut: Cut::Broken(_), .. } | ModelError::Unsupported { .. }) => {}
            streamed => return streamed,
        }
    }
    model.chat(request).await
}

/// What is known before the first turn: where there is a memory.
async fn recall(memory: Option<Keyed>, question: &str) -> Result<Option<Told>, AgentError> {
    let Some((memory, key)) = memory else { return Ok(None) };
    let recalled = memory.recall(&key, question).await?;
    Ok(Some(recalled.told()))
}

fn spent<P: Place>(conversation: &[Said], open: Open<P::Choice>) -> Result<Turn<P::Choice>, AgentError> {
    match P::SPENT {
        Some(spent) => {
            let said = TurnSaid { at: P::NAME.to_owned(), ..TurnSaid::default() };
            Ok(Turn { said: Box::new(said), choice: spent() })
        }
        None => Err(AgentError::Spent { after: after(conversation), choices: open.withdrawn }),
    }
}

/// The tool that was called last, or `start`.
fn after(conversation: &[Said]) -> String {
    let tool = conversation.iter().rev().find_map(|said| match said {
        Said::Heard { tool, .. } => Some(tool.clone()),
        _ => None,
    });
    tool.unwrap_or_else(|| START.to_owned())
}

/// How many replies since the last call were no choice.
fn corrections(conversation: &[Said]) -> usize {
    let since = conversation.iter().rev().take_while(|said| !said.is_performed());
    since.filter(|said| matches!(said, Said::Turn(turn) if !turn.corrections.is_empty())).count()
}

/// An id for a call that has none.
fn id(conversation: &[Said], number: usize) -> String {
    format!("call_{}_{number}", conversation.len())
}

fn text(reply: &ChatReply) -> String {
    let calls = reply.message.tool_calls.iter().map(|call| format!("{}({})", call.name, call.arguments));
    let words = [reply.message.content.clone(), reply.message.refusal.clone().unwrap_or_default()];
    let said: Vec<String> = words.into_iter().filter(|words| !words.is_empty()).chain(calls).collect();
    said.join(" ")
}
