//! A run that is cut off at every write and carried on each time.

use super::{
    mortal::{Cut, Mortal},
    wrapped::Wrapped,
};
use crate::{
    clock::until,
    durable::{Inputs, Loom, LoomError, OpenQuestion, Outcome},
    failure::Failure,
    journal::{Journal as _, JournalError, MemoryJournal, Record, RecordKind},
    machine::{Machine, Workflow},
    parts::Parts,
    test::{
        build::Test,
        clock::skipping,
        session::{Answering, Session, UnderTest},
    },
    value::Value,
};
use futures_util::future::{Either, select};
use std::{
    any::TypeId,
    collections::{BTreeSet, HashMap},
    fmt::Write as _,
    pin::pin,
    sync::Arc,
    time::{Duration, UNIX_EPOCH},
};
use tokio::time::{Instant, advance, sleep, timeout};

/// How long a lease lasts. Nobody carries a run on before that of the program that died is over.
const LEASE: Duration = Duration::from_secs(60 * 60);

const LEASE_MS: i64 = 60 * 60 * 1_000;

/// How often a person looks whether there is something to answer.
const LOOK: Duration = LEASE;

/// How often it is looked before it is said that a run never ends.
const LOOKS: usize = 10_000;

/// Longer than any run takes.
const LONG: Duration = Duration::from_secs(400 * 24 * 60 * 60);

/// At how many paces of its writes a run is looked at.
const PACES: u64 = 8;

/// What a run ends in: its output as JSON, or its failure in words.
type Ended = Result<String, String>;

/// What a run is compared by: what it ends in, and what the world outside looks like then.
#[derive(Debug, Clone, PartialEq, Eq)]
struct End {
    ended: Ended,
    outside: Option<String>,
}

/// A run that was cut off at every write, and ended the same each time.
#[derive(Debug)]
pub struct Carried<T> {
    output: Result<T, String>,
    writes: usize,
}

impl<T> Carried<T> {
    /// How often it writes: it was cut off twice as often, after each write and in the middle of each.
    #[must_use]
    pub const fn writes(&self) -> usize {
        self.writes
    }

    /// What it ends in.
    ///
    /// # Panics
    /// When it fails each time, with its failure.
    #[track_caller]
    pub fn output(&self) -> &T {
        match &self.output {
            Ok(output) => output,
            Err(failure) => panic!("it fails each time: {failure}"),
        }
    }

    /// What it fails with, in words.
    #[must_use]
    pub fn failure(&self) -> Option<&str> {
        self.output.as_ref().err().map(String::as_str)
    }
}

/// What outlives the programs of one case: the journal, the world, and the time.
struct World<C> {
    kept: MemoryJournal,
    context: C,
    session: Arc<Session>,
    elapsed: Duration,
    /// How many programs there were.
    programs: i64,
}

impl<W: Workflow, C> Test<W, C> {
    /// Runs it in a journal, cut off after each write and in the middle of each, and carries it on: it has to end the same each
    /// time, and nothing that is recorded may be performed again. So it does with writes that take their time.
    ///
    /// The context is made once a case, and all programs of that have a clone of it: what is behind an `Arc` is the world
    /// outside, which outlives them. [`outside`](Test::outside) says what of that has to be the same too. That is how a step is
    /// found that must not happen twice and is not told apart by its [key](crate::Visit::key): it is performed again when the
    /// program died before it was recorded.
    ///
    /// # Panics
    /// When a run ends otherwise, with the writes at which it does, and how.
    #[track_caller]
    #[expect(clippy::needless_pass_by_value, reason = "it is called as `run` is")]
    pub fn at_every_write(&self, input: impl Inputs<W::Input> + Clone + Send + Sync) -> Carried<W::Output>
    where
        W: Machine<C>,
        C: Clone + Send + Sync + 'static,
    {
        assert!(self.cancelled_after.is_none(), "a run that is cut off at every write is not cancelled after a time");
        let (whole, writes) = self.uncut(&input, None);
        let (again, _) = self.uncut(&input, None);
        assert!(
            whole == again,
            "`{}` does not end the same when it is run twice and not cut off{}\nwhat its steps depend on beside their input is to be made anew in `.context(|| …)`",
            W::NAME,
            difference(&whole, &again)
        );
        let mut wrong = String::new();
        for pace in 0..PACES {
            let (paced, _) = self.uncut(&input, Some(pace));
            if paced != whole {
                let _ = write!(wrong, "\n  with writes that take their time:{}", difference(&whole, &paced));
            }
        }
        for cut in (0..writes).flat_map(|write| [Cut::Within(write), Cut::Behind(write)]) {
            self.cut(&input, cut, &whole, &mut wrong);
        }
        assert!(wrong.is_empty(), "`{}` does not end the same when it is cut off and carried on{wrong}", W::NAME);
        let output = whole.ended.and_then(|json| W::Output::read(&json).map_err(|error| error.to_string()));
        Carried { output, writes }
    }
}

