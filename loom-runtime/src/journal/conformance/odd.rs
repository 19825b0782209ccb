//! Odd texts and large ones come back as they were given.

use super::{
    Store,
    given::{LEASED, append, begin, fresh, head, kept, message, new_run, open, record, same},
};
use crate::journal::{Append, Filter, Journal, NewRun, Record};

pub(super) async fn check<S: Store>(store: &S) {
    odd(store).await;
    large(store).await;
}

fn texts() -> Vec<String> {
    let long = "long ".repeat(2000);
    let odd = [
        "🧵",
        "👩‍🚀 é e\u{301}",
        "'",
        "\"",
        "''; DROP TABLE runs; --",
        "a\nb\r\nc\t",
        "\0",
        "a\0b",
        "%",
        "_",
        "a_b",
        "*",
        "?1",
        " ",
        "\\",
        "NULL",
        "null",
        "1",
        "01",
        "1.0",
        "1e3",
        "\u{feff}",
        "\u{10ffff}",
        "A",
        "a",
        "ä",
        "Ä",
    ];
    odd.into_iter().map(str::to_owned).chain([long]).collect()
}

async fn odd<S: Store>(store: &S) {
    let journal = fresh(store, "odd-texts").await;
    let promise = "any text can be the id of a run, a name or a value, and comes back as it was given";
    let mut runs = Vec::new();
    for text in texts() {
        let new = NewRun {
            workflow: text.clone(),
            fingerprint: text.clone(),
            graph: text.clone(),
            input: text.clone(),
            user: Some(text.clone()),
            session: Some(text.clone()),
            metadata: Some(text.clone()),
            ..new_run(&text)
        };
        let claim = begin(&journal, &new, super::given::NOW).await;
        let record = odd_record(&text);
        let append = Append { records: vec![record], heads: vec![head(&text, 1)], ..append(claim, []) };
        kept(journal.append(append).await, promise);
        kept(journal.put(&text, &message(None, &text)).await, promise);
        kept(journal.lease(&text, LEASED).await, promise);
        kept(journal.cache(&text, &text, &text, LEASED).await, promise);
        runs.push((claim.run, text));
    }
    let journal = open(store, "odd-texts").await;
    for (run, text) in &runs {
        let info = kept(journal.run(text).await, promise);
        same(&info.as_ref().map(|info| (info.run, &info.id)), &Some((*run, text)), promise);
        same(&info.and_then(|info| info.metadata).as_ref(), &Some(text), promise);
        same(&kept(journal.input(*run).await, promise), text, promise);
        same(&kept(journal.graph(text).await, promise).as_ref(), &Some(text), promise);
        same(&kept(journal.last(*run).await, promise), &Some(odd_record(text)), promise);
        same(&kept(journal.heads(*run).await, promise), &vec![head(text, 1)], promise);
        let put = kept(journal.messages(*run).await, promise);
        same(&put.into_iter().map(|(_, message)| message).collect(), &vec![message(None, text)], promise);
        same(&kept(journal.cached(text, text, 0).await, promise).as_ref(), &Some(text), promise);
        let filter = Filter { user: Some(text.clone()), session: Some(text.clone()), ..Filter::default() };
        let listed = kept(journal.runs(&filter).await, promise);
        same(&listed.iter().map(|info| info.run).collect(), &vec![*run], promise);
    }
}

fn odd_record(text: &str) -> Record {
    let text = || text.to_owned();
    Record { scope: text(), node: text().into(), label: text().into(), live: text(), value: text(), ..record(1) }
}

async fn large<S: Store>(store: &S) {
    let journal = fresh(store, "odd-large").await;
    let promise = "a value of five million bytes comes back as it was given";
    let large: String = ('a'..='z').cycle().take(5_000_000).collect();
    let claim = begin(&journal, &NewRun { input: large.clone(), ..new_run("run") }, super::given::NOW).await;
    let record = Record { value: large.clone(), live: large.clone(), ..record(1) };
    kept(journal.append(Append { records: vec![record.clone()], ..append(claim, []) }).await, promise);
    let journal = open(store, "odd-large").await;
    assert!(kept(journal.input(claim.run).await, promise) == large, "broken promise: {promise}");
    assert!(kept(journal.last(claim.run).await, promise) == Some(record), "broken promise: {promise}");
}
