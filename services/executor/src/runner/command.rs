//! How an agent's process is started: program, arguments, and an environment that is exactly an allow-list.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use secrecy::SecretString;

use crate::confine::{Confinement, Folders, Invocation, find_program};

/// Variables that an agent inherits where Errand itself has them. Everything else, above all keys and tokens, is
/// given by [`AgentCommand::env`] or not at all.
pub const INHERITED_VARIABLES: [&str; 11] = [
    "PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "TERM", "TZ", "USER", "LOGNAME",
    "SHELL",
];

/// The command that starts an agent.
#[derive(Debug, Clone)]
pub struct AgentCommand {
    /// A name looked up in `PATH`, or a path.
    pub program: PathBuf,
    /// Arguments; never secrets, for every process on the machine can read them.
    pub args: Vec<String>,
    /// Variables beside the inherited ones; they win over those of the same name.
    pub env: Vec<(String, SecretString)>,
    /// What holds the agent; `None` lets it do whatever this user may.
    pub confinement: Option<Confinement>,
}

impl AgentCommand {
    /// A command without variables of its own.
    pub fn new<A: Into<String>>(
        program: impl Into<PathBuf>,
        args: impl IntoIterator<Item = A>,
    ) -> Self {
        Self {
            program: program.into(),
            args: args.into_iter().map(Into::into).collect(),
            env: Vec::new(),
            confinement: None,
        }
    }

    /// Adds one variable to the agent's environment.
    #[must_use]
    pub fn with_env(mut self, name: impl Into<String>, value: impl Into<SecretString>) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }

    /// The same command, held by `confinement`.
    #[must_use]
    pub fn confined(self, confinement: Confinement) -> Self {
        Self {
            confinement: Some(confinement),
            ..self
        }
    }

    /// What is started in `folder`: the agent itself, or what holds it.
    pub(super) fn invocation(&self, folder: &Path, session: &Folders) -> Invocation {
        let program = self.program_path();
        let arguments: Vec<OsString> = self.args.iter().map(OsString::from).collect();
        match &self.confinement {
            Some(confinement) => confinement.invocation(&program, &arguments, folder, session),
            None => Invocation { program, arguments },
        }
    }

    /// False when only what holds the agent could be started, not the agent itself.
    pub(super) fn can_be_found(&self) -> bool {
        self.confinement.is_none() || find_program(&self.program_path()).is_some()
    }

    /// The program as it is told to the system. A relative path with a folder in it is meant from where Errand
    /// runs, not from the agent's folder, which is another person's repository.
    fn program_path(&self) -> PathBuf {
        let has_folder = self
            .program
            .parent()
            .is_some_and(|parent| parent != Path::new(""));
        if has_folder {
            std::path::absolute(&self.program).unwrap_or_else(|_| self.program.clone())
        } else {
            self.program.clone()
        }
    }

    /// The name for messages.
    pub(super) fn program_name(&self) -> String {
        self.program.display().to_string()
    }

    /// The inherited part of the agent's environment.
    pub(super) fn inherited() -> impl Iterator<Item = (&'static str, OsString)> {
        INHERITED_VARIABLES
            .into_iter()
            .filter_map(|name| std::env::var_os(name).map(|value| (name, value)))
    }
}
