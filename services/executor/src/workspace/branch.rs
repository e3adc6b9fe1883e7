//! The branch of a session: a name git takes, and a HEAD that is on it whatever the agent did.

use super::WorkspaceError;
use super::git::{Git, Protocols};
use super::worktree::Worktree;

/// The longest branch name that is taken.
const MAX_BRANCH_CHARS: usize = 200;

/// Refuses a name that git would not take, or would take for something else.
pub(crate) async fn check_name(git: &Git, branch: &str) -> Result<(), WorkspaceError> {
    let refused = |reason: String| {
        Err(WorkspaceError::InvalidBranch {
            branch: branch.to_owned(),
            reason,
        })
    };
    if branch.chars().count() > MAX_BRANCH_CHARS {
        return refused(format!(
            "it is longer than {MAX_BRANCH_CHARS} characters, the limit"
        ));
    }
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "/-_.".contains(letter);
    if branch.starts_with('-') || !branch.chars().all(plain) {
        return refused("use letters, digits, `-`, `_`, `.` and `/`".to_owned());
    }
    let full = format!("refs/heads/{branch}");
    if git
        .command("check-ref-format", Protocols::None)
        .arg(full)
        .run()
        .await?
        .code
        != Some(0)
    {
        return refused("git does not take this name".to_owned());
    }
    Ok(())
}

impl Worktree {
    /// Puts HEAD back on the session's branch. Commits an agent made elsewhere on top of it are taken along; other
    /// detours leave the files as they are, and the next commit records them.
    pub(crate) async fn reattach(&self) -> Result<(), WorkspaceError> {
        let name = format!("refs/heads/{}", self.branch());
        let head = self.commit_of("HEAD").await?;
        let tip = match self.commit_of(&name).await? {
            Some(tip) => tip,
            None => self.base_commit().to_owned(),
        };
        let target = match &head {
            Some(head) if self.mirror().is_ancestor(&tip, head).await? => head.clone(),
            _ => tip,
        };
        let on_branch = self.is_on_branch().await?;
        if !on_branch {
            self.git("update-ref")
                .args([&name, &target])
                .succeed()
                .await?;
            self.git("symbolic-ref")
                .args(["HEAD", &name])
                .succeed()
                .await?;
        } else if head.is_none() {
            self.git("update-ref")
                .args(["HEAD", &target])
                .succeed()
                .await?;
        }
        Ok(())
    }

    /// Whether a commit in this tree goes to the session's branch.
    pub(crate) async fn is_on_branch(&self) -> Result<bool, WorkspaceError> {
        let head = self.git("symbolic-ref").args(["--quiet", "HEAD"]);
        Ok(head.run().await?.line() == self.head_name())
    }

    pub(crate) async fn commit_of(&self, name: &str) -> Result<Option<String>, WorkspaceError> {
        let output = self
            .git("rev-parse")
            .args(["--verify", "--quiet", "--end-of-options"])
            .arg(format!("{name}^{{commit}}"))
            .run()
            .await?;
        Ok((output.code == Some(0)).then(|| output.line()))
    }
}
