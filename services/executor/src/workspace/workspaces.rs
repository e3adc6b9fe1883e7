//! All work trees of this machine.

use std::path::{Path, PathBuf};

use uuid::Uuid;

use super::advertised::Advertised;
use super::git::{Git, Protocols};
use super::mirror::Mirror;
use super::project::ProjectFolder;
use super::removal::remove_tree;
use super::source::Origin;
use super::{GitSettings, Source, WorkspaceError, Worktree, branch, preparation};

/// When a mirror has more loose objects than this, pruning packs them.
const PACK_ABOVE_OBJECTS: &str = "2000";

/// The folder below which every project has its mirror and its sessions' work trees. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Workspaces {
    root: PathBuf,
    git: Git,
}

impl Workspaces {
    /// Opens (and makes) the folder `root`; refuses a git that is missing or too old.
    pub async fn open(root: PathBuf, git: GitSettings) -> Result<Self, WorkspaceError> {
        let git = Git::new(git);
        git.check_version().await?;
        let failed =
            |source| WorkspaceError::io(format!("create the folder {}", root.display()), source);
        std::fs::create_dir_all(&root).map_err(failed)?;
        let root = std::fs::canonicalize(&root).map_err(failed)?;
        Ok(Self { root, git })
    }

    /// The work tree of `session` on `branch` (`errand/<story>`), ready to work in.
    ///
    /// Calling it again, also after a crash at any moment, gives the same tree back: with the work in it when it
    /// was whole, made anew when it was not. A branch from an earlier run of the story goes on where it ended; the
    /// session that had it before is taken off it.
    ///
    /// # Errors
    /// Any [`WorkspaceError`] about the source, the base branch, the branch name, the disk or the time.
    pub async fn prepare(
        &self,
        project: &str,
        session: Uuid,
        branch: &str,
        source: &Source,
    ) -> Result<Worktree, WorkspaceError> {
        branch::check_name(&self.git, branch).await?;
        let project = ProjectFolder::open(&self.root, project)?;
        let origin = Origin::find(&self.git, &source.repository).await?;
        let offered = Advertised::by(&self.git, &origin, source.base.as_deref(), branch).await?;
        if offered.base == branch {
            let reason = "it is the base branch, which Errand never writes to".to_owned();
            return Err(WorkspaceError::InvalidBranch {
                branch: branch.to_owned(),
                reason,
            });
        }
        let lock = project.lock().await?;
        let mirror = Mirror::of(&self.git, &project).in_turn(&lock);
        mirror.ensure(offered.object_format).await?;
        mirror.fetch(&origin, &offered, branch).await?;
        preparation::prepare_tree(&project, &mirror, session, branch, &offered)
            .await
            .map(|tree| tree.into_worktree(&self.git, project, &origin))
    }

    /// Removes the work trees of all sessions but those in `keep`, and returns how many. Branches stay.
    pub async fn prune(&self, keep: &[Uuid]) -> Result<u32, WorkspaceError> {
        let mut removed = 0;
        for project in ProjectFolder::all(&self.root)? {
            removed += self.prune_project(&project, keep).await?;
        }
        Ok(removed)
    }

    async fn prune_project(
        &self,
        project: &ProjectFolder,
        keep: &[Uuid],
    ) -> Result<u32, WorkspaceError> {
        let lock = project.lock().await?;
        let removed = remove_others(&project.trees(), keep).await?;
        remove_others(&project.all_temporary(), keep).await?;
        let mirror = Mirror::of(&self.git, project).in_turn(&lock);
        if mirror.seal().is_ok() {
            mirror
                .command("worktree", Protocols::None)
                .args(["prune", "--expire=now"])
                .succeed()
                .await?;
            let packing = [("gc.auto".to_owned(), PACK_ABOVE_OBJECTS.to_owned())];
            mirror
                .command("gc", Protocols::None)
                .args(["--auto", "--quiet"])
                .config(packing)
                .succeed()
                .await?;
        }
        Ok(removed)
    }
}

/// Removes the folders of all sessions but those in `keep`, and whatever else lies among them.
async fn remove_others(folder: &Path, keep: &[Uuid]) -> Result<u32, WorkspaceError> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Ok(0);
    };
    let mut removed = 0;
    for entry in entries.flatten() {
        let name = entry.file_name();
        let session = name.to_str().and_then(|name| Uuid::try_parse(name).ok());
        if session.is_none_or(|session| !keep.contains(&session)) {
            remove_tree(&entry.path()).await?;
            removed += 1;
        }
    }
    Ok(removed)
}
