//! Values from where records tell that they stand.

use super::{
    def::{Def, Told},
    forms::Forms,
    live::{Form, Live, Telling},
};
use crate::journal::{Journal, JournalError, Record, RecordKind};
use serde_json::value::RawValue;
use std::{
    collections::{BTreeMap, HashMap},
    pin::Pin,
    sync::Arc,
};

/// Reads the values of one run. Every record is read once at the most.
pub(super) struct Resolver<'j> {
    journal: &'j dyn Journal,
    run: u64,
    id: &'j str,
    records: HashMap<u64, Arc<Record>>,
    inputs: HashMap<u64, Arc<BTreeMap<String, Box<RawValue>>>>,
    /// The forms that records told in full which were read.
    forms: HashMap<u64, Arc<Form>>,
}

/// What is told of a run whose records are not what was written.
pub(super) fn damaged(journal: &dyn Journal, id: &str, what: &str) -> JournalError {
    JournalError::Damaged { journal: format!("{journal:?}"), what: format!("run `{id}`: {what}") }
}

type Resolving<'r, T> = Pin<Box<dyn Future<Output = Result<T, JournalError>> + Send + 'r>>;

impl<'j> Resolver<'j> {
    pub(super) fn new(journal: &'j dyn Journal, run: u64, id: &'j str) -> Self {
        Resolver { journal, run, id, records: HashMap::new(), inputs: HashMap::new(), forms: HashMap::new() }
    }

    fn damaged(&self, what: &str) -> JournalError {
        damaged(self.journal, self.id, what)
    }

    /// A record.
    pub(super) async fn record(&mut self, seq: u64) -> Result<Arc<Record>, JournalError> {
        if let Some(record) = self.records.get(&seq) {
            return Ok(Arc::clone(record));
        }
        let record = self.journal.record(self.run, seq).await?;
        let record = Arc::new(record.ok_or_else(|| self.damaged(&format!("record {seq} is missing")))?);
        self.records.insert(seq, Arc::clone(&record));
        Ok(record)
    }

    /// What is live where a record was written, and the number of the record that tells it: one that tells nothing stands
    /// where the one before it stands.
    pub(super) async fn live(&mut self, record: &Record) -> Result<(Live, u64), JournalError> {
        let mut before = None;
        let mut telling = record;
        while telling.live.is_empty() {
            let Some(after) = telling.after.filter(|&after| after < telling.seq) else {
                return Ok((Live::default(), telling.seq));
            };
            telling = before.insert(self.record(after).await?);
        }
        let seq = telling.seq;
        let live = match self.telling(telling)? {
            Telling::Full(live) => {
                self.forms.insert(seq, Arc::clone(&live.form));
                live
            }
            Telling::As(told, defs) => {
                let form = self.form(told).await?;
                Live::of(form, &defs).map_err(|error| self.untold(seq, &error))?
            }
        };
        Ok((live, seq))
    }

    /// The form that a record tells in full.
    async fn form(&mut self, seq: u64) -> Result<Arc<Form>, JournalError> {
        if let Some(form) = self.forms.get(&seq) {
            return Ok(Arc::clone(form));
        }
        let record = self.record(seq).await?;
        let Telling::Full(live) = self.telling(&record)? else {
            return Err(self.damaged(&format!("record {seq} does not tell all that is live there")));
        };
        self.forms.insert(seq, Arc::clone(&live.form));
        Ok(live.form)
    }

    /// The forms that were come upon.
    pub(super) fn into_forms(self) -> Forms {
        let mut forms = Forms::default();
        self.forms.into_iter().for_each(|(seq, form)| forms.read(seq, form));
        forms
    }

    fn telling(&self, record: &Record) -> Result<Telling, JournalError> {
        Telling::read(&record.live).map_err(|error| self.untold(record.seq, &error))
    }

    fn untold(&self, seq: u64, error: &serde_json::Error) -> JournalError {
        self.damaged(&format!("what is live at record {seq} cannot be read: {error}"))
    }

    /// The values of what is live, by their names.
    pub(super) async fn values(
        &mut self,
        values: &HashMap<String, Def>,
    ) -> Result<HashMap<String, String>, JournalError> {
        let mut read = HashMap::with_capacity(values.len());
        for (name, def) in values {
            read.insert(name.clone(), self.value(def).await?);
        }
        Ok(read)
    }

    /// A value, as JSON.
    pub(super) fn value<'r>(&'r mut self, def: &'r Def) -> Resolving<'r, String> {
        Box::pin(async move {
            match def {
                Def::Output(seq) => Ok(self.record(*seq).await?.value.clone()),
                Def::Told(Told::Tried(seq)) => {
                    let record = self.record(*seq).await?;
                    let form = match record.kind {
                        RecordKind::Failed | RecordKind::Cancelled => "Err",
                        _ => "Ok",
                    };
                    Ok(format!(r#"{{"{form}":{}}}"#, record.value))
                }
                Def::Told(Told::Is(json)) => Ok(json.clone()),
                Def::Told(Told::Input(seq, name)) => self.input(*seq, name).await,
                Def::Told(Told::At(seq, name)) => {
                    let def = self.told(*seq, name).await?;
                    self.value(&def).await
                }
                Def::Told(Told::List(..)) => self.list(def).await,
            }
        })
    }

    /// What a record tells of a name.
    async fn told(&mut self, seq: u64, name: &str) -> Result<Def, JournalError> {
        let record = self.record(seq).await?;
        let live = self.live(&record).await?.0;
        live.def(name).cloned().ok_or_else(|| self.damaged(&format!("record {seq} tells nothing of `{name}`")))
    }

    async fn input(&mut self, seq: u64, name: &str) -> Result<String, JournalError> {
        self.read_inputs(seq).await?;
        let value = self.inputs[&seq].get(name).map(|value| value.get().to_owned());
        value.ok_or_else(|| self.damaged(&format!("there is no input `{name}`")))
    }

    async fn read_inputs(&mut self, seq: u64) -> Result<(), JournalError> {
        if !self.inputs.contains_key(&seq) {
            let json =
                if seq == 0 { self.journal.input(self.run).await? } else { self.record(seq).await?.value.clone() };
            let read = serde_json::from_str(&json);
            let read = read.map_err(|error| self.damaged(&format!("its input cannot be read: {error}")))?;
            self.inputs.insert(seq, Arc::new(read));
        }
        Ok(())
    }

    /// A list. Each part tells of the one before it; there may be thousands of them.
    async fn list(&mut self, def: &Def) -> Result<String, JournalError> {
        let mut parts: Vec<Vec<String>> = Vec::new();
        let (mut at, mut before) = (Some(def.clone()), u64::MAX);
        while let Some(part) = at.take() {
            match part {
                Def::Told(Told::List(of, items)) => {
                    let mut read = Vec::with_capacity(items.len());
                    for item in &items {
                        read.push(self.value(item).await?);
                    }
                    parts.push(read);
                    at = of.map(|of| *of);
                }
                // A part stands before those it is a part of: what is damaged must not go round for ever.
                Def::Told(Told::At(seq, name)) if seq < before => {
                    before = seq;
                    at = Some(self.told(seq, &name).await?);
                }
                other => {
                    let json = self.value(&other).await?;
                    let items = serde_json::from_str::<Vec<Box<RawValue>>>(&json)
                        .map_err(|error| self.damaged(&format!("a list cannot be read: {error}")))?;
                    parts.push(items.into_iter().map(|item| item.get().to_owned()).collect());
                }
            }
        }
        let items: Vec<String> = parts.into_iter().rev().flatten().collect();
        Ok(format!("[{}]", items.join(",")))
    }
}
