//! What runs hold in memory that wait: nothing but their ids.

use crate::{
    flows::Asking,
    store::{Folder, block_on, number, open},
};
use futures_util::future::join_all;
use loomflow::{Outcome, sqlite::Durability};
use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::atomic::{AtomicUsize, Ordering},
};
use tokio::runtime::Handle;

static BYTES: AtomicUsize = AtomicUsize::new(0);

/// Counts the bytes that are held.
struct Counting;

// SAFETY: hands every call on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        BYTES.fetch_add(layout.size(), Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        BYTES.fetch_sub(layout.size(), Ordering::Relaxed);
        unsafe { System.dealloc(ptr, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const LOTS: usize = 10;
const AT_ONCE: usize = 1000;

pub(crate) fn count(folder: &Folder, _rounds: usize) {
    block_on(async {
        let loom = &open(&folder.file("waiting"), Durability::Process).await;
        let begin = |id: String| async move {
            let run = loom.start::<Asking>(id, 1).await.expect("a run that begins");
            assert!(matches!(run.outcome().await, Ok(Outcome::Waiting(_))));
        };
        begin("first".to_owned()).await;
        let tasks = || Handle::current().metrics().num_alive_tasks();
        let (bytes, alive) = (BYTES.load(Ordering::Relaxed), tasks());
        for lot in 0..LOTS {
            join_all((0..AT_ONCE).map(|number| begin(format!("run-{lot}-{number}")))).await;
        }
        let held = BYTES.load(Ordering::Relaxed) - bytes;
        println!(
            "\n{} runs that wait hold {:.0} bytes each, and {} tasks.",
            LOTS * AT_ONCE,
            number(held) / number(LOTS * AT_ONCE),
            tasks() - alive
        );
    });
}
