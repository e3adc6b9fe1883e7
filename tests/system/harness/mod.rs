//! Starts Errand in a throw-away folder on a free port, and asks what a person would ask.
mod api;
mod process;
mod wait;

pub use api::{Api, text};
pub use process::Errand;
pub use wait::until;
