//! All work trees of this machine.

use std::path::{Path, PathBuf};

use uuid::Uuid;

use super::advertised::Advertised;
use super::disk::{DiskLimits, Measure};
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
    limits: DiskLimits,
    measure: Measure,
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
        Ok(Self {
            root,
            git,
            limits: DiskLimits::default(),
            measure: Measure::default(),
        })
    }

    /// The same workspaces with other bounds on the disk they take.
    #[must_use]
    pub fn with_limits(self, limits: DiskLimits) -> Self {
        Self { limits, ..self }
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
        self.check_room().await?;
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

    /// The sessions that have anything in these workspaces.
    pub fn sessions(&self) -> Result<Vec<Uuid>, WorkspaceError> {
        let mut found = Vec::new();
        for project in ProjectFolder::all(&self.root)? {
            for folder in [project.trees(), project.all_temporary()] {
                found.extend(entries(&folder).filter_map(|(_, session)| session));
            }
        }
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    /// What was written down of processes that run in the work trees, or ran there when a machine or an Errand stopped.
    pub fn footprints(&self) -> Result<Vec<PathBuf>, WorkspaceError> {
        let projects = ProjectFolder::all(&self.root)?;
        let folders = projects.iter().map(ProjectFolder::all_footprints);
        Ok(folders
            .flat_map(|folder| entries(&folder).map(|(path, _)| path).collect::<Vec<_>>())
            .collect())
    }

    /// Removes the work trees of all sessions but those in `keep`, and returns how many. Branches stay.
    pub async fn prune(&self, keep: &[Uuid]) -> Result<u32, WorkspaceError> {
        self.remove_where(|session| session.is_none_or(|session| !keep.contains(&session)))
            .await
    }

    /// Removes what `sessions` left behind, and returns how many work trees that were. Branches and mirrors stay.
    pub async fn remove(&self, sessions: &[Uuid]) -> Result<u32, WorkspaceError> {
        self.remove_where(|session| session.is_some_and(|session| sessions.contains(&session)))
            .await
    }

    async fn remove_where(
        &self,
        unwanted: impl Fn(Option<Uuid>) -> bool + Sync,
    ) -> Result<u32, WorkspaceError> {
        let mut removed = 0;
        for project in ProjectFolder::all(&self.root)? {
            let lock = project.lock().await?;
            let here = remove_entries(&project.trees(), &unwanted).await?;
            remove_entries(&project.all_temporary(), &unwanted).await?;
            if here > 0 {
                self.pack(&Mirror::of(&self.git, &project).in_turn(&lock))
                    .await?;
            }
            removed += here;
        }
        self.measure.forget();
        Ok(removed)
    }

    /// Makes git forget work trees that are gone, and pack what they left.
    async fn pack(&self, mirror: &Mirror) -> Result<(), WorkspaceError> {
        if mirror.seal().is_err() {
            return Ok(());
        }
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
        Ok(())
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) const fn limits(&self) -> &DiskLimits {
        &self.limits
    }

    pub(crate) const fn measure(&self) -> &Measure {
        &self.measure
    }
}

/// The entries of `folder` with the session that each is named after.
fn entries(folder: &Path) -> impl Iterator<Item = (PathBuf, Option<Uuid>)> + use<> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| {
        let name = entry.file_name();
        let session = name.to_str().and_then(|name| Uuid::try_parse(name).ok());
        (entry.path(), session)
    })
}

async fn remove_entries(
    folder: &Path,
    unwanted: &impl Fn(Option<Uuid>) -> bool,
) -> Result<u32, WorkspaceError> {
    let mut removed = 0;
    for (path, session) in entries(folder) {
        if unwanted(session) {
            remove_tree(&path).await?;
            removed += 1;
        }
    }
    Ok(removed)
}
