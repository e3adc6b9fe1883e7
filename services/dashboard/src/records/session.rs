use super::Action;
use errand_projections::parts::is_zero;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One attempt of an agent at a story. Times are RFC 3339 in UTC.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    pub id: String,
    pub story_id: String,
    pub workspace_id: String,
    pub project_id: String,
    pub conversation_id: String,
    /// The kind of agent, e.g. "codegen".
    pub agent: String,
    pub agent_name: String,
    /// "specialist".
    pub agent_type: String,
    pub prompt: String,
    pub attempt: i64,
    /// "queued", "running", "waiting_for_input", "completed", "failed" or "cancelled".
    pub status: String,
    pub executor_id: Option<String>,
    pub branch: Option<String>,
    pub plan: Vec<PlanStep>,
    /// The question that waits for an answer.
    pub question_id: Option<String>,
    pub question: Option<String>,
    pub question_options: Vec<Action>,
    pub pr_url: Option<String>,
    pub pr_number: i64,
    pub summary: Option<String>,
    pub outcome: Option<String>,
    pub reason: Option<String>,
    /// Of all runs of this session together, while it runs too; a retry is a session of its own.
    pub usage: Usage,
    pub turn_count: i64,
    pub tool_call_count: i64,
    pub created_at: String,
    pub started_at: Option<String>,
    pub ended_at: Option<String>,
    pub updated_at: String,
    pub created_seq: i64,
    pub updated_seq: i64,
    pub story_title: String,
    pub linear_identifier: Option<String>,
    pub linear_issue_url: Option<String>,
    pub cancel_requested: bool,
}

/// A session with everything that happened in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SessionDetail {
    #[serde(flatten)]
    pub session: Session,
    pub thinking_trace: Vec<Turn>,
    pub tool_calls: Vec<ToolCall>,
    pub inputs: Vec<Input>,
    pub changes: Option<Changes>,
}

/// Some sessions, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Sessions {
    pub sessions: Vec<Session>,
    /// Pass it as `before` for the next page; `null` on the last.
    pub next: Option<i64>,
}

/// One line of the checklist.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanStep {
    pub content: String,
    /// "pending", "in_progress" or "completed".
    pub status: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Usage {
    pub input_tokens: u64,
    pub output_tokens: u64,
    /// Micro-dollars; 0 when unknown.
    pub cost_micro_usd: u64,
    /// Tokens in the model's context when that was told last; absent when unknown.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub context_tokens: u64,
}

/// One entry of the thinking trace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Turn {
    pub seq: i64,
    pub turn: i64,
    pub thinking: String,
    pub action: String,
    pub prompt: String,
    pub timestamp: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ToolCall {
    pub seq: i64,
    pub id: String,
    pub name: String,
    /// JSON text.
    pub input: String,
    pub output: String,
    /// The whole output, where it is longer.
    pub whole_output: Option<Attachment>,
    pub ms: i64,
    pub ok: bool,
    pub timestamp: String,
}

/// A text too long for its record: GET it by its hash among the session's attachments.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Attachment {
    pub sha256: String,
    pub bytes: u64,
}

/// A question of the agent, an answer, or a further instruction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Input {
    pub seq: i64,
    /// "question", "answer" or "steering".
    pub kind: String,
    pub question_id: Option<String>,
    pub text: String,
    pub said_by: Option<String>,
    pub timestamp: String,
}

/// The work as it was last committed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Changes {
    pub seq: i64,
    pub branch: String,
    pub commit_sha: String,
    pub base_sha: String,
    pub files: Vec<FileChange>,
    /// Unified diff, bounded.
    pub diff: String,
    pub diff_truncated: bool,
    /// The whole diff, where it is longer.
    pub whole_diff: Option<Attachment>,
    pub timestamp: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FileChange {
    pub path: String,
    /// "added", "modified", "deleted" or "renamed".
    pub status: String,
    pub insertions: u32,
    pub deletions: u32,
}
