//! Starts Errand in a throw-away folder on a free port, and asks what a person would ask.
mod api;
pub mod batch;
mod browser;
mod collector;
pub mod crowd;
mod dictated;
mod process;
pub mod program;
mod wait;

pub use api::{Api, text};
pub use browser::Browser;
pub use collector::{Collector, Seen};
pub use dictated::Dictated;
pub use process::{Errand, command};
pub use wait::{until, until_within};
