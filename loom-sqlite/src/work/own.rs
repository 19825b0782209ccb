//! Leases, and who has a run.

use crate::{
    checksum::Checksum,
    known::Standing,
    rows::{
        owners, records,
        runs::{self, Counts, RunRow},
        write,
    },
    store::Store,
    trouble::Trouble,
};
use loomflow_runtime::journal::{Begun, Claim, JournalError, NewRun, RunInfo};
use rusqlite::params;

/// Gives an owner its lease.
pub(crate) fn lease(store: &mut Store<'_>, owner: &str, until: i64) -> Result<(), Trouble> {
    // First, so that nobody finds a lease whose owner does not say yet that it lives.
    store.live(owner)?;
    owners::set(store.connection, owner, until)?;
    store.known.set_lease(owner, until);
    Ok(())
}

/// Ends the leases of those of the owners that are gone.
pub(crate) fn bury(store: &mut Store<'_>, owners: &[String]) -> Result<(), Trouble> {
    owners.iter().try_for_each(|owner| store.bury(owner).map(drop))
}

/// The checksum of a graph.
pub(crate) fn graph_crc(fingerprint: &str, graph: &str) -> i64 {
    Checksum::new().text(fingerprint).text(graph).end()
}

/// Begins a run and claims it.
pub(crate) fn begin(store: &mut Store<'_>, new: &NewRun, owner: &str, now: i64) -> Result<Begun, Trouble> {
    let leased = store.leased(owner, now);
    // Whether there is one of its id is seen when it is added, unless it may not be.
    if leased.is_ok()
        && let Some(claim) = add(store, new, owner, now)?
    {
        return Ok(Begun::New(claim));
    }
    match runs::by_id(store.connection, &new.id)? {
        Some(row) => Ok(Begun::Exists(row.info)),
        None => leased.and_then(|()| Err(Trouble::Damaged(format!("the id `{}` is of no run", new.id)))),
    }
}

/// Adds a run, unless there is one of its id.
fn add(store: &mut Store<'_>, new: &NewRun, owner: &str, now: i64) -> Result<Option<Claim>, Trouble> {
    let run = store.next_run()?;
    let row = RunRow {
        info: RunInfo::of(run, new, owner, now),
        token: 1,
        records: 0,
        counts: Counts::default(),
        signal: false,
    };
    if !row.add(store.connection)? {
        return Ok(None);
    }
    store.known.set_next_run(run + 1);
    let token = row.token;
    records::add_input(store.connection, run, &new.input)?;
    if !store.known.has_graph(&new.fingerprint) {
        let crc = graph_crc(&new.fingerprint, &new.graph);
        let graph = "INSERT OR IGNORE INTO graphs (fingerprint, description, crc) VALUES (?1, ?2, ?3)";
        write(store.connection, graph, params![new.fingerprint, new.graph, crc])?;
        store.known.set_graph(&new.fingerprint);
    }
    store.known.set_run(run, Standing { token, next: 1, owner: Some(owner.into()) });
    store.known.set_plain(row);
    Ok(Some(Claim { run, token }))
}

/// Refuses when another owner than this has a run, or anyone if none is given. One that is gone has none, and loses its
/// lease whatever comes of what is asked for.
pub(super) fn free(store: &mut Store<'_>, info: &RunInfo, but: Option<&str>, now: i64) -> Result<(), Trouble> {
    let Some(owner) = info.owner.as_deref().filter(|&owner| but != Some(owner)) else { return Ok(()) };
    match store.left(owner, now)? {
        Some(left_ms) if !store.bury(owner)? => {
            Err(JournalError::Held { id: info.id.clone(), owner: owner.to_owned(), left_ms }.into())
        }
        _ => Ok(()),
    }
}

/// Claims a run.
pub(crate) fn claim(
    store: &mut Store<'_>,
    id: &str,
    owner: &str,
    now: i64,
    again: bool,
) -> Result<(Claim, RunInfo), Trouble> {
    let found = runs::by_id(store.connection, id)?;
    let mut row = found.ok_or_else(|| JournalError::Unknown { id: id.to_owned() })?;
    row.info.goes_on(again)?;
    free(store, &row.info, Some(owner), now)?;
    store.leased(owner, now)?;
    let run = row.info.run;
    let Some(standing) = store.standing(run)? else {
        return Err(JournalError::Unknown { id: id.to_owned() }.into());
    };
    row.info.claimed_by(owner);
    row.token += 1;
    row.records = standing.next - 1;
    row.signal = false;
    row.change(store.connection)?;
    store.known.take_plain(run);
    store.known.set_run(run, Standing { token: row.token, owner: Some(owner.into()), ..standing });
    // Whoever is not there has no lease, so those that are over need not be kept.
    owners::delete_over(store.connection, now)?;
    store.known.forget_leases();
    Ok((Claim { run, token: row.token }, row.info))
}
