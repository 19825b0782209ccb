//! What is said of a test before its run.

use super::{
    clock::skipping,
    coverage,
    driver::Kit,
    edges,
    handed::{Handed, Lent},
    log::Log,
    paths::{Paths, paths},
    plan::{Plan, What, faults, note, stand, written},
    session::Session,
    tested::Tested,
    ways::Choices,
};
use crate::{
    around::Given,
    ask::Ask,
    durable::Inputs,
    failure::Fault,
    locked::locked,
    machine::{Machine, Workflow},
    question::Question,
    run::Run,
    spans::InRun,
    step::Step,
    value::Value,
    visit::Visits,
};
use std::{
    fmt,
    marker::PhantomData,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::time::{Instant, sleep, timeout};

/// A test of a workflow: mocks, faults, answers, and then a [`run`](Test::run). It can be run more than once, each time anew.
///
/// What is not said otherwise is as ever: a step that has no mock is performed.
pub struct Test<W, C = ()> {
    pub(super) plan: Plan,
    pub(super) context: Arc<dyn Fn() -> C + Send + Sync>,
    pub(super) given: Given,
    pub(super) cancelled_after: Option<Duration>,
    pub(super) outside: Option<Outside<C>>,
    workflow: PhantomData<fn() -> W>,
}

/// Looks at the world outside, behind a context.
pub(super) type Outside<C> = Arc<dyn Fn(&C) -> String + Send + Sync>;

impl<W, C> fmt::Debug for Test<W, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Test").field("plan", &self.plan).finish_non_exhaustive()
    }
}

/// A test of a workflow, of which nothing is said yet.
#[must_use]
pub fn of<W: Workflow>() -> Test<W> {
    Test {
        plan: Plan::default(),
        context: Arc::new(|| ()),
        given: Given::default(),
        cancelled_after: None,
        outside: None,
        workflow: PhantomData,
    }
}

/// Gives every workflow its `test()` and its `paths()`.
pub trait Testing: Workflow + Sized {
    /// A test of the workflow, of which nothing is said yet.
    #[must_use]
    fn test() -> Test<Self> {
        of::<Self>()
    }

    /// The paths through its graph, up to its bounds: see [`paths`].
    #[must_use]
    fn paths() -> Paths<Self> {
        paths::<Self>()
    }
}

impl<W: Workflow> Testing for W {}

impl<W: Workflow, C> Test<W, C> {
    /// Runs it in a context, which is made anew for each run: `.context(App::fake)`.
    #[must_use]
    pub fn context<D>(self, make: impl Fn() -> D + Send + Sync + 'static) -> Test<W, D> {
        let Test { plan, given, cancelled_after, .. } = self;
        Test { plan, context: Arc::new(make), given, cancelled_after, outside: None, workflow: PhantomData }
    }

    /// Says what the world outside looks like behind a context, for [`at_every_write`](Test::at_every_write): what was charged,
    /// what was sent.
    #[must_use]
    pub fn outside(mut self, look: impl Fn(&C) -> String + Send + Sync + 'static) -> Self {
        self.outside = Some(Arc::new(look));
        self
    }