impl<W, C> Test<W, C>
where
    W: Machine<C>,
    C: Clone + Send + Sync + 'static,
{
    fn world(&self) -> World<C> {
        World {
            kept: MemoryJournal::new(),
            context: skipping(async || (self.context)()),
            session: Arc::new(Session::new(Arc::new(self.plan.clone()))),
            elapsed: Duration::ZERO,
            programs: 0,
        }
    }

    fn end(&self, world: &World<C>, ended: Ended) -> End {
        let outside = self.outside.as_ref().map(|look| look(&world.context));
        End { ended, outside }
    }

    /// The run, never cut off, and how often it writes.
    fn uncut(&self, input: &(impl Inputs<W::Input> + Clone + Send + Sync), pace: Option<u64>) -> (End, usize) {
        let mut world = self.world();
        let (ended, writes) = self.program(&mut world, input, Cut::Never, pace);
        let ended = ended.unwrap_or_else(|| Err("the program died".to_owned()));
        (self.end(&world, ended), writes)
    }

    /// The run, cut off at a write and carried on.
    fn cut(&self, input: &(impl Inputs<W::Input> + Clone + Send + Sync), cut: Cut, whole: &End, wrong: &mut String) {
        let mut world = self.world();
        let ended = self.program(&mut world, input, cut, None).0;
        let before = records(&world.kept);
        world.session.take_performed();
        let ended = match ended {
            Some(ended) => ended,
            None => {
                let carried_on = self.program(&mut world, input, Cut::Never, None).0;
                carried_on.unwrap_or_else(|| Err("the program died".to_owned()))
            }
        };
        let recorded: BTreeSet<String> = before.iter().filter(|record| is_end(record.kind)).map(visit_of).collect();
        let twice: BTreeSet<&str> = {
            let performed = world.session.take_performed();
            performed.into_iter().filter(|(visit, _)| recorded.contains(visit)).map(|(_, step)| step).collect()
        };
        let end = self.end(&world, ended);
        if end == *whole && twice.is_empty() {
            return;
        }
        let behind = before.last().map_or_else(
            || "nothing was recorded".to_owned(),
            |last| format!("the last record is `{}` of `{}`", last.kind.name(), last.node),
        );
        let _ = write!(wrong, "\n  {cut} ({behind}):{}", difference(whole, &end));
        for step in twice {
            let _ = write!(wrong, "\n    `{step}` is recorded, and was performed again");
        }
    }

    /// One program: a runtime of its own, whose tasks die with it. It begins at once, and finds no lease of the one before. Gives what
    /// the run ended in, unless the program died, and how often it wrote.
    fn program(
        &self,
        world: &mut World<C>,
        input: &(impl Inputs<W::Input> + Clone + Send + Sync),
        cut: Cut,
        pace: Option<u64>,
    ) -> (Option<Ended>, usize) {
        let (elapsed, ahead) = (world.elapsed, world.programs * 2 * LEASE_MS);
        let there: &World<C> = world;
        let (ended, writes, elapsed) = skipping(async || {
            let began = Instant::now();
            advance(elapsed).await;
            let journal = Wrapped::<Mortal>::new(&there.kept, ahead, cut, pace);
            let run = pin!(timeout(LONG, self.to_the_end(there, input.clone(), journal.clone())));
            let died = pin!(journal.died());
            let ended = match select(run, died).await {
                Either::Left((ended, _)) => Some(ended.unwrap_or_else(|_| Err("it never ends".to_owned()))),
                Either::Right(_) => None,
            };
            (ended, journal.writes(), began.elapsed())
        });
        world.elapsed = elapsed;
        world.programs += 1;
        (ended, writes)
    }

    async fn to_the_end(&self, world: &World<C>, input: impl Inputs<W::Input>, journal: Wrapped<Mortal>) -> Ended {
        let mut given = self.given.clone();
        given.put(UnderTest(Arc::clone(&world.session)));
        let builder = Loom::builder(world.context.clone()).journal(journal).lease(LEASE).workflow::<W>();
        let loom = builder.give(given).build();
        let told = |error: LoomError| format!("it does not go on: {error}");
        loom.resume_all().await.map_err(told)?;
        let run = loom.start::<W>("run", input).await.map_err(told)?;
        for _ in 0..LOOKS {
            match run.outcome().await {
                Ok(Outcome::Done(output)) => return output.write().map_err(|error| error.to_string()),
                Ok(Outcome::Waiting(open)) => self.answer_open(world, &loom, &open).await?,
                Err(LoomError::Failed(failure)) => return Err(words(&failure)),
                Err(other) => return Err(told(other)),
            }
        }
        Err("it never ends".to_owned())
    }

    /// Answers what is open, as the test says, or waits.
    async fn answer_open(&self, world: &World<C>, loom: &Loom<C>, open: &[OpenQuestion]) -> Result<(), String> {
        let asks = asks(&W::parts());
        let mut answered = false;
        for question in open {
            let asked = world.kept.record(1, question.number).await.ok().flatten();
            let visit = asked.as_ref().map(visit_of).unwrap_or_default();
            let json = match asks.get(question.ask.as_str()) {
                // Whoever is asked whether a step happened looks into the world outside.
                Some((_, false)) | None => Some(match world.session.done(&visit) {
                    Some(output) => format!("{{\"happened\":{output}}}"),
                    None => "\"did_not\"".to_owned(),
                }),
                Some((ask, true)) => match world.session.answer(*ask, &question.node, &visit, &question.question) {
                    Answering::After(time, json) => {
                        let asked_at = question.asked_at.duration_since(UNIX_EPOCH).unwrap_or_default() + time;
                        sleep(until(i64::try_from(asked_at.as_millis()).unwrap_or(i64::MAX))).await;
                        Some(json)
                    }
                    Answering::Nobody => None,
                    Answering::Unsaid => {
                        return Err(format!(
                            "nothing is said of who answers `{}`: say `.answer::<{}>(…)`, or `.unanswered::<{}>()`",
                            question.node, question.ask, question.ask
                        ));
                    }
                },
            };
            let Some(json) = json else { continue };
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
                Err(error) => return Err(format!("the answer to `{}` is not taken: {error}", question.node)),
            }
        }
        if !answered {
            sleep(LOOK).await;
        }
        Ok(())
    }
}

