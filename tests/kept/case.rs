//! A run that is cut off at every write and carried on each time.

use super::{
    executions::{Executions, executions},
    mortal::{Cut, Mortal},
    world::{LEASE, World},
};
use loomflow::{
    __private::{Machine, run},
    Failure, Inputs, Loom, LoomError, OpenQuestion, Outcome,
    journal::{JournalError, Record, RecordKind},
};
use serde::Serialize;
use std::{collections::BTreeSet, marker::PhantomData, time::Duration};
use tokio::time::{sleep, timeout};

/// How often a person looks whether there is something to answer.
const LOOK: Duration = Duration::from_secs(3600);

/// How often it is looked before it is said that a run never ends.
const LOOKS: usize = 10_000;

/// Longer than any run takes.
const LONG: Duration = Duration::from_secs(400 * 86_400);

/// At how many paces of their writes runs are looked at.
const PACES: u64 = 16;

/// What a run ends in: its output as JSON, or its failure in words.
pub(crate) type Ended = Result<String, String>;

/// A workflow, what its run begins with, and who answers it.
pub(crate) struct Case<W, I, C> {
    workflow: PhantomData<fn() -> W>,
    input: I,
    context: fn() -> C,
    person: fn(&OpenQuestion) -> Option<String>,
    cancelled: bool,
    races: bool,
    /// Whether nobody answers or cancels it.
    is_alone: bool,
}

/// A run of a workflow that needs no context.
pub(crate) fn case<W, I>(input: I) -> Case<W, I, ()> {
    case_in(input, || ())
}

/// A run of a workflow in a context, which each program has anew.
pub(crate) fn case_in<W, I, C>(input: I, context: fn() -> C) -> Case<W, I, C> {
    Case { workflow: PhantomData, input, context, person: |_| None, cancelled: false, races: false, is_alone: true }
}

/// Whether a record tells of an execution of a step.
fn is_execution(record: &Record) -> bool {
    matches!(record.kind, RecordKind::Output | RecordKind::Failed | RecordKind::Attempt)
}

