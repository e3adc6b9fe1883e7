//! Making the work tree of a session, or finding that it is there already.

use std::path::Path;

use uuid::Uuid;

use super::WorkspaceError;
use super::advertised::Advertised;
use super::branch_log;
use super::git::{Git, Protocols};
use super::mirror::Mirror;
use super::project::ProjectFolder;
use super::record::Record;
use super::removal::remove_tree;
use super::source::Origin;
use super::stale_locks;
use super::worktree::Worktree;

/// A tree that is ready, not yet tied to the source it came from.
pub(crate) struct PreparedTree {
    session: Uuid,
    record: Record,
    resumed: bool,
}

impl PreparedTree {
    pub(crate) fn into_worktree(
        self,
        git: &Git,
        project: ProjectFolder,
        origin: &Origin,
    ) -> Worktree {
        Worktree::new(
            git,
            project,
            self.session,
            self.record,
            origin,
            self.resumed,
        )
    }
}

/// The tree of `session` on `branch`. The caller holds the project's lock and has fetched what `offered` names.
pub(crate) async fn prepare_tree(
    project: &ProjectFolder,
    mirror: &Mirror,
    session: Uuid,
    branch: &str,
    offered: &Advertised,
) -> Result<PreparedTree, WorkspaceError> {
    make_temporary(&project.temporary(session)).await?;
    if let Some(record) = resumable(project, mirror, session, branch).await? {
        return Ok(PreparedTree {
            session,
            record,
            resumed: true,
        });
    }
    let (tree, administration) = (project.tree(session), project.administration(session));
    remove_tree(&tree).await?;
    remove_tree(&administration).await?;
    let start = mirror.place_branch(branch, offered).await?;
    release_branch(mirror, branch, &start).await?;
    let base_tip = mirror.base_commit(&offered.base).await?;
    let base_commit = mirror
        .merge_base(&start, &base_tip)
        .await?
        .unwrap_or(base_tip);
    let add = mirror.command("worktree", Protocols::None).args([
        "add",
        "--quiet",
        "--force",
        "--no-guess-remote",
    ]);
    add.arg("--").arg(&tree).arg(branch).succeed().await?;
    let record = Record {
        branch: branch.to_owned(),
        base: offered.base.clone(),
        base_commit,
    };
    branch_log::begin(&administration, &start)?;
    record.write(&administration)?;
    Ok(PreparedTree {
        session,
        record,
        resumed: false,
    })
}

/// An empty folder: what an earlier run left there is of no use to this one.
async fn make_temporary(folder: &Path) -> Result<(), WorkspaceError> {
    remove_tree(folder).await?;
    std::fs::create_dir_all(folder)
        .map_err(|source| WorkspaceError::io("make the folder for temporary files", source))
}

/// The record of a whole tree for this branch, its index repaired if a crash broke it.
async fn resumable(
    project: &ProjectFolder,
    mirror: &Mirror,
    session: Uuid,
    branch: &str,
) -> Result<Option<Record>, WorkspaceError> {
    let (tree, administration) = (project.tree(session), project.administration(session));
    let Some(record) = Record::read(&administration) else {
        return Ok(None);
    };
    let branch_exists = mirror
        .commit(&format!("refs/heads/{branch}"))
        .await?
        .is_some();
    if record.branch != branch || !tree.is_dir() || !branch_exists {
        return Ok(None);
    }
    stale_locks::clear(&administration).await?;
    repair_index(mirror, &administration, &tree).await?;
    Ok(Some(record))
}

/// An index cut short by a crash or a full disk is rebuilt from the last commit; the files stay as they are.
async fn repair_index(
    mirror: &Mirror,
    administration: &Path,
    tree: &Path,
) -> Result<(), WorkspaceError> {
    let command = |name| {
        mirror
            .command(name, Protocols::None)
            .variable("GIT_DIR", administration)
            .variable("GIT_COMMON_DIR", mirror.path())
            .variable("GIT_WORK_TREE", tree)
            .within(tree)
    };
    if command("ls-files")
        .args(["--error-unmatch", "--", ":/"])
        .run()
        .await?
        .code
        == Some(0)
    {
        return Ok(());
    }
    remove_tree(&administration.join("index")).await?;
    command("read-tree").arg("HEAD").succeed().await?;
    Ok(())
}

/// Takes earlier sessions off `branch`, which git lets only one work tree have: their HEAD then names the commit.
async fn release_branch(mirror: &Mirror, branch: &str, commit: &str) -> Result<(), WorkspaceError> {
    let Ok(entries) = std::fs::read_dir(mirror.path().join("worktrees")) else {
        return Ok(());
    };
    let on_branch = format!("ref: refs/heads/{branch}");
    for entry in entries.flatten() {
        let administration = entry.path();
        let head = std::fs::read_to_string(administration.join("HEAD")).unwrap_or_default();
        if head.trim() != on_branch {
            continue;
        }
        let detach = mirror
            .command("update-ref", Protocols::None)
            .variable("GIT_DIR", &administration)
            .variable("GIT_COMMON_DIR", mirror.path());
        detach
            .args(["--no-deref", "HEAD", commit])
            .succeed()
            .await?;
    }
    Ok(())
}