/// The steps of a workflow by their names, and whether they are asks.
fn asks(parts: &Parts) -> HashMap<&'static str, (TypeId, bool)> {
    let mut asks = HashMap::new();
    parts.each(&mut |_, _, parts| {
        asks.insert(parts.name, (parts.id, parts.waits));
    });
    asks
}

/// What was recorded of the run.
fn records(kept: &MemoryJournal) -> Vec<Record> {
    skipping(async || kept.records(1, 0, usize::MAX).await).unwrap_or_default()
}

/// Whether a record says what a step came to.
fn is_end(kind: RecordKind) -> bool {
    matches!(kind, RecordKind::Output | RecordKind::Failed)
}

/// What tells the visit of a record from all others of its run, as the driver has it.
fn visit_of(record: &Record) -> String {
    format!("{}|{}", record.scope, record.turn)
}

fn words(failure: &Failure) -> String {
    format!("{failure:#}")
}

/// How an end is different from the one that was expected.
fn difference(whole: &End, other: &End) -> String {
    let mut told = String::new();
    let ended = |ended: &Ended| match ended {
        Ok(json) => format!("it ends in {json}"),
        Err(failure) => format!("it fails: {failure}"),
    };
    if whole.ended != other.ended {
        let _ = write!(told, "\n    whole: {}\n    now:   {}", ended(&whole.ended), ended(&other.ended));
    }
    if whole.outside != other.outside {
        let outside = |end: &End| end.outside.clone().unwrap_or_default();
        let _ = write!(told, "\n    outside, whole: {}\n    outside, now:   {}", outside(whole), outside(other));
    }
    told
}
