//! Records by their id or the beginning of it.
use crate::{dashboard::Site, problem::Problem};
use errand_projections::{
    Error, MAX_PAGE_ROWS, MIN_ID_PREFIX_CHARS,
    conversations::{Conversation, ConversationFilter, Message},
    sessions::SessionDetail,
    stories::Story,
};
use uuid::Uuid;

pub async fn story(site: &Site, id: &str) -> Result<Story, Problem> {
    let found = site.db().find_story(id).await?;
    found.ok_or_else(|| Problem::no_such("story", id))
}

pub async fn session(site: &Site, id: &str) -> Result<SessionDetail, Problem> {
    let found = site.db().find_session(id).await?;
    found.ok_or_else(|| Problem::no_such("session", id))
}

/// The session of this id, or the present one of the story with this id: people know the story's.
pub async fn session_or_its_story(site: &Site, id: &str) -> Result<SessionDetail, Problem> {
    if let Some(found) = site.db().find_session(id).await? {
        return Ok(found);
    }
    let found = site.db().find_story(id).await?;
    let story = found.ok_or_else(|| Problem::no_such("session", id))?;
    session(site, &story.session_id).await
}

/// A beginning is looked for among the latest conversations.
pub async fn conversation(site: &Site, id: &str) -> Result<Conversation, Problem> {
    if let Some(found) = site.db().conversation(id).await? {
        return Ok(found);
    }
    if id.chars().count() < MIN_ID_PREFIX_CHARS {
        return Err(Problem::no_such("conversation", id));
    }
    let filter = ConversationFilter {
        limit: MAX_PAGE_ROWS,
        ..ConversationFilter::default()
    };
    let mut found = site.db().conversations(&filter).await?;
    found.retain(|c| c.id.starts_with(id));
    match found.len() {
        0 | 1 => found
            .pop()
            .ok_or_else(|| Problem::no_such("conversation", id)),
        count => Err(Error::Ambiguous {
            prefix: id.to_owned(),
            count,
        }
        .into()),
    }
}

/// Where something is to be said. A whole id is not looked up: its conversation may be younger than the read model,
/// and the chat itself says when there is none.
pub async fn conversation_id(site: &Site, id: &str) -> Result<String, Problem> {
    match Uuid::try_parse(id) {
        Ok(whole) => Ok(whole.to_string()),
        Err(_) => Ok(conversation(site, id).await?.row.id),
    }
}

/// Of a batch that is not known there are no stories.
pub async fn batch_id(site: &Site, id: String) -> Result<String, Problem> {
    let found = site.db().find_batch(&id).await?;
    Ok(found.map_or(id, |batch| batch.id))
}

pub async fn message(site: &Site, conversation: &str, id: &str) -> Result<Message, Problem> {
    let found = site.db().message(id).await?;
    let found = found.filter(|m| m.conversation_id == conversation);
    found.ok_or_else(|| Problem::no_such("message", id))
}
