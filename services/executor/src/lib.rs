//! The executor: owns agent sessions and runs them in the background.
//!
//! # Layout
//! - [`session`]: the AgentSession aggregate.
//! - [`reactors`]: one file for each thing done about an event.
//! - [`run`]: one session from claim to end.
//! - [`reconciler`]: puts sessions whose job was lost back into the queue.
//! - [`redaction`]: takes secrets out of text before it is stored, logged or shown.
//! - [`attachments`]: what is too long for an event, as files.
//! - [`cleaning`]: removes what ended sessions left on the disk.
//! - [`project`]: where a project's repository and forge are.
//! - [`agents`]: the kinds of agents, from configuration.
//! - [`runner`], [`workspace`], [`github`]: connectors to agents, git and the code host; they know no event.
//! - [`confine`]: keeps an agent inside its worktree.
//! - [`demo`]: the scripted agent for installations without a real one.

pub mod agents;
pub mod attachments;
pub mod cleaning;
pub mod confine;
pub mod demo;
pub mod github;
pub mod project;
pub mod reactors;
pub mod reconciler;
pub mod redaction;
pub mod run;
pub mod runner;
pub mod session;
pub mod workspace;

use agents::Agent;
use attachments::Attachments;
use errand_eventlog::{EventLog, JobQueue, QueueLimits, aggregate::Aggregates, live::Live};
use project::Projects;
use redaction::Redactor;
use session::Session;
use std::{collections::HashMap, sync::Arc};
use workspace::Workspaces;

/// The name under which this service writes events.
pub const SOURCE: &str = "errand/executor";

/// How this executor works.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Unique per process start, so that a predecessor's claims are told from our own.
    pub executor_id: String,
    /// Sessions run at once by this executor.
    pub slots: usize,
    pub queue: QueueLimits,
    /// Where people find Errand; for links in pull requests.
    pub public_url: String,
}

/// What the executor works with.
#[derive(Clone)]
pub struct Executor {
    pub sessions: Aggregates<Session>,
    pub log: Arc<dyn EventLog>,
    pub queue: Arc<dyn JobQueue>,
    /// For what agents say while they say it.
    pub live: Arc<dyn Live>,
    pub workspace_id: String,
    pub workspaces: Workspaces,
    pub projects: Arc<Projects>,
    /// By kind of agent: codegen, security, …
    pub agents: Arc<HashMap<String, Agent>>,
    pub settings: Arc<Settings>,
    /// Takes secrets out of what agents and vendors say.
    pub redactor: Redactor,
    /// Where the whole of long outputs and diffs is kept.
    pub attachments: Attachments,
}

impl Executor {
    /// The aggregates of sessions, as this service writes them.
    pub fn sessions(log: &Arc<dyn EventLog>, workspace: &str) -> Aggregates<Session> {
        Aggregates::new(Arc::clone(log), workspace, SOURCE)
    }
}
