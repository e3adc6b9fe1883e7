//! The dashboard's commands, carried out by the services that own the aggregates.
use async_trait::async_trait;
use errand_chat::{Desk, DeskError, conversation::ConversationRefusal, desk::MAX_MESSAGE_CHARS};
use errand_dashboard::{
    CommandError, Commands, Done, NewConversation, PostMessage, Spawn, Spawned,
};
use errand_eventlog::aggregate::{Aggregates, CommandMeta, ExecuteError};
use errand_executor::session::{Session, SessionCommand, SessionRefusal};
use errand_spawner::story::{Story, StoryCommand, StoryRefusal};
use uuid::Uuid;

type Answer = Result<Done, CommandError>;

const MAX_STEERING_CHARS: usize = 16_000;

pub struct ServiceCommands {
    pub desk: Desk,
    pub stories: Aggregates<Story>,
    pub sessions: Aggregates<Session>,
}

impl ServiceCommands {
    async fn story(&self, id: &str, command: StoryCommand) -> Answer {
        let meta = self.cause(id).await?;
        match self.stories.execute(id, command, &meta).await {
            Ok(done) => Ok(Done { seq: done.seq }),
            Err(ExecuteError::Refused(refusal @ StoryRefusal::Absent)) => {
                Err(CommandError::NotFound(refusal.to_string()))
            }
            Err(ExecuteError::Refused(refusal)) => Err(CommandError::Refused(refusal.to_string())),
            Err(ExecuteError::Log(error)) => Err(CommandError::Unavailable(error.to_string())),
        }
    }

    /// What a person does to a story belongs to what led to the story.
    async fn cause(&self, story_id: &str) -> Result<CommandMeta, CommandError> {
        let story = self.stories.load(story_id).await;
        let story = story.map_err(|e| CommandError::Unavailable(e.to_string()))?;
        let root = CommandMeta::root(Uuid::new_v4());
        let asked_by = Uuid::parse_str(&story.aggregate.facts.0.message_id);
        Ok(CommandMeta {
            correlation_id: asked_by.unwrap_or(root.correlation_id),
            ..root
        })
    }
}

#[async_trait]
impl Commands for ServiceCommands {
    async fn start_conversation(&self, new: NewConversation) -> Answer {
        let title = new.title.as_deref().unwrap_or_default();
        let project = new.project_id.as_deref();
        let started = self.desk.start(new.id, project, title, &new.user);
        Ok(Done {
            seq: started.await.map_err(refused)?,
        })
    }

    async fn post_message(&self, message: PostMessage) -> Answer {
        let action = message.action_id.as_deref();
        let posted = self.desk.post(
            &message.conversation_id,
            message.message_id,
            &message.text,
            action,
            &message.user,
        );
        Ok(Done {
            seq: posted.await.map_err(refused)?,
        })
    }

    async fn retry_reply(&self, conversation_id: &str, message_id: &str, user: &str) -> Answer {
        let retried = self.desk.retry_reply(conversation_id, message_id, user);
        Ok(Done {
            seq: retried.await.map_err(refused)?,
        })
    }

    async fn spawn(&self, spawn: Spawn) -> Result<Spawned, CommandError> {
        let wish = errand_chat::desk::SpawnWish {
            key: spawn.key,
            agent: spawn.agent,
            title: spawn.title.unwrap_or_default(),
            prompt: spawn.prompt,
            project: spawn.project_id,
            conversation: None,
            user: spawn.user,
        };
        let spawned = self.desk.spawn(wish).await.map_err(refused)?;
        Ok(Spawned {
            story_id: spawned.story_id,
            session_id: spawned.session_id,
            conversation_id: spawned.conversation_id,
            seq: spawned.seq,
        })
    }

    async fn cancel(&self, story_id: &str, reason: &str, user: &str) -> Answer {
        let (by, reason) = (user.to_owned(), reason.to_owned());
        self.story(story_id, StoryCommand::RequestCancel { by, reason })
            .await
    }

    async fn retry(&self, story_id: &str, user: &str) -> Answer {
        let story = self.stories.load(story_id).await;
        let story = story.map_err(|e| CommandError::Unavailable(e.to_string()))?;
        let seed = Uuid::parse_str(story_id)
            .map_err(|_| CommandError::NotFound(StoryRefusal::Absent.to_string()))?;
        let session = errand_chat::session_id(seed, story.aggregate.attempt + 1);
        let command = StoryCommand::Retry {
            by: user.to_owned(),
            session_id: session.to_string(),
        };
        self.story(story_id, command).await
    }

    async fn approve(&self, story_id: &str, user: &str) -> Answer {
        let by = user.to_owned();
        self.story(story_id, StoryCommand::Approve { by }).await
    }

    async fn reject(&self, story_id: &str, reason: &str, user: &str) -> Answer {
        let (by, reason) = (user.to_owned(), reason.to_owned());
        self.story(story_id, StoryCommand::Reject { by, reason })
            .await
    }

    async fn answer(&self, _: &str, question_id: &str, _: &str, _: &str) -> Answer {
        Err(CommandError::Refused(format!(
            "no question {question_id:?} is open in this session; to tell the agent something, steer it"
        )))
    }

    async fn steer(&self, session_id: &str, text: &str, user: &str) -> Answer {
        let text = text.trim();
        if text.is_empty() {
            let reason = "the text is empty; say what the agent shall do".to_owned();
            return Err(CommandError::Invalid {
                field: "text",
                reason,
            });
        }
        if text.chars().count() > MAX_STEERING_CHARS {
            let limit = format!("{MAX_STEERING_CHARS} characters");
            return Err(CommandError::TooLarge { limit });
        }
        let command = SessionCommand::Steer {
            text: text.to_owned(),
            by: user.to_owned(),
        };
        let meta = CommandMeta::root(Uuid::new_v4());
        match self.sessions.execute(session_id, command, &meta).await {
            Ok(done) => Ok(Done { seq: done.seq }),
            Err(ExecuteError::Refused(refusal @ SessionRefusal::Absent)) => {
                Err(CommandError::NotFound(refusal.to_string()))
            }
            Err(ExecuteError::Refused(refusal)) => Err(CommandError::Refused(refusal.to_string())),
            Err(ExecuteError::Log(error)) => Err(CommandError::Unavailable(error.to_string())),
        }
    }
}

fn refused(error: DeskError) -> CommandError {
    match error {
        DeskError::EmptyMessage => invalid("text", &error),
        DeskError::MessageTooLong { .. } => CommandError::TooLarge {
            limit: format!("{MAX_MESSAGE_CHARS} characters"),
        },
        DeskError::Task(_) => invalid("agent, prompt or project", &error),
        DeskError::Refused(ConversationRefusal::Absent) => {
            CommandError::NotFound(error.to_string())
        }
        DeskError::Refused(refusal) => CommandError::Refused(refusal.to_string()),
        DeskError::Log(error) => CommandError::Unavailable(error.to_string()),
    }
}

fn invalid(field: &'static str, error: &DeskError) -> CommandError {
    CommandError::Invalid {
        field,
        reason: error.to_string(),
    }
}
