//! The dashboard's commands, carried out by the services that own the aggregates: in this process, or in theirs.
mod conversations;
mod order;
mod owners;
mod projections;
mod queue;
mod sessions;
mod stories;

pub use order::{LetterRequest, Order, Outcome, Request};
pub use owners::Owners;
pub use projections::Projections;

use async_trait::async_trait;
use errand_dashboard::{
    CommandError, Commands, ConversationChange, Done, NewConversation, PostMessage, Spawn, Spawned,
};
use errand_eventlog::{
    Pause,
    aggregate::{ExecuteError, Executed, now_us},
};
use order::{ChatRequest, QueueRequest, SessionRequest, StoryRequest};
use std::sync::Arc;

pub type Answer = Result<Done, CommandError>;

/// What a command on an aggregate came to; of one that is absent people are told so.
fn answer<E, R: std::error::Error>(
    executed: Result<Executed<E>, ExecuteError<R>>,
    is_absent: impl Fn(&R) -> bool,
) -> Answer {
    match executed {
        Ok(done) => Ok(Done { seq: done.seq }),
        Err(ExecuteError::Refused(refusal)) if is_absent(&refusal) => {
            Err(CommandError::NotFound(refusal.to_string()))
        }
        Err(ExecuteError::Refused(refusal)) => Err(CommandError::Refused(refusal.to_string())),
        Err(ExecuteError::Log(error)) => Err(CommandError::Unavailable(error.to_string())),
    }
}

/// Brings an order to whoever owns the aggregate.
#[async_trait]
pub trait Carrier: Send + Sync + 'static {
    async fn carry_out(&self, order: Order) -> Result<Outcome, CommandError>;
}

/// The port, over any carrier.
pub struct ServiceCommands(pub Arc<dyn Carrier>);

impl ServiceCommands {
    async fn done(&self, request: Request) -> Answer {
        match self.0.carry_out(Order::new(request)).await? {
            Outcome::Done(done) => Ok(done),
            _ => Err(misunderstood()),
        }
    }

    async fn queue(&self, request: QueueRequest) -> Result<(), CommandError> {
        match self
            .0
            .carry_out(Order::new(Request::Queue(request)))
            .await?
        {
            Outcome::InForce => Ok(()),
            _ => Err(misunderstood()),
        }
    }

    async fn story(&self, id: &str, user: &str, request: StoryRequest) -> Answer {
        self.done(Request::Story {
            id: id.to_owned(),
            user: user.to_owned(),
            request,
        })
        .await
    }

    /// The story's issue was cancelled at the tracker, at `cancelled_us` microseconds since the Unix epoch.
    pub async fn follow_issue(
        &self,
        story_id: &str,
        cancelled_us: i64,
        reason: &str,
        user: &str,
    ) -> Answer {
        let request = StoryRequest::FollowIssue {
            reason: reason.to_owned(),
            cancelled_us,
        };
        self.story(story_id, user, request).await
    }

    async fn session(&self, id: &str, user: &str, request: SessionRequest) -> Answer {
        self.done(Request::Session {
            id: id.to_owned(),
            user: user.to_owned(),
            request,
        })
        .await
    }
}

pub(super) fn misunderstood() -> CommandError {
    let text = "the owner answered something else than was asked: run all roles in one version";
    CommandError::Unavailable(text.to_owned())
}

#[async_trait]
impl Commands for ServiceCommands {
    async fn start_conversation(&self, new: NewConversation) -> Answer {
        self.done(Request::Chat(ChatRequest::Start(new))).await
    }

    async fn post_message(&self, message: PostMessage) -> Answer {
        self.done(Request::Chat(ChatRequest::Post(message))).await
    }

    async fn retry_reply(&self, conversation_id: &str, message_id: &str, user: &str) -> Answer {
        self.done(Request::Chat(ChatRequest::RetryReply {
            conversation_id: conversation_id.to_owned(),
            message_id: message_id.to_owned(),
            user: user.to_owned(),
        }))
        .await
    }

    async fn change_conversation(
        &self,
        id: &str,
        change: ConversationChange,
        user: &str,
    ) -> Answer {
        self.done(Request::Chat(ChatRequest::Change {
            conversation_id: id.to_owned(),
            change,
            user: user.to_owned(),
        }))
        .await
    }

    async fn spawn(&self, spawn: Spawn) -> Result<Spawned, CommandError> {
        let order = Order::new(Request::Chat(ChatRequest::Spawn(spawn)));
        match self.0.carry_out(order).await? {
            Outcome::Spawned(spawned) => Ok(spawned),
            _ => Err(misunderstood()),
        }
    }

    async fn cancel(&self, story_id: &str, reason: &str, user: &str) -> Answer {
        let reason = reason.to_owned();
        self.story(story_id, user, StoryRequest::Cancel { reason })
            .await
    }

    async fn retry(&self, story_id: &str, user: &str) -> Answer {
        self.story(story_id, user, StoryRequest::Retry).await
    }

    async fn approve(&self, story_id: &str, user: &str) -> Answer {
        self.story(story_id, user, StoryRequest::Approve).await
    }

    async fn reject(&self, story_id: &str, reason: &str, user: &str) -> Answer {
        let reason = reason.to_owned();
        self.story(story_id, user, StoryRequest::Reject { reason })
            .await
    }

    async fn answer(
        &self,
        session_id: &str,
        question_id: &str,
        answer: &str,
        user: &str,
    ) -> Answer {
        let request = SessionRequest::Answer {
            question_id: question_id.to_owned(),
            answer: answer.to_owned(),
        };
        self.session(session_id, user, request).await
    }

    async fn steer(&self, session_id: &str, text: &str, user: &str) -> Answer {
        let text = text.to_owned();
        self.session(session_id, user, SessionRequest::Steer { text })
            .await
    }

    async fn pause_queue(&self, project_id: Option<&str>, user: &str) -> Result<(), CommandError> {
        self.queue(QueueRequest::Pause(Pause {
            project_id: project_id.map(str::to_owned),
            by: user.to_owned(),
            since_us: now_us(),
        }))
        .await
    }

    async fn resume_queue(&self, project_id: Option<&str>, user: &str) -> Result<(), CommandError> {
        let project_id = project_id.map(str::to_owned);
        let user = user.to_owned();
        self.queue(QueueRequest::Resume { project_id, user }).await
    }

    async fn rebuild(&self, projection: &str) -> Result<(), CommandError> {
        let projection = projection.to_owned();
        let order = Order::new(Request::Rebuild { projection });
        match self.0.carry_out(order).await? {
            Outcome::Begun => Ok(()),
            _ => Err(misunderstood()),
        }
    }
}
