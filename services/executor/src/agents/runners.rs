//! The runners that a kind can name. Adding one is a line in each `match` here.

use std::sync::Arc;

use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::kind::{AgentKind, Workplace};
use crate::confine::{Confinement, Folders};
use crate::runner::{
    AcpRunner, AgentCommand, AgentRunner, AnswerPolicy, ClaudeCodeRunner, ClaudeSettings,
    CommandRunner, RunLimits, RunRequest,
};
use crate::workspace::Worktree;

/// The folder that Claude Code calls its own, whichever program it is started by.
const CLAUDE_FOLDER: &str = "CLAUDE_CONFIG_DIR";
/// With one of these it needs no login from that folder.
const CLAUDE_LOGINS: &[&str] = &[
    "ANTHROPIC_API_KEY",
    "ANTHROPIC_AUTH_TOKEN",
    "CLAUDE_CODE_OAUTH_TOKEN",
];

/// How an agent is spoken to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunnerKind {
    /// The Agent Client Protocol.
    #[default]
    Acp,
    /// Claude Code's own lines of JSON.
    ClaudeCode,
    /// A prompt on standard input, words on standard output.
    Command,
}

impl RunnerKind {
    /// The word in the configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Acp => "acp",
            Self::ClaudeCode => "claude-code",
            Self::Command => "command",
        }
    }

    pub(super) fn usual_command(self) -> Option<Vec<String>> {
        match self {
            Self::ClaudeCode => Some(vec!["claude".to_owned()]),
            Self::Acp | Self::Command => None,
        }
    }

    fn runner(self, command: AgentCommand, kind: &AgentKind) -> Arc<dyn AgentRunner> {
        let model = kind.model.clone();
        let allowed_tools = kind.allowed_tools.clone();
        match self {
            Self::Acp => Arc::new(
                AcpRunner::new(command)
                    .with_model(model)
                    .with_allowed_tools(&allowed_tools),
            ),
            Self::ClaudeCode => {
                let settings = ClaudeSettings {
                    model,
                    allowed_tools,
                };
                Arc::new(ClaudeCodeRunner::new(command, settings))
            }
            Self::Command => Arc::new(CommandRunner::new(command)),
        }
    }
}

/// An agent as the executor runs it.
#[derive(Clone)]
pub struct Agent {
    pub runner: Arc<dyn AgentRunner>,
    pub limits: RunLimits,
    pub answers: AnswerPolicy,
    /// Commands that must succeed in the repository after the work.
    pub checks: Vec<String>,
    /// What holds the checks: they run what the agent wrote.
    pub confinement: Option<Confinement>,
}

impl Agent {
    /// Asks for `prompt` to be worked on in `worktree`, with what the agent needs beside the tree itself: a place for
    /// temporary files, and its repository to commit to.
    pub fn request(&self, worktree: &Worktree, prompt: String) -> RunRequest {
        RunRequest {
            prompt,
            cwd: worktree.path().to_owned(),
            resume: None,
            folders: Folders {
                temporary: Some(worktree.temporary().to_owned()),
                writable: worktree.committed_to(),
                readable: vec![worktree.repository().to_owned()],
            },
            footprint: Some(worktree.footprint()),
            limits: self.limits.clone(),
        }
    }
}

impl AgentKind {
    /// The agent of this kind; `variable` looks up the variables that the kind names.
    ///
    /// # Errors
    /// The variable that is not set.
    pub fn agent(
        &self,
        workplace: &Workplace,
        variable: impl Fn(&str) -> Option<SecretString>,
    ) -> Result<Agent, String> {
        let mut command = match self.command.as_deref() {
            Some([program, args @ ..]) => AgentCommand {
                confinement: workplace.confinement.clone(),
                ..AgentCommand::new(program, args.to_vec())
            },
            Some([]) | None => workplace.command.clone(),
        };
        for name in &self.env {
            let value = variable(name).ok_or_else(|| {
                let kind = &self.kind;
                format!(
                    "[agents.{kind}]: env names {name}, which is not set: set it, or take it out"
                )
            })?;
            command = command.with_env(name, value);
        }
        if let Some(folder) = self.claude_folder(workplace) {
            command = command.with_env(CLAUDE_FOLDER, folder);
        }
        Ok(Agent {
            runner: self.runner.runner(command, self),
            limits: self.limits(&workplace.limits),
            answers: self.answers(workplace),
            checks: self.checks.clone(),
            confinement: workplace.confinement.clone(),
        })
    }

    /// Claude Code keeps settings, sessions and its login in one folder. A kind that brings a login of its own needs
    /// nothing of the person's.
    fn claude_folder(&self, workplace: &Workplace) -> Option<String> {
        let names = |wanted: &[&str]| self.env.iter().any(|name| wanted.contains(&name.as_str()));
        let folder = workplace.folder.as_ref()?;
        (names(CLAUDE_LOGINS) && !names(&[CLAUDE_FOLDER]))
            .then(|| folder.join("claude").display().to_string())
    }
}
