//! The Task tool: which agents there are, and what a call of it asks for.
use crate::llm::{ToolCall, ToolSpec};
use errand_proto::v1;
use serde_json::json;
use std::collections::BTreeSet;
use uuid::Uuid;

pub(crate) const TASK_TOOL: &str = "Task";
pub(crate) const MAX_PROMPT_CHARS: usize = 16_000;
const NEEDS_APPROVAL: &str = "needs_approval";
const MAX_TITLE_CHARS: usize = 200;
/// The users' record gives every story from the chat this level and score.
const PRIORITY_LEVEL: &str = "P1";
const PRIORITY_SCORE: u32 = 75;

/// A kind of agent that can be spawned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentKind {
    /// codegen, security, seo, …
    pub kind: String,
    /// The name people see, e.g. "Code Generation".
    pub name: String,
    /// What it is good for; the model chooses by it.
    pub description: String,
}

/// What may be spawned, and under which policy.
#[derive(Debug, Clone)]
pub struct TaskRules {
    pub agents: Vec<AgentKind>,
    pub projects: Vec<String>,
    pub default_project: String,
    /// "auto_safe" or "needs_approval".
    pub policy: String,
    /// The kinds of agents that "auto_safe" is for, when it is not for all.
    pub auto_safe: Option<BTreeSet<String>>,
}

/// An agent to be put to work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    pub agent: String,
    pub title: String,
    pub prompt: String,
}

/// Why a task cannot be given. The text goes back to whoever asked: a person or the model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TaskError {
    #[error("there is no agent {agent:?}; choose one of {known}")]
    UnknownAgent { agent: String, known: String },
    #[error("there is no project {project:?}; choose one of {known}")]
    UnknownProject { project: String, known: String },
    #[error("the prompt is empty; say what the agent shall do")]
    EmptyPrompt,
    #[error("the prompt has {chars} characters, the limit is {MAX_PROMPT_CHARS}; shorten it")]
    PromptTooLong { chars: usize },
}

/// Where a spawn comes from.
#[derive(Debug, Clone)]
pub struct Origin {
    pub workspace: String,
    pub conversation_id: String,
    pub message_id: String,
    pub project_id: String,
    pub user_id: String,
    pub tool_call_id: String,
}

impl TaskRules {
    /// How the model sees the Task tool.
    pub(crate) fn tool(&self) -> ToolSpec {
        let kinds: Vec<_> = self.agents.iter().map(|a| a.kind.as_str()).collect();
        let list: Vec<_> = self
            .agents
            .iter()
            .map(|a| format!("- {}: {}", a.kind, a.description))
            .collect();
        ToolSpec {
            name: TASK_TOOL.to_owned(),
            description: format!(
                "Hand work to a background agent. It returns at once; the agent opens a pull request when it is done. Agents:\n{}",
                list.join("\n")
            ),
            input_schema: json!({
                "type": "object",
                "properties": {
                    "agent_type": {"type": "string", "enum": kinds, "description": "Which agent"},
                    "title": {"type": "string", "description": "A short title"},
                    "prompt": {"type": "string", "description": "The whole task, self-contained"}
                },
                "required": ["agent_type", "title", "prompt"]
            }),
        }
    }

    /// Reads a call of the Task tool.
    pub(crate) fn read(&self, call: &ToolCall) -> Result<Task, TaskError> {
        let text = |key: &str| call.input[key].as_str().unwrap_or_default().trim();
        self.check(text("agent_type"), text("title"), text("prompt"))
    }

    /// # Errors
    /// The agent is unknown, or the prompt is empty or too long.
    pub fn check(&self, agent: &str, title: &str, prompt: &str) -> Result<Task, TaskError> {
        let agent = self.agent(agent)?.kind.clone();
        let prompt = prompt.trim();
        if prompt.is_empty() {
            return Err(TaskError::EmptyPrompt);
        }
        let chars = prompt.chars().count();
        if chars > MAX_PROMPT_CHARS {
            return Err(TaskError::PromptTooLong { chars });
        }
        let title = if title.trim().is_empty() {
            prompt
        } else {
            title.trim()
        };
        let line = title.lines().next().unwrap_or_default();
        Ok(Task {
            agent,
            title: line.chars().take(MAX_TITLE_CHARS).collect(),
            prompt: prompt.to_owned(),
        })
    }

