//! Many write at once: one wins each number, and nobody's records are lost or mixed up.

use super::{
    Store,
    given::{NOW, OWNER, append, begun, fresh, kept, new_run, open, record, refused, same},
};
use crate::journal::{Append, Begun, Journal, JournalError, Record};
use futures_util::future::{join, join_all};
use std::{future::poll_fn, task::Poll};

/// How many are at it at once.
const MANY: u64 = 40;

pub(super) async fn check<S: Store>(store: &S) {
    one_wins_each_number(store).await;
    runs_do_not_mix(store).await;
    one_begins(store).await;
    outlives_the_impatient(store).await;
}

async fn one_wins_each_number<S: Store>(store: &S) {
    let (one, other) = (fresh(store, "together-number").await, open(store, "together-number").await);
    let claim = begun(&one, "run").await;
    for seq in 1..=5 {
        let by = |journal: u64| {
            let records = vec![Record { value: journal.to_string(), ..record(seq) }];
            Append { records, ..append(claim, []) }
        };
        let writers = (0..MANY).map(|n| if n % 2 == 0 { one.append(by(n)) } else { other.append(by(n)) });
        let written = join_all(writers).await;
        let promise = "of many that write a number at once one wins, and the others are told";
        let winners: Vec<usize> = (0..written.len()).filter(|&n| written[n].is_ok()).collect();
        same(&winners.len(), &1, promise);
        let refusals = written.iter().filter(|result| matches!(result, Err(JournalError::Sequence { .. })));
        same(&refusals.count(), &(written.len() - 1), promise);
        let last = kept(one.last(claim.run).await, promise).map(|record| (record.seq, record.value));
        same(&last, &Some((seq, winners[0].to_string())), promise);
    }
}

async fn runs_do_not_mix<S: Store>(store: &S) {
    let journal = fresh(store, "together-runs").await;
    let promise = "many runs write at once, and one that is refused refuses no other";
    let runs = join_all((0..MANY).map(|n| {
        let journal = &journal;
        async move {
            let claim = begun(journal, &format!("run-{n}")).await;
            for seq in 1..=8 {
                if n % 5 == 0 {
                    refused!(journal.append(append(claim, [seq + 1])).await, JournalError::Sequence { .. }, promise);
                }
                kept(journal.append(append(claim, [seq])).await, promise);
            }
            claim
        }
    }))
    .await;
    for claim in runs {
        same(&kept(journal.records(claim.run, 1, 99).await, promise), &(1..=8).map(record).collect(), promise);
    }
}

async fn one_begins<S: Store>(store: &S) {
    let (one, other) = (fresh(store, "together-begin").await, open(store, "together-begin").await);
    let new = new_run("run");
    let (first, second) = join(
        join_all((0..MANY).map(|_| one.begin(&new, OWNER, NOW))),
        join_all((0..MANY).map(|_| other.begin(&new, OWNER, NOW))),
    )
    .await;
    let promise = "of many that begin a run of one id at once one begins it, and the others are given it";
    let begun = first.into_iter().chain(second).map(|begun| kept(begun, promise));
    same(&begun.filter(|begun| matches!(begun, Begun::New(_))).count(), &1, promise);
}

/// Appends are begun and dropped half way; whether they were written or not, whoever stays is served.
async fn outlives_the_impatient<S: Store>(store: &S) {
    let journal = fresh(store, "together-dropped").await;
    let promise = "an append that is dropped half way does not hold up others, and is written whole or not at all";
    let mut claims = Vec::new();
    for n in 0..MANY {
        claims.push(begun(&journal, &format!("run-{n}")).await);
    }
    let mut appends: Vec<_> = claims.iter().map(|&claim| Some(journal.append(append(claim, [1, 2])))).collect();
    poll_fn(|context| {
        for begun in &mut appends {
            if begun.as_mut().is_some_and(|append| append.as_mut().poll(context).is_ready()) {
                *begun = None;
            }
        }
        Poll::Ready(())
    })
    .await;
    let (dropped, patient) = appends.split_at_mut(claims.len() / 2);
    dropped.fill_with(|| None);
    for append in patient.iter_mut().filter_map(Option::take) {
        kept(append.await, promise);
    }
    for &claim in &claims {
        // Written or not, it is the same append again.
        kept(journal.append(append(claim, [1, 2])).await, promise);
        same(&kept(journal.records(claim.run, 1, 9).await, promise), &(1..=2).map(record).collect(), promise);
    }
}
