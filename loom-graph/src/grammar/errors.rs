//! Errors that add up: every mistake of a workflow is told in one run.

use proc_macro2::Span;
use quote::ToTokens;
use std::cell::{Cell, RefCell};

/// Collects errors. What holds one must call [`finish`](Errors::finish).
#[derive(Debug, Default)]
pub struct Errors {
    found: RefCell<Vec<syn::Error>>,
    partial: Cell<bool>,
}

impl Errors {
    /// An empty collection.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an error.
    pub fn push(&self, error: syn::Error) {
        self.found.borrow_mut().push(error);
    }

    /// Adds an error at a span.
    pub fn at(&self, span: Span, message: impl std::fmt::Display) {
        self.push(syn::Error::new(span, message));
    }

    /// Adds an error at a span after which a part of the workflow is missing; see [`lost`](Errors::lost).
    pub fn lost_at(&self, span: Span, message: impl std::fmt::Display) {
        self.lost(syn::Error::new(span, message));
    }

    /// Adds an error over all of the tokens of an item.
    pub fn on(&self, tokens: impl ToTokens, message: impl std::fmt::Display) {
        self.push(syn::Error::new_spanned(tokens, message));
    }

    /// Adds an error after which a part of the workflow is missing: what that part would have tied or set is not a
    /// mistake of its own.
    pub fn lost(&self, error: syn::Error) {
        self.partial.set(true);
        self.push(error);
    }

    /// Whether a part of the workflow is missing.
    #[must_use]
    pub fn is_partial(&self) -> bool {
        self.partial.get()
    }

    /// Whether nothing was added yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.found.borrow().is_empty()
    }

    /// All that was added, in the order of the source.
    #[must_use]
    pub fn finish(self) -> Vec<syn::Error> {
        let mut found = self.found.into_inner();
        found.sort_by_key(|error| {
            let start = error.span().start();
            (start.line, start.column)
        });
        found
    }
}
