//! One run of `claude`; twice where the session to resume is gone.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use futures::stream::FuturesUnordered;
use tokio::sync::mpsc;
use uuid::Uuid;

use super::super::AgentRunner;
use super::super::command::AgentCommand;
use super::super::control::RunControl;
use super::super::failure::RunFailure;
use super::super::frames;
use super::super::outcome::RunOutcome;
use super::super::process::AgentPipes;
use super::super::request::{Resume, RunRequest};
use super::super::supervision::{Line, supervise};
use super::super::update::RunUpdate;
use super::arguments::{ClaudeSettings, SessionChoice, command};
use super::conversation::{Conversation, Held};
use super::incoming::is_message;
use super::translate::Translator;

/// Runs Claude Code's own program.
#[derive(Debug, Clone)]
pub struct ClaudeCodeRunner {
    command: AgentCommand,
    settings: ClaudeSettings,
}

impl ClaudeCodeRunner {
    /// A runner that starts `command`, which is `claude` and perhaps arguments of its own, anew for each run.
    pub const fn new(command: AgentCommand, settings: ClaudeSettings) -> Self {
        Self { command, settings }
    }

    /// One process with one session.
    async fn once(
        &self,
        session: SessionChoice,
        prompt: String,
        request: &RunRequest,
        updates: mpsc::Sender<RunUpdate>,
        control: &mut RunControl,
    ) -> Held {
        let (_, nobody) = mpsc::channel(1);
        let steer = std::mem::replace(&mut control.steer, nobody);
        let cancel = control.cancel.clone();
        let cost_limit = request.limits.cost_micro_usd.unwrap_or_default();
        let command = command(&self.command, &self.settings, &request.limits, &session);
        let talk = |line: Line, pipes: AgentPipes| {
            let watch = Arc::clone(&line.watch);
            let conversation = Conversation {
                inbox: Box::pin(frames::messages(pipes.stdout, watch, is_message)),
                outbox: Box::pin(frames::line_sink(pipes.stdin)),
                line,
                cancel,
                steer,
                session,
                cost_limit,
                open: false,
                unread: 0,
                translator: Translator::default(),
                answers: FuturesUnordered::new(),
                asked: HashMap::new(),
            };
            conversation.hold(prompt)
        };
        let ended = supervise(&command, request, updates, control, talk).await;
        ended.or_crash()
    }
}

#[async_trait]
impl AgentRunner for ClaudeCodeRunner {
    async fn run(
        &self,
        request: RunRequest,
        updates: mpsc::Sender<RunUpdate>,
        mut control: RunControl,
    ) -> RunOutcome {
        if let Some(Resume { session_id, prompt }) = request.resume.clone()
            && Uuid::parse_str(&session_id).is_ok()
        {
            let session = SessionChoice::Resumed(session_id);
            let updates = updates.clone();
            let resumed = self.once(session, prompt, &request, updates, &mut control);
            match resumed.await {
                Held::Outcome(outcome) => return outcome,
                Held::SessionUnknown(steer) => control.steer = steer,
            }
            tracing::info!("the agent's earlier session is gone, a new one begins");
        }
        let session = SessionChoice::New(Uuid::new_v4().to_string());
        let prompt = request.prompt.clone();
        let begun = self.once(session, prompt, &request, updates, &mut control);
        match begun.await {
            Held::Outcome(outcome) => outcome,
            Held::SessionUnknown(_) => RunOutcome::Failed(RunFailure::AgentError {
                code: 1,
                message: "it looked for a session that it was not told to resume".to_owned(),
            }),
        }
    }
}
