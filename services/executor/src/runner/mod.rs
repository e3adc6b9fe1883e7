//! Agent runners: one run of one coding agent, in one folder, under limits.
//!
//! A runner starts an agent as a child process in a process group of its own, gives it a prompt, reports what it
//! does as [`RunUpdate`]s and ends with one [`RunOutcome`]. It knows no event type and nothing of stories: the
//! reactors translate. There are three:
//! - [`AcpRunner`] drives every agent that speaks version 1 of the Agent Client Protocol;
//! - [`ClaudeCodeRunner`] drives the program `claude` over its stream of JSON lines;
//! - [`CommandRunner`] gives the prompt to any program and takes what it prints.
//!
//! Each of them is a conversation over pipes; starting, watching and ending the process is `supervision`, and what a
//! run was told so far is `transcript`, the same for all.
//!
//! What is promised whatever the agent does:
//! - the run ends within its [`RunLimits`], and a failure names its cause and the way out;
//! - when it has ended, also by a dropped future, the agent's whole process group has been killed;
//! - every text handed on is bounded, with a note of how many bytes were left out.

mod acp;
mod any_command;
mod bounded;
mod claude_code;
mod coalesce;
mod command;
mod control;
mod failure;
mod footprint;
mod frames;
mod outcome;
mod process;
mod question;
mod questions;
mod recorder;
mod request;
mod stderr_tail;
mod strays;
mod supervision;
mod tool_calls;
mod transcript;
mod update;
mod watch;

pub(crate) use bounded::shorten;
pub(crate) use watch::micro_usd;

pub use acp::AcpRunner;
pub use any_command::CommandRunner;
pub use claude_code::{ClaudeCodeRunner, ClaudeSettings};
pub use command::{AgentCommand, INHERITED_VARIABLES};
pub use control::{NotAsked, NotRunning, RunControl, RunHandle};
pub use failure::{AgentExit, RunFailure};
pub use footprint::end_abandoned;
pub use outcome::{RunOutcome, StopReason};
pub use question::{
    Answer, AnswerPolicy, AnsweredBy, Choice, ChoiceKind, PermissionPolicy, Question, QuestionKind,
    Unanswered,
};
pub use request::{Price, Resume, RunLimits, RunRequest};
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
