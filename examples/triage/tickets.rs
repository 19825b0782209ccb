//! Where tickets come from.

use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// A message of a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ticket {
    /// Where it was read: the name of a file, with the number of the line where lines are tickets.
    pub(crate) name: String,
    pub(crate) text: String,
}

/// A place to read tickets from.
pub(crate) enum Source {
    Stdin,
    Path(PathBuf),
}

/// A ticket that could not be read.
#[derive(Debug)]
pub(crate) struct Unread {
    name: String,
    why: String,
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.why)
    }
}

impl Source {
    /// The folder of tickets that comes with the example.
    pub(crate) fn bundled() -> Self {
        Self::Path(PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/triage/tickets")))
    }

    /// Reads all tickets. One that cannot be read does not keep the others from being read.
    pub(crate) fn read(&self) -> Vec<Result<Ticket, Unread>> {
        match self {
            Self::Stdin => {
                let mut bytes = Vec::new();
                match io::stdin().lock().read_to_end(&mut bytes) {
                    Ok(_) => read_lines("stdin", &bytes),
                    Err(error) => vec![Err(unread("stdin", &error))],
                }
            }
            Self::Path(path) if path.is_dir() => read_folder(path),
            Self::Path(path) => read_file(path, &path.to_string_lossy()),
        }
    }
}

/// The `.txt` and `.lines` files of a folder, by name.
fn read_folder(folder: &Path) -> Vec<Result<Ticket, Unread>> {
    let listed = fs::read_dir(folder)
        .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<PathBuf>>>());
    let mut files = match listed {
        Ok(files) => files,
        Err(error) => return vec![Err(unread(&folder.to_string_lossy(), &error))],
    };
    files.retain(|file| holds_lines(file) || file.extension() == Some(OsStr::new("txt")));
    files.sort();
    files.iter().flat_map(|file| read_file(file, &file.file_name().unwrap_or_default().to_string_lossy())).collect()
}

fn read_file(path: &Path, name: &str) -> Vec<Result<Ticket, Unread>> {
    match fs::read(path) {
        Ok(bytes) if holds_lines(path) => read_lines(name, &bytes),
        Ok(bytes) => {
            let ticket = read_ticket(name.to_owned(), &bytes);
            vec![ticket.unwrap_or_else(|| Err(unread(name, &"holds no ticket")))]
        }
        Err(error) => vec![Err(unread(name, &error))],
    }
}

fn holds_lines(path: &Path) -> bool {
    path.extension() == Some(OsStr::new("lines"))
}

fn read_lines(name: &str, bytes: &[u8]) -> Vec<Result<Ticket, Unread>> {
    let lines = bytes.split(|&byte| byte == b'\n').zip(1..);
    lines.filter_map(|(line, number): (_, u32)| read_ticket(format!("{name}:{number}"), line)).collect()
}

/// Reads one ticket; blank text is none.
fn read_ticket(name: String, bytes: &[u8]) -> Option<Result<Ticket, Unread>> {
    let Ok(text) = str::from_utf8(bytes) else {
        return Some(Err(unread(&name, &"is not UTF-8")));
    };
    // Some editors begin a file with a byte order mark.
    let text = text.trim_start_matches('\u{feff}').trim().to_owned();
    (!text.is_empty()).then_some(Ok(Ticket { name, text }))
}

fn unread(name: &str, why: &dyn fmt::Display) -> Unread {
    Unread { name: name.to_owned(), why: why.to_string() }
}
