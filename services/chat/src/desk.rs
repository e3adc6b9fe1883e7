//! What people ask of the chat. Every call has a key made by the caller: asked twice, it takes effect once.
use crate::{
    conversation::{Conversation, ConversationCommand, ConversationRefusal},
    spawns::Spawns,
    tasks::{Origin, TaskError, TaskRules},
};
use errand_eventlog::{
    LogError, Seq,
    aggregate::{Aggregates, CommandMeta, ExecuteError},
};
use errand_proto::v1;
use std::sync::Arc;
use uuid::Uuid;

/// Longest message of a person.
pub const MAX_MESSAGE_CHARS: usize = 16_000;
const MAX_TITLE_CHARS: usize = 120;

/// The chat's side of what people do, wherever they do it.
#[derive(Clone)]
pub struct Desk {
    pub conversations: Aggregates<Conversation>,
    pub rules: Arc<TaskRules>,
    pub spawns: Spawns,
    pub workspace: String,
}

#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    #[error("the message is empty; write something")]
    EmptyMessage,
    #[error("the message has {chars} characters, the limit is {MAX_MESSAGE_CHARS}; shorten it")]
    MessageTooLong { chars: usize },
    #[error("the title is empty; write something")]
    EmptyTitle,
    #[error(transparent)]
    Task(#[from] TaskError),
    #[error("{0}")]
    Refused(ConversationRefusal),
    #[error(transparent)]
    Log(LogError),
}

impl From<ExecuteError<ConversationRefusal>> for DeskError {
    fn from(error: ExecuteError<ConversationRefusal>) -> Self {
        match error {
            ExecuteError::Refused(refusal) => Self::Refused(refusal),
            ExecuteError::Log(error) => Self::Log(error),
        }
    }
}

/// A spawn that was asked for directly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spawned {
    pub story_id: String,
    pub session_id: String,
    pub conversation_id: String,
    pub seq: Seq,
}

/// A person's wish to spawn, without the model in between.
#[derive(Debug, Clone)]
pub struct SpawnWish {
    /// Idempotency key.
    pub key: Uuid,
    pub agent: String,
    pub title: String,
    pub prompt: String,
    pub project: Option<String>,
    /// Where it is recorded and told; a conversation of the project for direct spawns when absent.
    pub conversation: Option<Uuid>,
    pub user: String,
}

impl Desk {
    /// # Errors
    /// The project is unknown or the log failed.
    pub async fn start(
        &self,
        id: Uuid,
        project: Option<&str>,
        title: &str,
        user: &str,
    ) -> Result<Seq, DeskError> {
        let facts = v1::ConversationStarted {
            id: id.to_string(),
            workspace_id: self.workspace.clone(),
            project_id: self.rules.project(project)?,
            title: title.trim().chars().take(MAX_TITLE_CHARS).collect(),
            user_id: user.to_owned(),
        };
        let command = ConversationCommand::Start(Box::new(facts));
        self.execute(&id.to_string(), command, id).await
    }

    /// # Errors
    /// The message is empty or too long, the conversation is unknown, the button is spent, or the log failed.
    pub async fn post(
        &self,
        conversation: &str,
        message_id: Uuid,
        text: &str,
        action: Option<&str>,
        user: &str,
    ) -> Result<Seq, DeskError> {
        if text.trim().is_empty() {
            return Err(DeskError::EmptyMessage);
        }
        let chars = text.chars().count();
        if chars > MAX_MESSAGE_CHARS {
            return Err(DeskError::MessageTooLong { chars });
        }
        let message = v1::UserMessagePosted {
            message_id: message_id.to_string(),
            text: text.to_owned(),
            user_id: user.to_owned(),
            action_id: action.unwrap_or_default().to_owned(),
        };
        let command = ConversationCommand::Post(Box::new(message));
        self.execute(conversation, command, message_id).await
    }

    /// # Errors
    /// The reply did not fail, the conversation is unknown, or the log failed.
    pub async fn retry_reply(
        &self,
        conversation: &str,
        message_id: &str,
        user: &str,
    ) -> Result<Seq, DeskError> {
        let command = ConversationCommand::RetryReply {
            message_id: message_id.to_owned(),
            by: user.to_owned(),
        };
        self.execute(conversation, command, Uuid::new_v4()).await
    }

