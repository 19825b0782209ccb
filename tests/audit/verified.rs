//! Whether the records of a run are those that were written: whatever is changed in the journal is found and named.

use crate::{
    kept::{Cut, LEASE, World},
    runs::*,
};
use loomflow::{
    Loom, Outcome,
    audit::{Broken, Chain, Flaw, Verified},
    journal::{Filter, Journal, MemoryJournal, Seal},
    prelude::*,
};

/// One whose runs are chained.
fn chained(journal: impl Journal) -> Loom<()> {
    Loom::builder(()).journal(journal).lease(LEASE).chained().build()
}

#[test]
fn a_run_of_everything_is_sound_as_it_was_written() {
    World::default().program(Cut::Never, async |journal| {
        let loom = chained(journal);
        loom.start::<Outer>("many", 4).await.unwrap().output().await.unwrap();
        let run = loom.start::<Letter>("letter", "hello".to_owned()).user("ada").await.unwrap();
        assert!(matches!(run.outcome().await.unwrap(), Outcome::Waiting(_)));
        let before = loom.verify("letter").await.unwrap();
        assert!(before.is_sound(), "{before}");
        loom.answer::<approve>("letter", Approval::Granted).by("grace").await.unwrap();
        run.output().await.unwrap();
        let after = loom.verify("letter").expecting(before.seal.unwrap()).await.unwrap();
        assert!(after.is_sound() && after.records > before.records, "{after}");
        let plain = async |n: u32| Ok::<_, Failure>(double(n).await);
        loom.run("plain", 3_u32, plain).await.unwrap();
        let all = loom.verify_all(&Filter::default()).await.unwrap();
        assert_eq!(all.iter().map(|found| found.run.as_str()).collect::<Vec<_>>(), ["plain", "letter", "many"]);
        assert!(all.iter().all(Verified::is_sound));
        let seal = loom.audit("plain").await.unwrap().seal.unwrap();
        assert_eq!(seal.to_string(), all[0].seal.unwrap().to_string());
        assert_eq!(all[0].to_string(), format!("run `plain`: 2 records are sound, up to {seal}"));
    });
}

#[test]
fn a_run_that_was_tried_again_or_killed_at_any_write_is_sound() {
    let writes = World::default().program(Cut::Never, async |journal| {
        chained(journal.clone()).start::<Outer>("run", 4).await.unwrap().output().await.unwrap();
        journal.writes()
    });
    assert!(writes > 5);
    for cut in (0..writes).flat_map(|write| [Cut::Behind(write), Cut::Before(write)]) {
        let mut world = World::default();
        world.program(cut, async |journal| {
            let loom = chained(journal.clone());
            tokio::select! {
                run = async { loom.start::<Outer>("run", 4).await.unwrap().output().await.unwrap() } => assert_eq!(run, 27),
                () = journal.died() => {}
            }
        });
        // From its first record on a run stays as it was begun, whoever carries it on.
        world.lives((), async |loom| {
            let begun = loom.journal().last(1).await.unwrap().is_some();
            loom.start::<Outer>("run", 4).await.unwrap().output().await.unwrap();
            let found = loom.verify("run").await.unwrap();
            assert_eq!(found.chain, if begun { Chain::Sound } else { Chain::Missing }, "{cut:?}: {found}");
        });
    }
    World::default().program(Cut::Never, async |journal| {
        let loom = chained(journal);
        assert!(loom.start::<Strict>("run", 60).await.unwrap().output().await.is_err());
        loom.retry("run").await.unwrap();
        assert!(loom.handle::<Strict>("run").output().await.is_err());
        let found = loom.verify("run").await.unwrap();
        assert!(found.is_sound() && found.records > 3, "{found}");
    });
}

#[test]
fn a_run_that_is_not_chained_says_so() {
    World::default().lives((), async |loom| {
        loom.start::<Strict>("run", 3).await.unwrap().output().await.unwrap();
        let found = loom.verify("run").await.unwrap();
        assert_eq!((found.chain.clone(), found.seal), (Chain::Missing, None));
        assert_eq!(
            found.to_string(),
            "run `run` is not chained, so nobody can say whether its 3 records are what was written: a `Loom` chains the runs it begins when it is built with `.chained()`"
        );
        assert!(loom.verify("other").await.is_err());
    });
}

#[test]
fn what_was_to_be_expected_is_read_back_from_the_text_that_was_written_down() {
    World::default().program(Cut::Never, async |journal| {
        let loom = chained(journal);
        loom.start::<Strict>("run", 3).await.unwrap().output().await.unwrap();
        let text = loom.verify("run").await.unwrap().seal.unwrap().to_string();
        let seal: Seal = text.parse().unwrap();
        assert!(loom.verify("run").expecting(seal).await.unwrap().is_sound());
        let longer = Seal { seq: 9, ..seal };
        let found = loom.verify("run").expecting(longer).await.unwrap();
        assert_eq!(
            found.to_string(),
            "run `run`: record 4 was removed at the end: the chain came to record 9 once; 3 records before it are sound"
        );

        // Somebody wrote it all anew.
        let anew = chained(MemoryJournal::new());
        anew.start::<Strict>("run", 3).await.unwrap().output().await.unwrap();
        let other = Seal { seq: 3, ..anew.verify("run").await.unwrap().seal.unwrap() };
        if other != seal {
            let found = loom.verify("run").expecting(other).await.unwrap();
            assert!(matches!(&found.chain, Chain::Broken(Broken { seq: 3, flaw: Flaw::Another, .. })), "{found}");
        }
    });
}
