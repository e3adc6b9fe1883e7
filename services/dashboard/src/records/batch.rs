use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Several stories that one reply asked for. Times are RFC 3339 in UTC.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Batch {
    pub id: String,
    pub conversation_id: String,
    pub message_id: String,
    pub project_id: String,
    pub title: String,
    /// "open" or "consolidated".
    pub status: String,
    pub stories: Vec<BatchStory>,
    pub linear_identifier: Option<String>,
    pub linear_issue_url: Option<String>,
    /// How many completed and what they found, in one line, once every story has ended.
    pub summary: Option<String>,
    /// Markdown, once every story has ended or the time is over.
    pub report: Option<String>,
    pub created_at: String,
    pub ended_at: Option<String>,
    pub created_seq: i64,
    pub updated_seq: i64,
}

/// One story of a batch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BatchStory {
    pub story_id: String,
    /// "completed", "failed" or "cancelled"; empty while it goes on.
    pub status: String,
    pub summary: String,
    pub pr_url: String,
}

/// Some batches, latest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Batches {
    pub batches: Vec<Batch>,
}
