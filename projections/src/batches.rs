//! Several stories asked for in one reply, and what came of them together.
use crate::{
    Error, Result,
    db::{Db, RowSet, Statement, Table, TableRow as _, Tx},
    folded::folded,
    keys::{Key, Keys},
    page,
    parts::{Json, json},
    projection::{At, Fact, Projection, continued},
};
use async_trait::async_trait;
use errand_proto::{AggregateKind, BatchEvent, Event, v1};
use serde::{Deserialize, Serialize};

/// Stories kept of one batch.
pub const MAX_BATCH_STORIES: usize = 200;

words! {
    /// Where a batch stands.
    pub enum BatchStatus {
        Open = "open",
        Consolidated = "consolidated",
    }
}

/// One story of a batch.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchStory {
    pub story_id: String,
    /// "completed", "failed" or "cancelled"; empty while it goes on.
    pub status: String,
    pub summary: String,
    pub pr_url: String,
}

table! {
    /// A batch of stories. Times are microseconds since the Unix epoch (RFC 3339 in JSON).
    pub struct BatchRow in "batches" key (id) {
        pub id: String,
        pub conversation_id: String,
        pub message_id: String,
        pub project_id: String,
        pub title: String,
        pub status: BatchStatus,
        pub stories: Json<Vec<BatchStory>>,
        #[serde(serialize_with = "json::text")]
        pub linear_identifier: String,
        #[serde(serialize_with = "json::text")]
        pub linear_issue_url: String,
        /// How many completed and what they found, in one line; empty until every story has ended.
        #[serde(serialize_with = "json::text")]
        pub summary: String,
        /// Markdown; empty until every story has ended.
        #[serde(serialize_with = "json::text")]
        pub report: String,
        #[serde(serialize_with = "json::time")]
        pub created_at: i64,
        #[serde(serialize_with = "json::maybe_time")]
        pub ended_at: Option<i64>,
        pub created_seq: i64,
        pub updated_seq: i64,
        /// Title and report, as they are searched.
        #[serde(skip)]
        pub folded: String,
    }
}

impl BatchRow {
    fn new(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            ..Self::default()
        }
    }

    /// How many stories have ended, and how many there are.
    pub fn progress(&self) -> (usize, usize) {
        let ended = self.stories.iter().filter(|s| !s.status.is_empty());
        (ended.count(), self.stories.len())
    }

    /// The fold. An event that the row has seen already changes nothing.
    pub fn apply(&mut self, at: At, event: BatchEvent) {
        if at.seq <= self.updated_seq {
            return;
        }
        self.updated_seq = at.seq;
        match event {
            BatchEvent::BatchOpened(e) => self.open(at, e),
            BatchEvent::BatchIssueLinked(e) => {
                self.linear_identifier = e.identifier;
                self.linear_issue_url = e.linear_issue_url;
            }
            BatchEvent::BatchStoryFinished(e) => self.finish(e),
            BatchEvent::BatchConsolidated(e) => {
                self.status = BatchStatus::Consolidated;
                // The other lines tell of each story.
                self.summary = e.summary.lines().next().unwrap_or_default().to_owned();
                self.report = e.report_markdown;
                self.ended_at = Some(at.time);
            }
        }
        self.folded = folded([self.title.as_str(), self.report.as_str()]);
    }

    /// Opened again it has more stories, and what is known of the others stays.
    fn open(&mut self, at: At, e: v1::BatchOpened) {
        self.conversation_id = e.conversation_id;
        self.message_id = e.message_id;
        self.project_id = e.project_id;
        self.title = e.title;
        if self.created_seq == 0 {
            (self.created_at, self.created_seq) = (at.time, at.seq);
        }
        let stories = &mut self.stories.0;
        let ids = e.story_ids.into_iter().take(MAX_BATCH_STORIES);
        for story_id in ids.skip(stories.len()) {
            stories.push(BatchStory {
                story_id,
                ..BatchStory::default()
            });
        }
    }

    fn finish(&mut self, e: v1::BatchStoryFinished) {
        let finished = BatchStory {
            story_id: e.story_id,
            status: e.status,
            summary: e.summary,
            pr_url: e.pr_url,
        };
        let stories = &mut self.stories.0;
        match stories.iter().position(|s| s.story_id == finished.story_id) {
            Some(at) => stories[at] = finished,
            None if stories.len() < MAX_BATCH_STORIES => stories.push(finished),
            None => {}
        }
    }
}

