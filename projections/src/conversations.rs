//! Conversations and their messages.
mod excerpt;
mod found;
mod message;
mod queries;
#[cfg(test)]
mod tests;

pub use excerpt::{Excerpt, MAX_SNIPPET_CHARS};
pub use found::{Conversation, Found};
pub use message::{MessageKind, MessageRow};
pub use queries::{ConversationFilter, Message, MessagePage};

use crate::{
    Result,
    db::{RowSet, Table, TableRow as _, Tx},
    folded::folded,
    keys::{Key, Keys},
    parts::json,
    projection::{At, Fact, Projection, continued},
};
use async_trait::async_trait;
use errand_proto::{AggregateKind, ConversationEvent, Event};
use excerpt::snippet;

table! {
    /// A conversation with the Head of Product. Times are microseconds since the Unix epoch (RFC 3339 in JSON).
    pub struct ConversationRow in "conversations" key (id) {
        pub id: String,
        pub workspace_id: String,
        pub project_id: String,
        pub title: String,
        pub user_id: String,
        pub message_count: i64,
        /// How many agents were spawned from it.
        pub story_count: i64,
        /// The beginning of the last message, on one line.
        pub last_message: String,
        pub last_kind: MessageKind,
        /// Where the last message stands in the log; who has seen it has read everything.
        pub last_message_seq: i64,
        /// A person put it away.
        pub archived: bool,
        #[serde(serialize_with = "json::time")]
        pub last_message_at: i64,
        #[serde(serialize_with = "json::time")]
        pub created_at: i64,
        pub created_seq: i64,
        /// Also the cursor of lists: pass the last row's as `before`.
        pub updated_seq: i64,
        /// The title as it is searched; what was said is in the messages.
        #[serde(skip)]
        pub folded: String,
    }
}

impl ConversationRow {
    fn new(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            ..Self::default()
        }
    }

    /// The fold into the conversation and its messages. An event that the row has seen already changes nothing.
    fn apply(&mut self, at: At, event: ConversationEvent, messages: &mut RowSet<MessageRow>) {
        if at.seq <= self.updated_seq {
            return;
        }
        self.updated_seq = at.seq;
        if !message::repeats(messages, &event) {
            self.count(at, &event);
        }
        self.folded = folded([self.title.as_str()]);
        message::apply(messages, self, at, event);
    }

    fn count(&mut self, at: At, event: &ConversationEvent) {
        match event {
            ConversationEvent::ConversationStarted(e) => {
                self.workspace_id.clone_from(&e.workspace_id);
                self.project_id.clone_from(&e.project_id);
                self.title.clone_from(&e.title);
                self.user_id.clone_from(&e.user_id);
                self.created_at = at.time;
                self.last_message_at = at.time;
                self.created_seq = at.seq;
            }
            ConversationEvent::AgentSpawnRequested(_) => self.story_count += 1,
            ConversationEvent::UserMessagePosted(e) => {
                self.archived = false;
                // A conversation that began without a title is called by its first message.
                if self.title.is_empty() {
                    self.title = snippet(&e.text);
                }
                self.said(at, MessageKind::User, &e.text);
            }
            ConversationEvent::AssistantReplied(e) => {
                self.said(at, MessageKind::Assistant, &e.markdown);
            }
            ConversationEvent::AssistantReplyFailed(e) => {
                self.said(at, MessageKind::Failed, &e.reason);
            }
            ConversationEvent::SpawnAnnounced(e) => self.said(at, MessageKind::Spawn, &e.markdown),
            ConversationEvent::CompletionAnnounced(e) => {
                self.said(at, MessageKind::Completion, &e.markdown);
            }
            ConversationEvent::QuestionAsked(e) => self.said(at, MessageKind::Question, &e.text),
            ConversationEvent::ConversationRenamed(e) => self.title.clone_from(&e.title),
            ConversationEvent::ConversationMoved(e) => self.project_id.clone_from(&e.project_id),
            ConversationEvent::ConversationArchived(_) => self.archived = true,
            ConversationEvent::ConversationRestored(_) => self.archived = false,
            ConversationEvent::BatchRequested(e) => self.said(at, MessageKind::Batch, &e.title),
            ConversationEvent::BatchAnnounced(e) => {
                self.said(at, MessageKind::Report, &e.markdown);
            }
            ConversationEvent::QuestionAnswered(_)
            | ConversationEvent::AgentStopRequested(_)
            | ConversationEvent::ReplyRetryRequested(_) => {}
        }
    }

    fn said(&mut self, at: At, kind: MessageKind, text: &str) {
        self.message_count += 1;
        self.last_message = snippet(text);
        self.last_kind = kind;
        self.last_message_at = at.time;
        self.last_message_seq = at.seq;
    }
}

/// Keeps `conversations` and `messages`.
pub(crate) struct Conversations;

#[async_trait]
impl Projection for Conversations {
    fn name(&self) -> &'static str {
        "conversations"
    }

    fn kinds(&self) -> &'static [AggregateKind] {
        &[AggregateKind::Conversation]
    }

    fn tables(&self) -> &'static [Table] {
        &[ConversationRow::TABLE, MessageRow::TABLE]
    }

    async fn apply(&self, tx: &mut Tx, facts: Vec<Fact>) -> Result<Keys> {
        let mut rows = RowSet::<ConversationRow>::load(tx, continued(&facts)).await?;
        let events = facts.iter().filter_map(|f| f.event.as_ref().ok());
        let amended = events.filter_map(message::amended);
        let mut messages = RowSet::<MessageRow>::load(tx, amended.collect()).await?;
        for fact in facts {
            let id = fact.subject.id();
            if let Ok(Event::Conversation(event)) = fact.event {
                let row = rows.entry(id, || ConversationRow::new(id));
                row.apply(fact.at, event, &mut messages);
            }
        }
        let mut keys = Keys::default();
        for row in rows.iter() {
            keys.add(Key::Conversation, &row.id);
            keys.add(Key::Project, &row.project_id);
        }
        rows.save(tx).await?;
        messages.save(tx).await?;
        Ok(keys)
    }
}
