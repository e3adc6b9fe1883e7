//! What the dashboard asks of the owners, as it goes from one process to another.
use crate::role::Role;
use errand_dashboard::{Done, NewConversation, PostMessage, Spawn, Spawned};
use errand_eventlog::aggregate::CommandMeta;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A request with the id that makes its repetition harmless.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Order {
    command_id: Uuid,
    /// W3C trace context of who asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    traceparent: Option<String>,
    pub request: Request,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Request {
    Chat(ChatRequest),
    Story {
        id: String,
        user: String,
        request: StoryRequest,
    },
    Session {
        id: String,
        user: String,
        request: SessionRequest,
    },
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum ChatRequest {
    Start(NewConversation),
    Post(PostMessage),
    RetryReply {
        conversation_id: String,
        message_id: String,
        user: String,
    },
    Spawn(Spawn),
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum StoryRequest {
    Cancel { reason: String },
    Retry,
    Approve,
    Reject { reason: String },
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum SessionRequest {
    Answer { question_id: String, answer: String },
    Steer { text: String },
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Outcome {
    Done(Done),
    Spawned(Spawned),
}

impl Order {
    pub fn new(request: Request) -> Self {
        let meta = CommandMeta::root(Uuid::new_v4());
        Self {
            command_id: meta.command_id,
            traceparent: meta.traceparent,
            request,
        }
    }

    /// The command that the owner carries out because of it.
    pub fn meta(&self) -> CommandMeta {
        CommandMeta {
            traceparent: self.traceparent.clone(),
            ..CommandMeta::root(self.command_id)
        }
    }

    /// The only role that may append what this leads to.
    pub fn owner(&self) -> Role {
        match self.request {
            Request::Chat(_) => Role::Chat,
            Request::Story { .. } => Role::Spawner,
            Request::Session { .. } => Role::Executor,
        }
    }
}
