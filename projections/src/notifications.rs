//! What people outside were told, or could not be told.
use crate::{
    Result,
    db::{Db, RowSet, Statement, Table, TableRow as _, Tx},
    keys::{Key, Keys},
    page,
    parts::json,
    projection::{At, Fact, Projection, continued},
};
use async_trait::async_trait;
use errand_proto::{AggregateKind, Event, NotificationEvent};

words! {
    /// Whether somebody was told.
    pub enum NotificationStatus {
        Failed = "failed",
        Sent = "sent",
    }
}

table! {
    /// One thing that somebody outside was to be told. Times are microseconds since the Unix epoch (RFC 3339 in JSON).
    pub struct NotificationRow in "notifications" key (id) {
        pub id: String,
        pub story_id: String,
        /// "slack" or "webhook".
        pub channel: String,
        /// "completed", "failed" or "cancelled".
        pub about: String,
        pub status: NotificationStatus,
        pub text: String,
        #[serde(serialize_with = "json::text")]
        pub vendor_id: String,
        #[serde(serialize_with = "json::text")]
        pub permalink: String,
        /// Why the last attempt failed; empty once it was sent.
        #[serde(serialize_with = "json::text")]
        pub reason: String,
        /// Failed attempts so far.
        pub attempts: i64,
        #[serde(serialize_with = "json::time")]
        pub created_at: i64,
        #[serde(serialize_with = "json::maybe_time")]
        pub sent_at: Option<i64>,
        pub created_seq: i64,
        pub updated_seq: i64,
    }
}

impl NotificationRow {
    fn new(id: &str, at: At) -> Self {
        Self {
            id: id.to_owned(),
            created_at: at.time,
            created_seq: at.seq,
            ..Self::default()
        }
    }

    /// The fold. An event that the row has seen already changes nothing.
    pub fn apply(&mut self, at: At, event: NotificationEvent) {
        if at.seq <= self.updated_seq {
            return;
        }
        self.updated_seq = at.seq;
        match event {
            NotificationEvent::NotificationSent(e) => {
                (self.story_id, self.channel, self.about) = (e.story_id, e.channel, e.about);
                self.status = NotificationStatus::Sent;
                self.text = e.text;
                self.vendor_id = e.vendor_id;
                self.permalink = e.permalink;
                self.reason.clear();
                self.sent_at = Some(at.time);
            }
            NotificationEvent::NotificationFailed(e) => {
                (self.story_id, self.channel, self.about) = (e.story_id, e.channel, e.about);
                self.status = NotificationStatus::Failed;
                self.reason = e.reason;
                self.attempts = i64::from(e.attempt);
            }
        }
    }
}

/// Keeps the table `notifications`.
pub(crate) struct Notifications;

#[async_trait]
impl Projection for Notifications {
    fn name(&self) -> &'static str {
        "notifications"
    }

    fn kinds(&self) -> &'static [AggregateKind] {
        &[AggregateKind::Notification]
    }

    fn tables(&self) -> &'static [Table] {
        &[NotificationRow::TABLE]
    }

    async fn apply(&self, tx: &mut Tx, facts: Vec<Fact>) -> Result<Keys> {
        let mut rows = RowSet::<NotificationRow>::load(tx, continued(&facts)).await?;
        for fact in facts {
            if let Ok(Event::Notification(event)) = fact.event {
                let id = fact.subject.id();
                let row = rows.entry(id, || NotificationRow::new(id, fact.at));
                row.apply(fact.at, event);
            }
        }
        let mut keys = Keys::default();
        for row in rows.iter() {
            keys.add(Key::Story, &row.story_id);
        }
        rows.save(tx).await?;
        Ok(keys)
    }
}

impl Db {
    /// Everything told about a story, oldest first, at most [`crate::MAX_PAGE_ROWS`].
    ///
    /// # Errors
    /// The database fails.
    pub async fn notifications(&self, story_id: &str) -> Result<Vec<NotificationRow>> {
        let columns = NotificationRow::TABLE.select("");
        let mut sql = Statement::new(format!(
            "SELECT {columns} FROM notifications WHERE story_id = "
        ));
        sql.bind(story_id).push(" ORDER BY created_seq LIMIT ");
        sql.bind(i64::from(page::MAX_PAGE_ROWS));
        self.all(sql).await
    }
}

#[cfg(test)]
mod tests;
