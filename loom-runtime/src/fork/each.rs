//! A branch for each item, at most so many at once.

use super::{Held, Joint, Leave};
use crate::{
    attempt::caught,
    driver::{At, Driver},
    failure::Failure,
    seats::{Seat, Seats},
};
use futures_util::stream::{FuturesUnordered, Stream};
use std::{
    collections::VecDeque,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll, ready},
};

/// A branch of a `for` fork, in a box that is used again when it is done.
type Boxed<F> = Pin<Box<Option<F>>>;

/// One that has not come to its end, with its number and its place.
struct Numbered<F> {
    index: usize,
    work: Boxed<F>,
    seat: Seat,
}

impl<F: Future<Output = Result<T, Failure>>, T> Numbered<F> {
    fn poll_work(&mut self, cx: &mut Context<'_>) -> Poll<F::Output> {
        let work = &mut self.work;
        self.seat.poll(cx, |cx| {
            let Some(running) = work.as_mut().as_pin_mut() else { return Poll::Pending };
            let outcome = ready!(caught(running, cx));
            work.set(None);
            Poll::Ready(outcome)
        })
    }
}

/// What a branch of a `for` fork comes to: its number, its outcome, and its box for the next one.
type Ended<F, T> = (usize, Result<T, Failure>, Boxed<F>);

/// A branch among those that are woken one by one.
struct Woken<F>(Option<Numbered<F>>);

impl<F: Future<Output = Result<T, Failure>>, T> Future for Woken<F> {
    type Output = Ended<F, T>;
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(branch) = &mut self.0 else { return Poll::Pending };
        let outcome = ready!(branch.poll_work(cx));
        match self.0.take() {
            Some(branch) => Poll::Ready((branch.index, outcome, branch.work)),
            None => Poll::Pending,
        }
    }
}

/// The branches at work. They are dropped in the order of their items.
struct Running<F: Future<Output = Result<T, Failure>>, T>(FuturesUnordered<Woken<F>>);

impl<F: Future<Output = Result<T, Failure>>, T> Drop for Running<F, T> {
    fn drop(&mut self) {
        if !self.0.is_empty() {
            let branches = std::mem::take(&mut self.0).into_iter();
            let mut left: Vec<Numbered<F>> = branches.filter_map(|branch| branch.0).collect();
            left.sort_by_key(|branch| branch.index);
            left.into_iter().for_each(drop);
        }
    }
}

/// What the branches of a `for` fork gave, in the order of the items: those up to the first that is missing, and those
/// that came before their turn.
struct Given<T> {
    list: Vec<T>,
    early: VecDeque<Option<T>>,
}

impl<T> Given<T> {
    fn put(&mut self, index: usize, value: T) {
        let place = index - self.list.len();
        if place == 0 && self.early.is_empty() {
            self.list.push(value);
            return;
        }
        if self.early.len() <= place {
            self.early.resize_with(place + 1, || None);
        }
        self.early[place] = Some(value);
        while let Some(Some(_)) = self.early.front() {
            self.list.extend(self.early.pop_front().flatten());
        }
    }
}

/// Runs a branch for each item, at most so many at once, and gives what they gave in the order of the items.
///
/// A branch is made when its turn comes, so the memory it takes grows with those that run and with what they gave, not
/// with the items.
///
/// # Errors
/// The failure of the branch that failed first. Where nobody answered one of them, or the run was cancelled, the others go
/// on to where they stop by themselves, and the failure is given then.
pub async fn each<D, I, F, T, O>(
    driver: &D,
    at: &At<D::Scope>,
    items: I,
    at_once: Option<u64>,
    mut branch: impl FnMut(usize, I::Item) -> F + Send,
) -> Result<Leave<Vec<T>, O>, Failure>
where
    D: Driver,
    I: IntoIterator<IntoIter: Send>,
    F: Future<Output = Result<Leave<T, O>, Failure>> + Send,
    T: Send,
    O: Send,
{
    let limit = at_once.map_or(usize::MAX, |number| usize::try_from(number).unwrap_or(usize::MAX).max(1));
    let seats = Seats::new(limit);
    let mut items = items.into_iter().enumerate().fuse();
    let mut running = Running(FuturesUnordered::new());
    let mut given = Given { list: Vec::new(), early: VecDeque::new() };
    let mut spare: Option<Boxed<F>> = None;
    let (mut held, mut left, mut whole) = (Held::nothing(driver, at), true, true);
    poll_fn(|cx| {
        loop {
            let mut ended: Option<Ended<F, Leave<T, O>>> = None;
            while left && ended.is_none() {
                let Some(seat) = seats.take() else { break };
                let Some((index, item)) = items.next() else {
                    left = false;
                    break;
                };
                // What has not begun does not begin in a run that is cancelled.
                if held.is_cancelled() {
                    (left, whole) = (false, false);
                    break;
                }
                let mut work = spare.take().unwrap_or_else(|| Box::pin(None));
                work.set(Some(branch(index, item)));
                let mut numbered = Numbered { index, work, seat };
                match numbered.poll_work(cx) {
                    Poll::Ready(outcome) => ended = Some((index, outcome, numbered.work)),
                    Poll::Pending => running.0.push(Woken(Some(numbered))),
                }
            }
            let (index, outcome, work) = match ended {
                Some(ended) => ended,
                None => match Pin::new(&mut running.0).poll_next(cx) {
                    Poll::Ready(Some(ended)) => ended,
                    Poll::Ready(None) => return Poll::Ready(Ok(Leave::Join(()))),
                    // One that came to rest at a wait has left its place to the next item.
                    Poll::Pending if left && seats.is_free() => continue,
                    Poll::Pending => {
                        seats.rested();
                        return Poll::Pending;
                    }
                },
            };
            spare = Some(work);
            match outcome {
                Ok(Leave::Join(value)) if held.is_nothing() => given.put(index, value),
                Ok(Leave::Join(_)) => {}
                Ok(Leave::Exit(exit)) => {
                    if let Some(exit) = held.exits(exit) {
                        return Poll::Ready(Ok(Leave::Exit(exit)));
                    }
                }
                Err(failure) => {
                    if let Some(failure) = held.fails(failure) {
                        return Poll::Ready(Err(failure));
                    }
                }
            }
        }
    })
    .await
    .and_then(|leave| match leave {
        Leave::Exit(exit) => Ok(Leave::Exit(exit)),
        Leave::Join(()) if whole && held.is_nothing() => Ok(Leave::Join(given.list)),
        Leave::Join(()) => held.leave(),
    })
}
