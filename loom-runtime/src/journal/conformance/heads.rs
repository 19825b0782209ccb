//! Heads: where a run is when it is in more than one place.

use super::{
    Store,
    given::{append, begun, fresh, head, kept, open, same},
};
use crate::journal::{Append, Head, Journal};

pub(super) async fn check<S: Store>(store: &S) {
    let journal = fresh(store, "heads").await;
    let (claim, other) = (begun(&journal, "run").await, begun(&journal, "other").await);
    kept(journal.append(Append { heads: vec![head("1", 1)], ..append(other, [1]) }).await, "heads are set");

    let promise = "a head is where it was set last";
    let scopes = ["", "1", "1/a", "10", "10/a", "2", "%", "1_", "é/1", "1\0x"];
    let set = Append { heads: scopes.map(|scope| head(scope, 1)).to_vec(), ..append(claim, [1]) };
    kept(journal.append(set).await, promise);
    let moved = Append { heads: vec![head("2", 2), head("3", 2)], ..append(claim, [2]) };
    kept(journal.append(moved).await, promise);
    let promise = "a scope is forgotten with all whose text begins with it, and no others";
    expect(
        &journal,
        claim.run,
        &[
            ("", 1),
            ("1", 1),
            ("1/a", 1),
            ("10", 1),
            ("10/a", 1),
            ("2", 2),
            ("3", 2),
            ("%", 1),
            ("1_", 1),
            ("é/1", 1),
            ("1\0x", 1),
        ],
        "a head is where it was set last",
    )
    .await;
    let forget = |start: &str, heads| Append { forget: vec![start.to_owned()], heads, ..append(claim, []) };
    kept(journal.append(forget("1/", Vec::new())).await, promise);
    kept(journal.append(forget("%", Vec::new())).await, promise);
    kept(journal.append(forget("_", Vec::new())).await, promise);
    kept(journal.append(forget("1\0", Vec::new())).await, promise);
    let left = [("", 1), ("1", 1), ("10", 1), ("10/a", 1), ("2", 2), ("3", 2), ("1_", 1), ("é/1", 1)];
    expect(&journal, claim.run, &left, promise).await;
    kept(journal.append(forget("1", Vec::new())).await, promise);
    expect(&journal, claim.run, &[("", 1), ("2", 2), ("3", 2), ("é/1", 1)], promise).await;

    let promise = "heads are forgotten before others are set, and an empty text forgets all";
    kept(journal.append(forget("", vec![head("2", 2)])).await, promise);
    expect(&journal, claim.run, &[("2", 2)], promise).await;
    let promise = "heads of another run stay";
    expect(&journal, other.run, &[("1", 1)], promise).await;
    expect(&open(store, "heads").await, claim.run, &[("2", 2)], "heads are kept once the journal was opened again")
        .await;
}

async fn expect(journal: &impl Journal, run: u64, heads: &[(&str, u64)], promise: &str) {
    let sorted = |mut heads: Vec<Head>| {
        heads.sort_by(|one, other| one.scope.cmp(&other.scope));
        heads
    };
    let expected = sorted(heads.iter().map(|&(scope, seq)| head(scope, seq)).collect());
    same(&sorted(kept(journal.heads(run).await, promise)), &expected, promise);
}
