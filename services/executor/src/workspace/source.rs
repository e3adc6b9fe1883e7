//! Where the work of a project comes from.

use std::path::{Path, PathBuf};

use secrecy::SecretString;

use super::WorkspaceError;
use super::git::{Git, GitCommand, Protocols, RemoteAccess, serving_program};
use super::local::LocalRepository;

/// The repository of a project and the branch that work starts from.
#[derive(Clone, Debug)]
pub struct Source {
    pub repository: RepositoryRef,
    /// The base branch; `None` means the branch that the repository's HEAD names.
    pub base: Option<String>,
}

/// A repository on this machine, or at a forge over http(s).
#[derive(Clone, Debug)]
pub enum RepositoryRef {
    Local(PathBuf),
    Remote {
        url: String,
        token: Option<SecretString>,
    },
}

/// Something a person should know about their repository; it does not stop the work.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Note {
    #[error(
        "{files} uncommitted files are not part of the work: commit them first if they should be"
    )]
    Uncommitted { files: usize },

    #[error(
        "the repository is bare: there is no work tree whose uncommitted files could be missed"
    )]
    Bare,

    #[error(
        "the repository was cloned without its whole history: run `git fetch --unshallow` if the push is refused"
    )]
    Shallow,
}

/// A source that was looked at and found usable.
#[derive(Clone, Debug)]
pub(crate) enum Origin {
    Local(LocalRepository),
    Remote(RemoteAccess),
}

impl Origin {
    pub(crate) async fn find(
        git: &Git,
        repository: &RepositoryRef,
    ) -> Result<Self, WorkspaceError> {
        match repository {
            RepositoryRef::Local(path) => {
                Ok(Self::Local(LocalRepository::inspect(git, path).await?))
            }
            RepositoryRef::Remote { url, token } => {
                Ok(Self::Remote(RemoteAccess::new(url, token.as_ref())?))
            }
        }
    }

    /// The name people know it by: its path or address.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Local(local) => local.path().display().to_string(),
            Self::Remote(access) => access.url().to_owned(),
        }
    }

    pub(crate) fn local_path(&self) -> Option<&Path> {
        match self {
            Self::Local(local) => Some(local.path()),
            Self::Remote(_) => None,
        }
    }

    pub(crate) fn notes(&self) -> Vec<Note> {
        match self {
            Self::Local(local) => local.notes().to_vec(),
            Self::Remote(_) => Vec::new(),
        }
    }

    /// A reading command (`fetch`, `ls-remote`) with `options`, addressed to this repository.
    pub(crate) fn reading<'g>(
        &self,
        git: &'g Git,
        name: &'static str,
        options: &[&str],
    ) -> GitCommand<'g> {
        match self {
            Self::Local(local) => git
                .command(name, Protocols::File)
                .args(options)
                .arg(format!(
                    "--upload-pack={}",
                    serving_program(&git.settings().program, "upload-pack")
                ))
                .arg("--")
                .arg(local.path()),
            Self::Remote(access) => git
                .command(name, Protocols::Http)
                .args(options)
                .arg("--")
                .arg(access.url())
                .access(access),
        }
    }
}
