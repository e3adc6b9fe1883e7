use super::{MessageKind, MessageRow};
use crate::{
    Result,
    db::{Cells, Column, Db, FromCells, Statement, TableRow as _},
    page,
    parts::json,
    stories::StoryStatus,
};
use serde::Serialize;
use std::ops::Deref;

/// A message as people see it: its row, the state of its buttons and of its story.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// `linear_issue_url` is here as soon as the story has one, also when it was announced without.
    #[serde(flatten)]
    pub row: MessageRow,
    /// The buttons can no longer be pressed: the user went on, the question is answered or its run is over, or the failed
    /// reply was asked for again.
    pub spent: bool,
    /// The button that was pressed, if one was.
    #[serde(serialize_with = "json::text")]
    pub pressed_action_id: String,
    /// Where the story stands now; `None` when the message is about no story.
    pub story_status: Option<StoryStatus>,
    #[serde(serialize_with = "json::text")]
    pub story_title: String,
}

impl Deref for Message {
    type Target = MessageRow;

    fn deref(&self) -> &MessageRow {
        &self.row
    }
}

impl FromCells for Message {
    fn from_cells(cells: &dyn Cells) -> sqlx::Result<Self> {
        let mut row = MessageRow::from_cells(cells)?;
        if row.linear_issue_url.is_empty() {
            row.linear_issue_url = String::from_cell(cells, "story_linear_issue_url")?;
        }
        let went_on = Option::<i64>::from_cell(cells, "next_user_seq")?.is_some();
        let next_action = String::from_cell(cells, "next_action_id")?;
        let pressed = row.actions.iter().any(|a| a.id == next_action);
        let retried = i64::from_cell(cells, "asked_again_seq")? > row.seq;
        let story_status: Option<StoryStatus> =
            String::from_cell(cells, "story_status")?.parse().ok();
        let spent = match row.kind {
            MessageKind::Question => {
                let present = String::from_cell(cells, "story_session_id")?;
                let over = story_status.is_some_and(StoryStatus::is_ended);
                !row.answer.is_empty() || over || present != row.session_id
            }
            MessageKind::Failed => retried,
            _ => went_on,
        };
        Ok(Self {
            spent,
            pressed_action_id: if pressed { next_action } else { String::new() },
            story_status,
            story_title: String::from_cell(cells, "story_title")?,
            row,
        })
    }
}

/// Which conversations to list, the latest active first.
#[derive(Debug, Clone, Default)]
pub struct ConversationFilter {
    pub project: Option<String>,
    /// Looked for in the title and in every message, in any case.
    pub search: Option<String>,
    /// Only those that were put away, or only the others.
    pub archived: Option<bool>,
    /// The `updated_seq` of the last row of the page before.
    pub before: Option<i64>,
    /// 0 means [`crate::DEFAULT_PAGE_ROWS`].
    pub limit: u32,
}

/// Which messages of a conversation to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessagePage {
    /// The last ones.
    Latest,
    /// Those with a greater `seq`.
    After(i64),
    /// The last ones with a smaller `seq`.
    Before(i64),
}

/// The user's next message after `m` decides whether its buttons are spent; only messages with buttons ask.
fn next_user(column: &str) -> String {
    format!(
        "CASE WHEN m.actions = '[]' THEN NULL ELSE (SELECT u.{column} FROM messages u \
         WHERE u.conversation_seq = m.conversation_seq AND u.kind = 'user' AND u.seq > m.seq ORDER BY u.seq LIMIT 1) END"
    )
}

fn select_messages() -> Statement {
    Statement::new(format!(
        "SELECT {}, {} AS next_user_seq, COALESCE({}, '') AS next_action_id, \
         COALESCE(s.linear_issue_url, '') AS story_linear_issue_url, COALESCE(s.status, '') AS story_status, \
         COALESCE(s.title, '') AS story_title, COALESCE(s.session_id, '') AS story_session_id, COALESCE(q.retried_seq, 0) AS asked_again_seq \
         FROM messages m LEFT JOIN stories s ON s.id = m.story_id \
         LEFT JOIN messages q ON q.id = m.in_reply_to WHERE 1 = 1",
        MessageRow::TABLE.select("m."),
        next_user("seq"),
        next_user("action_id"),
    ))
}

impl Db {
    /// A page of a conversation, oldest first; `limit` 0 means [`crate::DEFAULT_PAGE_ROWS`].
    ///
    /// # Errors
    /// The database fails.
    pub async fn messages(
        &self,
        conversation_id: &str,
        page: MessagePage,
        limit: u32,
    ) -> Result<Vec<Message>> {
        let mut sql = select_messages();
        sql.push(" AND m.conversation_seq = (SELECT created_seq FROM conversations WHERE id = ");
        sql.bind(conversation_id).push(")");
        let backwards = match page {
            MessagePage::After(seq) => {
                sql.push(" AND m.seq > ").bind(seq);
                false
            }
            MessagePage::Before(seq) => {
                sql.push(" AND m.seq < ").bind(seq);
                true
            }
            MessagePage::Latest => true,
        };
        sql.push(if backwards {
            " ORDER BY m.seq DESC LIMIT "
        } else {
            " ORDER BY m.seq LIMIT "
        });
        sql.bind(page::rows(limit));
        let mut found = self.all(sql).await?;
        if backwards {
            found.reverse();
        }
        Ok(found)
    }

    /// One message.
    ///
    /// # Errors
    /// The database fails.
    pub async fn message(&self, id: &str) -> Result<Option<Message>> {
        let mut sql = select_messages();
        sql.push(" AND m.id = ").bind(id);
        self.one(sql).await
    }
}
