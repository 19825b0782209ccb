//! Checksums of rows: they tell when what is read is not what was written.

use crc32fast::Hasher;

/// A checksum that is being made. Each part is told apart from the next, and nothing from an empty text.
pub(crate) struct Checksum(Hasher);

impl Checksum {
    pub(crate) fn new() -> Self {
        Self(Hasher::new())
    }

    pub(crate) fn int(mut self, n: i64) -> Self {
        self.0.update(&n.to_le_bytes());
        self
    }

    pub(crate) fn text(mut self, text: &str) -> Self {
        self.0.update(&text.len().to_le_bytes());
        self.0.update(text.as_bytes());
        self
    }

    pub(crate) fn maybe_int(self, n: Option<i64>) -> Self {
        match n {
            Some(n) => self.int(1).int(n),
            None => self.int(0),
        }
    }

    pub(crate) fn maybe_text(self, text: Option<&str>) -> Self {
        match text {
            Some(text) => self.int(1).text(text),
            None => self.int(0),
        }
    }

    /// As it is stored: of both signs, because SQLite keeps that in four bytes.
    pub(crate) fn end(self) -> i64 {
        i64::from(self.0.finalize().cast_signed())
    }
}
