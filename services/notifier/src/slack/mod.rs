//! Slack: the connector behind the [`Messenger`] port.
//!
//! It knows what to tell only as text and links, never as events. Read in this order: `port` is what the reactors
//! see, `client` how each call is made, `blocks` what a person sees, `transport` one request, `reply` what an answer
//! means, `look_up` how an earlier message is found again.

mod blocks;
mod client;
mod config;
mod error;
mod look_up;
mod port;
mod reply;
mod text;
mod transport;

pub use client::Slack;
pub use config::SlackConfig;
pub use error::MessengerError;
pub use port::{APPROVE, Button, Message, Messenger, Posted, REJECT};
