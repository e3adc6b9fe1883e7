//! The folders of one project, and the lock that lets one session at a time change what they share.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use uuid::Uuid;

use super::WorkspaceError;

/// The longest project name that is taken.
const MAX_PROJECT_CHARS: usize = 200;

/// How much of a project's name its folder shows.
const MAX_FOLDER_CHARS: usize = 48;

/// How long a session waits for another one of the same project: the longest fetch, and some.
const LOCK_TIMEOUT: Duration = Duration::from_secs(2_400);

/// How often a waiting session looks again.
const LOCK_POLL: Duration = Duration::from_millis(20);

/// Where the repository and the work trees of one project are kept.
#[derive(Clone, Debug)]
pub(crate) struct ProjectFolder {
    path: PathBuf,
}

/// Held while a session changes what all sessions of a project share. The system releases it when this process and
/// the git it was handed on to have ended.
pub(crate) struct ProjectLock {
    file: Arc<File>,
}

impl ProjectLock {
    pub(crate) fn file(&self) -> &Arc<File> {
        &self.file
    }
}

impl ProjectFolder {
    /// The folder of `project` below `root`, made if it is new.
    pub(crate) fn open(root: &Path, project: &str) -> Result<Self, WorkspaceError> {
        let path = root.join(folder_name(project)?);
        let folder = Self { path };
        let trees = folder.trees();
        std::fs::create_dir_all(&trees).map_err(|source| {
            WorkspaceError::io(format!("create the folder {}", trees.display()), source)
        })?;
        Ok(folder)
    }

    /// Every project folder below `root`.
    pub(crate) fn all(root: &Path) -> Result<Vec<Self>, WorkspaceError> {
        let entries = std::fs::read_dir(root)
            .map_err(|source| WorkspaceError::io("list the workspaces", source))?;
        let folders = entries.flatten().map(|entry| Self { path: entry.path() });
        Ok(folders.filter(|folder| folder.trees().is_dir()).collect())
    }

    /// The bare repository that all sessions of the project share.
    pub(crate) fn mirror(&self) -> PathBuf {
        self.path.join("mirror.git")
    }

    /// A copy of the mirror's configuration as Errand wrote it.
    pub(crate) fn mirror_config(&self) -> PathBuf {
        self.path.join("mirror.config")
    }

    pub(crate) fn trees(&self) -> PathBuf {
        self.path.join("trees")
    }

    /// The work tree of a session.
    pub(crate) fn tree(&self, session: Uuid) -> PathBuf {
        self.trees().join(session.to_string())
    }

    /// Temporary files of a session's agent.
    pub(crate) fn temporary(&self, session: Uuid) -> PathBuf {
        self.all_temporary().join(session.to_string())
    }

    pub(crate) fn all_temporary(&self) -> PathBuf {
        self.path.join("tmp")
    }

    /// What is written down of the processes in a session's work tree.
    pub(crate) fn footprint(&self, session: Uuid) -> PathBuf {
        self.all_footprints().join(format!("{session}.json"))
    }

    pub(crate) fn all_footprints(&self) -> PathBuf {
        self.path.join("runs")
    }

    /// Where git keeps HEAD and index of a session's work tree; git names it after the work tree's folder.
    pub(crate) fn administration(&self, session: Uuid) -> PathBuf {
        self.mirror().join("worktrees").join(session.to_string())
    }

    /// Waits for its turn, bounded.
    pub(crate) async fn lock(&self) -> Result<ProjectLock, WorkspaceError> {
        let failed = |source| WorkspaceError::io("lock the project's repository", source);
        let path = self.path.join("lock");
        let file = File::options()
            .create(true)
            .append(true)
            .open(path)
            .map_err(failed)?;
        let began = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => {
                    return Ok(ProjectLock {
                        file: Arc::new(file),
                    });
                }
                Err(TryLockError::Error(source)) => return Err(failed(source)),
                Err(TryLockError::WouldBlock) if began.elapsed() > LOCK_TIMEOUT => {
                    return Err(WorkspaceError::Busy {
                        waited: LOCK_TIMEOUT,
                    });
                }
                Err(TryLockError::WouldBlock) => tokio::time::sleep(LOCK_POLL).await,
            }
        }
    }
}

/// A folder name any file system takes, different for every project: readable letters, then a digest of the name
/// unless the name needed no change.
fn folder_name(project: &str) -> Result<String, WorkspaceError> {
    if project.is_empty() || project.chars().count() > MAX_PROJECT_CHARS {
        let project = project.chars().take(MAX_FOLDER_CHARS).collect();
        return Err(WorkspaceError::InvalidProject {
            project,
            max_chars: MAX_PROJECT_CHARS,
        });
    }
    let plain =
        |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    if project.chars().all(plain) && project.len() <= MAX_FOLDER_CHARS {
        return Ok(project.to_owned());
    }
    let readable: String = project
        .chars()
        .take(MAX_FOLDER_CHARS)
        .map(|letter| if plain(letter) { letter } else { '_' })
        .collect();
    let digest = Uuid::new_v5(&Uuid::NAMESPACE_OID, project.as_bytes())
        .simple()
        .to_string();
    Ok(format!("{readable}_{digest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_project_name_leaves_its_folder_or_meets_another() {
        assert_eq!(folder_name("launch-site-2").unwrap(), "launch-site-2");
        let names = [
            "../../etc",
            "..",
            "a/b",
            "a_b",
            "A",
            "a",
            "Ä",
            &"x".repeat(60),
            &"x".repeat(61),
        ];
        let folders: Vec<String> = names
            .iter()
            .map(|name| folder_name(name).unwrap())
            .collect();
        for folder in &folders {
            assert!(!folder.contains(['/', '.', '\\']), "{folder}");
            assert_eq!(
                folders
                    .iter()
                    .filter(|other| other.eq_ignore_ascii_case(folder))
                    .count(),
                1,
                "{folder}"
            );
        }
        assert!(folder_name("").is_err() && folder_name(&"x".repeat(201)).is_err());
    }
}
