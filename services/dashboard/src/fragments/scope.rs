//! What a page shows, as the address of its stream names it.
use crate::problem::Problem;
use errand_projections::{Key, Keys};
use std::{fmt, str::FromStr};

const MAX_SCOPE_CHARS: usize = 200;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Scope {
    Conversation(String),
    Project(String),
    Story(String),
    Batch(String),
    Queue,
    Health,
    /// What was said last in every conversation; sent along with every other scope.
    Inbox,
}

impl Scope {
    /// Whether changed records make what is shown out of date.
    pub fn is_touched_by(&self, keys: &Keys) -> bool {
        match self {
            Self::Conversation(id) => keys.touches(&Key::Conversation(id.clone())),
            Self::Project(id) => keys.touches(&Key::Project(id.clone())),
            Self::Story(id) => keys.touches(&Key::Story(id.clone())),
            Self::Batch(id) => keys.touches(&Key::Batch(id.clone())),
            Self::Queue => keys.everything || keys.keys.iter().any(|k| matches!(k, Key::Story(_))),
            Self::Health => true,
            Self::Inbox => {
                let is_talk = |k: &Key| matches!(k, Key::Conversation(_));
                keys.everything || keys.keys.iter().any(is_talk)
            }
        }
    }

    /// The topic of what is shown as it is written; a story's is what its present session says.
    pub fn live_topic(&self) -> Option<String> {
        match self {
            Self::Conversation(id) => Some(format!("conversation.{id}")),
            Self::Story(id) => Some(format!("session.{id}")),
            _ => None,
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conversation(id) => write!(f, "conversation:{id}"),
            Self::Project(id) => write!(f, "project:{id}"),
            Self::Story(id) => write!(f, "story:{id}"),
            Self::Batch(id) => write!(f, "batch:{id}"),
            Self::Queue => f.write_str("queue"),
            Self::Health => f.write_str("health"),
            Self::Inbox => f.write_str("inbox"),
        }
    }
}

impl FromStr for Scope {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Self, Problem> {
        let id =
            |id: &str| (!id.is_empty() && text.len() <= MAX_SCOPE_CHARS).then(|| id.to_owned());
        let scope = match text.split_once(':') {
            Some(("conversation", rest)) => id(rest).map(Self::Conversation),
            Some(("project", rest)) => id(rest).map(Self::Project),
            Some(("story", rest)) => id(rest).map(Self::Story),
            Some(("batch", rest)) => id(rest).map(Self::Batch),
            None if text == "queue" => Some(Self::Queue),
            None if text == "health" => Some(Self::Health),
            None if text == "inbox" => Some(Self::Inbox),
            _ => None,
        };
        scope.ok_or_else(|| {
            Problem::bad_request(
                "The scope of the stream is unknown.",
                "Use scope=conversation:<id>, project:<id>, story:<id>, batch:<id>, queue, health or inbox.",
            )
        })
    }
}
