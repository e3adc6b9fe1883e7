//! The sandbox: a local Linear, Slack, GitHub (with git over HTTP) and Anthropic, for newcomers, demos and tests.
//!
//! It plays each vendor closely enough that the clients which talk to the real vendor work against it unchanged,
//! and shows a small page of what a person would see there. Nothing leaves the machine. It knows no event.
//!
//! # Layout
//!
//! - [`Sandbox`] is the handle: open it on a folder, nest its router under `/sandbox`.
//! - `linear`, `slack`, `github`, `git_http` and `anthropic` are the vendors, one folder each.
//! - [`Faults`] makes the next requests go wrong on purpose; `requests` counts what was asked and what was made.
//! - `hooks` calls back, as vendors do: a pressed button, a cancelled issue.
//! - `store` is the one SQLite file, `repositories` the bare git repositories beside it.
//! - `pages` renders what a person would see.

mod anthropic;
mod body;
mod clock;
mod config;
mod error;
mod faults;
mod git_http;
mod github;
mod hooks;
mod linear;
mod links;
mod pages;
mod repositories;
mod requests;
mod sandbox;
mod slack;
mod store;

pub use config::SandboxConfig;
pub use error::SandboxError;
pub use faults::{Fault, FaultError, FaultKind, Faults, Vendor};
pub use requests::{Made, OperationCounts};
pub use sandbox::Sandbox;
