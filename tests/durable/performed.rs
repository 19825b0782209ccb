//! How often the steps of a test were performed.

use std::sync::{Arc, Mutex};

/// How often each step was performed, by a text that says which.
#[derive(Debug, Clone, Default)]
pub struct Performed(Arc<Mutex<Vec<String>>>);

impl Performed {
    pub fn note(&self, what: impl Into<String>) {
        self.0.lock().expect("nothing panics here").push(what.into());
    }

    pub fn sorted(&self) -> Vec<String> {
        let mut all = self.0.lock().expect("nothing panics here").clone();
        all.sort();
        all
    }
}
