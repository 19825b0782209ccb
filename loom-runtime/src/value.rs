//! What may live between steps, and the slot a machine keeps it in.

use serde::{Serialize, de::DeserializeOwned};

/// What a step may give and a workflow may take: it can be written down, read back and shared between threads.
///
/// Implemented for every type that can do that; nobody implements it by hand.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be kept between steps",
    label = "a run cannot keep a `{Self}`",
    note = "derive `Serialize` and `Deserialize` for it, and let all it holds be `Send + Sync + 'static`"
)]
pub trait Value: Send + Sync + 'static {
    /// Writes it down, as JSON.
    ///
    /// # Errors
    /// When its `Serialize` refuses, or it is a map whose keys are no texts.
    fn write(&self) -> Result<String, serde_json::Error>;

    /// Reads it back.
    ///
    /// # Errors
    /// When the text is not JSON, or its `Deserialize` refuses.
    fn read(json: &str) -> Result<Self, serde_json::Error>
    where
        Self: Sized;
}

#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned + Send + Sync + 'static> Value for T {
    fn write(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }
    fn read(json: &str) -> Result<T, serde_json::Error> {
        serde_json::from_str(json)
    }
}

/// Asks that a type can be kept between steps.
#[inline]
pub const fn kept<T: Value>() {}

/// Holds a value up to its last read: there it is lent, or given away.
///
/// Generated machines take a value out at most once, at its last read.
#[derive(Debug)]
pub struct Slot<T>(Option<T>);

impl<T> Slot<T> {
    /// A slot that holds `value`.
    #[inline]
    pub const fn new(value: T) -> Self {
        Slot(Some(value))
    }

    /// Lends the value.
    ///
    /// # Panics
    /// When it was given away already, which the checks of `workflow!` rule out.
    #[inline]
    pub fn get(&self) -> &T {
        match &self.0 {
            Some(value) => value,
            None => given_away(),
        }
    }

    /// Gives the value away.
    ///
    /// # Panics
    /// When it was given away already, which the checks of `workflow!` rule out.
    #[inline]
    pub fn take(&mut self) -> T {
        match self.0.take() {
            Some(value) => value,
            None => given_away(),
        }
    }
}

#[cold]
fn given_away() -> ! {
    panic!("a value was read after its last read: this is a bug in loomflow")
}
