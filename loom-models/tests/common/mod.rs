//! What the tests over a socket share.

#![allow(dead_code)]

use loomflow_double::Double;
use loomflow_models::{Model, ModelBuilder};
use std::time::Duration;

/// A model of that double whose pauses are as short as can be.
pub fn builder(double: &Double) -> ModelBuilder {
    let ms = Duration::from_millis(1);
    Model::builder().base_url(double.base_url()).name("small").backoff(ms, ms)
}

pub fn model(double: &Double) -> Model {
    builder(double).build().expect("the settings are settings")
}
