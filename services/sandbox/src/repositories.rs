//! The bare git repositories and what git knows about them.

mod command;
mod diff;
mod facts;
mod names;

use std::path::{Path, PathBuf};

use tokio::sync::{Mutex, MutexGuard};

pub(crate) use command::git_command;
pub(crate) use diff::ChangedFile;
pub(crate) use facts::Commit;
pub(crate) use names::{is_branch_name, is_owner_name, is_repository_name};

use crate::SandboxError;

/// The branch that a new repository calls its default.
const DEFAULT_BRANCH: &str = "main";
/// A push larger than this is refused by git itself.
pub(crate) const MAX_PUSH_BYTES: u64 = 512 * 1024 * 1024;

/// The folder of all bare repositories, `OWNER/NAME.git` below it.
pub(crate) struct Repositories {
    root: PathBuf,
    /// Two callers that ensure one repository must not run `git init` into each other.
    creating: Mutex<()>,
    /// Pull requests are read, compared with git and written back.
    changing_pulls: Mutex<()>,
}

/// One bare repository that exists.
#[derive(Debug, Clone)]
pub(crate) struct Repository {
    pub(crate) owner: String,
    pub(crate) name: String,
    path: PathBuf,
}

impl Repositories {
    pub(crate) fn open(root: PathBuf) -> Result<Self, SandboxError> {
        std::fs::create_dir_all(&root).map_err(|source| SandboxError::Folder {
            path: root.clone(),
            source,
        })?;
        Ok(Self {
            root,
            creating: Mutex::new(()),
            changing_pulls: Mutex::new(()),
        })
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Creates the repository unless it exists, and returns its path.
    pub(crate) async fn ensure(&self, owner: &str, name: &str) -> Result<PathBuf, SandboxError> {
        for (part, fine) in [
            (owner, is_owner_name(owner)),
            (name, is_repository_name(name)),
        ] {
            if !fine {
                return Err(SandboxError::RepositoryName(part.to_owned()));
            }
        }
        let _turn = self.creating.lock().await;
        let path = self.path(owner, name);
        if !is_bare_repository(&path) {
            let folder = |source| SandboxError::Folder {
                path: path.clone(),
                source,
            };
            std::fs::create_dir_all(&path).map_err(folder)?;
            let branch = format!("--initial-branch={DEFAULT_BRANCH}");
            command::run(&path, &["init", "--quiet", "--bare", &branch, "."]).await?;
            let limit = MAX_PUSH_BYTES.to_string();
            command::run(&path, &["config", "receive.maxInputSize", &limit]).await?;
        }
        Ok(path)
    }

    /// Held while a pull request changes, so that no two changes cross.
    pub(crate) async fn changing_pulls(&self) -> MutexGuard<'_, ()> {
        self.changing_pulls.lock().await
    }

    /// The repository, when it exists.
    pub(crate) fn find(&self, owner: &str, name: &str) -> Option<Repository> {
        let path = self.path(owner, name);
        let exists = is_owner_name(owner) && is_repository_name(name) && is_bare_repository(&path);
        exists.then(|| Repository {
            owner: owner.to_owned(),
            name: name.to_owned(),
            path,
        })
    }

    /// Every repository, by owner and name, at most `limit`.
    pub(crate) fn list(&self, limit: usize) -> Vec<Repository> {
        let mut found: Vec<Repository> = folder_names(&self.root)
            .flat_map(|owner| {
                let names: Vec<String> = folder_names(&self.root.join(&owner)).collect();
                names.into_iter().filter_map(move |name| {
                    Some((owner.clone(), name.strip_suffix(".git")?.to_owned()))
                })
            })
            .filter_map(|(owner, name)| self.find(&owner, &name))
            .collect();
        found.sort_by(|a, b| (&a.owner, &a.name).cmp(&(&b.owner, &b.name)));
        found.truncate(limit);
        found
    }

    fn path(&self, owner: &str, name: &str) -> PathBuf {
        self.root.join(owner).join(format!("{name}.git"))
    }
}

fn is_bare_repository(path: &Path) -> bool {
    path.join("HEAD").is_file() && path.join("objects").is_dir()
}

fn folder_names(folder: &Path) -> impl Iterator<Item = String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().into_string().ok())
}
