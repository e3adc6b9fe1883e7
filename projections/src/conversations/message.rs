//! One row per message of a conversation.
use super::ConversationRow;
use crate::{
    db::RowSet,
    folded::folded,
    parts::{self, Action, Json, Usage, json},
    projection::At,
};
use errand_proto::{ConversationEvent, Event, v1};

words! {
    /// What a message is.
    pub enum MessageKind {
        User = "user",
        Assistant = "assistant",
        Failed = "failed",
        Spawn = "spawn",
        Completion = "completion",
        Question = "question",
        Batch = "batch",
        Report = "report",
    }
}

table! {
    /// A message as it was recorded. `seq` orders a conversation and is the cursor.
    pub struct MessageRow in "messages" key (id) {
        pub id: String,
        pub conversation_id: String,
        /// The conversation's `created_seq`, by which its messages lie together.
        #[serde(skip)]
        pub conversation_seq: i64,
        pub kind: MessageKind,
        /// Plain text of a user's message, Markdown of any other; of a failed reply what had arrived.
        pub text: String,
        #[serde(serialize_with = "json::text")]
        pub user_id: String,
        /// The button that a user's message came from, if any.
        #[serde(serialize_with = "json::text")]
        pub action_id: String,
        #[serde(serialize_with = "json::text")]
        pub in_reply_to: String,
        /// The buttons under it.
        pub actions: Json<Vec<Action>>,
        #[serde(serialize_with = "json::text")]
        pub story_id: String,
        #[serde(serialize_with = "json::text")]
        pub session_id: String,
        #[serde(serialize_with = "json::text")]
        pub linear_issue_url: String,
        /// How the story ended, in a completion message.
        #[serde(serialize_with = "json::text")]
        pub status: String,
        #[serde(serialize_with = "json::text")]
        pub pr_url: String,
        /// Why a reply failed.
        #[serde(serialize_with = "json::text")]
        pub reason: String,
        /// The answer to a question, by `user_id`; empty while it is open.
        #[serde(serialize_with = "json::text")]
        pub answer: String,
        #[serde(serialize_with = "json::text")]
        pub model: String,
        pub usage: Json<Usage>,
        /// When a person last asked for the reply to this message again; 0 for never.
        #[serde(skip)]
        pub retried_seq: i64,
        #[serde(serialize_with = "json::time")]
        pub created_at: i64,
        pub seq: i64,
        /// The text as it is searched.
        #[serde(skip)]
        pub folded: String,
    }
}

/// The message that an event changes rather than makes.
pub(super) fn amended(event: &Event) -> Option<&str> {
    match event {
        Event::Conversation(ConversationEvent::QuestionAnswered(e)) => Some(&e.question_id),
        Event::Conversation(ConversationEvent::ReplyRetryRequested(e)) => Some(&e.message_id),
        Event::Conversation(ConversationEvent::SpawnAnnounced(e)) => Some(&e.message_id),
        Event::Conversation(ConversationEvent::CompletionAnnounced(e)) => Some(&e.message_id),
        Event::Conversation(ConversationEvent::BatchRequested(e)) => Some(&e.batch_id),
        _ => None,
    }
}

/// True when an event says again, or better, what a message says already.
pub(super) fn repeats(rows: &mut RowSet<MessageRow>, event: &ConversationEvent) -> bool {
    match event {
        ConversationEvent::SpawnAnnounced(e) => rows.find(&e.message_id).is_some(),
        ConversationEvent::CompletionAnnounced(e) => rows.find(&e.message_id).is_some(),
        ConversationEvent::BatchRequested(e) => rows.find(&e.batch_id).is_some(),
        _ => false,
    }
}

/// The fold of a conversation's event into its messages.
pub(super) fn apply(
    rows: &mut RowSet<MessageRow>,
    conversation: &ConversationRow,
    at: At,
    event: ConversationEvent,
) {
    let made = match event {
        ConversationEvent::QuestionAnswered(e) => {
            if let Some(question) = rows.find(&e.question_id) {
                question.answer = e.answer;
                question.user_id = e.user_id;
            }
            None
        }
        ConversationEvent::ReplyRetryRequested(e) => {
            if let Some(asked) = rows.find(&e.message_id) {
                asked.retried_seq = at.seq;
            }
            None
        }
        other => MessageRow::of(other),
    };
    let Some(mut message) = made else { return };
    message.conversation_id.clone_from(&conversation.id);
    message.conversation_seq = conversation.created_seq;
    message.folded = folded([message.text.as_str()]);
    (message.created_at, message.seq) = (at.time, at.seq);
    let id = message.id.clone();
    // Announced again (the link came later): the message keeps its place.
    if let Some(first) = rows.find(&id) {
        (message.created_at, message.seq) = (first.created_at, first.seq);
    }
    rows.put(&id, message);
}

