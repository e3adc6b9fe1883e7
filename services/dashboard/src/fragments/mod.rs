//! The parts of pages that change while somebody looks: each has an element id and is rendered here, for the page's
//! first showing and for every patch alike.
mod agents;
mod batch;
mod chat;
mod health;
mod history;
mod inbox;
mod lines;
mod queue;
mod scope;
mod story;
mod timeline;

pub use agents::agents;
pub use batch::batch;
pub use chat::{ChatView, MESSAGES_SHOWN, chat, conversation_list, streaming, typing};
pub use health::health;
pub use history::{HistoryView, history, percent_encoded};
pub use inbox::inbox;
pub use queue::queue;
pub use scope::Scope;
pub use story::{StoryView, Then, saying, story, story_as_of};

use crate::{dashboard::Site, problem::Problem};
use askama::Template;
use errand_eventlog::Seq;
use std::fmt;

/// One element with an id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fragment {
    pub id: String,
    pub html: String,
}

impl Fragment {
    pub fn render(id: impl Into<String>, template: &impl Template) -> Result<Self, Problem> {
        Ok(Self {
            id: id.into(),
            html: template.render()?,
        })
    }
}

impl Fragment {
    /// Something in it goes on by itself: a clock runs, and with it a place in the queue may change.
    pub fn is_moving(&self) -> bool {
        self.html.contains("data-since")
    }
}

impl fmt::Display for Fragment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.html)
    }
}

/// Everything live on a page, as it is after event `seq`.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    pub seq: Seq,
    pub fragments: Vec<Fragment>,
}

/// Renders everything live of a scope; `None` when there is no such thing.
pub async fn snapshot(site: &Site, scope: &Scope) -> Result<Option<Snapshot>, Problem> {
    // The position is read first: what is rendered may be newer than it says, never older.
    let seq = site.projector.positions().settled();
    let fragments = match scope {
        Scope::Conversation(id) => chat(site, id, None).await?.map(ChatView::into_fragments),
        Scope::Project(id) => Some(project(site, id).await?),
        Scope::Story(id) => story(site, id).await?.map(StoryView::into_fragments),
        Scope::Batch(id) => batch(site, id).await?.map(|batch| vec![batch]),
        Scope::Queue => Some(vec![queue(site).await?]),
        Scope::Health => Some(vec![health(site).await?]),
        Scope::Inbox => Some(vec![inbox(site).await?]),
    };
    Ok(fragments.map(|fragments| Snapshot { seq, fragments }))
}

async fn project(site: &Site, id: &str) -> Result<Vec<Fragment>, Problem> {
    Ok(vec![
        agents(site, id).await?,
        history(site, id, &HistoryView::default()).await?,
    ])
}
