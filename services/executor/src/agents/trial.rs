//! Tries one agent in a throw-away repository, as a session would run it.

use std::path::Path;

use tokio::sync::mpsc;
use uuid::Uuid;

use super::checks::{CheckResult, run_checks};
use super::runners::Agent;
use crate::runner::{RunControl, RunHandle, RunOutcome, RunUpdate};
use crate::workspace::{
    Changes, GitSettings, RepositoryRef, Source, WorkspaceError, Workspaces, create_sample_site,
};

const UPDATE_BUFFER: usize = 64;
const PROJECT: &str = "trial";
const BRANCH: &str = "errand/trial";

/// What the agent did.
#[derive(Debug)]
pub struct Trial {
    pub outcome: RunOutcome,
    pub changes: Changes,
    pub checks: Vec<CheckResult>,
}

/// Runs `agent` once on a sample site in `folder`, which should be empty and may be removed afterwards. Its questions
/// are answered by `told`, which sees every update.
///
/// # Errors
/// The repository cannot be made.
pub async fn trial(
    agent: &Agent,
    prompt: String,
    folder: &Path,
    told: impl Fn(RunUpdate, &RunHandle),
) -> Result<Trial, WorkspaceError> {
    let site = folder.join("site");
    create_sample_site(&site).await?;
    let workspaces = Workspaces::open(folder.join("workspaces"), GitSettings::default()).await?;
    let source = Source {
        repository: RepositoryRef::Local(site),
        base: None,
    };
    let worktree = workspaces
        .prepare(PROJECT, Uuid::new_v4(), BRANCH, &source)
        .await?;
    let (handle, control) = RunControl::channel(agent.answers.clone());
    let (sender, mut updates) = mpsc::channel(UPDATE_BUFFER);
    let cancel = control.cancel.clone();
    let request = agent.request(&worktree, prompt);
    let follow = async {
        while let Some(update) = updates.recv().await {
            told(update, &handle);
        }
    };
    let (outcome, ()) = tokio::join!(agent.runner.run(request, sender, control), follow);
    let changes = worktree.changed().await?;
    let place = agent.request(&worktree, String::new());
    let held_by = agent.confinement.as_ref();
    let checks = run_checks(&agent.checks, &place, held_by, &cancel).await;
    Ok(Trial {
        outcome,
        changes,
        checks,
    })
}
