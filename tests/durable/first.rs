//! Chains, loops, forks and nested workflows.

use crate::cut::{Cut, Mortal, Performed, program};
use loomflow::{
    Loom,
    journal::{Journal, MemoryJournal},
    prelude::*,
};

#[step]
async fn double(#[context] done: &Performed, n: u32) -> u32 {
    done.note(format!("double {n}"));
    tokio::task::yield_now().await;
    2 * n
}

#[step]
async fn add(#[context] done: &Performed, n: u32, m: u32) -> u32 {
    done.note(format!("add {n} {m}"));
    tokio::task::yield_now().await;
    n + m
}

#[step]
fn word(#[context] done: &Performed, n: u32) -> String {
    done.note(format!("word {n}"));
    format!("{n} is a rather long word, so long that it is kept by itself, and told of elsewhere")
}

workflow! {
    Chain(n: u32) -> u32 {
        start -> double(n) -> second: double(double) -> add(second, n) -> end;
    }
}

workflow! {
    Loop(n: u32, times: u32) -> Vec<u32> {
        let i: u32 = 0;
        start -> seen += double(n) -> i = (i + 1) -> n = add(n, i) -> if i < times { seen += double(n) max 50 else end(seen) } -> end(seen);
    }
}

workflow! {
    Fork(n: u32) -> Vec<String> {
        let all: Vec<u32> = Vec::new();
        start -> [ left: double(n) -> l2: add(left, 1), right: add(n, 5) ]
              -> all = (vec![l2, right, n])
              -> words = [for m in all => double(m) -> word(double)]
              -> sum: nested(l2, words) -> end(sum);
    }
}

workflow! {
    #[allow(non_camel_case_types)]
    nested(n: u32, words: Vec<String>) -> Vec<String> {
        start -> word(n) -> words += again: word(n) -> end(words);
    }
}

fn cut_everywhere<W, I>(input: I, expected: W::Output)
where
    W: loomflow::__private::Machine<Performed>,
    I: loomflow::Inputs<W::Input> + Clone,
    W::Output: PartialEq + std::fmt::Debug,
{
    let whole = Performed::default();
    let writes = {
        let journal = Mortal::new(&MemoryJournal::new(), 0, Cut::Never);
        let loom = Loom::builder(whole.clone()).journal(journal.clone()).build();
        let output = program(async { loom.start::<W>("run", input.clone()).await.unwrap().output().await.unwrap() });
        assert_eq!(output, expected);
        journal.writes()
    };
    for write in 0..writes {
        for cut in [Cut::Behind(write), Cut::Before(write)] {
            let (kept, done) = (MemoryJournal::new(), Performed::default());
            program(async {
                let journal = Mortal::new(&kept, 0, cut);
                let loom = Loom::builder(done.clone()).journal(journal.clone()).build();
                loom.start::<W>("run", input.clone()).await.unwrap();
                journal.died().await;
            });
            let recorded = program(async {
                let all = kept.records(1, 0, usize::MAX).await.unwrap();
                all.iter().filter(|record| record.kind == loomflow::journal::RecordKind::Output).count()
            });
            let again = Performed::default();
            let output = program(async {
                let loom =
                    Loom::builder(again.clone()).journal(Mortal::new(&kept, 1, Cut::Never)).workflow::<W>().build();
                loom.resume_all().await.unwrap();
                loom.handle::<W>("run").output().await.unwrap()
            });
            assert_eq!(output, expected, "{cut:?}");
            if again.sorted().len() != whole.sorted().len() - recorded {
                println!("first {:?}\nagain {:?}\nwhole {:?}", done.sorted(), again.sorted(), whole.sorted());
                program(async {
                    for r in kept.records(1, 0, usize::MAX).await.unwrap() {
                        println!("{r:?}");
                    }
                });
            }
            assert_eq!(again.sorted().len(), whole.sorted().len() - recorded, "{cut:?} {recorded}");
        }
    }
    println!("{writes} writes");
}

#[test]
fn a_chain_is_carried_on_from_every_write() {
    cut_everywhere::<Chain, _>(3, 15);
}

#[test]
fn a_loop_is_carried_on_from_every_write() {
    cut_everywhere::<Loop, _>((3, 4), vec![6, 8, 12, 18]);
}

#[test]
fn a_fork_is_carried_on_from_every_write() {
    let word = |n: u32| format!("{n} is a rather long word, so long that it is kept by itself, and told of elsewhere");
    cut_everywhere::<Fork, _>(3, vec![word(14), word(16), word(6), word(7)]);
}
