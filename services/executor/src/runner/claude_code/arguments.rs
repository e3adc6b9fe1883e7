//! The command line and environment of `claude`.

use super::super::command::AgentCommand;
use super::super::request::RunLimits;

/// Everything that is neither the work nor the model's own business stays off.
const QUIET: [&str; 4] = [
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC",
    "DISABLE_AUTOUPDATER",
    "DISABLE_ERROR_REPORTING",
    "DISABLE_TELEMETRY",
];

/// What a kind of agent wants of `claude`.
#[derive(Debug, Clone, Default)]
pub struct ClaudeSettings {
    /// The program's own default where there is none.
    pub model: Option<String>,
    /// Rules of the program's own form, such as `Bash(npm test:*)`, for what it may do without asking.
    pub allowed_tools: Vec<String>,
}

/// Which session the program opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum SessionChoice {
    New(String),
    Resumed(String),
}

impl SessionChoice {
    pub(super) fn id(&self) -> &str {
        match self {
            Self::New(id) | Self::Resumed(id) => id,
        }
    }

    pub(super) const fn is_resumed(&self) -> bool {
        matches!(self, Self::Resumed(_))
    }
}

/// The command of one run. Files may be edited without a question; everything else is asked over the pipes. Settings,
/// hooks and servers of the repository are not the user's and stay unread.
pub(super) fn command(
    base: &AgentCommand,
    settings: &ClaudeSettings,
    limits: &RunLimits,
    session: &SessionChoice,
) -> AgentCommand {
    let mut command = base.clone();
    let args = &mut command.args;
    args.extend(
        [
            "--print",
            "--verbose",
            "--input-format=stream-json",
            "--output-format=stream-json",
            "--replay-user-messages",
            "--permission-mode=acceptEdits",
            "--permission-prompt-tool=stdio",
            "--setting-sources=user",
            "--strict-mcp-config",
        ]
        .map(str::to_owned),
    );
    args.push(match session {
        SessionChoice::New(id) => format!("--session-id={id}"),
        SessionChoice::Resumed(id) => format!("--resume={id}"),
    });
    args.extend(settings.model.iter().map(|it| format!("--model={it}")));
    args.extend(limits.turns.iter().map(|it| format!("--max-turns={it}")));
    args.extend(limits.cost_micro_usd.map(max_budget));
    let tools = settings.allowed_tools.iter();
    args.extend(tools.map(|it| format!("--allowed-tools={it}")));
    for name in QUIET {
        command = command.with_env(name, "1".to_owned());
    }
    command
}

fn max_budget(micro_usd: u64) -> String {
    let (dollars, rest) = (micro_usd / 1_000_000, micro_usd % 1_000_000);
    format!("--max-budget-usd={dollars}.{rest:06}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_and_tools_are_told_to_the_program_itself() {
        let settings = ClaudeSettings {
            model: Some("opus".to_owned()),
            allowed_tools: vec!["Bash(npm test:*)".to_owned(), "WebFetch".to_owned()],
        };
        let limits = RunLimits {
            turns: Some(7),
            cost_micro_usd: Some(1_250_000),
            ..RunLimits::default()
        };
        let session = SessionChoice::Resumed("abc".to_owned());
        let command = command(
            &AgentCommand::new("claude", ["--debug"]),
            &settings,
            &limits,
            &session,
        );
        let expected = [
            "--resume=abc",
            "--model=opus",
            "--max-turns=7",
            "--max-budget-usd=1.250000",
            "--allowed-tools=Bash(npm test:*)",
            "--allowed-tools=WebFetch",
        ];
        assert!(command.args.ends_with(&expected.map(str::to_owned)));
        assert_eq!(command.args[0], "--debug");
    }
}
