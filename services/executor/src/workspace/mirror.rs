//! The bare repository of a project in the data folder: a cache of the source, and the home of the sessions' branches.
//!
//! Branches of the source are kept as `refs/remotes/source/*`, those of sessions as `refs/heads/*`, so that fetching
//! never touches a session's work.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::WorkspaceError;
use super::advertised::Advertised;
use super::git::{Git, GitCommand, Protocols};
use super::project::{ProjectFolder, ProjectLock};
use super::removal::remove_tree;
use super::source::Origin;
use super::stale_locks;

/// Options of every fetch: nothing but what is asked for, and nothing started beside it.
pub(crate) const FETCH_OPTIONS: &[&str] = &[
    "--quiet",
    "--no-tags",
    "--no-write-fetch-head",
    "--no-auto-maintenance",
    "--no-recurse-submodules",
    "--update-shallow",
];

/// Configuration that commands of an agent in a work tree get, too: an author, and no hooks or background work.
const CONFIG: &[(&str, &str)] = &[
    ("core.hooksPath", "/dev/null"),
    ("core.fsmonitor", "false"),
    ("core.autocrlf", "false"),
    // A log of a branch would lie where a confined agent may not write.
    ("core.logAllRefUpdates", "false"),
    ("gc.auto", "0"),
    ("maintenance.auto", "false"),
    ("commit.gpgSign", "false"),
];

/// What a disk that is not full takes: more than an empty repository needs.
const DISK_PROBE_BYTES: usize = 64 * 1024;

#[derive(Clone, Debug)]
pub(crate) struct Mirror {
    git: Git,
    path: PathBuf,
    config_copy: PathBuf,
    turn: Option<Arc<File>>,
}

impl Mirror {
    pub(crate) fn of(git: &Git, project: &ProjectFolder) -> Self {
        Self {
            git: git.clone(),
            path: project.mirror(),
            config_copy: project.mirror_config(),
            turn: None,
        }
    }

