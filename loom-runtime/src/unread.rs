//! Where in a JSON text stands what does not fit, for whoever wrote it.
//!
//! The place is found in the text, from how far it was read. To have it told by the reading itself (as `serde_path_to_error` does)
//! would compile each type's `Deserialize` a second time, in programs that never read anything wrong.

use std::fmt::Write as _;

/// What is wrong with a JSON text, and where: ``at `lines[2].price`: invalid type: string "x", expected u32``.
pub(crate) fn unread(json: &str, error: &serde_json::Error) -> String {
    let told = error.to_string();
    if !error.is_data() {
        return told;
    }
    let suffix = format!(" at line {} column {}", error.line(), error.column());
    let told = told.strip_suffix(&suffix).unwrap_or(&told);
    match place(json, error.line(), error.column()) {
        place if place.is_empty() => told.to_owned(),
        place => format!("at `{place}`: {told}"),
    }
}

enum Around<'j> {
    List(usize),
    Object { key: &'j str, is_behind_colon: bool },
}

/// The path to the value that was read last, when all was read up to this line and column.
fn place(json: &str, line: usize, column: usize) -> String {
    let before: usize = json.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let read = json.get(..before + column).unwrap_or(json);
    let mut around = Vec::new();
    let mut from = 0;
    while let Some(at) = read[from..].find(['{', '[', '}', ']', ',', ':', '"']).map(|at| from + at) {
        from = at + 1;
        match (read.as_bytes()[at], around.last_mut()) {
            (b'{', _) => around.push(Around::Object { key: "", is_behind_colon: false }),
            (b'[', _) => around.push(Around::List(0)),
            (b'}' | b']', _) => drop(around.pop()),
            (b',', Some(Around::List(index))) => *index += 1,
            (b',', Some(Around::Object { is_behind_colon, .. })) => *is_behind_colon = false,
            (b':', Some(Around::Object { is_behind_colon, .. })) => *is_behind_colon = true,
            (b'"', inner) => {
                let text = &read[from..];
                let end = ends(text);
                if let Some(Around::Object { key, is_behind_colon: false }) = inner {
                    *key = &text[..end];
                }
                from = (from + end + 1).min(read.len());
            }
            _ => {}
        }
    }
    let mut path = String::new();
    for around in around {
        let _ = match around {
            Around::List(index) => write!(path, "[{index}]"),
            Around::Object { key, is_behind_colon: true } if path.is_empty() => write!(path, "{key}"),
            Around::Object { key, is_behind_colon: true } => write!(path, ".{key}"),
            // It is a key that does not fit, and so the object.
            Around::Object { .. } => Ok(()),
        };
    }
    path
}

/// Where a string ends whose opening quote was read.
fn ends(text: &str) -> usize {
    let mut is_escaped = false;
    text.bytes()
        .position(|byte| {
            let is_end = byte == b'"' && !is_escaped;
            is_escaped = byte == b'\\' && !is_escaped;
            is_end
        })
        .unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use std::collections::BTreeMap;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "they are only read into")]
    struct Order {
        id: u32,
        lines: Vec<(String, u32)>,
        #[serde(default)]
        notes: BTreeMap<String, Option<Box<Order>>>,
        #[serde(default)]
        state: State,
    }

    #[derive(Debug, Default, Deserialize)]
    #[expect(dead_code, reason = "they are only read into")]
    enum State {
        #[default]
        New,
        Sent {
            to: String,
        },
    }

    fn told(json: &str) -> String {
        unread(json, &serde_json::from_str::<Order>(json).expect_err("it is no order"))
    }

    #[test]
    fn a_value_that_does_not_fit_is_told_with_the_way_to_it() {
        for (json, wrong) in [
            (r#"{"id": "x", "lines": []}"#, r#"at `id`: invalid type: string "x", expected u32"#),
            (r#"{"id": -1, "lines": []}"#, "at `id`: invalid value: integer `-1`, expected u32"),
            (r#"{"id": [1], "lines": []}"#, "at `id`: invalid type: sequence, expected u32"),
            (r#"{"id": {"a": [1]}, "lines": []}"#, "at `id`: invalid type: map, expected u32"),
            (r#"{"id": null, "lines": []}"#, "at `id`: invalid type: null, expected u32"),
            (
                r#"{"id":1,"lines":[["a, \"b]",2],["c","d"]]}"#,
                r#"at `lines[1][1]`: invalid type: string "d", expected u32"#,
            ),
            (r#"{"id":1,"lines":[["a"]]}"#, "at `lines[0]`: invalid length 1, expected a tuple of size 2"),
            (r#"{"id":1,"lines":[[["a"],1]]}"#, "at `lines[0][0]`: invalid type: sequence, expected a string"),
            (
                "{\"id\":1,\n \"lines\":[[\"é\\\\\",\n  true]]}",
                "at `lines[0][1]`: invalid type: boolean `true`, expected u32",
            ),
            (r#"{"id":1,"lines":[],"notes":{"a":null,"b":{"lines":[]}}}"#, "at `notes.b`: missing field `id`"),
            (
                r#"{"id":1,"lines":[],"state":{"Sent":{"to":7}}}"#,
                "at `state.Sent.to`: invalid type: integer `7`, expected a string",
            ),
            (r#"{"id":1,"lines":[],"state":"Old"}"#, "at `state`: unknown variant `Old`, expected `New` or `Sent`"),
            (
                r#"{"id":1,"notes":{"a":{"idd":1}}}"#,
                "at `notes.a`: unknown field `idd`, expected one of `id`, `lines`, `notes`, `state`",
            ),
        ] {
            assert_eq!(told(json), wrong, "{json}");
        }
    }

    #[test]
    fn what_is_wrong_with_the_whole_names_no_place() {
        assert_eq!(told("7"), "invalid type: integer `7`, expected struct Order");
        assert_eq!(told(r#"{"id": 1}"#), "missing field `lines`");
    }

    #[test]
    fn what_is_no_json_is_told_with_its_line_and_column() {
        assert_eq!(told("{\"id\": 1,\n}"), "trailing comma at line 2 column 1");
    }
}
