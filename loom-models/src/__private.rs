//! What the code of `#[derive(Choice)]` names.

pub use crate::{
    choice::{Carried, Choice, Label, Payload, PayloadOf, PlainChoice, fields, payload},
    unfit::Unfit,
};
pub use core::{
    option::Option::{self, None, Some},
    result::Result::{self, Err, Ok},
};
