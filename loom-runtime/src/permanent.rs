//! How an error says that another attempt cannot help.

use std::{error::Error, fmt};

/// The mark of an error that no further attempt can mend: a step that fails with it, or with an error that has it among its
/// [sources](Error::source), is not retried, whatever its `retry` says.
///
/// ```
/// use loomflow_runtime::Permanent;
///
/// #[derive(Debug, thiserror::Error)]
/// enum BookingError {
///     #[error("the hotel does not answer")]
///     Busy,
///     #[error("there is no hotel `{name}`")]
///     Unknown { name: String, source: Permanent },
/// }
///
/// let error = BookingError::Unknown { name: "Ritz".to_owned(), source: Permanent };
/// assert!(Permanent::marks(&error));
/// assert!(!Permanent::marks(&BookingError::Busy));
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Permanent;

impl Permanent {
    /// Whether the error, or one of its sources, is the mark.
    #[must_use]
    pub fn marks(error: &(dyn Error + 'static)) -> bool {
        std::iter::successors(Some(error), |error| (*error).source()).any(<dyn Error>::is::<Permanent>)
    }
}

impl fmt::Display for Permanent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("another attempt would fail the same way")
    }
}

impl Error for Permanent {}
