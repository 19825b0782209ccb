//! What a run is begun with, as it is said on the command line: a JSON object, or `name=value` for each input.

use crate::{nearest::or_nearest, trouble::Trouble, workflows::Known};
use loomflow_graph::graph::{Graph, Input};
use loomflow_runtime::state::Unfit;
use serde_json::value::{RawValue, to_raw_value};
use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

/// Where the input of a run comes from.
#[derive(Debug, Default)]
pub(crate) struct Said {
    pub(crate) json: Option<String>,
    pub(crate) file: Option<PathBuf>,
    /// `name=value` each, or `-` for standard input.
    pub(crate) values: Vec<String>,
}

/// A value that is said as `name=value`.
struct Spoken<'s> {
    name: &'s str,
    text: &'s str,
    /// Whether it is taken as a text, for it is no JSON, or the input is none.
    is_text: bool,
}

impl Said {
    /// The input as a JSON object that the workflow takes.
    pub(crate) fn read<C>(self, known: &dyn Known<C>) -> Result<String, Trouble> {
        let graph = known.graph();
        let mut object = match self.object()? {
            Some(json) => object(&graph, &json)?,
            None => BTreeMap::new(),
        };
        let mut spoken = Vec::new();
        for value in self.values.iter().filter(|value| *value != "-") {
            let Some((name, text)) = value.split_once('=') else {
                return Err(Trouble::Usage(format!("`{value}` is no input: write `name=value`; {}", takes(&graph))));
            };
            let is_text = serde_json::from_str::<&RawValue>(text).is_err();
            spoken.push(Spoken { name, text, is_text });
        }
        let names = object.keys().map(String::as_str).chain(spoken.iter().map(|spoken| spoken.name));
        names.into_iter().try_for_each(|name| is_input(&graph, name))?;
        let mut first = None;
        loop {
            for spoken in &spoken {
                object.insert(spoken.name.to_owned(), spoken.json());
            }
            // A map of JSON can be written.
            let json = serde_json::to_string(&object).unwrap_or_default();
            let unfit = match known.takes(&json) {
                Ok(()) => return Ok(json),
                Err(unfit) => unfit,
            };
            // `ticket=42` is a number where one is taken, and else a text.
            match spoken.iter_mut().find(|spoken| !spoken.is_text && is_of(&unfit, spoken.name)) {
                Some(number) => {
                    number.is_text = true;
                    first = Some((number.name, unfit));
                }
                None => {
                    // Of what is neither, what is wrong with the JSON says more.
                    let told = first.filter(|(name, _)| is_of(&unfit, name)).map_or(unfit, |(_, first)| first);
                    return Err(Trouble::Usage(refused(&graph, &told)));
                }
            }
        }
    }

    /// The text that is to be an object, if there is one.
    fn object(&self) -> Result<Option<String>, Trouble> {
        let is_piped = self.values.iter().any(|value| value == "-");
        let file = if is_piped { Some(Path::new("-")) } else { self.file.as_deref() };
        let Some(file) = file else { return Ok(self.json.clone()) };
        let read = if file == Path::new("-") { io::read_to_string(io::stdin()) } else { fs::read_to_string(file) };
        read.map(Some).map_err(|error| Trouble::File { file: file.to_owned(), done: "read", error })
    }
}

impl Spoken<'_> {
    fn json(&self) -> Box<RawValue> {
        let raw = if self.is_text { to_raw_value(self.text) } else { RawValue::from_string(self.text.to_owned()) };
        raw.unwrap_or_default()
    }
}

fn object(graph: &Graph<'_>, json: &str) -> Result<BTreeMap<String, Box<RawValue>>, Trouble> {
    serde_json::from_str(json).map_err(|error| {
        Trouble::Usage(if error.is_data() {
            format!("the input is a JSON object with each input by its name; {}", takes(graph))
        } else {
            format!("the input is no JSON: {error}")
        })
    })
}

fn is_input(graph: &Graph<'_>, name: &str) -> Result<(), Trouble> {
    let inputs: Vec<String> = graph.inputs().iter().map(|input| input.name.to_owned()).collect();
    if inputs.iter().any(|input| input == name) {
        return Ok(());
    }
    let complaint = format!("`{}` has no input `{name}`", graph.name());
    Err(Trouble::Usage(or_nearest(complaint, name, &inputs, "it takes")))
}

fn is_of(unfit: &Unfit, name: &str) -> bool {
    matches!(unfit, Unfit::Shape { name: of, .. } if of == name)
}

/// Why the workflow does not take an input, with the type it needs.
fn refused(graph: &Graph<'_>, unfit: &Unfit) -> String {
    let typed =
        |name: &str| graph.inputs().iter().find(|input| input.name == name).map_or_else(|| name.to_owned(), typed);
    match unfit {
        Unfit::Missing { name } => format!("`{}` is missing; {}", typed(name), takes(graph)),
        Unfit::Shape { name, error } => format!("`{}` does not fit: {error}", typed(name)),
        other => other.to_string(),
    }
}

/// What a workflow takes, in words.
pub(crate) fn takes(graph: &Graph<'_>) -> String {
    match graph.inputs() {
        [] => format!("`{}` takes no input", graph.name()),
        inputs => format!("`{}` takes {}", graph.name(), inputs.iter().map(typed).collect::<Vec<_>>().join(", ")),
    }
}

fn typed(input: &Input<'_>) -> String {
    format!("{}: {}", input.name, input.ty)
}
