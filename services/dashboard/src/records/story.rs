use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A piece of work. Times are RFC 3339 in UTC.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Story {
    pub id: String,
    pub workspace_id: String,
    pub run_id: String,
    pub project_id: String,
    /// "<Agent name>: <first 100 characters of the prompt>".
    pub title: String,
    pub rationale: String,
    /// "urgent", "high", "medium" or "low".
    pub priority: String,
    /// "P0" to "P3".
    pub priority_level: String,
    pub priority_score: i64,
    /// "auto_safe" or "needs_approval".
    pub policy: String,
    /// "pending", "approved", "in_progress", "completed", "failed" or "cancelled".
    pub status: String,
    pub linear_task_id: Option<String>,
    pub linear_identifier: Option<String>,
    pub linear_issue_url: Option<String>,
    /// Why there is no link yet.
    pub linear_error: Option<String>,
    pub pr_url: Option<String>,
    pub advances_launch_stage: Option<String>,
    pub conversation_id: String,
    pub message_id: String,
    /// The session of the present attempt.
    pub session_id: String,
    pub agent: String,
    pub agent_name: String,
    pub prompt: String,
    pub tracker: Option<String>,
    pub batch_id: Option<String>,
    pub user_id: String,
    /// 1 for the first run.
    pub attempt: i64,
    pub summary: Option<String>,
    /// A short code of a failure, e.g. "no_changes".
    pub outcome: Option<String>,
    /// Why it failed or was cancelled.
    pub reason: Option<String>,
    /// Where partial work was kept.
    pub branch: Option<String>,
    /// That branch at the forge.
    pub branch_url: Option<String>,
    /// The number of the retry that is scheduled or was last; 0 when there was none.
    pub retry: i64,
    /// How many retries there will be at most.
    pub retries: i64,
    /// When the scheduled retry is due.
    pub retry_at: Option<String>,
    pub cancel_requested: bool,
    pub created_at: String,
    pub queued_at: Option<String>,
    pub started_at: Option<String>,
    pub ended_at: Option<String>,
    pub updated_at: String,
    pub created_seq: i64,
    pub updated_seq: i64,
    /// "queued", "running", "waiting_for_input", "completed", "failed" or "cancelled".
    pub session_status: Option<String>,
}

/// Some stories, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Stories {
    pub stories: Vec<Story>,
    /// Pass it as `before` for the next page; `null` on the last.
    pub next: Option<i64>,
}
