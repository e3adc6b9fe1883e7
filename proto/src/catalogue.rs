//! The catalogue: every event type with its aggregate, owner and meaning, and one enum per aggregate.
//!
//! Adding an event is one message in `errand/v1/*.proto` and one line here.
mod event;
#[macro_use]
mod macros;

pub use event::Event;

use crate::{AggregateKind, DecodeError, Json, v1};

/// One row of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventType {
    /// Short name, e.g. `StoryCreated`.
    pub name: &'static str,
    /// Full protobuf name, e.g. `errand.v1.StoryCreated`; the `ce-type` header.
    pub full_name: &'static str,
    pub aggregate: AggregateKind,
    /// The one service that appends it.
    pub owner: &'static str,
    pub meaning: &'static str,
}

/// The version of every present event type. A changed shape gets a new type name and an upcaster.
pub const EVENT_VERSION: &str = "1";

/// Every event type there is, by aggregate.
pub fn all() -> impl Iterator<Item = &'static EventType> {
    [
        ConversationEvent::TYPES,
        StoryEvent::TYPES,
        BatchEvent::TYPES,
        SessionEvent::TYPES,
        NotificationEvent::TYPES,
    ]
    .into_iter()
    .flatten()
}

/// Finds a type by its short or full name.
pub fn find(name: &str) -> Option<&'static EventType> {
    all().find(|t| t.name == name || t.full_name == name)
}

aggregate_events! {
    /// What happened in a conversation.
    ConversationEvent, Conversation, "chat", {
        ConversationStarted: "A person opened a conversation with the Head of Product.",
        UserMessagePosted: "A person said something, by typing or by pressing a button.",
        AssistantReplied: "The Head of Product's reply is complete.",
        AssistantReplyFailed: "The reply could not be completed; what had arrived is kept.",
        ReplyRetryRequested: "A person asked for the reply again after it had failed.",
        AgentSpawnRequested: "The Task tool was called: an agent is to be put to work.",
        AgentStopRequested: "The StopTask tool was called: an agent is to be stopped.",
        SpawnAnnounced: "The chat told the user that the agent was spawned.",
        CompletionAnnounced: "The chat told the user how the work ended.",
        QuestionAsked: "An agent's question was put to the user.",
        QuestionAnswered: "The user answered an agent's question.",
        ConversationRenamed: "A person gave the conversation another title.",
        ConversationMoved: "A person attached the conversation to another project.",
        ConversationArchived: "A person put the conversation away.",
        ConversationRestored: "A person took the conversation out of the archive.",
        BatchRequested: "A reply in which several agents were asked for is about to end.",
        BatchAnnounced: "The chat told the user what came of a batch.",
    }
}

aggregate_events! {
    /// What happened to a piece of work.
    StoryEvent, Story, "spawner", {
        StoryCreated: "A piece of work exists.",
        LinearIssueLinked: "The story has an issue at Linear.",
        LinearIssueLinkFailed: "Linear could not be reached in time; the link may still follow.",
        StoryApproved: "A person allowed the story to run.",
        StoryRejected: "A person refused the story.",
        ExecutionQueued: "The story waits for an executor.",
        StoryStarted: "An executor runs the story.",
        StoryCompleted: "The work is done.",
        StoryFailed: "The work ended without success; the reason says why.",
        StoryRetryScheduled: "An attempt ended with something that may pass; another follows by itself.",
        StoryCancelRequested: "A person asked to stop the story.",
        StoryCancelled: "The story was stopped.",
        StoryRetried: "The story is tried again in a new session.",
    }
}

aggregate_events! {
    /// What happened to several stories asked for in one reply.
    BatchEvent, Batch, "spawner", {
        BatchOpened: "Several agents were asked for in one reply.",
        BatchIssueLinked: "The batch has an issue at Linear.",
        BatchStoryFinished: "One story of the batch ended.",
        BatchConsolidated: "Every story of the batch ended, or its time is over; the report is written.",
    }
}

aggregate_events! {
    /// What happened in one attempt of an agent at a story.
    SessionEvent, Session, "executor", {
        AgentSessionCreated: "An attempt at a story is prepared.",
        ExecutionStarted: "One executor claimed the session and runs it.",
        AgentSessionOpened: "The agent's own session began, or goes on.",
        TurnRecorded: "The agent thought or acted.",
        ToolCallRecorded: "The agent used a tool.",
        PlanUpdated: "The agent's whole plan, as it is now.",
        UsageRecorded: "What the session has used so far, all its runs together.",
        InputRequested: "The agent asks a person.",
        InputProvided: "The agent's question was answered, or is not open any more.",
        SteeringReceived: "A person gave the running agent a further instruction.",
        ChangesCommitted: "The agent's work was committed on its branch.",
        PullRequestOpened: "The branch has a pull request.",
        ExecutionCompleted: "The attempt succeeded, judged by the repository.",
        ExecutionFailed: "The attempt ended without success; outcome and reason say why.",
        ExecutionCancelled: "The attempt was stopped by a person.",
        LeaseExpired: "The executor that had claimed the session is gone.",
    }
}

aggregate_events! {
    /// What people outside were told.
    NotificationEvent, Notification, "notifier", {
        NotificationSent: "Somebody outside was told.",
        NotificationFailed: "Telling failed; it is tried again within bounds.",
    }
}

#[cfg(test)]
mod tests;
