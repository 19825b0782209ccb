//! The words of a model, told to whoever watches the run in whose step they come.

use crate::{
    around::{self, Around},
    durable::Spot,
    event::Happened,
};
use std::fmt;

/// An answer of a model that comes word by word, in a step of a run that is kept. When nobody watches the run, or the code that
/// asks for it stands in no such step, what is said is told to nobody, and costs next to nothing.
///
/// One that is dropped after its first words and before [`ends`](Speech::ends) is told as broken.
#[derive(Debug)]
pub struct Speech {
    /// The step, if it is one of a run that is kept.
    step: Option<Around>,
    stream: u64,
    /// Whether some words are with who watches, and nothing was said of their end.
    open: bool,
}

/// Begins to tell an answer in the step that is being polled.
///
/// [`Model::stream`](https://docs.rs/loomflow) does so by itself; a client of one's own says what it is given:
///
/// ```
/// use loomflow_runtime::event;
///
/// let mut speech = event::speech();
/// for words in ["Far ", "away."] {
///     speech.says(words);
/// }
/// speech.ends();
/// ```
#[must_use]
pub fn speech() -> Speech {
    let step = around::kept();
    let stream = step.as_ref().and_then(Around::spot).map_or(0, Spot::next_stream);
    Speech { step, stream, open: false }
}

impl Speech {
    /// Whether somebody watches the run now, so that it is worth to ask for an answer word by word.
    #[must_use]
    pub fn is_heard(&self) -> bool {
        self.step.as_ref().and_then(Around::spot).is_some_and(Spot::is_watched)
    }

    /// More words.
    pub fn says(&mut self, words: &str) {
        let Some(spot) = self.step.as_ref().and_then(Around::spot) else { return };
        self.open = true;
        spot.tell(|| Happened::Token { stream: self.stream, text: words.to_owned() });
    }

    /// It has come to its end, and is whole.
    pub fn ends(&mut self) {
        self.open = false;
    }

    /// It has come to an end before it was whole.
    pub fn breaks(&mut self, why: &impl fmt::Display) {
        self.open = false;
        let Some(spot) = self.step.as_ref().and_then(Around::spot) else { return };
        spot.tell(|| Happened::Broken { stream: self.stream, error: why.to_string() });
    }
}

impl Drop for Speech {
    fn drop(&mut self) {
        if self.open {
            self.breaks(&"nobody waited for the rest of it");
        }
    }
}