impl<W, I, C> Case<W, I, C>
where
    W: Machine<C, Output: Serialize>,
    I: Inputs<W::Input> + Clone,
    C: Send + Sync + 'static,
{
    /// Who answers, in JSON.
    pub(crate) fn answered(mut self, person: fn(&OpenQuestion) -> Option<String>) -> Self {
        (self.person, self.is_alone) = (person, false);
        self
    }

    /// The run is to be cancelled as soon as it waits with nobody to answer, or a step of it takes too long.
    pub(crate) fn cancelled(mut self) -> Self {
        (self.cancelled, self.is_alone) = (true, false);
        self
    }

    /// Of branches that are dropped when another one decides, it is not known how far they come, so it is not counted how
    /// often steps are executed.
    pub(crate) fn races(mut self) -> Self {
        self.races = true;
        self
    }

    /// Lets a program live until the run has ended, or the program dies.
    async fn live(&self, journal: Mortal) -> Option<Ended> {
        let loom = Loom::builder((self.context)()).journal(journal.clone()).lease(LEASE).workflow::<W>().build();
        tokio::select! {
            ended = self.to_the_end(&loom) => Some(ended),
            () = journal.died() => None,
        }
    }

    async fn to_the_end(&self, loom: &Loom<C>) -> Ended {
        loom.resume_all().await.expect("the journal is sound");
        let run = loom.start::<W>("run", self.input.clone()).await.expect("the run begins");
        for _ in 0..LOOKS {
            let outcome = tokio::select! {
                outcome = run.outcome() => outcome,
                () = sleep(LOOK), if self.cancelled => {
                    self.cancel(loom).await;
                    continue;
                }
            };
            match outcome {
                Ok(Outcome::Done(output)) => return Ok(json(&output)),
                Ok(Outcome::Waiting(open)) => self.answer(loom, &open).await,
                Err(LoomError::Failed(failure)) => return Err(words(&failure)),
                Err(other) => panic!("the run does not go on: {other}"),
            }
        }
        Err("it never ends".to_owned())
    }

    async fn answer(&self, loom: &Loom<C>, open: &[OpenQuestion]) {
        let mut answered = false;
        for question in open {
            if let Some(json) = (self.person)(question) {
                answered = true;
                match loom.answer_json("run", &question.node, json).number(question.number).await {
                    // It was given by a program that died, or an earlier answer has led elsewhere.
                    Ok(())
                    | Err(
                        LoomError::Answered { .. }
                        | LoomError::Late { .. }
                        | LoomError::NotAsked { .. }
                        | LoomError::Journal(JournalError::Ended { .. }),
                    ) => {}
                    Err(error) => panic!("the answer is not taken: {error}"),
                }
            }
        }
        let goes_on = answered || (self.cancelled && self.cancel(loom).await);
        if !goes_on {
            sleep(LOOK).await;
        }
    }

    /// Cancels the run if nobody did; whether it did.
    async fn cancel(&self, loom: &Loom<C>) -> bool {
        let run = loom.info("run").await.expect("the journal is sound").expect("there is a run");
        if run.cancel_at.is_none() {
            loom.cancel("run").await.expect("a run that has not ended can be cancelled");
        }
        run.cancel_at.is_none()
    }

    /// That a run in memory ends in the same.
    fn as_in_memory(&self, ended: &Ended) {
        let context = (self.context)();
        let input = self.input.clone().inputs();
        let output = World::default().program(Cut::Never, async |_| run::<C, W>(&context, input).await);
        assert_eq!(output.map_err(|failure| words(&failure)).map(|output| json(&output)).as_ref(), ended.as_ref());
    }

    /// The run as a whole: what it ends in, how often its steps are executed, and how often it writes.
    fn whole(&self) -> (Ended, Executions, usize) {
        let (ended, executed, writes) = self.uncut(None);
        if self.is_alone {
            self.as_in_memory(&ended);
        }
        (ended, executed, writes)
    }

    /// The run, never cut off, with writes that take their time if there is a pace.
    fn uncut(&self, pace: Option<u64>) -> (Ended, Executions, usize) {
        let mut world = World::default();
        let (ended, executed) = executions(|| {
            world.program(Cut::Never, async |journal| {
                let journal = match pace {
                    Some(pace) => journal.paced(pace),
                    None => journal,
                };
                let ended = timeout(LONG, self.live(journal.clone())).await;
                let ended = ended.unwrap_or_else(|_| panic!("it comes to no end with {pace:?}"));
                (ended.expect("it lives"), journal.writes())
            })
        });
        sound(&world.records(), "never cut");
        (ended.0, executed, ended.1)
    }

    /// That the run ends in the same, and executes the same, however long writes take.
    fn at_any_pace(&self, whole: &(Ended, Executions, usize)) {
        for pace in 0..PACES {
            let (ended, executed, _) = self.uncut(Some(pace));
            assert_eq!(ended, whole.0, "at the pace {pace}");
            assert!(self.races || executed == whole.1, "at the pace {pace}: {executed:?}, not {:?}", whole.1);
        }
    }

    /// Cuts the run off at these writes, one program after the other, and carries it on.
    fn cut(&self, cuts: &[Cut], whole: &(Ended, Executions, usize)) {
        let mut world = World::default();
        for &cut in cuts {
            if world.program(cut, async |journal| self.live(journal).await).is_some() {
                return;
            }
        }
        let (text, before) = (format!("{cuts:?}"), world.records());
        let (ended, executed) = executions(|| world.program(Cut::Never, async |journal| self.live(journal).await));
        let (expected, in_whole, _) = whole;
        let records = world.records();
        assert_eq!(ended.as_ref(), Some(expected), "{text}\n{}", told(&records));
        sound(&records, &text);
        if self.races {
            return;
        }
        for (node, times) in in_whole {
            let recorded = before.iter().filter(|record| is_execution(record) && record.node == *node).count();
            let again = executed.get(node).copied().unwrap_or(0);
            let executions = again + recorded;
            // A step that is cancelled may not have begun, where the cancel came before it.
            let may_miss = records.iter().any(|record| record.kind == RecordKind::Cancelled && record.node == *node);
            assert!(
                executions == *times || (may_miss && executions < *times),
                "{text}: {executions} executions of `{node}`, not {times}\n{}",
                told(&records)
            );
        }
    }

    /// Has writes take their time, and cuts the run off once at every write, behind it and before it, and carries it on: it
    /// ends in the same, and what is recorded is not executed again. Gives what it ends in.
    #[track_caller]
    pub(crate) fn at_every_write(&self) -> Ended {
        let whole = self.whole();
        self.at_any_pace(&whole);
        for cut in cuts(whole.2) {
            self.cut(&[cut], &whole);
        }
        whole.0
    }

    /// The same, and with two programs that die one after the other, at every pair of writes.
    #[track_caller]
    pub(crate) fn at_every_two_writes(&self) -> Ended {
        let whole = self.whole();
        for first in cuts(whole.2) {
            // Where little is left to write, the second program may not come to die.
            self.cut(&[first], &whole);
            for second in cuts(whole.2) {
                self.cut(&[first, second], &whole);
            }
        }
        whole.0
    }
}

fn json(output: &impl Serialize) -> String {
    serde_json::to_string(output).expect("what is kept is JSON")
}

fn words(failure: &Failure) -> String {
    format!("{:?} at {}, {}: {failure}", failure.kind(), failure.node(), failure.attempt())
}

/// That nothing is recorded twice.
fn sound(records: &[Record], cut: &str) {
    let mut seen = BTreeSet::new();
    for record in records.iter().filter(|record| is_execution(record) || record.kind == RecordKind::Answered) {
        let attempt = (record.kind == RecordKind::Attempt).then_some(record.attempt);
        let new = seen.insert((&record.scope, record.turn, attempt));
        assert!(new, "{cut}: recorded twice: {record:?}\n{}", told(records));
    }
}

/// All there are.
fn cuts(writes: usize) -> impl Iterator<Item = Cut> {
    (0..writes).flat_map(|write| [Cut::Behind(write), Cut::Before(write)])
}

/// Records in a few words each.
fn told(records: &[Record]) -> String {
    let told = records.iter().map(|record| {
        let Record { seq, kind, scope, turn, node, attempt, after, live, value, .. } = record;
        format!("{seq} {kind:?} {scope}|{turn} {node} #{attempt} after {after:?} {live} = {value}")
    });
    told.collect::<Vec<_>>().join("\n")
}
