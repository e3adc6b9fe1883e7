//! Version 1 of the Agent Client Protocol, the only place on the client's side that names its crate.

mod conversation;
mod questions;
mod recorder;
mod run;
mod translate;

pub use run::AcpRunner;
