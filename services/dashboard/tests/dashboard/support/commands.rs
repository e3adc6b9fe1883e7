//! A port for commands that records what it is asked, and writes the events a user would notice.
use super::append;
use async_trait::async_trait;
use errand_dashboard::{
    CommandError, Commands, ConversationChange, Done, NewConversation, PostMessage, Spawn, Spawned,
};
use errand_eventlog::{EventLog as _, JobQueue as _, Pause, embedded::EmbeddedLog};
use errand_projections::Projector;
use errand_proto::{ConversationEvent, StoryEvent, v1};
use std::sync::{Arc, Mutex};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Call {
    Start(NewConversation),
    Post(PostMessage),
    RetryReply(String, String),
    Change(String, ConversationChange),
    Spawn(Spawn),
    Cancel(String, String),
    Retry(String),
    Approve(String),
    Reject(String, String),
    Answer(String, String, String),
    Steer(String, String),
    PauseQueue(Option<String>),
    ResumeQueue(Option<String>),
}

pub struct Recording {
    log: Arc<EmbeddedLog>,
    projector: Projector,
    calls: Mutex<Vec<Call>>,
    refusal: Mutex<Option<CommandError>>,
}

impl Recording {
    pub fn new(log: Arc<EmbeddedLog>, projector: Projector) -> Self {
        Self {
            log,
            projector,
            calls: Mutex::default(),
            refusal: Mutex::default(),
        }
    }

    pub fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap().clone()
    }

    /// Every further command ends so.
    pub fn refuse_with(&self, error: CommandError) {
        *self.refusal.lock().unwrap() = Some(error);
    }

    async fn done(&self, call: Call) -> Result<Done, CommandError> {
        self.calls.lock().unwrap().push(call);
        if let Some(error) = self.refusal.lock().unwrap().clone() {
            return Err(error);
        }
        let seq = self.log.head().await.unwrap().seq;
        Ok(Done { seq })
    }

    async fn write(&self, id: &str, event: impl Into<errand_proto::Event>) -> Done {
        let now = i64::try_from(uuid::Uuid::now_v7().get_timestamp().unwrap().to_unix().0).unwrap();
        let seq = append(&self.log, id, event.into(), now * 1_000_000).await;
        Done { seq }
    }
}

#[async_trait]
impl Commands for Recording {
    async fn start_conversation(&self, new: NewConversation) -> Result<Done, CommandError> {
        self.done(Call::Start(new.clone())).await?;
        let event = ConversationEvent::from(v1::ConversationStarted {
            id: new.id.to_string(),
            workspace_id: "main".into(),
            project_id: new.project_id.unwrap_or("sample-site".into()),
            title: new.title.unwrap_or_default(),
            user_id: new.user,
        });
        Ok(self.write(&new.id.to_string(), event).await)
    }

    async fn post_message(&self, message: PostMessage) -> Result<Done, CommandError> {
        self.done(Call::Post(message.clone())).await?;
        let event = ConversationEvent::from(v1::UserMessagePosted {
            message_id: message.message_id.to_string(),
            text: message.text,
            user_id: message.user,
            action_id: message.action_id.unwrap_or_default(),
        });
        Ok(self.write(&message.conversation_id, event).await)
    }

    async fn retry_reply(
        &self,
        conversation: &str,
        message: &str,
        _: &str,
    ) -> Result<Done, CommandError> {
        self.done(Call::RetryReply(conversation.into(), message.into()))
            .await
    }

    async fn change_conversation(
        &self,
        id: &str,
        change: ConversationChange,
        user: &str,
    ) -> Result<Done, CommandError> {
        self.done(Call::Change(id.into(), change.clone())).await?;
        let user_id = user.to_owned();
        let event: ConversationEvent = match change {
            ConversationChange::Rename(title) => v1::ConversationRenamed { title, user_id }.into(),
            ConversationChange::Move(project_id) => v1::ConversationMoved {
                project_id,
                user_id,
            }
            .into(),
            ConversationChange::Archive => v1::ConversationArchived { user_id }.into(),
            ConversationChange::Restore => v1::ConversationRestored { user_id }.into(),
        };
        Ok(self.write(id, event).await)
    }

    async fn spawn(&self, spawn: Spawn) -> Result<Spawned, CommandError> {
        self.done(Call::Spawn(spawn.clone())).await?;
        let story_id = spawn.key.to_string();
        let event = StoryEvent::from(v1::StoryCreated {
            id: story_id.clone(),
            project_id: spawn.project_id.unwrap_or("sample-site".into()),
            title: spawn.title.unwrap_or_default(),
            agent: spawn.agent,
            prompt: spawn.prompt,
            ..v1::StoryCreated::default()
        });
        let done = self.write(&story_id, event).await;
        Ok(Spawned {
            session_id: format!("{story_id}-1"),
            conversation_id: String::new(),
            story_id,
            seq: done.seq,
        })
    }

    async fn cancel(&self, story: &str, reason: &str, _: &str) -> Result<Done, CommandError> {
        self.done(Call::Cancel(story.into(), reason.into())).await
    }

    async fn retry(&self, story: &str, _: &str) -> Result<Done, CommandError> {
        self.done(Call::Retry(story.into())).await
    }

    async fn approve(&self, story: &str, _: &str) -> Result<Done, CommandError> {
        self.done(Call::Approve(story.into())).await
    }

    async fn reject(&self, story: &str, reason: &str, _: &str) -> Result<Done, CommandError> {
        self.done(Call::Reject(story.into(), reason.into())).await
    }

    async fn pause_queue(&self, project: Option<&str>, by: &str) -> Result<(), CommandError> {
        let project_id = project.map(str::to_owned);
        self.done(Call::PauseQueue(project_id.clone())).await?;
        let pause = Pause {
            project_id,
            by: by.to_owned(),
            since_us: 1_790_000_000_000_000,
        };
        self.log.pause(pause).await.unwrap();
        Ok(())
    }

    async fn resume_queue(&self, project: Option<&str>, _: &str) -> Result<(), CommandError> {
        let project_id = project.map(str::to_owned);
        self.done(Call::ResumeQueue(project_id)).await?;
        self.log.resume(project).await.unwrap();
        Ok(())
    }

    async fn answer(
        &self,
        session: &str,
        question: &str,
        answer: &str,
        _: &str,
    ) -> Result<Done, CommandError> {
        self.done(Call::Answer(session.into(), question.into(), answer.into()))
            .await
    }

    async fn steer(&self, session: &str, text: &str, _: &str) -> Result<Done, CommandError> {
        self.done(Call::Steer(session.into(), text.into())).await
    }

    async fn rebuild(&self, projection: &str) -> Result<(), CommandError> {
        let positions = self.projector.positions().now();
        if !positions.iter().any(|p| p.name == projection) {
            let text = format!("there is no projection {projection:?}");
            return Err(CommandError::NotFound(text));
        }
        let (projector, name) = (self.projector.clone(), projection.to_owned());
        tokio::spawn(async move { projector.rebuild(&name).await });
        Ok(())
    }
}
