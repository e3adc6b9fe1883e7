//! Version 1 of the Agent Client Protocol, the only place on the client's side that names its crate.

mod conversation;
mod elicitation;
mod permission;
mod run;
mod session;
mod translate;

pub use run::AcpRunner;