    /// The same repository for the holder of the project's lock: its git commands hold the lock, too.
    pub(crate) fn in_turn(self, lock: &ProjectLock) -> Self {
        Self {
            turn: Some(lock.file().clone()),
            ..self
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Makes the repository where there is none or only half of one. The caller holds the project's lock.
    pub(crate) async fn ensure(&self, object_format: &str) -> Result<(), WorkspaceError> {
        if !self.config_copy.is_file() {
            remove_tree(&self.path).await?;
            self.create(object_format)
                .await
                .map_err(|error| self.told_by_disk(error))?;
        }
        self.seal()?;
        stale_locks::clear(&self.path).await
    }

    async fn create(&self, object_format: &str) -> Result<(), WorkspaceError> {
        let format = format!("--object-format={object_format}");
        let init = self.git.command("init", Protocols::None).args([
            "--bare",
            "--quiet",
            "--template=",
            &format,
        ]);
        init.arg("--")
            .arg(&self.path)
            .within_turn(self.turn.as_ref())
            .succeed()
            .await?;
        let settings = self.git.settings();
        let author = [
            ("user.name", settings.author_name.as_str()),
            ("user.email", settings.author_email.as_str()),
        ];
        for (key, value) in CONFIG.iter().copied().chain(author) {
            self.command("config", Protocols::None)
                .args([key, value])
                .succeed()
                .await?;
        }
        // The copy is the sign that the repository is whole, so it appears last and at once.
        let failed = |source| WorkspaceError::io("keep the configuration of the mirror", source);
        let partial = self.config_copy.with_extension("partial");
        std::fs::copy(self.path.join("config"), &partial).map_err(failed)?;
        std::fs::rename(&partial, &self.config_copy).map_err(failed)
    }

    /// Git does not say why it cannot write a configuration file; the disk does.
    fn told_by_disk(&self, error: WorkspaceError) -> WorkspaceError {
        let probe = self.config_copy.with_extension("probe");
        let written = std::fs::write(&probe, vec![0; DISK_PROBE_BYTES]);
        // A probe that stays behind is written over by the next one.
        let _ = std::fs::remove_file(&probe);
        match written.map_err(|source| WorkspaceError::io("create the mirror", source)) {
            Err(full @ WorkspaceError::DiskFull { .. }) => full,
            _ => error,
        }
    }

    /// Takes back whatever an agent wrote into the shared configuration: our own commands must not obey it.
    pub(crate) fn seal(&self) -> Result<(), WorkspaceError> {
        let failed = |source| WorkspaceError::io("restore the configuration of the mirror", source);
        let ours = std::fs::read(&self.config_copy).map_err(failed)?;
        let config = self.path.join("config");
        if std::fs::read(&config).is_ok_and(|present| present == ours) {
            return Ok(());
        }
        tracing::warn!(mirror = %self.path.display(), "the mirror's configuration was changed and is restored");
        let partial = self
            .path
            .join(format!("config.{}", uuid::Uuid::new_v4().simple()));
        std::fs::write(&partial, ours).map_err(failed)?;
        std::fs::rename(partial, config).map_err(failed)
    }

    /// A git command on this repository.
    pub(crate) fn command(&self, name: &'static str, protocols: Protocols) -> GitCommand<'_> {
        self.on(self.git.command(name, protocols))
    }

    fn on<'g>(&self, command: GitCommand<'g>) -> GitCommand<'g> {
        command
            .variable("GIT_DIR", &self.path)
            .within_turn(self.turn.as_ref())
    }

    /// Brings the base branch, and the session's branch where the source has it, up to date.
    pub(crate) async fn fetch(
        &self,
        origin: &Origin,
        offered: &Advertised,
        branch: &str,
    ) -> Result<(), WorkspaceError> {
        let mut wanted = vec![tracking_spec(&offered.base)];
        if offered.has_branch && branch != offered.base {
            wanted.push(tracking_spec(branch));
        }
        self.on(origin.reading(&self.git, "fetch", FETCH_OPTIONS))
            .args(wanted)
            .succeed()
            .await?;
        Ok(())
    }

    /// Makes the session's branch ready to work on and returns the commit it stands on: the branch of an earlier
    /// run goes on, with what the source has added to it; a new one begins at the base.
    pub(crate) async fn place_branch(
        &self,
        branch: &str,
        offered: &Advertised,
    ) -> Result<String, WorkspaceError> {
        let name = format!("refs/heads/{branch}");
        let ours = self.commit(&name).await?;
        let theirs = if offered.has_branch {
            self.commit(&tracking(branch)).await?
        } else {
            None
        };
        let start = match (&ours, &theirs) {
            (Some(ours), Some(theirs)) if self.is_ancestor(ours, theirs).await? => theirs.clone(),
            (Some(ours), _) => return Ok(ours.clone()),
            (None, Some(theirs)) => theirs.clone(),
            (None, None) => self.base_commit(&offered.base).await?,
        };
        self.command("update-ref", Protocols::None)
            .args([&name, &start])
            .succeed()
            .await?;
        Ok(start)
    }

    /// The commit the base branch had when it was last fetched.
    pub(crate) async fn base_commit(&self, base: &str) -> Result<String, WorkspaceError> {
        let found = self.commit(&tracking(base)).await?;
        found.ok_or_else(|| WorkspaceError::NoCommits {
            repository: self.path.display().to_string(),
        })
    }

    /// The commit `name` stands for; `None` when there is no such name.
    pub(crate) async fn commit(&self, name: &str) -> Result<Option<String>, WorkspaceError> {
        let output = self
            .command("rev-parse", Protocols::None)
            .args(["--verify", "--quiet", "--end-of-options"])
            .arg(format!("{name}^{{commit}}"))
            .run()
            .await?;
        Ok((output.code == Some(0)).then(|| output.line()))
    }

    /// The newest commit both have; `None` when they have nothing in common.
    pub(crate) async fn merge_base(
        &self,
        one: &str,
        other: &str,
    ) -> Result<Option<String>, WorkspaceError> {
        let output = self
            .command("merge-base", Protocols::None)
            .args([one, other])
            .run()
            .await?;
        Ok((output.code == Some(0)).then(|| output.line()))
    }

    pub(crate) async fn is_ancestor(
        &self,
        older: &str,
        newer: &str,
    ) -> Result<bool, WorkspaceError> {
        let command =
            self.command("merge-base", Protocols::None)
                .args(["--is-ancestor", older, newer]);
        Ok(command.run().await?.code == Some(0))
    }
}

/// Where a branch of the source is kept.
pub(crate) fn tracking(branch: &str) -> String {
    format!("refs/remotes/source/{branch}")
}

fn tracking_spec(branch: &str) -> String {
    format!("+refs/heads/{branch}:{}", tracking(branch))
}
