//! The way a run took, to be compared with the one that was expected.

use std::{fmt, ops::Deref};

/// The names of the nodes a run visited: those of a fork branch after branch, those within a nested workflow behind the node
/// that it is, as `refund/charge`.
///
/// It is compared with names: `assert_eq!(run.path(), ["classify", "billing"])`.
#[derive(Clone, PartialEq, Eq)]
pub struct Path(pub(super) Vec<String>);

impl Deref for Path {
    type Target = [String];
    fn deref(&self) -> &[String] {
        &self.0
    }
}

impl fmt::Debug for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}

impl<T: AsRef<str>, const N: usize> PartialEq<[T; N]> for Path {
    fn eq(&self, other: &[T; N]) -> bool {
        self.is(other)
    }
}

impl<T: AsRef<str>> PartialEq<[T]> for Path {
    fn eq(&self, other: &[T]) -> bool {
        self.is(other)
    }
}

impl<T: AsRef<str>> PartialEq<Vec<T>> for Path {
    fn eq(&self, other: &Vec<T>) -> bool {
        self.is(other)
    }
}

impl Path {
    fn is<T: AsRef<str>>(&self, other: &[T]) -> bool {
        self.0.len() == other.len() && self.0.iter().zip(other).all(|(one, other)| one == other.as_ref())
    }

    /// How it is different from what was expected: both, and the first difference marked below them.
    pub(super) fn difference(&self, expected: &[&str]) -> Option<String> {
        if self.is(expected) {
            return None;
        }
        let same = self.0.iter().zip(expected).take_while(|(taken, expected)| taken == *expected).count();
        let before: usize = self.0[..same].iter().map(|name| name.chars().count() + 1).sum();
        let what = match (self.0.get(same), expected.get(same)) {
            (Some(taken), Some(expected)) => format!("`{taken}`, not `{expected}`"),
            (Some(taken), None) => format!("`{taken}`, where it was to end"),
            (None, Some(expected)) => format!("it ends, and `{expected}` was to come"),
            (None, None) => String::new(),
        };
        let after = same.checked_sub(1).map_or_else(|| "start".to_owned(), |last| self.0[last].clone());
        Some(format!(
            "  expected: {}\n  taken:    {self}\n            {:before$}^ {what}, after `{after}`",
            expected.join(" "),
            ""
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> Path {
        Path(text.split_whitespace().map(str::to_owned).collect())
    }

    #[test]
    fn a_path_is_compared_with_names() {
        assert_eq!(path("a b"), ["a", "b"]);
        assert_ne!(path("a b"), ["a"]);
        assert_eq!(path("a"), vec!["a".to_owned()]);
    }

    #[test]
    fn the_first_difference_is_marked() {
        let told = path("sort bill send").difference(&["sort", "technical", "send"]).expect("they differ");
        let expected = "  expected: sort technical send\n  taken:    sort bill send\n                 ^ `bill`, not `technical`, after `sort`";
        assert_eq!(told, expected);
        let told = path("sort").difference(&["sort", "send"]).expect("they differ");
        assert!(told.ends_with("^ it ends, and `send` was to come, after `sort`"), "{told}");
        let told = path("sort send").difference(&[]).expect("they differ");
        assert!(told.ends_with("^ `sort`, where it was to end, after `start`"), "{told}");
        assert_eq!(path("a b").difference(&["a", "b"]), None);
    }
}
