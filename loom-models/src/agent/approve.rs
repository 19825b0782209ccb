//! The ask before a call.

use crate::tool::Tool;
use loomflow_runtime::{
    __private::{At, Call, Driver, asked},
    Ask, Failure, Policy, Question, Step,
    state::Of,
};
use serde::{Deserialize, Serialize};
use std::{fmt, marker::PhantomData};

/// Asks a person whether a call that a model wants may be made. Its question shows the call; it is answered with an
/// [`Approval`].
///
/// In a run in memory it is `Run::answering::<Approve<send_email>>`, in one that is kept `Loom::answer::<Approve<send_email>>`.
/// Its name is that of the tool behind `approve_`.
pub struct Approve<T>(PhantomData<fn() -> T>);

/// What a person says to a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Approval {
    /// It is made.
    Granted,
    /// It is not made, and the model is told why.
    Refused(String),
}

/// What a person is shown of a call.
#[derive(Serialize)]
struct Shown<'a, A> {
    tool: &'static str,
    arguments: &'a A,
}

/// Room for the name of an ask: that of a tool has 64 letters at the most.
const ROOM: usize = 128;

const BEFORE: &str = "approve_";

impl<T> fmt::Debug for Approve<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Approve")
    }
}

impl<T: Tool> Approve<T> {
    const BYTES: [u8; ROOM] = {
        let (before, name) = (BEFORE.as_bytes(), <T as Step>::NAME.as_bytes());
        assert!(before.len() + name.len() <= ROOM, "the name of a tool has 64 letters at the most");
        let mut bytes = [0; ROOM];
        let mut at = 0;
        while at < before.len() + name.len() {
            bytes[at] = if at < before.len() { before[at] } else { name[at - before.len()] };
            at += 1;
        }
        bytes
    };

    #[doc(hidden)]
    pub fn __args(arguments: &<T as Tool>::Args) -> (&<T as Tool>::Args,) {
        (arguments,)
    }
}

impl<T: Tool> Step for Approve<T> {
    const NAME: &'static str = {
        let bytes: &'static [u8; ROOM] = &Self::BYTES;
        let (name, _) = bytes.split_at(BEFORE.len() + <T as Step>::NAME.len());
        match str::from_utf8(name) {
            Ok(name) => name,
            Err(_) => panic!("two texts are a text"),
        }
    };
    const DOC: &'static str = "Asks a person whether the call may be made.";
    const POLICY: Policy = Policy::ONCE;
    const WAITS: bool = true;
    type Args<'a> = (&'a <T as Tool>::Args,);
    type Output = Approval;

    fn check_answer(ask: &str, json: &str) -> Option<Result<(), serde_json::Error>> {
        (ask == Self::NAME).then(|| Of::<Approval>::new().check(json))
    }
}

#[diagnostic::do_not_recommend]
impl<T: Tool> Ask for Approve<T> {
    const INBOX: bool = false;
}

impl<T: Tool, C: ?Sized + Sync> Call<C> for Approve<T> {
    fn perform<'a, D: Driver>(
        driver: &'a D,
        _: &'a C,
        at: &'a At<D::Scope>,
        (arguments,): Self::Args<'a>,
    ) -> impl Future<Output = Result<Approval, Failure>> + Send {
        asked::<D, Self>(driver, at, move || {
            let tool = <T as Step>::NAME;
            Question::new(format!("May the model call `{tool}`?")).show(&Shown { tool, arguments })
        })
    }

    fn enter<'a, D: Driver>(
        driver: &'a D,
        context: &'a C,
        at: &'a At<D::Scope>,
        args: Self::Args<'a>,
    ) -> impl Future<Output = Result<Approval, Failure>> + Send {
        <Self as Call<C>>::perform(driver, context, at, args)
    }
}
