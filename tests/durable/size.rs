//! What runs take in a file that is closed: a value its size once, wherever it goes, and a conversation little more than what
//! was said.

use loomflow::{Loom, Outcome, Sqlite, journal::Answering, prelude::*};
use serde::{Deserialize, Serialize};
use std::{fs, path::PathBuf};

/// A file that is gone when the test is over.
struct File(PathBuf);

impl File {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("loomflow-size-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).expect("the folder can be made");
        File(folder)
    }

    fn path(&self) -> PathBuf {
        self.0.join("runs.db")
    }

    /// How many bytes there are in the folder.
    fn bytes(&self) -> u64 {
        let files = fs::read_dir(&self.0).expect("the folder is there");
        files.map(|file| file.expect("the file is there").metadata().expect("the file can be asked").len()).sum()
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
