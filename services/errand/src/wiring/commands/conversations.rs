//! What people ask of the chat.
use super::{Outcome, order::ChatRequest};
use errand_chat::{
    Desk, DeskError,
    conversation::ConversationRefusal,
    desk::{MAX_MESSAGE_CHARS, SpawnWish},
};
use errand_dashboard::{CommandError, ConversationChange, Done, Spawn, Spawned};
use errand_eventlog::Seq;

pub async fn carry_out(desk: &Desk, request: ChatRequest) -> Result<Outcome, CommandError> {
    let seq = match request {
        ChatRequest::Spawn(spawn) => return spawned(desk, spawn).await.map_err(refused),
        ChatRequest::Start(new) => {
            let (title, project) = (new.title.unwrap_or_default(), new.project_id.as_deref());
            desk.start(new.id, project, &title, &new.user).await
        }
        ChatRequest::Post(message) => {
            let (id, action) = (message.message_id, message.action_id.as_deref());
            let conversation = &message.conversation_id;
            desk.post(conversation, id, &message.text, action, &message.user)
                .await
        }
        ChatRequest::RetryReply {
            conversation_id,
            message_id,
            user,
        } => desk.retry_reply(&conversation_id, &message_id, &user).await,
        ChatRequest::Change {
            conversation_id,
            change,
            user,
        } => changed(desk, &conversation_id, change, &user).await,
    };
    let seq = seq.map_err(refused)?;
    Ok(Outcome::Done(Done { seq }))
}

async fn changed(
    desk: &Desk,
    id: &str,
    change: ConversationChange,
    user: &str,
) -> Result<Seq, DeskError> {
    match change {
        ConversationChange::Rename(title) => desk.rename(id, &title, user).await,
        ConversationChange::Move(project) => desk.move_to(id, &project, user).await,
        ConversationChange::Archive => desk.archive(id, true, user).await,
        ConversationChange::Restore => desk.archive(id, false, user).await,
    }
}

async fn spawned(desk: &Desk, spawn: Spawn) -> Result<Outcome, DeskError> {
    let wish = SpawnWish {
        key: spawn.key,
        agent: spawn.agent,
        title: spawn.title.unwrap_or_default(),
        prompt: spawn.prompt,
        project: spawn.project_id,
        conversation: None,
        user: spawn.user,
    };
    let spawned = desk.spawn(wish).await?;
    Ok(Outcome::Spawned(Spawned {
        story_id: spawned.story_id,
        session_id: spawned.session_id,
        conversation_id: spawned.conversation_id,
        seq: spawned.seq,
    }))
}

fn refused(error: DeskError) -> CommandError {
    match error {
        DeskError::EmptyMessage => invalid("text", &error),
        DeskError::EmptyTitle => invalid("title", &error),
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
        field: field.into(),
        reason: error.to_string(),
    }
}
