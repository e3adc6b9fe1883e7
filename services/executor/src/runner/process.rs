//! The agent's process: started in a group of its own, and killed whole whatever happens.

use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use process_wrap::tokio::{ChildWrapper, CommandWrap, ProcessGroup};
use secrecy::ExposeSecret;
use tokio::process::{ChildStdin, ChildStdout, Command};

use super::command::AgentCommand;
use super::failure::{AgentExit, RunFailure};
use super::footprint::Footprint;
use super::request::RunRequest;
use super::stderr_tail::StderrTail;
use super::strays;
use crate::confine::{Folders, Invocation};

/// How long an agent may take to leave by itself once its input is closed; some save their session then.
const QUIT_GRACE: Duration = Duration::from_secs(2);
/// The same when it was stopped: with the grace of the cancellation before, a stop takes less than five seconds.
const HURRIED_QUIT_GRACE: Duration = Duration::from_millis(500);
/// How long the system may take to bury a killed process.
const KILL_TIMEOUT: Duration = Duration::from_secs(5);

const NO_SUCH_PROGRAM: &str = "there is no such program; install it, or correct the agent command";

/// A running agent. Dropping it kills its process group.
#[derive(Debug)]
pub(super) struct AgentProcess {
    child: Box<dyn ChildWrapper>,
    stderr: StderrTail,
    exit: Option<AgentExit>,
    process_group: u32,
    footprint: Footprint,
    folder: PathBuf,
    ended: bool,
}

/// The two pipes over which an agent is spoken to.
pub(super) struct AgentPipes {
    pub(super) stdin: ChildStdin,
    pub(super) stdout: ChildStdout,
}

impl AgentProcess {
    /// Starts the agent in `folder`, after what an earlier run may have left there was ended.
    ///
    /// # Errors
    /// [`RunFailure::NotStarted`] when the folder or the program is absent or may not be used.
    pub(super) async fn spawn(
        command: &AgentCommand,
        request: &RunRequest,
    ) -> Result<(Self, AgentPipes), RunFailure> {
        let refuse = |reason: String| RunFailure::NotStarted {
            program: command.program_name(),
            reason,
        };
        let (folder, session) = (&request.cwd, &request.folders);
        let folder = folder
            .canonicalize()
            .ok()
            .filter(|path| path.is_dir())
            .ok_or_else(|| refuse(format!("the folder {} does not exist", folder.display())))?;
        let footprint = begin(request.footprint.clone(), folder.clone()).await;
        let mut footprint = footprint.map_err(|error| refuse(unwritten(&error)))?;
        if !command.can_be_found() {
            return Err(refuse(NO_SUCH_PROGRAM.to_owned()));
        }
        let Invocation { program, arguments } = command.invocation(&folder, session);
        let mut group = CommandWrap::with_new(program, |inner| {
            inner.args(arguments);
            prepare(inner, command, &folder, session);
        });
        let mut child = group
            .wrap(ProcessGroup::leader())
            .spawn()
            .map_err(|error| refuse(explain(&error)))?;
        let pipes = (
            child.stdin().take(),
            child.stdout().take(),
            child.stderr().take(),
        );
        let (Some(stdin), Some(stdout), Some(stderr)) = pipes else {
            return Err(refuse("the system gave it no pipes".to_owned()));
        };
        let process_group = child.id().unwrap_or_default();
        let noted = footprint.started(process_group);
        let process = Self {
            process_group,
            footprint,
            stderr: StderrTail::follow(stderr),
            child,
            exit: None,
            folder,
            ended: false,
        };
        // The agent is killed with `process` when it could not be written down.
        noted.map_err(|error| refuse(unwritten(&error)))?;
        Ok((process, AgentPipes { stdin, stdout }))
    }

    /// The id of the process group.
    pub(super) const fn process_group(&self) -> u32 {
        self.process_group
    }

    /// Waits until the agent's own process has ended. What it started may live on.
    pub(super) async fn exited(&mut self) -> AgentExit {
        if let Some(exit) = self.exit {
            return exit;
        }
        // The wrapper's own wait would also wait for adopted children of the group, so the inner one is asked.
        let exit = match self.child.inner_mut().wait().await {
            Ok(status) => agent_exit(status),
            Err(_) => AgentExit::OutputClosed,
        };
        self.exit = Some(exit);
        exit
    }

