//! The Slack client: posting exactly once where Slack allows it, and never less than once.

use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Map, Value, json};

use super::blocks::{blocks, fallback};
use super::config::SlackConfig;
use super::error::MessengerError;
use super::look_up::{Channels, metadata};
use super::port::{Message, Messenger, Posted};
use super::transport::Transport;

/// A client of Slack for one token. Keeps the ids of channels, so make one and share it.
pub struct Slack {
    transport: Transport,
    channels: Channels,
    channel: String,
}

impl Slack {
    /// A client that has not connected yet; [`Messenger::check`] does.
    pub fn new(config: SlackConfig, http: reqwest::Client) -> Self {
        let transport = Transport::new(&config, http);
        Self {
            transport,
            channels: Channels::default(),
            channel: config.channel,
        }
    }

    /// The same client with another limit on each request than the 10 s it begins with.
    pub fn with_request_timeout(mut self, timeout: Duration) -> Self {
        self.transport.timeout = timeout;
        self
    }

    fn channel_of<'a>(&'a self, message: &'a Message) -> Result<&'a str, MessengerError> {
        let channel = message.channel.as_deref().unwrap_or(&self.channel).trim();
        if channel.is_empty() {
            return Err(MessengerError::Invalid(
                "no channel is named and none is configured".to_owned(),
            ));
        }
        Ok(channel)
    }

    async fn send(&self, channel: &str, message: &Message) -> Result<Posted, MessengerError> {
        let mut body = words(message);
        body["channel"] = channel.into();
        // Slack would fetch every link and show a card that says less than the message.
        body["unfurl_links"] = false.into();
        body["unfurl_media"] = false.into();
        let answer = self.transport.write("chat.postMessage", &body).await?;
        let posted = posted(&answer)?;
        self.channels.learn(channel, &posted.channel).await;
        Ok(posted)
    }

    /// Looks for the message. Without the right to look, nothing is found: better told twice than never.
    async fn find(
        &self,
        channel: &str,
        message: &Message,
    ) -> Result<Option<Posted>, MessengerError> {
        let found = self
            .channels
            .find(&self.transport, channel, message.key)
            .await;
        match found {
            Err(refused) if !refused.is_transient() => {
                tracing::warn!(channel, %refused, "cannot look whether a message was posted; it may appear twice");
                Ok(None)
            }
            found => found,
        }
    }

    /// After a failure that leaves the outcome open: the message itself, if it is there.
    async fn settle(
        &self,
        channel: &str,
        message: &Message,
        failure: MessengerError,
    ) -> Result<Posted, MessengerError> {
        match self.find(channel, message).await {
            Ok(Some(posted)) => Ok(posted),
            Ok(None) => Err(failure),
            Err(unread) => Err(MessengerError::Unavailable(format!(
                "{failure}; looking for it failed too: {unread}"
            ))),
        }
    }

    /// A message without its page is told all the same.
    async fn with_permalink(&self, mut posted: Posted) -> Posted {
        let query = [
            ("channel", posted.channel.as_str()),
            ("message_ts", posted.ts.as_str()),
        ];
        let answer = self.transport.read("chat.getPermalink", &query).await;
        posted.permalink = answer.ok().and_then(|answer| text(&answer, "permalink"));
        posted
    }
}

#[async_trait]
impl Messenger for Slack {
    async fn post(&self, message: &Message, maybe_sent: bool) -> Result<Posted, MessengerError> {
        let channel = self.channel_of(message)?;
        let earlier = if maybe_sent {
            self.find(channel, message).await?
        } else {
            None
        };
        let posted = match earlier {
            Some(posted) => posted,
            None => match self.send(channel, message).await {
                Err(failure @ MessengerError::Unavailable(_)) => {
                    self.settle(channel, message, failure).await?
                }
                settled => settled?,
            },
        };
        Ok(self.with_permalink(posted).await)
    }

    async fn update(&self, posted: &Posted, message: &Message) -> Result<(), MessengerError> {
        let mut body = words(message);
        body["channel"] = posted.channel.as_str().into();
        body["ts"] = posted.ts.as_str().into();
        self.transport.write("chat.update", &body).await.map(drop)
    }

    async fn check(&self) -> Result<String, MessengerError> {
        let answer = self.transport.write("auth.test", &json!({})).await?;
        let said = |field: &str| text(&answer, field).unwrap_or_else(|| "?".to_owned());
        Ok(format!(
            "{} in {} ({}), posting to {}",
            said("user"),
            said("team"),
            said("url"),
            self.channel
        ))
    }
}

/// What posting and updating have in common.
fn words(message: &Message) -> Value {
    json!({
        "text": fallback(message),
        "blocks": blocks(message),
        "metadata": metadata(message.key),
    })
}

fn posted(answer: &Map<String, Value>) -> Result<Posted, MessengerError> {
    match (text(answer, "channel"), text(answer, "ts")) {
        (Some(channel), Some(ts)) => Ok(Posted {
            channel,
            ts,
            permalink: None,
        }),
        _ => Err(MessengerError::Unavailable(
            "the answer names neither channel nor time".to_owned(),
        )),
    }
}

fn text(answer: &Map<String, Value>, field: &str) -> Option<String> {
    answer.get(field).and_then(Value::as_str).map(str::to_owned)
}
