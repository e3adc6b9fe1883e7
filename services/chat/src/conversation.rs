//! The Conversation aggregate: what was said, what was spawned, what is still to be answered.
mod caps;
mod command;
mod decide;
mod evolve;
#[cfg(test)]
mod spec;

pub use caps::{CapReached, LastHour, SpawnCaps};
pub use command::ConversationCommand;

use cqrs_es::{Aggregate, event_sink::EventSink};
use errand_proto::{ConversationEvent, Json, v1};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What the conversation has told of one story.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// The kind of agent.
    pub agent: String,
    /// 0 for the first story of the conversation.
    pub place: usize,
    /// A person asked for it to be stopped.
    pub stopping: bool,
    pub announced: bool,
    pub linked: bool,
    /// The last attempt whose ending was told.
    pub ended_session: String,
    /// How that was told; one that is retried may still be cancelled.
    pub ended_as: String,
}

/// What the conversation knows of one batch.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToldBatch {
    pub stories: usize,
    pub reported: bool,
}

/// A conversation as folded from its events. What was said is read from the log when it is needed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Conversation {
    pub started: bool,
    pub facts: Json<v1::ConversationStarted>,
    /// User messages whose reply is not complete.
    pub unanswered: BTreeSet<String>,
    /// User messages whose reply failed and was not asked for again.
    pub failed: BTreeSet<String>,
    /// Buttons that can still be pressed.
    pub open_actions: BTreeSet<String>,
    pub stories: BTreeMap<String, Told>,
    pub batches: BTreeMap<String, ToldBatch>,
    /// Questions of agents, and whether they are open.
    pub questions: BTreeMap<String, bool>,
    pub archived: bool,
}

/// Why a conversation says no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConversationRefusal {
    #[error("there is no such conversation")]
    Absent,
    #[error("this button was answered already; type a message instead")]
    ActionSpent,
    #[error("only a reply that failed can be asked for again")]
    NothingToRetry,
    #[error("nothing was spawned: {0}")]
    Full(CapReached),
    #[error("no agent has asked this question here yet")]
    NotAsked,
}

impl Aggregate for Conversation {
    const TYPE: &'static str = "conversation";
    type Command = ConversationCommand;
    type Event = ConversationEvent;
    type Error = ConversationRefusal;
    type Services = ();

    async fn handle(
        &mut self,
        command: ConversationCommand,
        _: &(),
        sink: &EventSink<Self>,
    ) -> Result<(), ConversationRefusal> {
        if let Some(event) = decide::decide(self, command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: ConversationEvent) {
        evolve::evolve(self, event);
    }
}
