//! For tests: a plan of a workflow that stands in a text.

use super::{plan::Plan, signature::Signature};
use loomflow_graph::grammar::{check, errors::Errors, lower, parse, reads};

/// Reads a workflow that has no faults and hands its plan on.
pub(super) fn planned<T>(code: &str, then: impl FnOnce(&Plan<'_, '_>) -> T) -> T {
    let errors = Errors::new();
    let ast = parse::parse(code.parse().expect("the case is tokens"), &errors).expect("the case has a head");
    let signature = Signature::of(&ast, &errors);
    let program = lower::lower(&ast, &errors);
    let flow = reads::flow(&program);
    check::check(&program, &flow, &errors);
    let told = errors.finish();
    assert!(told.is_empty(), "{told:?}");
    then(&Plan::of(&signature, &program, &flow))
}
