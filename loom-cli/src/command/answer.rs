//! `answer`: a question is answered, and the run goes on.

use crate::{
    exit::Exit,
    follow::{Stay, follow},
    nearest::or_nearest,
    session::Session,
    trouble::Trouble,
};
use clap::Args;
use loomflow_runtime::{
    Loom, LoomError,
    journal::{Asked, JournalError, RunInfo},
};

/// Answer a question of a run, which goes on with it
///
/// An answer is read as JSON where the question takes it so, and else as text: `Granted` and `"Granted"` are the same, and
/// `{"Refused": "too dear"}` is an answer that carries something. The first answer to a question stands.
#[derive(Debug, Args)]
pub(crate) struct Answer {
    /// The id of the run
    #[arg(value_name = "RUN")]
    id: String,
    /// The node that asks, as `show` tells it
    #[arg(value_name = "NODE")]
    node: String,
    /// The answer
    #[arg(value_name = "ANSWER", allow_hyphen_values = true)]
    given: String,
    /// Who answers; it is kept with the answer
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    /// The number of the question, where the node asks several at once
    #[arg(long, value_name = "N")]
    number: Option<u64>,
    #[command(flatten)]
    stay: Stay,
}

impl Answer {
    pub(crate) async fn carry_out<C: Send + Sync + 'static>(self, session: &mut Session<C>) -> Result<Exit, Trouble> {
        let info = session.info(&self.id).await?;
        let known = session.known(&info)?;
        let loom = session.loom(false).await?;
        let after = session.last_told(info.run).await?;
        let asked = loom.journal().questions(info.run).await?;
        let ask = self.ask(&info, &asked)?;
        let json = match known.is_answer(&ask, &self.given) {
            Some(Err(_)) => {
                // As a text it may be what is asked for; if it is neither, what is wrong with the JSON says more.
                let text = serde_json::Value::from(self.given.as_str()).to_string();
                let is_json = serde_json::from_str::<serde::de::IgnoredAny>(&self.given).is_ok();
                if !is_json || known.is_answer(&ask, &text).is_some_and(|fits| fits.is_ok()) {
                    text
                } else {
                    self.given
                }
            }
            _ => self.given,
        };
        give(&loom, &self.id, &self.node, json, self.by, self.number).await?;
        follow(session, &loom, &*known, &self.id, Some(after), self.stay).await
    }

    /// The ask of the node. Where the run has asked nothing of that name, the nearest name it has asked is told.
    fn ask(&self, info: &RunInfo, asked: &[Asked]) -> Result<String, Trouble> {
        let named = |asked: &&Asked| asked.node == self.node || asked.ask == self.node;
        if let Some(asked) = asked.iter().rfind(named) {
            return Ok(asked.ask.clone());
        }
        if info.status.is_end() {
            return Err(JournalError::Ended { id: self.id.clone() }.into());
        }
        let mut nodes: Vec<String> = asked.iter().map(|asked| asked.node.clone()).collect();
        nodes.dedup();
        let complaint = format!("run `{}` has asked nothing at `{}`", self.id, self.node);
        Err(Trouble::Usage(or_nearest(complaint, &self.node, &nodes, "it has asked at")))
    }
}

async fn give<C: Send + Sync + 'static>(
    loom: &Loom<C>,
    id: &str,
    node: &str,
    json: String,
    by: Option<String>,
    number: Option<u64>,
) -> Result<(), Trouble> {
    let mut answer = loom.answer_json(id, node, json);
    if let Some(by) = by {
        answer = answer.by(by);
    }
    if let Some(number) = number {
        answer = answer.number(number);
    }
    answer.await.map_err(|error| match error {
        LoomError::Ambiguous { id, ask, open } => {
            let numbers: Vec<String> = open.iter().map(|(node, number)| format!("{number} at `{node}`")).collect();
            let numbers = numbers.join(", ");
            Trouble::Usage(format!(
                "run `{id}` has several open questions of `{ask}`: say `--number`, one of {numbers}"
            ))
        }
        other => other.into(),
    })
}
