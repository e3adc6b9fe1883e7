//! The notifier: owns notifications and tells people outside.
//!
//! # Layout
//! - [`notification`]: the Notification aggregate.
//! - [`message_text`]: the words of a message.
//! - [`reactors`]: one file for each thing done about an event.
//! - [`slack`]: the connector.

pub mod message_text;
pub mod notification;
pub mod reactors;
pub mod slack;

use errand_eventlog::aggregate::Aggregates;
use notification::Notification;
use slack::Messenger;
use std::sync::Arc;

/// The name under which this service writes events.
pub const SOURCE: &str = "errand/notifier";

/// What the notifier works with.
#[derive(Clone)]
pub struct Notifier {
    pub notifications: Aggregates<Notification>,
    pub messenger: Arc<dyn Messenger>,
    /// Where people find Errand; for links in messages.
    pub public_url: String,
    /// Whether the messenger's calls about pressed buttons are listened to.
    pub hears_buttons: bool,
    /// When this process began, in microseconds since the Unix epoch: an older event may have been
    /// told by a predecessor that died before it could write that down.
    pub started_us: i64,
}