/// Which batches to list, the latest first.
#[derive(Debug, Clone, Default)]
pub struct BatchFilter {
    pub conversation: Option<String>,
    pub project: Option<String>,
    pub status: Option<BatchStatus>,
    /// Looked for in title and report, in any case.
    pub search: Option<String>,
    /// The `created_seq` of the last row of the page before.
    pub before: Option<i64>,
    /// 0 means [`crate::DEFAULT_PAGE_ROWS`].
    pub limit: u32,
}

/// Keeps the table `batches`.
pub(crate) struct Batches;

#[async_trait]
impl Projection for Batches {
    fn name(&self) -> &'static str {
        "batches"
    }

    fn kinds(&self) -> &'static [AggregateKind] {
        &[AggregateKind::Batch]
    }

    fn tables(&self) -> &'static [Table] {
        &[BatchRow::TABLE]
    }

    async fn apply(&self, tx: &mut Tx, facts: Vec<Fact>) -> Result<Keys> {
        let mut rows = RowSet::<BatchRow>::load(tx, continued(&facts)).await?;
        for fact in facts {
            if let Ok(Event::Batch(event)) = fact.event {
                let id = fact.subject.id();
                rows.entry(id, || BatchRow::new(id)).apply(fact.at, event);
            }
        }
        let mut keys = Keys::default();
        for row in rows.iter() {
            keys.add(Key::Batch, &row.id);
            keys.add(Key::Conversation, &row.conversation_id);
            keys.add(Key::Project, &row.project_id);
        }
        rows.save(tx).await?;
        Ok(keys)
    }
}

impl Db {
    /// # Errors
    /// The database fails.
    pub async fn batch(&self, id: &str) -> Result<Option<BatchRow>> {
        let mut sql = select();
        sql.push("id = ").bind(id);
        self.one(sql).await
    }

    /// One batch by its id or the beginning of it, at least [`crate::MIN_ID_PREFIX_CHARS`] characters.
    ///
    /// # Errors
    /// [`Error::Ambiguous`] when several ids begin so; the database fails.
    pub async fn find_batch(&self, id_or_prefix: &str) -> Result<Option<BatchRow>> {
        if id_or_prefix.chars().count() < page::MIN_ID_PREFIX_CHARS {
            return self.batch(id_or_prefix).await;
        }
        let (from, to) = page::id_range(id_or_prefix);
        let mut sql = select();
        sql.push("id >= ").bind(from);
        sql.push(" AND id < ").bind(to);
        sql.push(" ORDER BY id LIMIT 2");
        let mut found: Vec<BatchRow> = self.all(sql).await?;
        match found.len() {
            0 | 1 => Ok(found.pop()),
            count => Err(Error::Ambiguous {
                prefix: id_or_prefix.to_owned(),
                count,
            }),
        }
    }

    /// The latest first.
    ///
    /// # Errors
    /// The database fails.
    pub async fn batches(&self, filter: &BatchFilter) -> Result<Vec<BatchRow>> {
        let mut sql = select();
        sql.push("1 = 1");
        page::equal(&mut sql, "conversation_id", filter.conversation.as_ref());
        page::equal(&mut sql, "project_id", filter.project.as_ref());
        if let Some(status) = filter.status {
            sql.push(" AND status = ").bind(status.as_str());
        }
        page::search(&mut sql, "folded", filter.search.as_ref(), None);
        page::before(&mut sql, "created_seq", filter.before);
        sql.push(" ORDER BY created_seq DESC LIMIT ");
        sql.bind(page::rows(filter.limit));
        self.all(sql).await
    }
}

fn select() -> Statement {
    let columns = BatchRow::TABLE.select("");
    Statement::new(format!("SELECT {columns} FROM batches WHERE "))
}

#[cfg(test)]
mod tests;
