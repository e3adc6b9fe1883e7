//! The chat: owns conversations, speaks with the language model, and turns its Task tool into spawns.
//!
//! # Layout
//! - [`conversation`]: the Conversation aggregate.
//! - [`desk`]: what people ask of the chat: start, say, press, spawn.
//! - [`reply`]: one reply of the Head of Product, streamed.
//! - [`actions`]: buttons from the assistant's own question.
//! - [`spawns`]: the door through which agents are spawned, and its caps.
//! - [`persona`]: the model's system prompt, a file with a version.
//! - [`announcement`]: the words in which the chat tells of spawns and endings.
//! - [`reactors`]: one file for each thing done about an event.
//! - [`llm`]: the connector.

pub mod actions;
pub mod announcement;
pub mod conversation;
pub mod desk;
pub mod llm;
pub mod persona;
pub mod reactors;
pub mod reply;
pub mod spawns;
mod stopping;
mod tasks;

pub use conversation::SpawnCaps;
pub use desk::{Desk, DeskError};
pub use persona::Persona;
pub use spawns::Spawns;
pub use tasks::{AgentKind, TaskRules};

use conversation::Conversation;
use errand_eventlog::{EventLog, aggregate::Aggregates, live::Live};
use llm::LanguageModel;
use std::sync::Arc;

/// The name under which this service writes events.
pub const SOURCE: &str = "errand/chat";

/// What the chat works with.
#[derive(Clone)]
pub struct Chat {
    pub conversations: Aggregates<Conversation>,
    pub live: Arc<dyn Live>,
    pub model: Arc<dyn LanguageModel>,
    pub workspace: String,
    pub rules: Arc<TaskRules>,
    pub spawns: Spawns,
    pub persona: Arc<Persona>,
}

impl Chat {
    /// The aggregates of conversations, as this service writes them.
    pub fn conversations(log: &Arc<dyn EventLog>, workspace: &str) -> Aggregates<Conversation> {
        Aggregates::new(Arc::clone(log), workspace, SOURCE)
    }
}