impl MessageRow {
    /// The message that an event makes, without its place; `None` when it makes none.
    fn of(event: ConversationEvent) -> Option<Self> {
        match event {
            ConversationEvent::UserMessagePosted(e) => Some(Self::user(e)),
            ConversationEvent::AssistantReplied(e) => Some(Self::reply(e)),
            ConversationEvent::AssistantReplyFailed(e) => Some(Self::failed(e)),
            ConversationEvent::SpawnAnnounced(e) => Some(Self::spawn(e)),
            ConversationEvent::CompletionAnnounced(e) => Some(Self::completion(e)),
            ConversationEvent::QuestionAsked(e) => Some(Self::question(e)),
            ConversationEvent::BatchRequested(e) => Some(Self::batch(e)),
            ConversationEvent::BatchAnnounced(e) => Some(Self::report(e)),
            ConversationEvent::ConversationStarted(_)
            | ConversationEvent::ConversationRenamed(_)
            | ConversationEvent::ConversationMoved(_)
            | ConversationEvent::ConversationArchived(_)
            | ConversationEvent::ConversationRestored(_)
            | ConversationEvent::AgentSpawnRequested(_)
            | ConversationEvent::AgentStopRequested(_)
            | ConversationEvent::QuestionAnswered(_)
            | ConversationEvent::ReplyRetryRequested(_) => None,
        }
    }

    fn user(e: v1::UserMessagePosted) -> Self {
        Self {
            id: e.message_id,
            kind: MessageKind::User,
            text: e.text,
            user_id: e.user_id,
            action_id: e.action_id,
            ..Self::default()
        }
    }

    fn reply(e: v1::AssistantReplied) -> Self {
        Self {
            id: e.message_id,
            kind: MessageKind::Assistant,
            in_reply_to: e.in_reply_to,
            text: e.markdown,
            actions: parts::actions(e.actions),
            usage: parts::usage(e.usage),
            model: e.model,
            ..Self::default()
        }
    }

    fn failed(e: v1::AssistantReplyFailed) -> Self {
        Self {
            id: e.message_id,
            kind: MessageKind::Failed,
            in_reply_to: e.in_reply_to,
            text: e.partial_markdown,
            reason: e.reason,
            usage: parts::usage(e.usage),
            model: e.model,
            ..Self::default()
        }
    }

    fn spawn(e: v1::SpawnAnnounced) -> Self {
        Self {
            id: e.message_id,
            kind: MessageKind::Spawn,
            text: e.markdown,
            story_id: e.story_id,
            linear_issue_url: e.linear_issue_url,
            ..Self::default()
        }
    }

    fn completion(e: v1::CompletionAnnounced) -> Self {
        Self {
            id: e.message_id,
            kind: MessageKind::Completion,
            text: e.markdown,
            story_id: e.story_id,
            session_id: e.session_id,
            status: e.status,
            pr_url: e.pr_url,
            ..Self::default()
        }
    }

    fn question(e: v1::QuestionAsked) -> Self {
        Self {
            id: e.question_id,
            kind: MessageKind::Question,
            text: e.text,
            story_id: e.story_id,
            session_id: e.session_id,
            actions: parts::actions(e.actions),
            ..Self::default()
        }
    }
    /// Its id is the batch's.
    fn batch(e: v1::BatchRequested) -> Self {
        Self {
            id: e.batch_id,
            kind: MessageKind::Batch,
            text: e.title,
            ..Self::default()
        }
    }

    fn report(e: v1::BatchAnnounced) -> Self {
        Self {
            id: e.message_id,
            kind: MessageKind::Report,
            text: e.markdown,
            ..Self::default()
        }
    }
}
