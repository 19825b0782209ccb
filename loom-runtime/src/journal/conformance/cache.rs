//! What is kept of steps.

use super::{
    Store,
    given::{NOW, fresh, kept, open, same},
};
use crate::journal::Journal;

pub(super) async fn check<S: Store>(store: &S) {
    let journal = fresh(store, "cache").await;
    let text = |text: &str| Some(text.to_owned());
    let promise = "what is kept of a step is found by the step and its input";
    same(&kept(journal.cached("step", "1", NOW).await, promise), &None, promise);
    kept(journal.cache("step", "1", "one", NOW + 10).await, promise);
    kept(journal.cache("step", "2", "two", NOW + 10).await, promise);
    kept(journal.cache("other", "1", "another", NOW + 10).await, promise);
    same(&kept(journal.cached("step", "1", NOW).await, promise), &text("one"), promise);
    same(&kept(journal.cached("step", "2", NOW).await, promise), &text("two"), promise);
    same(&kept(journal.cached("other", "1", NOW).await, promise), &text("another"), promise);
    same(&kept(journal.cached("other", "2", NOW).await, promise), &None, promise);
    same(&kept(journal.cached("step1", "", NOW).await, promise), &None, promise);
    let promise = "what is kept of a step is fresh until its time";
    same(&kept(journal.cached("step", "1", NOW + 9).await, promise), &text("one"), promise);
    same(&kept(journal.cached("step", "1", NOW + 10).await, promise), &None, promise);
    let promise = "what is kept of a step is replaced by what is kept later";
    kept(journal.cache("step", "1", "uno", NOW + 30).await, promise);
    let journal = open(store, "cache").await;
    same(&kept(journal.cached("step", "1", NOW + 20).await, promise), &text("uno"), promise);
    let promise = "what is stale goes when runs are pruned, and what is fresh stays";
    kept(journal.prune(NOW + 20).await, promise);
    same(&kept(journal.cached("step", "1", NOW).await, promise), &text("uno"), promise);
}