    /// # Errors
    /// The title is empty, the conversation is unknown, or the log failed.
    pub async fn rename(
        &self,
        conversation: &str,
        title: &str,
        user: &str,
    ) -> Result<Seq, DeskError> {
        let title: String = title.trim().chars().take(MAX_TITLE_CHARS).collect();
        if title.is_empty() {
            return Err(DeskError::EmptyTitle);
        }
        let user_id = user.to_owned();
        let command = ConversationCommand::Rename(v1::ConversationRenamed { title, user_id });
        self.execute(conversation, command, Uuid::new_v4()).await
    }

    /// Attaches it to another project: what is spawned from now on belongs there.
    ///
    /// # Errors
    /// The project or the conversation is unknown, or the log failed.
    pub async fn move_to(
        &self,
        conversation: &str,
        project: &str,
        user: &str,
    ) -> Result<Seq, DeskError> {
        let moved = v1::ConversationMoved {
            project_id: self.rules.project(Some(project))?,
            user_id: user.to_owned(),
        };
        let command = ConversationCommand::Move(moved);
        self.execute(conversation, command, Uuid::new_v4()).await
    }

    /// Puts it away, or takes it out again.
    ///
    /// # Errors
    /// The conversation is unknown, or the log failed.
    pub async fn archive(
        &self,
        conversation: &str,
        archived: bool,
        user: &str,
    ) -> Result<Seq, DeskError> {
        let user_id = user.to_owned();
        let command = if archived {
            ConversationCommand::Archive(v1::ConversationArchived { user_id })
        } else {
            ConversationCommand::Restore(v1::ConversationRestored { user_id })
        };
        self.execute(conversation, command, Uuid::new_v4()).await
    }

    /// The same command that the chat's Task tool gives. It is recorded in a conversation of the project,
    /// where its link and its ending are told too.
    ///
    /// # Errors
    /// The agent or the project is unknown, the prompt is empty or too long, or the log failed.
    pub async fn spawn(&self, wish: SpawnWish) -> Result<Spawned, DeskError> {
        let task = self.rules.check(&wish.agent, &wish.title, &wish.prompt)?;
        let project = self.rules.project(wish.project.as_deref())?;
        let conversation = match wish.conversation {
            Some(conversation) => conversation,
            None => self.direct_conversation(&project, &wish.user).await?,
        };
        let story_id = Uuid::new_v5(&wish.key, b"story");
        let from = Origin {
            workspace: self.workspace.clone(),
            conversation_id: conversation.to_string(),
            message_id: wish.key.to_string(),
            project_id: project,
            user_id: wish.user,
            tool_call_id: String::new(),
        };
        let request = self.rules.request(story_id, task, &from);
        let session_id = request.session_id.clone();
        let conversation_id = conversation.to_string();
        let meta = CommandMeta::root(wish.key);
        let requested = self.spawns.request(request, &meta).await?;
        if requested.is_news() {
            let (conversation, agent) = (&conversation_id, wish.agent);
            tracing::info!(story = %story_id, session = session_id, conversation, agent, "spawn requested");
        }
        let seq = requested.seq;
        Ok(Spawned {
            story_id: story_id.to_string(),
            session_id,
            conversation_id,
            seq,
        })
    }

    /// One conversation per project for spawns that come without one.
    async fn direct_conversation(&self, project: &str, user: &str) -> Result<Uuid, DeskError> {
        let name = format!("{}/{project}/direct", self.workspace);
        let id = Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes());
        let title = format!("Spawned directly · {project}");
        self.start(id, Some(project), &title, user).await?;
        Ok(id)
    }

    async fn execute(
        &self,
        id: &str,
        command: ConversationCommand,
        key: Uuid,
    ) -> Result<Seq, DeskError> {
        let meta = CommandMeta::root(key);
        Ok(self.conversations.execute(id, command, &meta).await?.seq)
    }
}