    /// Gives the agent, whose input is closed by now, a moment to leave by itself: `hurried` when a person waits for it.
    pub(super) async fn quit(&mut self, hurried: bool) {
        let grace = match hurried {
            true => HURRIED_QUIT_GRACE,
            false => QUIT_GRACE,
        };
        let _ = tokio::time::timeout(grace, self.exited()).await;
    }

    /// How the process ended, waiting briefly: output that closes is mostly followed by an exit.
    pub(super) async fn exit_after_close(&mut self) -> AgentExit {
        tokio::time::timeout(QUIT_GRACE, self.exited())
            .await
            .unwrap_or(AgentExit::OutputClosed)
    }

    /// Kills the group and every marked process outside it, and returns the end of the standard error.
    pub(super) async fn end(mut self) -> String {
        self.kill();
        self.ended = true;
        let strays = end_strays(self.folder.clone()).await;
        if strays > 0 {
            tracing::debug!(strays, "ended processes outside the agent's group");
        }
        if tokio::time::timeout(KILL_TIMEOUT, self.child.wait())
            .await
            .is_err()
        {
            tracing::warn!(
                group = self.process_group,
                "a killed agent is still not buried"
            );
        }
        self.footprint.erase();
        self.stderr.last_words().await
    }

    /// Kills the group and every marked process outside it, when the agent itself has ended.
    pub(super) async fn kill_what_it_left(&mut self) {
        self.kill();
        end_strays(self.folder.clone()).await;
    }

    /// Kills what is alive of the group.
    pub(super) fn kill(&mut self) {
        // An error means that no process of the group is left.
        let _ = self.child.start_kill();
    }
}

impl Drop for AgentProcess {
    fn drop(&mut self) {
        if !self.ended {
            self.kill();
            strays::signal_all(&self.folder);
        }
    }
}

/// Ends what an earlier run left, on a thread that may block, and begins to write down this one.
async fn begin(file: Option<PathBuf>, folder: PathBuf) -> std::io::Result<Footprint> {
    tokio::task::spawn_blocking(move || Footprint::begin(file, &folder)).await?
}

fn unwritten(error: &std::io::Error) -> String {
    format!(
        "its processes cannot be written down ({error}); see whether the data folder is full or not writable"
    )
}

/// Ends the marked processes of `folder` on a thread that may block, and tells how many there were.
async fn end_strays(folder: PathBuf) -> usize {
    tokio::task::spawn_blocking(move || strays::end_all(&folder))
        .await
        .unwrap_or_default()
}

/// What git of an agent must not use: the person's configuration, their credentials, and their patience.
const GIT_VARIABLES: [(&str, &str); 2] = [
    ("GIT_CONFIG_GLOBAL", "/dev/null"),
    ("GIT_TERMINAL_PROMPT", "0"),
];

fn prepare(inner: &mut Command, command: &AgentCommand, folder: &Path, session: &Folders) {
    inner
        .current_dir(folder)
        .env_clear()
        .envs(AgentCommand::inherited())
        .envs(GIT_VARIABLES)
        .envs(
            command
                .env
                .iter()
                .map(|(name, value)| (name, value.expose_secret())),
        )
        .env(strays::MARK_VARIABLE, folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    if let Some(temporary) = &session.temporary {
        inner.env("TMPDIR", temporary);
    }
}

fn agent_exit(status: ExitStatus) -> AgentExit {
    match (status.code(), status.signal()) {
        (Some(code), _) => AgentExit::Code(code),
        (None, Some(signal)) => AgentExit::Signal(signal),
        (None, None) => AgentExit::OutputClosed,
    }
}

fn explain(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => NO_SUCH_PROGRAM.to_owned(),
        std::io::ErrorKind::PermissionDenied => {
            "it is not executable for this user; correct its permissions".to_owned()
        }
        _ => error.to_string(),
    }
}
