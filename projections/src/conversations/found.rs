//! Conversations, and which of their messages a search has found.
use super::{ConversationFilter, ConversationRow, Excerpt, MessageKind, excerpt::excerpt};
use crate::{
    Result,
    db::{Cells, Column as _, Db, FromCells, Statement, TableRow as _},
    page,
};
use serde::Serialize;
use std::{collections::HashMap, ops::Deref};

/// A conversation as people see it: its row, and what a search found in it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Conversation {
    #[serde(flatten)]
    pub row: ConversationRow,
    /// The latest message with the text that was searched for; `None` when only the title has it, or nothing was searched.
    pub found: Option<Found>,
}

/// A message that a search has found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Found {
    pub message_id: String,
    pub kind: MessageKind,
    #[serde(rename = "snippet")]
    pub excerpt: Excerpt,
}

impl Deref for Conversation {
    type Target = ConversationRow;

    fn deref(&self) -> &ConversationRow {
        &self.row
    }
}

/// What was said in a conversation, for a search over its list.
const SAID: &str = "created_seq IN (SELECT f.conversation_seq FROM messages f WHERE ";

impl Db {
    /// The latest active first.
    ///
    /// # Errors
    /// The database fails.
    pub async fn conversations(&self, filter: &ConversationFilter) -> Result<Vec<Conversation>> {
        let mut sql = select();
        page::equal(&mut sql, "project_id", filter.project.as_ref());
        if let Some(archived) = filter.archived {
            sql.push(" AND archived = ").bind(i64::from(archived));
        }
        page::search(&mut sql, "folded", filter.search.as_ref(), Some(SAID));
        page::before(&mut sql, "updated_seq", filter.before);
        sql.push(" ORDER BY updated_seq DESC LIMIT ");
        sql.bind(page::rows(filter.limit));
        let rows: Vec<ConversationRow> = self.all(sql).await?;
        let mut found = self.found(&rows, filter.search.as_ref()).await?;
        let with_found = |row: ConversationRow| Conversation {
            found: found.remove(&row.id),
            row,
        };
        Ok(rows.into_iter().map(with_found).collect())
    }

    /// # Errors
    /// The database fails.
    pub async fn conversation(&self, id: &str) -> Result<Option<Conversation>> {
        let mut sql = select();
        sql.push(" AND id = ").bind(id);
        let row = self.one(sql).await?;
        Ok(row.map(|row| Conversation { row, found: None }))
    }

    /// By conversation, the latest message of each that has the text.
    async fn found(
        &self,
        conversations: &[ConversationRow],
        text: Option<&String>,
    ) -> Result<HashMap<String, Found>> {
        let (Some(wanted), Some(pattern)) = (page::wanted(text), page::pattern(text)) else {
            return Ok(HashMap::new());
        };
        if conversations.is_empty() {
            return Ok(HashMap::new());
        }
        let hits: Vec<Hit> = self.all(latest(conversations, &pattern)).await?;
        let found = |hit: Hit| {
            let found = Found {
                message_id: hit.id,
                kind: hit.kind,
                excerpt: excerpt(&hit.text, &wanted),
            };
            (hit.conversation_id, found)
        };
        Ok(hits.into_iter().map(found).collect())
    }
}

fn select() -> Statement {
    let columns = ConversationRow::TABLE.select("");
    Statement::new(format!("SELECT {columns} FROM conversations WHERE 1 = 1"))
}

fn latest(conversations: &[ConversationRow], pattern: &str) -> Statement {
    let seqs = || conversations.iter().map(|c| c.created_seq);
    let mut sql = Statement::new("SELECT id, conversation_id, kind, text FROM messages");
    sql.push(" WHERE conversation_seq IN ").bind_list(seqs());
    sql.push(" AND seq IN (SELECT MAX(f.seq) FROM messages f WHERE f.conversation_seq IN ");
    sql.bind_list(seqs()).push(" AND ");
    page::contains(&mut sql, "f.folded", pattern);
    sql.push(" GROUP BY f.conversation_seq)");
    sql
}

struct Hit {
    id: String,
    conversation_id: String,
    kind: MessageKind,
    text: String,
}

impl FromCells for Hit {
    fn from_cells(cells: &dyn Cells) -> sqlx::Result<Self> {
        Ok(Self {
            id: String::from_cell(cells, "id")?,
            conversation_id: String::from_cell(cells, "conversation_id")?,
            kind: MessageKind::from_cell(cells, "kind")?,
            text: String::from_cell(cells, "text")?,
        })
    }
}
