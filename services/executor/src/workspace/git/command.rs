//! One run of git: bounded in time and output, in an environment of its own, killed whole.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use process_wrap::tokio::{CommandWrap, ProcessGroup};

use super::environment::environment;
use super::running::RunningGit;
use super::{Git, GitOutput, Protocols, RemoteAccess, failure_of};
use crate::workspace::WorkspaceError;

/// What git may print on its standard output where nothing else is said.
const MAX_OUTPUT_BYTES: usize = 8 * 1024 * 1024;

/// What happens when git prints more than it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Overflow {
    Fail,
    Truncate,
}

/// A git command being put together.
pub(crate) struct GitCommand<'g> {
    git: &'g Git,
    name: &'static str,
    arguments: Vec<OsString>,
    directory: Option<PathBuf>,
    environment: Vec<(OsString, OsString)>,
    config: Vec<(String, String)>,
    protocols: Protocols,
    access: Option<RemoteAccess>,
    input: Option<Vec<u8>>,
    turn: Option<Arc<File>>,
    timeout: Duration,
    max_output_bytes: usize,
    overflow: Overflow,
}

impl Git {
    /// A command that belongs to no repository yet.
    pub(crate) fn command(&self, name: &'static str, protocols: Protocols) -> GitCommand<'_> {
        let timeout = match protocols {
            Protocols::None => self.settings().local_timeout,
            Protocols::File | Protocols::Http => self.settings().transfer_timeout,
        };
        GitCommand {
            git: self,
            name,
            arguments: Vec::new(),
            directory: None,
            environment: Vec::new(),
            config: Vec::new(),
            protocols,
            access: None,
            input: None,
            turn: None,
            timeout,
            max_output_bytes: MAX_OUTPUT_BYTES,
            overflow: Overflow::Fail,
        }
    }
}

impl GitCommand<'_> {
    pub(crate) fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.arguments.push(argument.as_ref().to_owned());
        self
    }

    pub(crate) fn args<A: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.arguments.extend(
            arguments
                .into_iter()
                .map(|argument| argument.as_ref().to_owned()),
        );
        self
    }

    /// Runs in `directory`; git looks for the repository from there.
    pub(crate) fn within(mut self, directory: &Path) -> Self {
        self.directory = Some(directory.to_owned());
        self
    }

    pub(crate) fn variable(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.environment
            .push((name.into(), value.as_ref().to_owned()));
        self
    }

    pub(crate) fn config(mut self, settings: impl IntoIterator<Item = (String, String)>) -> Self {
        self.config.extend(settings);
        self
    }

    /// Sends the token for this address and keeps it out of what is reported.
    pub(crate) fn access(mut self, access: &RemoteAccess) -> Self {
        self.access = Some(access.clone());
        self
    }

    pub(crate) fn input(mut self, bytes: Vec<u8>) -> Self {
        self.input = Some(bytes);
        self
    }

    /// Hands the project's lock on to git as its standard input, which it does not read: should this process be
    /// killed, the lock is held until git and all it started have ended, too.
    pub(crate) fn within_turn(mut self, turn: Option<&Arc<File>>) -> Self {
        self.turn = turn.cloned();
        self
    }

    pub(crate) fn max_output(mut self, bytes: usize, overflow: Overflow) -> Self {
        self.max_output_bytes = bytes;
        self.overflow = overflow;
        self
    }

    /// Runs it; an exit code other than zero is an error that says what went wrong.
    pub(crate) async fn succeed(self) -> Result<GitOutput, WorkspaceError> {
        let (name, url) = (
            self.name,
            self.access.as_ref().map(|access| access.url().to_owned()),
        );
        let output = self.run().await?;
        match output.code {
            Some(0) => Ok(output),
            _ if output.truncated => Ok(output),
            _ => Err(failure_of(name, url.as_deref(), &output)),
        }
    }

    /// Runs it and returns whatever exit code it had.
    pub(crate) async fn run(self) -> Result<GitOutput, WorkspaceError> {
        let mut running = self.spawn()?;
        let (name, timeout, max_bytes) = (self.name, self.timeout, self.max_output_bytes);
        let Ok(finished) =
            tokio::time::timeout(timeout, running.converse(self.input, max_bytes)).await
        else {
            running.kill().await;
            return Err(WorkspaceError::TimedOut {
                command: name,
                limit: timeout,
            });
        };
        let mut output =
            finished.map_err(|source| WorkspaceError::io(format!("run git {name}"), source))?;
        if output.truncated && self.overflow == Overflow::Fail {
            return Err(WorkspaceError::TooMuchOutput {
                command: name,
                limit_bytes: max_bytes,
            });
        }
        if let Some(access) = &self.access {
            output.stderr = access.redacted(&output.stderr);
        }
        Ok(output)
    }

    fn spawn(&self) -> Result<RunningGit, WorkspaceError> {
        let settings = self.git.settings();
        let mut config = self.config.clone();
        config.extend(self.access.iter().flat_map(RemoteAccess::config));
        let stdin = self.stdin().map_err(|source| self.not_started(source))?;
        let mut wrap = CommandWrap::with_new(&settings.program, |command| {
            command
                .arg(self.name)
                .args(&self.arguments)
                .env_clear()
                .envs(environment(settings, self.protocols, &config))
                .envs(self.environment.iter().cloned())
                .stdin(stdin)
                .stdout(Stdio::piped())
                .stderr(Stdio::piped());
            if let Some(directory) = &self.directory {
                command.current_dir(directory);
            }
        });
        wrap.wrap(ProcessGroup::leader());
        wrap.spawn()
            .map(RunningGit::new)
            .map_err(|source| self.not_started(source))
    }

    fn stdin(&self) -> std::io::Result<Stdio> {
        match (&self.input, &self.turn) {
            (Some(_), _) => Ok(Stdio::piped()),
            (None, Some(turn)) => Ok(Stdio::from(turn.try_clone()?)),
            (None, None) => Ok(Stdio::null()),
        }
    }

    /// A missing folder and a missing program look the same to the system, not to a person.
    fn not_started(&self, source: std::io::Error) -> WorkspaceError {
        if let Some(directory) = &self.directory
            && !directory.is_dir()
        {
            return WorkspaceError::FolderMissing {
                path: directory.clone(),
            };
        }
        if source.kind() == std::io::ErrorKind::NotFound {
            return WorkspaceError::GitMissing {
                program: self.git.settings().program.clone(),
            };
        }
        WorkspaceError::io(format!("start git {}", self.name), source)
    }
}
