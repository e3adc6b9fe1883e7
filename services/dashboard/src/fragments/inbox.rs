//! What was said last in every conversation, for live.js: it knows what this browser has seen.
use super::Fragment;
use crate::{dashboard::Site, problem::Problem};
use askama::Template;
use errand_projections::conversations::{Conversation, ConversationFilter, MessageKind};

/// Conversations whose news a browser is told of, the latest active first.
const CONVERSATIONS_TOLD: u32 = 40;

#[derive(Template)]
#[template(path = "fragments/inbox.html")]
struct Inbox {
    conversations: Vec<Conversation>,
}

impl Inbox {
    /// Worth a notification: an agent has ended, or asks something.
    fn calls(kind: &MessageKind) -> bool {
        matches!(kind, MessageKind::Completion | MessageKind::Question)
    }
}

pub async fn inbox(site: &Site) -> Result<Fragment, Problem> {
    let filter = ConversationFilter {
        archived: Some(false),
        limit: CONVERSATIONS_TOLD,
        ..ConversationFilter::default()
    };
    let mut conversations = site.db().conversations(&filter).await?;
    // What a person said is no news.
    conversations.retain(|c| c.message_count > 0 && c.last_kind != MessageKind::User);
    Fragment::render("inbox", &Inbox { conversations })
}
