//! Checksums of rows: they tell when what is read is not what was written.

use crc32fast::Hasher;
use std::mem;

/// How many bytes are collected before they are summed up: few at a time are slow. Most records have less in them.
const AT_ONCE: usize = 256;

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

    /// Bytes of which there are always as many.
    pub(crate) fn add(&mut self, bytes: &[u8]) -> &mut Self {
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

    #[inline]
    pub(crate) fn int(&mut self, n: i64) -> &mut Self {
        let bytes = n.to_le_bytes();
        // Most of what is added is this, and a copy of a known length is one instruction.
        match self.bytes.get_mut(self.filled..).and_then(<[u8]>::first_chunk_mut) {
            Some(free) => {
                *free = bytes;
                self.filled += bytes.len();
                self
            }
            None => self.add(&bytes),
        }
    }

    #[inline]
    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        self.int(text.len().try_into().unwrap_or(i64::MAX));
        if text.is_empty() { self } else { self.add(text.as_bytes()) }
    }

    pub(crate) fn maybe_int(&mut self, n: Option<i64>) -> &mut Self {
        match n {
            Some(n) => self.int(1).int(n),
            None => self.int(0),
        }
    }

    pub(crate) fn maybe_text(&mut self, text: Option<&str>) -> &mut Self {
        match text {
            Some(text) => self.int(1).text(text),
            None => self.int(0),
        }
    }

    /// As it is stored: of both signs, because SQLite keeps that in four bytes.
    pub(crate) fn end(&mut self) -> i64 {
        self.sum_up();
        i64::from(mem::take(&mut self.hasher).finalize().cast_signed())
    }
}
