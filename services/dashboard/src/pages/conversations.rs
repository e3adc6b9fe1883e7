//! Every conversation, searched by what was said in it.
use super::{Page, page};
use crate::{
    body::{MAX_TITLE_CHARS, optional},
    dashboard::Site,
    fragments::percent_encoded,
    view::{Shell, Tab, Viewer},
    when::{self, Moment},
};
use askama::Template;
use axum::extract::{Query, State};
use errand_projections::{
    DEFAULT_PAGE_ROWS,
    conversations::{Conversation, ConversationFilter},
};

#[derive(Template)]
#[template(path = "conversations.html")]
struct ConversationsPage {
    shell: Shell,
    search: String,
    archived: bool,
    rows: Vec<Row>,
    /// The query of the next page.
    older: Option<String>,
}

struct Row {
    conversation: Conversation,
    at: Moment,
}

#[derive(serde::Deserialize)]
pub struct Wanted {
    q: Option<String>,
    archived: Option<String>,
    before: Option<i64>,
}

/// `GET /conversations`
pub async fn show(State(site): State<Site>, viewer: Viewer, Query(wanted): Query<Wanted>) -> Page {
    let archived = wanted.archived.is_some_and(|a| !a.is_empty());
    let search = optional(wanted.q.as_deref(), MAX_TITLE_CHARS)?;
    let filter = ConversationFilter {
        search: search.clone(),
        archived: Some(archived),
        before: wanted.before,
        limit: DEFAULT_PAGE_ROWS,
        ..ConversationFilter::default()
    };
    let found = site.db().conversations(&filter).await?;
    let is_full = found.len() == DEFAULT_PAGE_ROWS as usize;
    let search = search.unwrap_or_default();
    let older = found.last().filter(|_| is_full).map(|last| {
        let archived = if archived { "&archived=1" } else { "" };
        let q = percent_encoded(&search);
        format!("q={q}{archived}&before={}", last.updated_seq)
    });
    let row = |conversation: Conversation| Row {
        at: when::moment(conversation.last_message_at),
        conversation,
    };
    page(&ConversationsPage {
        shell: Shell::new(&site, viewer, Tab::Chat, "Conversations"),
        rows: found.into_iter().map(row).collect(),
        search,
        archived,
        older,
    })
}
