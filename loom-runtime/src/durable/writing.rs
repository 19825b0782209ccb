//! What is on its way to the journal, and who waits for it. What is written next says `keeping`.

use crate::journal::{Answering, JournalError, Status};
use std::task::{Context, Poll, Waker};

/// What is being written of a run: one thing at a time.
#[derive(Default)]
pub(super) struct Writing {
    /// The number of the last record that was written.
    pub(super) last: u64,
    begun: Option<Begun>,
    waiting: Vec<(u64, Waker)>,
    /// How many have waited.
    numbers: u64,
}

/// Something that is being written, up to this record if it is records.
struct Begun {
    last: Option<u64>,
    answer: Answering<'static, ()>,
}

/// What somebody waits for.
pub(super) struct Wait {
    /// The number of the record up to which all is to be written.
    pub(super) until: u64,
    /// How the run stands, if that is to be written too.
    pub(super) status: Option<(Status, Option<i64>)>,
    /// Under which number it is woken, if it has one by now.
    number: Option<u64>,
    /// Whether it is polled whenever anything of the run is.
    always: bool,
}

impl Wait {
    const ALL: Wait = Wait { until: u64::MAX, status: None, number: None, always: false };

    /// For the records up to one.
    pub(super) const fn until(until: u64) -> Self {
        Wait { until, ..Self::ALL }
    }

    /// For all records, and for how the run stands.
    pub(super) const fn with(status: (Status, Option<i64>)) -> Self {
        Wait { status: Some(status), ..Self::ALL }
    }

    /// For all records, by whoever polls the whole run.
    pub(super) const fn always() -> Self {
        Wait { always: true, ..Self::ALL }
    }
}

impl Writing {
    /// Up to which record all was written before.
    pub(super) fn after(last: u64) -> Self {
        Writing { last, ..Writing::default() }
    }

    /// Whether nothing is being written.
    pub(super) const fn is_free(&self) -> bool {
        self.begun.is_none()
    }

    /// Something is being written.
    pub(super) fn begin(&mut self, last: Option<u64>, answer: Answering<'static, ()>) {
        self.begun = Some(Begun { last, answer });
    }

    /// Brings on what is being written. Gives up to which record all is written when some are, and who else waited for it.
    pub(super) fn poll(
        &mut self,
        wait: &mut Wait,
        cx: &mut Context<'_>,
    ) -> Poll<(Result<u64, JournalError>, Vec<Waker>)> {
        let Some(Begun { last, answer }) = &mut self.begun else { return Poll::Ready((Ok(self.last), Vec::new())) };
        let Poll::Ready(answer) = answer.as_mut().poll(cx) else {
            self.wakes(wait, cx.waker());
            return Poll::Pending;
        };
        if let (Ok(()), Some(last)) = (&answer, *last) {
            self.last = last;
        }
        self.begun = None;
        let others = self.waiting.drain(..).filter(|(number, _)| Some(*number) != wait.number);
        let others = others.map(|(_, waker)| waker).collect();
        Poll::Ready((answer.map(|()| self.last), others))
    }

    /// Notes whom to wake when that is written which is being written.
    fn wakes(&mut self, wait: &mut Wait, waker: &Waker) {
        if wait.always {
            return;
        }
        let number = *wait.number.get_or_insert_with(|| {
            self.numbers += 1;
            self.numbers
        });
        match self.waiting.iter_mut().find(|(waiting, _)| *waiting == number) {
            Some((_, old)) => old.clone_from(waker),
            None => self.waiting.push((number, waker.clone())),
        }
    }
}
