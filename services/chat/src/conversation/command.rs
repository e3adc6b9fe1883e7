use super::LastHour;
use errand_proto::v1;

/// What can be asked of a conversation. Every one yields at most one event.
#[derive(Debug, Clone, PartialEq)]
pub enum ConversationCommand {
    Start(Box<v1::ConversationStarted>),
    Post(Box<v1::UserMessagePosted>),
    Reply(Box<v1::AssistantReplied>),
    FailReply(Box<v1::AssistantReplyFailed>),
    RetryReply {
        message_id: String,
        by: String,
    },
    RequestSpawn {
        request: Box<v1::AgentSpawnRequested>,
        last_hour: LastHour,
    },
    RequestStop(Box<v1::AgentStopRequested>),
    RequestBatch(Box<v1::BatchRequested>),
    AnnounceBatch(Box<v1::BatchAnnounced>),
    AnnounceSpawn(Box<v1::SpawnAnnounced>),
    AnnounceCompletion(Box<v1::CompletionAnnounced>),
    /// Puts an agent's question to the user.
    Ask(Box<v1::QuestionAsked>),
    /// It was answered, here or elsewhere, or is not open any more.
    CloseQuestion(Box<v1::QuestionAnswered>),
    Rename(v1::ConversationRenamed),
    /// Attaches it to another project.
    Move(v1::ConversationMoved),
    Archive(v1::ConversationArchived),
    Restore(v1::ConversationRestored),
}
