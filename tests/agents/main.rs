//! Agents: what their models may do, what becomes of all else they say, and runs of them that are kept.

#[path = "../kept/mod.rs"]
mod kept;

mod apart;
mod as_by_hand;
mod by_hand;
mod desk;
mod durable;
mod hostile;
mod remembers;
mod replies;
mod rules;
mod together;
mod tone;
