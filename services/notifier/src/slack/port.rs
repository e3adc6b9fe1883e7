//! The port through which the notifier's reactors speak to a messenger.

use async_trait::async_trait;
use uuid::Uuid;

use super::error::MessengerError;

/// Something to tell people.
///
/// All text is plain: `&`, `<` and `>` are shown as they are and nothing in it can mention or link. What is too long
/// is cut with an ellipsis.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Message {
    /// Our name for the message, kept with it, so that it can be found again. The same telling has the same key.
    pub key: Uuid,
    /// Where to; the configured channel when absent. An id (`C0123456789`) or a name (`#errand`).
    pub channel: Option<String>,
    /// What a notification on a phone and a screen reader say: one or two sentences.
    pub text: String,
    /// The heading; none when empty.
    pub title: String,
    /// The body, with Slack's marks for bold (`*`), italics (`_`) and code; none when empty.
    pub body_markdown: String,
    /// Short facts in two columns, as label and value.
    pub fields: Vec<(String, String)>,
    /// Pages to go to, as label and http address.
    pub links: Vec<(String, String)>,
    /// Only where the calls about them are listened to.
    pub buttons: Vec<Button>,
}

/// The action of a button that allows a story to run; its value is the story's id.
pub const APPROVE: &str = "approve_story";
/// The action of a button that refuses a story.
pub const REJECT: &str = "reject_story";

/// A button under a message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Button {
    /// What it does, for the program that hears of it.
    pub action: String,
    pub label: String,
    /// What it is about.
    pub value: String,
    /// Whether it is the one that most people will press.
    pub is_good: bool,
}

/// Where a message stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posted {
    /// The channel's id.
    pub channel: String,
    /// The message's time, which is its id within the channel.
    pub ts: String,
    /// The page of the message; `None` if Slack would not say.
    pub permalink: Option<String>,
}

/// A messenger.
#[async_trait]
pub trait Messenger: Send + Sync {
    /// Posts the message, or finds the one that an earlier attempt posted under the same key.
    ///
    /// `maybe_sent` says that there was an earlier attempt whose outcome is unknown: it ended with
    /// [`MessengerError::Unavailable`], or the process died in it. Then the channel is searched first.
    async fn post(&self, message: &Message, maybe_sent: bool) -> Result<Posted, MessengerError>;

    /// Puts other words in the place of a posted message. Doing it again changes nothing.
    async fn update(&self, posted: &Posted, message: &Message) -> Result<(), MessengerError>;

    /// Checks the connection; the answer says in words who we are and where messages go.
    async fn check(&self) -> Result<String, MessengerError>;
}
