//! Episodes: what was said, in order, each once.

use super::{ODD, done, episode, fact, keys};
use crate::{
    memory::store::{Episode, MemoryStore},
    message::{Assistant, Message, ToolCall},
};

pub(super) async fn check<S: MemoryStore>(open: &impl AsyncFn(&str) -> S) {
    in_order(&open("episodes").await).await;
    whole(&open("episodes, whole").await).await;
    any_name(&open("episodes, odd").await).await;
    forgotten(&open("episodes, forgotten").await).await;
    pruned(&open("episodes, pruned").await).await;
}

async fn in_order<S: MemoryStore>(store: &S) {
    assert_eq!(done(store.last(None, None, 9).await), [], "a new store is empty");
    for n in 0..5 {
        // The clock may go back.
        done(store.record(None, &episode(Some("s"), &n.to_string(), "text", 100 - n)).await);
        done(store.record(None, &episode(None, "other", "text", n)).await);
    }
    let last = done(store.last(None, Some("s"), 3).await);
    assert_eq!(keys(&last), ["2", "3", "4"], "the last are given, oldest first");
    assert_eq!(done(store.last(None, Some("s"), 0).await), [], "none are given where none are wanted");
    assert_eq!(done(store.last(None, Some("s"), usize::MAX).await).len(), 5, "all are given where all are wanted");
    assert_eq!(done(store.last(None, None, 9).await).len(), 1, "there is one episode of a key");

    let before = done(store.last(None, Some("s"), 9).await);
    done(store.record(None, &episode(Some("s"), "2", "text", 777)).await);
    assert_eq!(done(store.last(None, Some("s"), 9).await), before, "the same written again changes nothing");
    let other = episode(Some("s"), "2", "other words", 777);
    done(store.record(None, &other).await);
    let after = done(store.last(None, Some("s"), 9).await);
    assert_eq!(keys(&after), keys(&before), "what is written again keeps its place");
    assert_eq!(after[2], other, "what is written again is what was written last");
    assert_eq!(done(store.episodes_about(None, "other words", 9).await), [other], "it is found by its new words");
    let old = done(store.episodes_about(None, "text", 9).await);
    assert!(!keys(&old).contains(&"2"), "it is not found by its old ones");
}

async fn whole<S: MemoryStore>(store: &S) {
    let call = ToolCall { id: "c".into(), name: "add".into(), arguments: r#"{"a":1}"#.into() };
    let messages = vec![
        Message::user("1 + 1?"),
        Assistant { tool_calls: vec![call], ..Assistant::default() }.into(),
        Message::tool("c", "secret words of a tool"),
        Message::assistant("2\0\n\"'"),
    ];
    let full = Episode { messages, by: Some("w".into()), ..episode(Some("s"), "k", "", 1) };
    let empty = Episode { messages: Vec::new(), ..episode(Some("s"), "empty", "", 2) };
    done(store.record(None, &full).await);
    done(store.record(None, &empty).await);
    assert_eq!(done(store.last(None, Some("s"), 2).await), [full, empty], "episodes are given as they were written");
    assert_eq!(done(store.episodes_about(None, "secret", 9).await), [], "what a tool gave was not said");
}

async fn any_name<S: MemoryStore>(store: &S) {
    for name in ODD {
        for session in [None, Some(name)] {
            let said = episode(session, name, name, 1);
            done(store.record(Some(name), &said).await);
            assert_eq!(done(store.last(Some(name), session, 9).await), [said], "{name:?} is kept as it is");
        }
    }
}

async fn forgotten<S: MemoryStore>(store: &S) {
    for session in [None, Some(""), Some("s")] {
        for key in ["1", "2"] {
            done(store.record(Some("ann"), &episode(session, key, "tea", 1)).await);
        }
    }
    done(store.record(Some("bob"), &episode(None, "1", "tea", 1)).await);
    assert_eq!(done(store.forget_session(Some("ann"), None).await), 2, "it is told how many were dropped");
    assert_eq!(done(store.last(Some("ann"), None, 9).await), [], "what is dropped is gone");
    assert_eq!(done(store.forget_session(Some("ann"), None).await), 0, "what is gone is not dropped again");
    assert_eq!(done(store.episodes_about(Some("ann"), "tea", 9).await).len(), 4, "other sessions stay");
    done(store.forget_user(Some("ann")).await);
    done(store.forget_user(Some("ann")).await);
    assert_eq!(done(store.episodes_about(Some("ann"), "tea", 9).await), [], "nothing is left of who is forgotten");
    done(store.record(Some("eve"), &episode(None, "1", "milk", 1)).await);
    assert_eq!(done(store.episodes_about(Some("eve"), "tea", 9).await), [], "nobody comes by what was dropped");
    assert_eq!(done(store.last(Some("bob"), None, 9).await).len(), 1, "others stay");
}

async fn pruned<S: MemoryStore>(store: &S) {
    for user in [None, Some("ann"), Some("bob")] {
        for at in [1, 2] {
            done(store.record(user, &episode(None, &at.to_string(), "tea", at)).await);
        }
    }
    done(store.remember(Some("bob"), &fact("drink", "tea", 1)).await);
    assert_eq!(done(store.prune(1).await), 0, "what is written at that moment stays");
    assert_eq!(done(store.prune(2).await), 3, "what is older is dropped, whoever it is of");
    for user in [None, Some("ann"), Some("bob")] {
        assert_eq!(keys(&done(store.last(user, None, 9).await)), ["2"], "what is newer stays");
        assert_eq!(keys(&done(store.episodes_about(user, "tea", 9).await)), ["2"], "what is dropped is not found");
    }
    assert_eq!(done(store.prune(i64::MAX).await), 3, "all of them are older than the end of time");
    assert_eq!(done(store.facts(Some("bob")).await).len(), 1, "facts hold until they are forgotten");
    done(store.record(Some("eve"), &episode(None, "1", "milk", 1)).await);
    assert_eq!(done(store.episodes_about(Some("eve"), "tea", 9).await), [], "nobody comes by what was dropped");
}
