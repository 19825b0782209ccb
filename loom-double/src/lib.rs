//! A server for tests that stands in for a language model's: it speaks as OpenAI does, says what it is told to, and refuses
//! what OpenAI refuses.
//!
//! It runs in a thread of its own on `127.0.0.1`, at a port the system chooses, and ends when it is dropped.
//!
//! ```
//! use loomflow_double::{Double, Reply};
//! use std::time::Duration;
//!
//! let double = Double::scripted([
//!     Reply::status(429).retry_after(Duration::from_secs(1)),
//!     Reply::text("About 384 400 km."),
//! ]);
//! // What is to be tested is pointed at `double.base_url()`, and asks.
//! assert!(double.base_url().starts_with("http://127.0.0.1:"));
//! assert_eq!((double.requests().len(), double.left()), (0, 2));
//! ```
//!
//! # What it refuses
//!
//! Fields it does not know; schemas that are to be strict and are not; messages of tools that nobody called, and calls that
//! no tool answered; an empty conversation; names of tools that cannot be; limits, choices and options without what they
//! belong to; a conversation that is too long. It answers 400 with a body as OpenAI's. The texts are an imitation.
//!
//! A script that is exhausted answers 400 as well, since what is wrong with a server is tried again, and says so in the
//! end: the drop of the [`Double`] panics.

mod checks;
mod completion;
mod double;
mod embeddings;
mod events;
mod refusal;
mod reply;
mod request;
mod server;

pub use double::Double;
pub use reply::Reply;
pub use request::Request;
