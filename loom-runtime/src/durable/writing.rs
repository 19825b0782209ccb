//! What is on its way to the journal, and who waits for it. What is written next says `keeping`.

use crate::journal::{Answering, JournalError, Status};
use std::task::{Context, Poll, Waker};

/// What is being written of a run: one thing at a time.
#[derive(Default)]
pub(super) struct Writing {
    /// The number of the last record that was written.
    pub(super) last: u64,
    begun: Option<Begun>,
    /// Who polls the whole run. It is woken when that is written which is being written, and sees to it that it is brought on,
    /// for a branch that has begun it may be dropped, or not be polled for long.
    whole: Option<Waker>,
    /// Whether it was brought on since the whole run was polled. To ask again would tell the journal that all that is to be
    /// written together is there.
    asked: bool,
    /// The others who wait, by their numbers.
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
    /// The number of the record up to which all is to be written; none of what is recorded when this is looked at first.
    pub(super) until: Option<u64>,
    /// How the run stands, if that is to be written too.
    pub(super) status: Option<(Status, Option<i64>)>,
    /// Under which number it is woken, if it has one by now.
    number: Option<u64>,
    /// Whether it is who polls the whole run.
    whole: bool,
}

impl Wait {
    const ALL: Wait = Wait { until: Some(u64::MAX), status: None, number: None, whole: false };

    /// For all that is recorded when this is looked at first.
    pub(super) const fn recorded() -> Self {
        Wait { until: None, ..Self::ALL }
    }

    /// For all records, by whoever polls the whole run.
    pub(super) const fn whole() -> Self {
        Wait { whole: true, ..Self::ALL }
    }

    /// The same, and for how the run stands.
    pub(super) const fn with(status: (Status, Option<i64>)) -> Self {
        Wait { status: Some(status), ..Self::whole() }
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

    /// Whether all up to a record is written, and what is being written is what came later.
    pub(super) fn is_past(&self, until: u64) -> bool {
        until <= self.last && self.begun.as_ref().is_none_or(|begun| begun.last.is_some())
    }

    /// Something is being written.
    pub(super) fn begin(&mut self, last: Option<u64>, answer: Answering<'static, ()>) {
        self.begun = Some(Begun { last, answer });
    }

    /// The whole run is polled, by this one.
    pub(super) fn begins(&mut self, waker: &Waker) {
        self.asked = false;
        match &mut self.whole {
            Some(whole) => whole.clone_from(waker),
            None => self.whole = Some(waker.clone()),
        }
    }

    /// Brings on what is being written. Gives up to which record all is written when some are, and who else waited for it.
    pub(super) fn poll(
        &mut self,
        wait: &mut Wait,
        cx: &mut Context<'_>,
    ) -> Poll<(Result<u64, JournalError>, Vec<Waker>)> {
        let Some(Begun { last, answer }) = &mut self.begun else { return Poll::Ready((Ok(self.last), Vec::new())) };
        let polled = match &self.whole {
            _ if std::mem::replace(&mut self.asked, true) => Poll::Pending,
            Some(whole) if !wait.whole => answer.as_mut().poll(&mut Context::from_waker(whole)),
            _ => answer.as_mut().poll(cx),
        };
        let Poll::Ready(answer) = polled else {
            self.wakes(wait, cx.waker());
            return Poll::Pending;
        };
        self.asked = false;
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
        if wait.whole {
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
