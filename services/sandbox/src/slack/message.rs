//! A message as it is stored. A `ts` is microseconds since 1970, unique within its channel, and Slack's text form of it
//! has a point before the last six digits.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::{Map, Value, json};

use super::auth::{APP_ID, BOT_ID, TEAM_ID, USER_ID};

/// One message.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) channel: String,
    pub(crate) ts: i64,
    pub(crate) thread_ts: Option<i64>,
    pub(crate) reply_broadcast: bool,
    /// `text`, `blocks`, `attachments` and the sender's name, as sent.
    pub(crate) body: Map<String, Value>,
    pub(crate) metadata: Option<Value>,
    pub(crate) edited_ts: Option<i64>,
}

const COLUMNS: &str = "channel, ts, thread_ts, reply_broadcast, body, metadata, edited_ts";

impl Message {
    /// Stores it under the first free `ts` from `self.ts` on, and returns it with that.
    pub(super) fn insert(mut self, connection: &Connection) -> rusqlite::Result<Self> {
        const INSERT: &str = "INSERT INTO slack_messages (channel, ts, thread_ts, reply_broadcast, body, metadata)
            VALUES (?1, (SELECT max(?2, coalesce(max(ts) + 1, 0)) FROM slack_messages WHERE channel = ?1), ?3, ?4, ?5, ?6)
            RETURNING ts";
        let body = Value::Object(self.body.clone()).to_string();
        let metadata = self.metadata.as_ref().map(Value::to_string);
        self.ts = connection.prepare_cached(INSERT)?.query_row(
            params![
                self.channel,
                self.ts,
                self.thread_ts,
                self.reply_broadcast,
                body,
                metadata
            ],
            |row| row.get(0),
        )?;
        Ok(self)
    }

    /// Writes back body, metadata and the time of the edit.
    pub(super) fn update(&self, connection: &Connection) -> rusqlite::Result<()> {
        const UPDATE: &str = "UPDATE slack_messages SET body = ?3, metadata = ?4, edited_ts = ?5 WHERE channel = ?1 AND ts = ?2";
        let body = Value::Object(self.body.clone()).to_string();
        let metadata = self.metadata.as_ref().map(Value::to_string);
        connection.prepare_cached(UPDATE)?.execute(params![
            self.channel,
            self.ts,
            body,
            metadata,
            self.edited_ts
        ])?;
        Ok(())
    }

    pub(super) fn find(
        connection: &Connection,
        channel: &str,
        ts: i64,
    ) -> rusqlite::Result<Option<Self>> {
        let query = format!("SELECT {COLUMNS} FROM slack_messages WHERE channel = ?1 AND ts = ?2");
        connection
            .prepare_cached(&query)?
            .query_row(params![channel, ts], from_row)
            .optional()
    }

    /// What stands in the channel itself between two times, newest first: no replies, unless they were sent there too.
    pub(crate) fn history(
        connection: &Connection,
        channel: &str,
        from: i64,
        to: i64,
        limit: usize,
    ) -> rusqlite::Result<Vec<Self>> {
        let query = format!(
            "SELECT {COLUMNS} FROM slack_messages WHERE channel = ?1 AND ts >= ?2 AND ts <= ?3
             AND (thread_ts IS NULL OR thread_ts = ts OR reply_broadcast) ORDER BY ts DESC LIMIT ?4"
        );
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        connection
            .prepare_cached(&query)?
            .query_map(params![channel, from, to, limit], from_row)?
            .collect()
    }

    /// A thread, oldest first: its first message and the replies.
    pub(crate) fn thread(
        connection: &Connection,
        channel: &str,
        ts: i64,
        limit: usize,
    ) -> rusqlite::Result<Vec<Self>> {
        let query = format!(
            "SELECT {COLUMNS} FROM slack_messages WHERE channel = ?1 AND (ts = ?2 OR thread_ts = ?2) ORDER BY ts LIMIT ?3"
        );
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        connection
            .prepare_cached(&query)?
            .query_map(params![channel, ts, limit], from_row)?
            .collect()
    }

    /// The channel in which something was said last.
    pub(crate) fn newest_channel(connection: &Connection) -> rusqlite::Result<Option<String>> {
        const NEWEST: &str = "SELECT channel FROM slack_messages ORDER BY ts DESC LIMIT 1";
        connection
            .query_row(NEWEST, [], |row| row.get(0))
            .optional()
    }

    /// The message as the API shows it, with or without its metadata.
    pub(super) fn show(&self, with_metadata: bool) -> Value {
        let mut shown = self.body.clone();
        let own = json!({
            "type": "message",
            "user": USER_ID,
            "bot_id": BOT_ID,
            "app_id": APP_ID,
            "team": TEAM_ID,
            "ts": ts_text(self.ts),
        });
        if let Value::Object(own) = own {
            shown.extend(own);
        }
        if let Some(thread) = self.thread_ts {
            shown.insert("thread_ts".to_owned(), json!(ts_text(thread)));
        }
        if let Some(edited) = self.edited_ts {
            shown.insert(
                "edited".to_owned(),
                json!({"user": USER_ID, "ts": ts_text(edited)}),
            );
        }
        if let Some(metadata) = self.metadata.as_ref().filter(|_| with_metadata) {
            shown.insert("metadata".to_owned(), metadata.clone());
        }
        Value::Object(shown)
    }
}

/// Slack's text of a time: seconds, a point, six digits.
pub(crate) fn ts_text(micros: i64) -> String {
    format!(
        "{}.{:06}",
        micros.div_euclid(1_000_000),
        micros.rem_euclid(1_000_000)
    )
}

/// The time of Slack's text; `None` when it is none. Slack takes fewer digits too, as in `latest=1700000000`.
pub(super) fn ts_micros(text: &str) -> Option<i64> {
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| {
        !text.is_empty() && text.len() <= 10 && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    if !digits(seconds) || !digits(fraction) || fraction.len() > 6 {
        return None;
    }
    let fraction: i64 = format!("{fraction:0<6}").parse().ok()?;
    Some(seconds.parse::<i64>().ok()? * 1_000_000 + fraction)
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Message> {
    let body: String = row.get(4)?;
    let metadata: Option<String> = row.get(5)?;
    Ok(Message {
        channel: row.get(0)?,
        ts: row.get(1)?,
        thread_ts: row.get(2)?,
        reply_broadcast: row.get(3)?,
        body: serde_json::from_str(&body).unwrap_or_default(),
        metadata: metadata.and_then(|text| serde_json::from_str(&text).ok()),
        edited_ts: row.get(6)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ts_survives_the_way_to_text_and_back() {
        assert_eq!(ts_text(1_763_805_600_000_100), "1763805600.000100");
        assert_eq!(ts_micros("1763805600.000100"), Some(1_763_805_600_000_100));
        assert_eq!(ts_micros("1763805600"), Some(1_763_805_600_000_000));
        for wrong in ["", ".", "x", "1.x", "1.1234567", "-1.0"] {
            assert_eq!(ts_micros(wrong), None, "{wrong:?}");
        }
    }
}
