//! What is proven about a control flow, held against its definition: each check is compared with a search that is slow
//! and plain, on ten thousand random flows.

mod assign;
mod live;
mod loops;
mod random;
mod reach;
mod require;
mod run;
mod scc;
mod steps;
