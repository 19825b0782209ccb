//! What the code of `#[derive(Choice)]` and of `#[tool]` names.

pub use crate::{
    choice::{Carried, Choice, Label, Payload, PayloadOf, PlainChoice, fields, payload},
    request::ToolSpec,
    tool::{
        Arguments, Filled, Parameter, ParameterOf, Tool, ToolMisuse, Use, Written, debugged, deserialized, filled,
        parameter, schema, serialized, spec,
    },
    unfit::Unfit,
};
pub use core::{
    clone::Clone,
    fmt::{Debug, Formatter, Result as FmtResult},
    option::Option::{self, None, Some},
    result::Result::{self, Err, Ok},
};
pub use schemars::{JsonSchema, Schema, SchemaGenerator};
pub use serde::{Deserialize, Deserializer, Serialize, Serializer};
pub use serde_json::{Map, Value as Json};
pub use std::{borrow::Cow, string::String, sync::OnceLock, vec::Vec};
