//! Checksums of rows: they tell when what is read is not what was written.

use crc32fast::Hasher;

/// How many bytes are collected before they are summed up: very few at a time are slow.
const AT_ONCE: usize = 128;

/// A checksum that is being made. Each part is told apart from the next, and nothing from an empty text.
pub(crate) struct Checksum {
    hasher: Hasher,
    bytes: [u8; AT_ONCE],
    filled: usize,
}

impl Checksum {
    pub(crate) fn new() -> Self {
        Self { hasher: Hasher::new(), bytes: [0; AT_ONCE], filled: 0 }
    }

    fn add(mut self, bytes: &[u8]) -> Self {
        match self.bytes.get_mut(self.filled..self.filled + bytes.len()) {
            Some(free) => {
                free.copy_from_slice(bytes);
                self.filled += bytes.len();
            }
            None => {
                self.sum_up();
                self.hasher.update(bytes);
            }
        }
        self
    }

    fn sum_up(&mut self) {
        self.hasher.update(self.bytes.get(..self.filled).unwrap_or_default());
        self.filled = 0;
    }

    pub(crate) fn int(self, n: i64) -> Self {
        self.add(&n.to_le_bytes())
    }

    pub(crate) fn text(self, text: &str) -> Self {
        self.int(text.len().try_into().unwrap_or(i64::MAX)).add(text.as_bytes())
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
    pub(crate) fn end(mut self) -> i64 {
        self.sum_up();
        i64::from(self.hasher.finalize().cast_signed())
    }
}
