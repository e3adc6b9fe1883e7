//! Starts runs and reads what they tell.

use errand_executor::confine::Folders;
use errand_executor::runner::{
    AcpRunner, AgentCommand, AgentRunner, AnswerPolicy, PermissionPolicy, PlanStatus, RunControl,
    RunFailure, RunHandle, RunLimits, RunOutcome, RunRequest, RunUpdate, StopReason,
};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::repository::{PATIENCE, Repository};

/// A run that goes on.
pub(crate) struct Run {
    pub(crate) handle: RunHandle,
    pub(crate) updates: mpsc::Receiver<RunUpdate>,
    pub(crate) outcome: JoinHandle<RunOutcome>,
}

/// A run that is over.
pub(crate) struct Ended {
    pub(crate) updates: Vec<RunUpdate>,
    pub(crate) outcome: RunOutcome,
}

pub(crate) fn limits() -> RunLimits {
    RunLimits {
        wall_clock: PATIENCE,
        stall: PATIENCE,
        start: PATIENCE,
        ..RunLimits::default()
    }
}

pub(crate) fn demo_agent() -> AgentCommand {
    AgentCommand::new(env!("CARGO_BIN_EXE_errand-demo-agent"), [""; 0])
        .with_env("ERRAND_DEMO_PACE_MS", "0".to_owned())
}

pub(crate) fn start(
    command: AgentCommand,
    repository: &Repository,
    prompt: &str,
    limits: RunLimits,
    policy: PermissionPolicy,
) -> Run {
    let request = RunRequest {
        limits,
        ..request(repository, prompt)
    };
    start_with(AcpRunner::new(command), request, policy)
}

pub(crate) fn request(repository: &Repository, prompt: &str) -> RunRequest {
    RunRequest {
        prompt: prompt.to_owned(),
        cwd: repository.path(),
        resume: None,
        folders: Folders::default(),
        footprint: None,
        limits: limits(),
    }
}

pub(crate) fn start_with(
    runner: impl AgentRunner + 'static,
    request: RunRequest,
    policy: impl Into<AnswerPolicy>,
) -> Run {
    let (handle, control) = RunControl::channel(policy);
    let (sender, updates) = mpsc::channel(64);
    let outcome = tokio::spawn(async move { runner.run(request, sender, control).await });
    Run {
        handle,
        updates,
        outcome,
    }
}

pub(crate) fn start_demo(repository: &Repository, prompt: &str) -> Run {
    start(
        demo_agent(),
        repository,
        prompt,
        limits(),
        PermissionPolicy::Allow,
    )
}

impl Run {
    /// Reads updates until one is wanted.
    pub(crate) async fn until(&mut self, wanted: impl Fn(&RunUpdate) -> bool) -> RunUpdate {
        let search = async {
            while let Some(update) = self.updates.recv().await {
                if wanted(&update) {
                    return update;
                }
            }
            panic!("the run ended without the update that was waited for");
        };
        tokio::time::timeout(PATIENCE, search)
            .await
            .expect("the update comes in time")
    }

    pub(crate) async fn end(mut self) -> Ended {
        let end = async {
            let mut updates = Vec::new();
            while let Some(update) = self.updates.recv().await {
                // Every piece comes again as part of a whole.
                if !matches!(update, RunUpdate::Piece { .. }) {
                    updates.push(update);
                }
            }
            Ended {
                updates,
                outcome: self.outcome.await.unwrap(),
            }
        };
        tokio::time::timeout(PATIENCE, end)
            .await
            .expect("the run ends in time")
    }
}

impl Ended {
    pub(crate) fn message(&self) -> &str {
        match &self.outcome {
            RunOutcome::Ended {
                stop: StopReason::EndTurn,
                message,
            } => message,
            other => panic!("the agent should have ended its turn: {other:?}"),
        }
    }

    pub(crate) fn failure(&self) -> &RunFailure {
        match &self.outcome {
            RunOutcome::Failed(failure) => failure,
            other => panic!("the run should have failed: {other:?}"),
        }
    }

    /// The agent's session, and whether it is an earlier one.
    pub(crate) fn session(&self) -> (String, bool) {
        let session = self.updates.iter().find_map(|update| match update {
            RunUpdate::Started {
                agent_session_id,
                resumed,
                ..
            } => Some((agent_session_id.clone(), *resumed)),
            _ => None,
        });
        session.expect("the run started")
    }

    /// The names of the tools that ended well, in order.
    pub(crate) fn tools(&self) -> Vec<&str> {
        let done = self.updates.iter().filter_map(|update| match update {
            RunUpdate::ToolCallEnded { name, ok: true, .. } => Some(name.as_str()),
            _ => None,
        });
        done.collect()
    }

    pub(crate) fn last_plan(&self) -> Vec<PlanStatus> {
        let plans = self.updates.iter().rev().find_map(|update| match update {
            RunUpdate::Plan(steps) => Some(steps.iter().map(|it| it.status).collect()),
            _ => None,
        });
        plans.expect("there is a plan")
    }
}
