//! The audit log of a run.

use crate::{
    event::{Event, Json},
    journal::{Link, RunInfo, Seal},
};
use serde::Serialize;
use std::{collections::BTreeMap, io};

/// All that is recorded of a run, in order.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Audit {
    /// What is known of the run.
    pub run: RunInfo,
    /// What happened in it; the first entry tells that it began.
    pub entries: Vec<Entry>,
    /// The end of its chain; none of a run that is not chained, or has no records yet. Written down elsewhere, it is what a later
    /// [`verify`](crate::Loom::verify) is told to expect.
    pub seal: Option<Seal>,
}

/// One thing that happened in a run, with all that is needed to understand it.
///
/// It serializes to one flat object: the fields of an [`Event`], and around them those of the run.
///
/// ```json
/// {"run":"letter-17","workflow":"Letter","version":1,"user":"ada","seq":3,"kind":"answered",
///  "value":{"ask":"approve","answer":"Granted","by":"grace"},"scope":"","turn":1,"node":"approve","label":"","attempt":0,
///  "began_at":1800000000000,"at":1800000120000,"usage":{"calls":0,"input":0,"output":0,"time":0},
///  "took":120000,"link":"9f3ac0e155d04c8b9a1f0c3d2e4b5a69"}
/// ```
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Entry {
    /// The id of the run.
    pub run: String,
    /// Its workflow.
    pub workflow: String,
    /// The version of that.
    pub version: u32,
    /// Whom the run is for, if that was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The session the run belongs to, if that was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// What happened. It is always a recorded event.
    #[serde(flatten)]
    pub event: Event,
    /// How long it took, in milliseconds.
    pub took: u64,
    /// What was live there, by its names, if that was [asked for](crate::audit::Auditing::with_values).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub values: Option<BTreeMap<String, Json>>,
    /// What chains its record to the one before; none of the beginning, and in a run that is not chained.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<Link>,
}

impl Audit {
    /// Writes the entries as lines of JSON.
    ///
    /// # Errors
    /// What `to` fails with.
    pub fn write(&self, to: &mut impl io::Write) -> io::Result<()> {
        for entry in &self.entries {
            serde_json::to_writer(&mut *to, entry)?;
            to.write_all(b"\n")?;
        }
        Ok(())
    }
}
