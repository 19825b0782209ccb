//! Texts in lines, and how large they are.

use super::{CHARACTER, LINE, SIZE};
use unicode_width::UnicodeWidthStr as _;

/// Lines of text.
pub(super) struct Block(Vec<String>);

impl Block {
    /// A text in lines that are no longer than so many characters where it has a space to break them at.
    pub(super) fn new(text: &str, longest: usize) -> Self {
        Block(super::super::lines(text).iter().flat_map(|line| broken(line, longest)).collect())
    }

    /// The same with a line below.
    pub(super) fn with(mut self, line: Option<String>) -> Self {
        self.0.extend(line);
        self
    }

    pub(super) fn lines(&self) -> &[String] {
        &self.0
    }

    /// In pixels.
    pub(super) fn width(&self) -> f64 {
        let longest = self.0.iter().map(|line| line.width()).max().unwrap_or(0);
        count(longest) * SIZE * CHARACTER
    }

    /// In pixels.
    pub(super) fn height(&self) -> f64 {
        count(self.0.len()) * LINE
    }
}

fn count(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}

fn broken(line: &str, longest: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in line.split_inclusive(' ') {
        let Some(last) = lines.last_mut() else { break };
        if last.is_empty() || last.width() + word.trim_end().width() <= longest {
            last.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

/// A text within XML.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in super::super::lines(text).join("\n").chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // A page of Markdown ends an element of HTML at an empty line.
            '\n' => out.push_str("&#10;"),
            c => out.push(c),
        }
    }
    out
}