    /// Gives its runs something that steps find [around](crate::around) them, as [`Run::with`] does.
    #[must_use]
    pub fn with<V: Send + Sync + 'static>(mut self, value: V) -> Self {
        self.given.put(value);
        self
    }

    /// Has a closure stand in for a step, wherever it stands, in nested workflows too. It is lent the step's input, or a tuple
    /// of its inputs, each as the step takes it: of a step that takes a `&Ticket` it is lent that reference.
    ///
    /// The step keeps its retries, its time limit, and its name.
    ///
    /// # Panics
    /// When the workflow has no such step, or it is an ask.
    #[track_caller]
    #[must_use]
    pub fn mock<S: Step>(self, mock: impl for<'a, 'b> Fn(&'b Lent<'a, S>) -> S::Output + Send + Sync + 'static) -> Self
    where
        for<'a> S::Args<'a>: Handed,
    {
        self.no_ask::<S>("mock");
        self.put::<S>(stand::<S>(move |args| Ok(mock(args))))
    }

    /// The same of a mock that may fail, with any error, as the step might: an attempt that fails is tried again where the
    /// step says so.
    ///
    /// # Panics
    /// When the workflow has no such step, or it is an ask.
    #[track_caller]
    #[must_use]
    pub fn try_mock<S: Step>(
        self,
        mock: impl for<'a, 'b> Fn(&'b Lent<'a, S>) -> Result<S::Output, Box<dyn std::error::Error + Send + Sync>>
        + Send
        + Sync
        + 'static,
    ) -> Self
    where
        for<'a> S::Args<'a>: Handed,
    {
        self.no_ask::<S>("mock");
        self.put::<S>(stand::<S>(mock))
    }

    /// Has a step give these outputs, one a call, in order. A call more than there are outputs is a mistake that the run
    /// tells.
    ///
    /// # Panics
    /// When the workflow has no such step, or it is an ask.
    #[track_caller]
    #[must_use]
    pub fn gives<S: Step>(self, outputs: impl IntoIterator<Item = S::Output>) -> Self {
        self.no_ask::<S>("give");
        self.put::<S>(What::Gives(written(S::NAME, outputs)))
    }

    /// Has the first attempts at a step fail with an error, so many in the whole run; then it does what it would else.
    ///
    /// # Panics
    /// When the workflow has no such step, or it is an ask.
    #[track_caller]
    #[must_use]
    pub fn fails<S: Step>(self, times: usize, error: impl Fault + Clone + Send + Sync + 'static) -> Self {
        self.no_ask::<S>("fail");
        self.put::<S>(What::Fails(times, faults(error)))
    }

    /// Has every attempt at a step panic.
    ///
    /// # Panics
    /// When the workflow has no such step, or it is an ask.
    #[track_caller]
    #[must_use]
    pub fn panics<S: Step>(self, text: impl Into<String>) -> Self {
        self.no_ask::<S>("panic");
        self.put::<S>(What::Panics(text.into()))
    }

    /// Has every attempt at a step take so long before it does anything: longer than its `timeout`, or than a `within`.
    ///
    /// # Panics
    /// When the workflow has no such step, or it is an ask.
    #[track_caller]
    #[must_use]
    pub fn takes<S: Step>(self, time: Duration) -> Self {
        self.no_ask::<S>("take its time");
        self.put::<S>(What::Takes(time))
    }

    /// Says that a step must not be called. When it is, it fails, and the run tells.
    ///
    /// # Panics
    /// When the workflow has no such step, or it is an ask.
    #[track_caller]
    #[must_use]
    pub fn never<S: Step>(self) -> Self {
        self.no_ask::<S>("never be called");
        self.put::<S>(What::Never)
    }

    /// Notes something of the inputs of a step, at every visit, for [`noted`](Tested::noted).
    ///
    /// # Panics
    /// When the workflow has no such step, or it is an ask.
    #[track_caller]
    #[must_use]
    pub fn note<S: Step>(self, see: impl for<'a, 'b> Fn(&'b Lent<'a, S>) -> String + Send + Sync + 'static) -> Self
    where
        for<'a> S::Args<'a>: Handed,
    {
        self.no_ask::<S>("be noted");
        self.put::<S>(note::<S>(see))
    }

    /// Has a step give one of these outputs at each call; [`ways`](Test::ways) makes a run for each. In a single run it is the
    /// first.
    ///
    /// # Panics
    /// When the workflow has no such step, it is an ask, or there are no outputs.
    #[track_caller]
    #[must_use]
    pub fn either<S: Step>(self, outputs: impl IntoIterator<Item = S::Output>) -> Self {
        self.no_ask::<S>("give");
        let outputs = written(S::NAME, outputs);
        assert!(!outputs.is_empty(), "`{}` is to give one of no outputs", S::NAME);
        self.put::<S>(What::Either(outputs))
    }

    /// Has every attempt at a step do what it would else, or fail with an error; [`ways`](Test::ways) makes a run for each. In a
    /// single run it does not fail.
    ///
    /// # Panics
    /// When the workflow has no such step, or it is an ask.
    #[track_caller]
    #[must_use]
    pub fn may_fail<S: Step>(self, error: impl Fault + Clone + Send + Sync + 'static) -> Self {
        self.no_ask::<S>("fail");
        self.put::<S>(What::MayFail(faults(error)))
    }

    /// Has one of these answer each question of an ask, or nobody, which is `None`; [`ways`](Test::ways) makes a run for each. In
    /// a single run it is the first.
    ///
    /// # Panics
    /// When the workflow has no such ask, or there are no answers.
    #[track_caller]
    #[must_use]
    pub fn answers_either<A: Ask>(self, answers: impl IntoIterator<Item = Option<A::Output>>) -> Self {
        let json = |answer: Option<A::Output>| answer.map(|answer| written(A::NAME, [answer])[0].clone());
        let answers: Arc<[Option<String>]> = answers.into_iter().map(json).collect();
        assert!(!answers.is_empty(), "`{}` is to be answered one of no answers", A::NAME);
        self.put::<A>(What::Replies(answers))
    }

    /// Answers the questions of an ask. Said several times, the first question gets the first answer, and so on; the last
    /// answer is for all questions that follow.
    ///
    /// # Panics
    /// When the workflow has no such ask.
    #[track_caller]
    #[must_use]
    pub fn answer<A: Ask>(self, answer: A::Output) -> Self {
        self.answer_after::<A>(Duration::ZERO, answer)
    }

    /// The same with an answer that comes so long after its question.
    ///
    /// # Panics
    /// When the workflow has no such ask.
    #[track_caller]
    #[must_use]
    pub fn answer_after<A: Ask>(self, time: Duration, answer: A::Output) -> Self {
        let json = written(A::NAME, [answer])[0].clone();
        self.put::<A>(What::Reply(time, Arc::new(move |_| Some(json.clone()))))
    }

    /// The same with an answer that is made of its question; `None` answers nothing.
    ///
    /// # Panics
    /// When the workflow has no such ask.
    #[track_caller]
    #[must_use]
    pub fn answers<A: Ask>(self, answer: impl Fn(&Question) -> Option<A::Output> + Send + Sync + 'static) -> Self {
        let reply = move |question: &Question| answer(question).and_then(|answer| answer.write().ok());
        self.put::<A>(What::Reply(Duration::ZERO, Arc::new(reply)))
    }

    /// Says that nobody answers a question: the run waits until a limit around it is up.
    ///
    /// # Panics
    /// When the workflow has no such ask.
    #[track_caller]
    #[must_use]
    pub fn unanswered<A: Ask>(self) -> Self {
        self.put::<A>(What::Nobody)
    }

    /// What was said just before holds at this node only: where one step stands at several, each may have its own mock. It goes
    /// before what is said of the step.
    ///
    /// # Panics
    /// When the step of what was said does not stand at such a node.
    #[track_caller]
    #[must_use]
    pub fn only_at(mut self, node: &str) -> Self {
        self.plan.only_at(&W::parts(), node);
        self
    }

    /// Cancels the run after a time, by its own clock.
    #[must_use]
    pub const fn cancelled_after(mut self, time: Duration) -> Self {
        self.cancelled_after = Some(time);
        self
    }

    #[track_caller]
    fn put<S: Step>(mut self, what: What) -> Self {
        self.plan.put::<S>(&W::parts(), what);
        self
    }

    #[track_caller]
    #[expect(clippy::unused_self, reason = "it reads as what it checks")]
    fn no_ask<S: Step>(&self, what: &str) {
        assert!(
            !S::WAITS,
            "`{}` is an ask, and cannot {what}: say what it is answered, with `.answer::<{}>(…)`",
            S::NAME,
            S::NAME
        );
    }
}

// The bounds stand at the methods: a context that lacks something is told as one, and not as a method that is not there.
impl<W: Workflow, C> Test<W, C> {
    /// Runs it to its end, in memory, by a clock on which everything that is waited for passes at once. One input stands
    /// alone, several in a tuple.
    ///
    /// It blocks: a test is a plain `#[test]`, and needs no runtime of its own.
    ///
    /// # Panics
    /// When a step was called that was [never](Test::never) to be, or more often than there are [outputs](Test::gives), and
    /// when the run waits for what never comes.
    #[track_caller]
    pub fn run(&self, input: impl Inputs<W::Input>) -> Tested<W>
    where
        W: Machine<C>,
        C: Send + Sync,
    {
        self.run_by(Choices::default(), input)
    }

    #[track_caller]
    pub(super) fn run_by(&self, choices: Choices, input: impl Inputs<W::Input>) -> Tested<W>
    where
        W: Machine<C>,
        C: Send + Sync,
    {
        let input = input.inputs();
        checked(skipping(async || self.begun(choices, input, Some(EVER)).await), true)
    }

    /// Runs it up to a time, by its own clock, and leaves it where it stands then: see [`stands_at`](Tested::stands_at).
    ///
    /// # Panics
    /// As [`run`](Test::run) does.
    #[track_caller]
    pub fn run_until(&self, time: Duration, input: impl Inputs<W::Input>) -> Tested<W>
    where
        W: Machine<C>,
        C: Send + Sync,
    {
        let input = input.inputs();
        checked(skipping(async || self.begun(Choices::default(), input, Some(time)).await), false)
    }

    /// Runs it on the runtime that this is awaited on, by its clock: for steps that talk to something there.
    ///
    /// # Panics
    /// As [`run`](Test::run) does.
    pub async fn run_here(&self, input: impl Inputs<W::Input>) -> Tested<W>
    where
        W: Machine<C>,
        C: Send + Sync,
    {
        checked(self.begun(Choices::default(), input.inputs(), None).await, false)
    }

    async fn begun(&self, choices: Choices, input: W::Input, until: Option<Duration>) -> Tested<W>
    where
        W: Machine<C>,
        C: Send + Sync,
    {
        let session = Arc::new(Session::choosing(Arc::new(self.plan.clone()), choices));
        let log = Arc::new(Mutex::new(Log::default()));
        let context = (self.context)();
        let began = Instant::now();
        let outcome = {
            let (session, log, context) = (Arc::clone(&session), Arc::clone(&log), &context);
            let mut run = Run::new(move |prepared| async move {
                let kit = Kit { session, log, prepared, visits: Visits::default() };
                let drive = Box::pin(kit.drive::<C, W>(context, Vec::new(), String::new(), input));
                InRun::new(W::NAME, None, drive).await
            });
            run.give(self.given.clone());
            if let Some(time) = self.cancelled_after {
                run = run.cancelled_by(sleep(time));
            }
            match until {
                Some(time) => timeout(time, run).await.ok(),
                None => Some(run.await),
            }
        };
        let elapsed = began.elapsed();
        let log = std::mem::take(&mut *locked(&log));
        Tested { outcome, log, session, elapsed, workflow: PhantomData }
    }
}

/// Longer than anything waits that ends: a hundred years.
const EVER: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// That nothing happened which was not to.
#[track_caller]
fn checked<W: Workflow>(tested: Tested<W>, ends: bool) -> Tested<W> {
    coverage::count(&edges::taken(&tested.log));
    let wrong = tested.session.wrong();
    assert!(wrong.is_empty(), "`{}`: {}\n  path: {}", W::NAME, wrong.join("; "), tested.path());
    assert!(
        !ends || tested.outcome.is_some(),
        "`{}` never ends: it stands at {}\n  path: {}",
        W::NAME,
        tested.stands_at().join(", "),
        tested.path()
    );
    tested
}
