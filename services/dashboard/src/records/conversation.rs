use super::Usage;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A conversation with the Head of Product. Times are RFC 3339 in UTC.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Conversation {
    pub id: String,
    pub workspace_id: String,
    pub project_id: String,
    pub title: String,
    pub user_id: String,
    pub message_count: i64,
    pub story_count: i64,
    /// The beginning of the last message.
    pub last_message: String,
    pub last_kind: String,
    pub last_message_seq: i64,
    /// A person put it away.
    pub archived: bool,
    pub last_message_at: String,
    pub created_at: String,
    pub created_seq: i64,
    pub updated_seq: i64,
    /// In a search: the latest message with the text; `null` when only the title has it.
    pub found: Option<Found>,
}

/// A message that a search has found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Found {
    /// Its page is `/chat/{conversation}/messages/{messageId}`.
    pub message_id: String,
    pub kind: String,
    /// The place of the text in the message, on one line.
    pub snippet: String,
}

/// Some conversations, the latest active first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Conversations {
    pub conversations: Vec<Conversation>,
    /// Pass it as `before` for the next page; `null` on the last.
    pub next: Option<i64>,
}

/// A message and the state of its buttons.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Message {
    pub id: String,
    pub conversation_id: String,
    /// "user", "assistant", "failed", "spawn", "completion", "question", "batch" (its id is the batch's) or "report".
    pub kind: String,
    /// Plain text of a user's message, Markdown of any other.
    pub text: String,
    pub user_id: Option<String>,
    /// The button that a user's message came from.
    pub action_id: Option<String>,
    pub in_reply_to: Option<String>,
    pub actions: Vec<Action>,
    pub story_id: Option<String>,
    pub session_id: Option<String>,
    pub linear_issue_url: Option<String>,
    /// How the story ended, in a completion message.
    pub status: Option<String>,
    pub pr_url: Option<String>,
    /// Why a reply failed.
    pub reason: Option<String>,
    pub answer: Option<String>,
    pub model: Option<String>,
    pub usage: Usage,
    pub created_at: String,
    pub seq: i64,
    /// The buttons can no longer be pressed.
    pub spent: bool,
    pub pressed_action_id: Option<String>,
    pub story_status: Option<String>,
    pub story_title: Option<String>,
}

/// Some messages of a conversation, oldest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Messages {
    pub messages: Vec<Message>,
}

/// A button. Pressing it sends `sends` as the user's next message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Action {
    pub id: String,
    pub label: String,
    pub sends: String,
}
