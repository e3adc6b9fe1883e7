//! What the dashboard asks of the rest of Errand: its one port for changing anything.
use async_trait::async_trait;
use errand_eventlog::Seq;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use uuid::Uuid;

/// Every command of the pages and the API. Each is idempotent by the id or the state it names.
///
/// # Errors
/// All methods: see [`CommandError`]; the text of each says what to do.
#[async_trait]
pub trait Commands: Send + Sync + 'static {
    async fn start_conversation(&self, new: NewConversation) -> Result<Done, CommandError>;
    async fn post_message(&self, message: PostMessage) -> Result<Done, CommandError>;
    /// Asks the model again after a reply has failed; `message_id` is the person's message that is to be answered.
    async fn retry_reply(
        &self,
        conversation_id: &str,
        message_id: &str,
        user: &str,
    ) -> Result<Done, CommandError>;
    async fn change_conversation(
        &self,
        id: &str,
        change: ConversationChange,
        user: &str,
    ) -> Result<Done, CommandError>;
    async fn spawn(&self, spawn: Spawn) -> Result<Spawned, CommandError>;
    async fn cancel(&self, story_id: &str, reason: &str, user: &str) -> Result<Done, CommandError>;
    async fn retry(&self, story_id: &str, user: &str) -> Result<Done, CommandError>;
    async fn approve(&self, story_id: &str, user: &str) -> Result<Done, CommandError>;
    async fn reject(&self, story_id: &str, reason: &str, user: &str) -> Result<Done, CommandError>;
    async fn answer(
        &self,
        session_id: &str,
        question_id: &str,
        answer: &str,
        user: &str,
    ) -> Result<Done, CommandError>;
    async fn steer(&self, session_id: &str, text: &str, user: &str) -> Result<Done, CommandError>;
    /// Hands out no story of the project, or of any, until it is resumed. What runs goes on.
    async fn pause_queue(&self, project_id: Option<&str>, user: &str) -> Result<(), CommandError>;
    async fn resume_queue(&self, project_id: Option<&str>, user: &str) -> Result<(), CommandError>;
    /// Fills a read model anew from the log, beside the live one, and then switches. It goes on in the background.
    async fn rebuild(&self, projection: &str) -> Result<(), CommandError>;
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewConversation {
    pub id: Uuid,
    /// The default project when absent.
    pub project_id: Option<String>,
    /// Taken from the first message when absent.
    pub title: Option<String>,
    pub user: String,
}

/// What a person does with a conversation as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ConversationChange {
    Rename(String),
    /// To another project.
    Move(String),
    Archive,
    Restore,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostMessage {
    pub conversation_id: String,
    /// Made by the client: the same id again is the same message.
    pub message_id: Uuid,
    pub text: String,
    /// The button that was pressed, if any.
    pub action_id: Option<String>,
    pub user: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spawn {
    /// The same key again answers with the same story.
    pub key: Uuid,
    /// The kind of agent, e.g. `codegen`.
    pub agent: String,
    pub title: Option<String>,
    pub prompt: String,
    /// The default project when absent.
    pub project_id: Option<String>,
    pub user: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spawned {
    pub story_id: String,
    pub session_id: String,
    pub conversation_id: String,
    pub seq: Seq,
}

/// A command was carried out, or had been before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// The log's sequence that a reader must have passed to see the effect.
    pub seq: Seq,
}

/// Why a command was not carried out. Each text says what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum CommandError {
    /// The present state does not allow it.
    #[error("{0}")]
    Refused(String),
    #[error("{0}")]
    NotFound(String),
    #[error("{reason}")]
    Invalid {
        field: Cow<'static, str>,
        reason: String,
    },
    /// A text is longer than `limit`, which names number and unit, e.g. "16,000 characters".
    #[error("the text is too long: the limit is {limit}")]
    TooLarge { limit: String },
    /// It may work later.
    #[error("{0}")]
    Unavailable(String),
}