    /// # Errors
    /// The project is unknown. `None` means the default project.
    pub fn project(&self, project: Option<&str>) -> Result<String, TaskError> {
        let project = project.map_or("", str::trim);
        if project.is_empty() {
            return Ok(self.default_project.clone());
        }
        if self.projects.iter().any(|p| p == project) {
            return Ok(project.to_owned());
        }
        Err(TaskError::UnknownProject {
            project: project.chars().take(100).collect(),
            known: self.projects.join(", "),
        })
    }

    fn agent(&self, kind: &str) -> Result<&AgentKind, TaskError> {
        let found = self.agents.iter().find(|a| a.kind == kind.trim());
        found.ok_or_else(|| TaskError::UnknownAgent {
            agent: kind.chars().take(100).collect(),
            known: self
                .agents
                .iter()
                .map(|a| a.kind.as_str())
                .collect::<Vec<_>>()
                .join(", "),
        })
    }

    /// Decided here, whatever the model or a repository says.
    fn policy_of(&self, agent: &str) -> &str {
        match &self.auto_safe {
            Some(kinds) if !kinds.contains(agent) => NEEDS_APPROVAL,
            _ => &self.policy,
        }
    }

    /// The request as it is recorded. `story_id` is also the seed of the first session's id.
    pub(crate) fn request(
        &self,
        story_id: Uuid,
        task: Task,
        from: &Origin,
    ) -> v1::AgentSpawnRequested {
        let agent_name = self
            .agent(&task.agent)
            .map_or_else(|_| task.agent.clone(), |a| a.name.clone());
        let policy = self.policy_of(&task.agent).to_owned();
        v1::AgentSpawnRequested {
            story_id: story_id.to_string(),
            session_id: errand_proto::session_id(story_id, 1).to_string(),
            conversation_id: from.conversation_id.clone(),
            message_id: from.message_id.clone(),
            tool_call_id: from.tool_call_id.clone(),
            agent: task.agent,
            agent_name,
            rationale: format!("Requested in chat: {}", task.title),
            title: task.title,
            prompt: task.prompt,
            workspace_id: from.workspace.clone(),
            project_id: from.project_id.clone(),
            run_id: from.message_id.clone(),
            policy,
            priority_level: PRIORITY_LEVEL.to_owned(),
            priority_score: PRIORITY_SCORE,
            user_id: from.user_id.clone(),
            batch_id: String::new(),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn rules() -> TaskRules {
        let agent = |kind: &str, name: &str| AgentKind {
            kind: kind.into(),
            name: name.into(),
            description: String::new(),
        };
        TaskRules {
            agents: vec![
                agent("codegen", "Code Generation"),
                agent("security", "Security"),
            ],
            projects: vec!["web".into()],
            default_project: "web".into(),
            policy: "auto_safe".into(),
            auto_safe: None,
        }
    }

    #[test]
    fn an_agent_that_is_not_on_the_list_needs_approval_and_the_list_frees_none() {
        let listed = Some(["security".to_owned()].into());
        let rules = TaskRules {
            auto_safe: listed.clone(),
            ..rules()
        };
        assert_eq!(rules.policy_of("security"), "auto_safe");
        assert_eq!(rules.policy_of("codegen"), NEEDS_APPROVAL);
        let strict = TaskRules {
            policy: NEEDS_APPROVAL.into(),
            auto_safe: listed,
            ..rules
        };
        assert_eq!(strict.policy_of("security"), NEEDS_APPROVAL);
    }

    #[test]
    fn an_unknown_agent_is_answered_with_the_known_ones() {
        let error = rules().check("painter", "", "paint").unwrap_err();
        assert_eq!(
            error.to_string(),
            "there is no agent \"painter\"; choose one of codegen, security"
        );
    }

    #[test]
    fn a_task_without_a_title_is_named_by_its_first_line() {
        let task = rules().check("codegen", " ", "Build it\nnicely").unwrap();
        assert_eq!(task.title, "Build it");
    }

    #[test]
    fn an_empty_and_an_endless_prompt_are_refused() {
        assert_eq!(
            rules().check("codegen", "t", " \n"),
            Err(TaskError::EmptyPrompt)
        );
        let endless = "x".repeat(MAX_PROMPT_CHARS + 1);
        assert!(matches!(
            rules().check("codegen", "t", &endless),
            Err(TaskError::PromptTooLong { .. })
        ));
    }
}
