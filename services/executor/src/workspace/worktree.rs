//! The work tree of one session.

use std::path::{Path, PathBuf};

use uuid::Uuid;

use super::git::{Git, GitCommand, Protocols};
use super::mirror::{Mirror, tracking};
use super::project::ProjectFolder;
use super::record::Record;
use super::removal::remove_tree;
use super::source::Origin;
use super::{Note, WorkspaceError};

/// A folder in which one session works, on a branch of its own.
#[derive(Clone, Debug)]
pub struct Worktree {
    git: Git,
    project: ProjectFolder,
    mirror: Mirror,
    session: Uuid,
    path: PathBuf,
    temporary: PathBuf,
    record: Record,
    local: Option<PathBuf>,
    notes: Vec<Note>,
    resumed: bool,
}

impl Worktree {
    pub(crate) fn new(
        git: &Git,
        project: ProjectFolder,
        session: Uuid,
        record: Record,
        origin: &Origin,
        resumed: bool,
    ) -> Self {
        Self {
            git: git.clone(),
            mirror: Mirror::of(git, &project),
            path: project.tree(session),
            temporary: project.temporary(session),
            project,
            session,
            record,
            local: origin.local_path().map(Path::to_owned),
            notes: origin.notes(),
            resumed,
        }
    }

    /// The folder to work in.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A folder of the session's own for temporary files, outside the tree.
    pub fn temporary(&self) -> &Path {
        &self.temporary
    }

    /// Where it may be written down what runs in the tree; out of the reach of what runs there.
    pub fn footprint(&self) -> PathBuf {
        self.project.footprint(self.session)
    }

    /// The repository that the tree belongs to.
    pub fn repository(&self) -> &Path {
        self.mirror.path()
    }

    /// What git writes when somebody commits in the tree. The repository's configuration, its hooks and the
    /// administration of other trees are not among it.
    pub fn committed_to(&self) -> Vec<PathBuf> {
        let shared = ["objects", "refs/heads"].map(|name| self.repository().join(name));
        shared.into_iter().chain([self.administration()]).collect()
    }

    /// The branch of the session.
    pub fn branch(&self) -> &str {
        &self.record.branch
    }

    /// The branch the work started from and the pull request goes to.
    pub fn base(&self) -> &str {
        &self.record.base
    }

    /// What a person should know about their repository.
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// True when an earlier call had prepared this tree, so that it may hold unfinished work.
    pub fn resumed(&self) -> bool {
        self.resumed
    }

    /// The person's own repository, where it is on this machine.
    pub(crate) fn local(&self) -> Option<&Path> {
        self.local.as_deref()
    }

    pub(crate) fn base_commit(&self) -> &str {
        &self.record.base_commit
    }

    pub(crate) const fn project(&self) -> &ProjectFolder {
        &self.project
    }

    pub(crate) fn mirror(&self) -> &Mirror {
        &self.mirror
    }

    pub(crate) fn program(&self) -> &Path {
        &self.git.settings().program
    }

    pub(crate) fn administration(&self) -> PathBuf {
        self.project.administration(self.session)
    }

    /// A git command in this work tree. Where its repository is, is said outright: the `.git` file in the tree is
    /// in the hands of the agent.
    pub(crate) fn git(&self, name: &'static str) -> GitCommand<'_> {
        self.git
            .command(name, Protocols::None)
            .variable("GIT_DIR", self.administration())
            .variable("GIT_COMMON_DIR", self.mirror.path())
            .variable("GIT_WORK_TREE", &self.path)
            .within(&self.path)
    }

    /// The commit that the session's work is compared with: the newest one it shares with the base branch.
    pub(crate) async fn comparison(&self) -> Result<String, WorkspaceError> {
        let shared = self
            .mirror
            .merge_base(&tracking(self.base()), &self.head_name())
            .await?;
        Ok(shared.unwrap_or_else(|| self.base_commit().to_owned()))
    }

    pub(crate) fn head_name(&self) -> String {
        format!("refs/heads/{}", self.branch())
    }

    /// Whether `commit` is on the session's branch here: another machine may have made it and died before its push.
    pub async fn holds(&self, commit: &str) -> Result<bool, WorkspaceError> {
        self.mirror.seal()?;
        self.mirror.is_ancestor(commit, &self.head_name()).await
    }

    /// How many commits the session's branch has that the base has not.
    pub async fn commits_ahead(&self) -> Result<u32, WorkspaceError> {
        self.mirror.seal()?;
        let range = format!("{}..{}", self.comparison().await?, self.head_name());
        let output = self
            .git("rev-list")
            .args(["--count", &range])
            .succeed()
            .await?;
        let count = output.line();
        count.parse().map_err(|_| WorkspaceError::Git {
            command: "rev-list",
            code: output.code,
            detail: count,
        })
    }

    /// Removes the folder; the branch stays, so a later session can go on with it.
    pub async fn remove(self) -> Result<(), WorkspaceError> {
        let _lock = self.project.lock().await?;
        remove_tree(&self.path).await?;
        remove_tree(&self.temporary).await?;
        remove_tree(&self.administration()).await
    }
}
