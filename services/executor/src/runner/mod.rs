//! Agent runners: one run of one coding agent, in one folder, under limits.
//!
//! A runner starts an agent as a child process in a process group of its own, gives it a prompt, reports what it
//! does as [`RunUpdate`]s and ends with one [`RunOutcome`]. It knows no event type and nothing of stories: the
//! reactors translate. The only runner today is [`AcpRunner`], which drives every agent that speaks version 1 of
//! the Agent Client Protocol; the protocol crate is used in `acp` and nowhere else in this folder.
//!
//! What is promised whatever the agent does:
//! - the run ends within its [`RunLimits`], and a failure names its cause and the way out;
//! - when it has ended, also by a dropped future, the agent's whole process group has been killed;
//! - every text handed on is bounded, with a note of how many bytes were left out.

mod acp;
mod bounded;
mod coalesce;
mod command;
mod control;
mod failure;
mod frames;
mod outcome;
mod permission;
mod process;
mod request;
mod stderr_tail;
mod strays;
mod tool_calls;
mod update;
mod watch;

pub(crate) use bounded::shorten;

pub use acp::AcpRunner;
pub use command::{AgentCommand, INHERITED_VARIABLES};
pub use control::{NotRunning, RunControl, RunHandle};
pub use failure::{AgentExit, RunFailure};
pub use outcome::{RunOutcome, StopReason};
pub use permission::{PermissionAnswer, PermissionChoice, PermissionKind, PermissionPolicy};
pub use request::{RunLimits, RunRequest};
pub use update::{PlanPriority, PlanStatus, PlanStep, RunUpdate, ToolKind};

use async_trait::async_trait;
use tokio::sync::mpsc;

/// Something that can make an agent work on one prompt.
#[async_trait]
pub trait AgentRunner: Send + Sync {
    /// Runs one agent from start to end.
    ///
    /// `updates` must be drained while the run goes on: a full channel holds the agent's messages back and, in the
    /// end, a limit strikes. A closed channel is no failure; the run goes on unobserved.
    async fn run(
        &self,
        request: RunRequest,
        updates: mpsc::Sender<RunUpdate>,
        control: RunControl,
    ) -> RunOutcome;
}
