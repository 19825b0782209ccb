//! All that generated code may name. Not for use by hand: it changes without notice.

pub use crate::{
    ask::{Ask, Asking, asked},
    attempt::{Fallible, Infallible, Outcome, Plain, Success, Sure, limited, once, once_by_model, retried},
    context::{Needs, Provides},
    driver::{At, Driver},
    durable::check_settled,
    failure::{Failure, Fault, catchable, changed, lost, near},
    fit::{Again, Append, AppendAll, Count, Ends, Keyed, Last, Lent, List, Nothing, Retried, Sets},
    fork::{Branch, Leave, NoBranch, Which, all, branch, each, first},
    guard::{trying, trying_all, within},
    items::{Bound, Items, Lend, Sorted, listed},
    line::{Line, Owned, Taken, Takes},
    machine::{Flow, Machine, NOWHERE, Place, Runs, Workflow},
    memory::{Traced, run, trace},
    parts::Parts,
    plain::{ErrorOf, ErrorOfNone, Fails, Succeeds, called, called_at_once, here},
    policy::Policy,
    question::Question,
    run::Run,
    state::{Anyway, Fields, Kept, Of, Restoring, Saved, Source, Unfit},
    step::{Call, Caller, Calls, Step, check_answer},
    value::{Slot, Value, kept},
    visit::{Visit, Visited},
    wait::{Until, Wait},
};
pub use core::{
    any::type_name,
    clone::Clone,
    convert::{Infallible as Never, Into},
    default::Default,
    future::Future,
    marker::{PhantomData, Send, Sync},
    mem::replace,
    option::Option::{self, None, Some},
    result::Result::{self, Err, Ok},
    time::Duration,
};
pub use loomflow_graph::graph;
pub use serde_json::Error as JsonError;
pub use std::{boxed::Box, string::String, vec::Vec};

/// The type itself. Behind a `&`, a trait object that stands alone would live no longer than the `&`.
pub type Same<T> = T;
