//! The demo agent: a real ACP v1 agent with a script instead of a model.
//!
//! It is used where no real agent is configured, so that the whole journey can be seen with nothing installed, and
//! it says in its first message that it is scripted. What it does is real nevertheless: it reads the repository it
//! is started in, changes files, runs commands, and its scans find what is there.
//!
//! - **Kind and task** come with the prompt: a first line `Agent: codegen` (or `security`, `seo`, `performance`,
//!   `accessibility`), an empty line, and the task. Without that line it takes the kind of the session's earlier
//!   prompt, or `codegen`.
//! - **codegen** adds what the task names from a small catalogue (an e-mail capture form, a contact form, a dark
//!   mode toggle, a README section), each with its test where there is code, and runs that test. Anything else
//!   becomes a document that calls itself a scaffold.
//! - **The other kinds** scan the files and write `reports/<kind>-<date>.md` and `reports/<kind>.json`. Finding
//!   nothing is a report too.
//! - **Tokens and cost** are reported as a real agent would, and made up.
//! - **The pace** is [`PACE_VARIABLE`] milliseconds between steps, 400 by default, so that a person can watch.
//!
//! For tests, and to show how failure looks, a word in the prompt makes it misbehave; [`Misbehaviour`] lists them.

mod agent;
mod checklist;
mod codegen;
mod command;
mod error;
mod files;
mod misbehaviour;
mod misdeeds;
mod pretence;
mod report;
mod review;
mod scan;
mod stage;
mod task;

pub use agent::{PACE_VARIABLE, run_demo_agent};
pub use error::DemoError;
pub use misbehaviour::Misbehaviour;
pub use task::AgentKind;
