//! Deleting runs.

use super::own::free;
use crate::{
    rows::{all, heads, messages, questions, records, runs, write},
    store::Store,
    trouble::Trouble,
};

/// Deletes a run with all that belongs to it.
pub(crate) fn delete(store: &mut Store<'_>, id: &str, now: i64) -> Result<bool, Trouble> {
    let Some(row) = runs::by_id(store.connection, id)? else { return Ok(false) };
    free(store, &row.info, None, now)?;
    remove(store, row.info.run, row.records)?;
    Ok(true)
}

/// Deletes the runs that ended before a time, and what nothing needs any more.
pub(crate) fn prune(store: &mut Store<'_>, ended_before: i64) -> Result<u64, Trouble> {
    let ended = "SELECT run, records FROM runs WHERE ended_at < ?1";
    let ended = all(store.connection, ended, [ended_before], |row| {
        Ok((row.get::<_, i64>(0)?.cast_unsigned(), row.get::<_, i64>(1)?.cast_unsigned()))
    })?;
    for &(run, records) in &ended {
        remove(store, run, records)?;
    }
    let unused = "DELETE FROM graphs WHERE fingerprint NOT IN (SELECT fingerprint FROM runs)";
    write(store.connection, unused, [])?;
    store.known.forget_graphs();
    write(store.connection, "DELETE FROM cache WHERE until < ?1", [ended_before])?;
    Ok(ended.len() as u64)
}

fn remove(store: &mut Store<'_>, run: u64, records: u64) -> Result<(), Trouble> {
    records::delete(store.connection, run, records)?;
    heads::forget(store.connection, run, "")?;
    questions::delete(store.connection, run)?;
    messages::delete(store.connection, run)?;
    runs::delete(store.connection, run)?;
    store.known.forget_run(run);
    Ok(())
}
