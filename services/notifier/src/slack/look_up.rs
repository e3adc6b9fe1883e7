//! Finding a message again by our key. Slack has no idempotency key, but keeps metadata with a message.

use std::collections::HashMap;

use serde_json::{Map, Value, json};
use tokio::sync::RwLock;
use uuid::Uuid;

use super::error::MessengerError;
use super::port::Posted;
use super::transport::Transport;

/// The metadata's type: tells our messages from those of other apps.
const EVENT_TYPE: &str = "errand_message";
/// An unknown outcome is minutes old, so the message is among the newest.
const MESSAGES_PER_PAGE: &str = "200";
const MAX_HISTORY_PAGES: usize = 5;
const CHANNELS_PER_PAGE: &str = "1000";
const MAX_CHANNEL_PAGES: usize = 10;
/// Slack's ids are longer still; names are lower case, so the two cannot be confused.
const MIN_CHANNEL_ID_CHARS: usize = 8;

/// The metadata that goes with a message.
pub(crate) fn metadata(key: Uuid) -> Value {
    json!({ "event_type": EVENT_TYPE, "event_payload": { "key": key } })
}

/// What is known about the channels: the history is asked for by id, people configure names.
#[derive(Default)]
pub(crate) struct Channels {
    ids: RwLock<HashMap<String, String>>,
}

impl Channels {
    /// Keeps what an answer said about a channel that was named.
    pub(crate) async fn learn(&self, named: &str, id: &str) {
        if self
            .ids
            .read()
            .await
            .get(named)
            .is_none_or(|known| known != id)
        {
            self.ids
                .write()
                .await
                .insert(named.to_owned(), id.to_owned());
        }
    }

    /// The message that was posted under the key, if it is among the newest of its channel.
    pub(crate) async fn find(
        &self,
        transport: &Transport,
        channel: &str,
        key: Uuid,
    ) -> Result<Option<Posted>, MessengerError> {
        let channel = self.id_of(transport, channel).await?;
        let mut cursor = String::new();
        for _ in 0..MAX_HISTORY_PAGES {
            let query = [
                ("channel", channel.as_str()),
                ("include_all_metadata", "true"),
                ("limit", MESSAGES_PER_PAGE),
                ("cursor", cursor.as_str()),
            ];
            let page = transport
                .read("conversations.history", with_cursor(&query))
                .await?;
            if let Some(ts) = ts_of(&page, key) {
                return Ok(Some(Posted {
                    channel,
                    ts,
                    permalink: None,
                }));
            }
            cursor = match next_cursor(&page) {
                Some(cursor) => cursor,
                None => break,
            };
        }
        Ok(None)
    }

    async fn id_of(&self, transport: &Transport, channel: &str) -> Result<String, MessengerError> {
        if is_id(channel) {
            return Ok(channel.to_owned());
        }
        if let Some(id) = self.ids.read().await.get(channel) {
            return Ok(id.clone());
        }
        let id = listed(transport, channel.trim_start_matches('#'))
            .await?
            .ok_or_else(|| MessengerError::Channel {
                channel: channel.to_owned(),
                reason: "no channel that we see has this name".to_owned(),
            })?;
        self.learn(channel, &id).await;
        Ok(id)
    }
}

async fn listed(transport: &Transport, name: &str) -> Result<Option<String>, MessengerError> {
    let mut cursor = String::new();
    for _ in 0..MAX_CHANNEL_PAGES {
        let query = [
            ("exclude_archived", "true"),
            ("limit", CHANNELS_PER_PAGE),
            ("cursor", cursor.as_str()),
        ];
        let page = transport
            .read("conversations.list", with_cursor(&query))
            .await?;
        let mut channels = page
            .get("channels")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        if let Some(channel) = channels.find(|channel| channel["name"] == name) {
            return Ok(channel["id"].as_str().map(str::to_owned));
        }
        cursor = match next_cursor(&page) {
            Some(cursor) => cursor,
            None => break,
        };
    }
    Ok(None)
}

/// The first page is asked for without a cursor, which stands last.
fn with_cursor<'a>(query: &'a [(&'a str, &'a str)]) -> &'a [(&'a str, &'a str)] {
    match query.split_last() {
        Some((("cursor", ""), first)) => first,
        _ => query,
    }
}

fn next_cursor(page: &Map<String, Value>) -> Option<String> {
    let cursor = page
        .get("response_metadata")?
        .get("next_cursor")?
        .as_str()?;
    (!cursor.is_empty()).then(|| cursor.to_owned())
}

fn ts_of(page: &Map<String, Value>, key: Uuid) -> Option<String> {
    let key = key.to_string();
    let is_ours = |message: &&Value| {
        let metadata = &message["metadata"];
        metadata["event_type"] == EVENT_TYPE && metadata["event_payload"]["key"] == key.as_str()
    };
    let message = page.get("messages")?.as_array()?.iter().find(is_ours)?;
    message["ts"].as_str().map(str::to_owned)
}

fn is_id(channel: &str) -> bool {
    let is_id_character =
        |character: char| character.is_ascii_uppercase() || character.is_ascii_digit();
    channel.len() >= MIN_CHANNEL_ID_CHARS
        && channel.starts_with(['C', 'G', 'D'])
        && channel.chars().all(is_id_character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_names_are_told_apart() {
        assert!(is_id("C0123456789") && is_id("C0ERRAND") && is_id("D0123ABCD"));
        assert!(!is_id("#errand") && !is_id("errand") && !is_id("CODE") && !is_id("C0ERRAND!"));
    }

    #[test]
    fn only_a_message_with_our_type_and_key_is_ours() {
        let key = Uuid::from_u128(7);
        let page = |metadata: Value| match json!({"messages": [{"ts": "1.2", "metadata": metadata}]})
        {
            Value::Object(page) => page,
            _ => Map::new(),
        };
        assert_eq!(ts_of(&page(metadata(key)), key), Some("1.2".to_owned()));
        assert_eq!(ts_of(&page(metadata(Uuid::from_u128(8))), key), None);
        assert_eq!(
            ts_of(
                &page(json!({"event_type": "other", "event_payload": {"key": key}})),
                key
            ),
            None
        );
    }
}
