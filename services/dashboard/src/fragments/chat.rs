//! A conversation: its messages, the sign that a reply is being written, and the list of conversations.
mod message;

pub use message::streaming;

use super::Fragment;
use crate::{dashboard::Site, problem::Problem, when};
use askama::Template;
use errand_projections::conversations::{
    Conversation, ConversationFilter, Message, MessageKind, MessagePage,
};
use message::Cards;

/// Messages on one page; earlier ones are a link away.
pub const MESSAGES_SHOWN: u32 = 100;
const CONVERSATIONS_LISTED: u32 = 40;
/// A reply that has not come by then is not announced any more.
const TYPING_SHOWN_US: i64 = 5 * 60 * 1_000_000;

/// A conversation's page, rendered in parts.
pub struct ChatView {
    pub conversation: Conversation,
    pub messages: Vec<Fragment>,
    pub typing: Fragment,
    pub list: Fragment,
    /// Where the page of earlier messages begins; `None` when there is none.
    pub earlier: Option<i64>,
}

impl ChatView {
    pub fn into_fragments(self) -> Vec<Fragment> {
        let mut fragments = self.messages;
        fragments.extend([self.typing, self.list]);
        fragments
    }
}

/// `before`: the messages before that one instead of the latest.
pub async fn chat(site: &Site, id: &str, before: Option<i64>) -> Result<Option<ChatView>, Problem> {
    let Some(conversation) = site.db().conversation(id).await? else {
        return Ok(None);
    };
    let page = before.map_or(MessagePage::Latest, MessagePage::Before);
    let messages = site.db().messages(id, page, MESSAGES_SHOWN).await?;
    let cards = Cards::load(site, &messages).await?;
    let rendered: Result<_, _> = messages
        .iter()
        .map(|m| message::render(m, &cards))
        .collect();
    let is_full = messages.len() == MESSAGES_SHOWN as usize;
    Ok(Some(ChatView {
        messages: rendered?,
        typing: typing(before.is_none() && is_reply_due(&messages))?,
        list: conversation_list(site, id).await?,
        earlier: messages.first().map(|m| m.seq).filter(|_| is_full),
        conversation,
    }))
}

/// A message has no answer yet and is not old, or its answer was asked for again.
fn is_reply_due(messages: &[Message]) -> bool {
    let mut asked = messages.iter().filter(|m| m.kind == MessageKind::User);
    asked.any(|asked| {
        let answers = messages.iter().filter(|m| m.in_reply_to == asked.id);
        match answers.map(|answer| answer.seq).max() {
            Some(answered) => asked.retried_seq > answered,
            None => when::now_us() - asked.created_at < TYPING_SHOWN_US,
        }
    })
}

#[derive(Template)]
#[template(path = "fragments/typing.html")]
struct Typing {
    shown: bool,
}

/// The sign that a reply is on its way.
pub fn typing(shown: bool) -> Result<Fragment, Problem> {
    Fragment::render("typing", &Typing { shown })
}

#[derive(Template)]
#[template(path = "fragments/conversation_list.html")]
struct ConversationList<'a> {
    conversations: Vec<Conversation>,
    present: &'a str,
}

/// The latest conversations; `present` is marked.
pub async fn conversation_list(site: &Site, present: &str) -> Result<Fragment, Problem> {
    let filter = ConversationFilter {
        archived: Some(false),
        limit: CONVERSATIONS_LISTED,
        ..ConversationFilter::default()
    };
    let conversations = site.db().conversations(&filter).await?;
    let list = ConversationList {
        conversations,
        present,
    };
    Fragment::render("conversation-list", &list)
}
