//! Judges a run by the repository, never by the agent's own word, and keeps the work in a commit.
use super::ending::Ending;
use crate::{
    session::Session,
    workspace::{Changes, FileStatus, WorkspaceError, Worktree},
};
use errand_proto::{Outcome, v1};

/// Bytes of diff kept as a file, of which the event has the first part; the whole is in the branch.
const MAX_DIFF_BYTES: usize = 4 * 1024 * 1024;
const MAX_LISTED_FILES: usize = 500;

/// Commits what there is; `None` when the branch holds nothing beyond its base.
///
/// # Errors
/// Git or a limit on the changes.
pub async fn keep_work(
    worktree: &Worktree,
    session: &Session,
) -> Result<Option<v1::ChangesCommitted>, WorkspaceError> {
    let changes = worktree.changed().await?;
    if changes.is_empty() && worktree.commits_ahead().await? == 0 {
        return Ok(None);
    }
    worktree.commit_all(&commit_message(session)).await?;
    if worktree.commits_ahead().await? == 0 {
        return Ok(None);
    }
    let diff = worktree.diff(MAX_DIFF_BYTES).await?;
    Ok(Some(v1::ChangesCommitted {
        branch: worktree.branch().to_owned(),
        commit: worktree.head().await?,
        base: worktree.base().to_owned(),
        files: listed(&changes),
        diff: diff.text,
        diff_truncated: diff.truncated,
        story_id: session.facts.0.story_id.clone(),
        whole_diff: None,
        partial: false,
    }))
}

/// What a run that changed nothing came to.
pub fn nothing_changed(agent_words: &str) -> Ending {
    let words = super::pull_request_text::cut(agent_words.trim(), 300);
    let said = if words.is_empty() {
        "It said nothing.".to_owned()
    } else {
        format!("Its last words: {words}")
    };
    Ending::failed(
        Outcome::NoChanges,
        format!(
            "The agent ended without changing anything in the repository. {said} Say more exactly what is wanted, then retry."
        ),
    )
}

/// "3 files changed, +12 −4".
pub fn size(files: &[v1::FileChange]) -> String {
    let sum =
        |count: fn(&v1::FileChange) -> u32| files.iter().map(|f| u64::from(count(f))).sum::<u64>();
    let noun = if files.len() == 1 { "file" } else { "files" };
    format!(
        "{} {noun} changed, +{} −{}",
        files.len(),
        sum(|f| f.insertions),
        sum(|f| f.deletions)
    )
}

fn commit_message(session: &Session) -> String {
    let facts = &session.facts.0;
    format!(
        "{}\n\nStory: {}\nAgent: {}",
        super::pull_request_text::title(session),
        facts.story_id,
        facts.agent_name
    )
}

fn listed(changes: &Changes) -> Vec<v1::FileChange> {
    let count = |lines: u64| u32::try_from(lines).unwrap_or(u32::MAX);
    let change = |file: &crate::workspace::FileChange| v1::FileChange {
        path: file.path.clone(),
        status: status(&file.status).to_owned(),
        insertions: count(file.insertions),
        deletions: count(file.deletions),
    };
    changes
        .files
        .iter()
        .take(MAX_LISTED_FILES)
        .map(change)
        .collect()
}

fn status(status: &FileStatus) -> &'static str {
    match status {
        FileStatus::Added => "added",
        FileStatus::Deleted => "deleted",
        FileStatus::Renamed { .. } => "renamed",
        FileStatus::Modified | FileStatus::TypeChanged => "modified",
    }
}
