//! What the dashboard asks of the owners, as it goes from one process to another.
use crate::role::Role;
use errand_dashboard::{ConversationChange, Done, NewConversation, PostMessage, Spawn, Spawned};
use errand_eventlog::{Pause, aggregate::CommandMeta, trace};
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
    Queue(QueueRequest),
    /// About a dead letter.
    Letter {
        id: u64,
        request: LetterRequest,
    },
    /// Whether somebody with this role is there.
    RollCall {
        role: Role,
    },
    /// Begins to fill a read model anew.
    Rebuild {
        projection: String,
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
    Change {
        conversation_id: String,
        change: ConversationChange,
        user: String,
    },
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum StoryRequest {
    Cancel {
        reason: String,
    },
    /// Its issue was cancelled at the tracker.
    FollowIssue {
        reason: String,
        cancelled_us: i64,
    },
    Retry,
    Approve,
    Reject {
        reason: String,
    },
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum SessionRequest {
    Answer { question_id: String, answer: String },
    Steer { text: String },
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum QueueRequest {
    Pause(Pause),
    Resume {
        project_id: Option<String>,
        user: String,
    },
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub enum LetterRequest {
    Redrive,
    Discard,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Outcome {
    Done(Done),
    Spawned(Spawned),
    /// Whether there was such a letter.
    Found(bool),
    /// It goes on in the background.
    Begun,
    /// The pause holds, or is lifted.
    InForce,
    /// Somebody is there.
    Present,
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
            traceparent: trace::current().or_else(|| self.traceparent.clone()),
            ..CommandMeta::root(self.command_id)
        }
    }

    /// Puts what is done about it into the trace of who asks.
    pub fn trace(&self, span: &tracing::Span) {
        if let Some(traceparent) = &self.traceparent {
            trace::follow(span, traceparent);
        }
    }

    /// The only role that may append what this leads to.
    pub fn owner(&self) -> Role {
        match self.request {
            Request::Chat(_) => Role::Chat,
            Request::Story { .. } => Role::Spawner,
            Request::Session { .. } | Request::Queue(_) => Role::Executor,
            Request::RollCall { role } => role,
            Request::Letter { .. } | Request::Rebuild { .. } => Role::Projector,
        }
    }
}
