//! Random choices, and what is made of them.

use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{Config, RngSeed, TestCaseResult, TestRunner},
};
use std::fmt;

/// Says so when something does not hold of one of so many values, and shows the smallest such value.
pub(crate) fn always<T: fmt::Debug>(
    cases: u32,
    values: impl Strategy<Value = T>,
    holds: impl Fn(&T) -> TestCaseResult,
) {
    let given = Config::default();
    let rng_seed = match given.rng_seed {
        RngSeed::Random => RngSeed::Fixed(1),
        seed @ RngSeed::Fixed(_) => seed,
    };
    let config = Config { cases: given.cases.max(cases), rng_seed, failure_persistence: None, ..given };
    if let Err(failure) = TestRunner::new(config).run(&values, |value| holds(&value)) {
        panic!("{failure}");
    }
}

/// Something made by choices, shown as what was made.
pub(crate) struct Made<T>(pub(crate) T);

impl<T: fmt::Display> fmt::Debug for Made<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// What `make` makes of random choices.
pub(crate) fn made<T: fmt::Display>(most: usize, make: impl Fn(&mut Choices) -> T) -> impl Strategy<Value = Made<T>> {
    vec(any::<u8>(), 0..most).prop_map(move |bytes| Made(make(&mut Choices { bytes, at: 0 })))
}

/// Choices, each a number; the smaller, the simpler. Behind the last one all are 0, so that whatever is made ends.
pub(crate) struct Choices {
    bytes: Vec<u8>,
    at: usize,
}

impl Choices {
    pub(crate) fn below(&mut self, many: usize) -> usize {
        let byte = self.bytes.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        usize::from(byte) % many
    }

    /// Whether something comes about that does so once in so many times.
    pub(crate) fn once_in(&mut self, many: usize) -> bool {
        self.below(many) == many - 1
    }

    pub(crate) fn of<'t>(&mut self, all: &[&'t str]) -> &'t str {
        all[self.below(all.len())]
    }

    pub(crate) fn is_over(&self) -> bool {
        self.at >= self.bytes.len()
    }
}

/// Numbers that look random (`SplitMix64`).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, many: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 33) as usize % many
    }

    /// Whether something comes about that does so once in so many times.
    pub(crate) fn once_in(&mut self, many: usize) -> bool {
        self.below(many) == 0
    }
}
