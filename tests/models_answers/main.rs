//! What steps ask of models: labels, answers of a type, the nearest meaning, and scripts in a model's place.

mod ask;
mod choice;
mod nearest;
mod real_model;
mod scripted;
