//! What the code of `#[derive(Choice)]`, of `#[tool]` and of `agent!` names.

pub use crate::{
    agent::{
        approve::{Approval, Approve},
        error::AgentError,
        given::{Given, given},
        place::{Limit, Offer, Place},
        prompt::prompt,
        remember::{AMemory, Nowhere, OfTheRun, Own, Remember, is_memory},
        said::{Said, begin, done, heard, in_tone, met, refused, told},
        think::Think,
    },
    choice::{Carried, Choice, Label, Payload, PayloadOf, PlainChoice, fields, payload},
    request::ToolSpec,
    tone::Tone,
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
pub use serde::{self, Deserialize, Deserializer, Serialize, Serializer};
pub use serde_json::{Map, Value as Json};
pub use std::{borrow::Cow, string::String, sync::OnceLock, vec::Vec};
