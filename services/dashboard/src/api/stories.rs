use super::{Answer, find};
use crate::{
    dashboard::Site, events, past::Past, point, present::ErrorBody, problem::Problem, records,
};
use axum::{
    Json,
    extract::{Path, Query, State},
};
use errand_projections::{
    DEFAULT_PAGE_ROWS, MAX_PAGE_ROWS,
    sessions::SessionFilter,
    stories::{Story, StoryFilter, StoryStatus},
};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    project: Option<String>,
    conversation: Option<String>,
    /// Only those of this batch; a unique beginning of its id is enough.
    batch: Option<String>,
    /// One or several of pending, approved, in_progress, completed, failed, cancelled, separated by commas.
    status: Option<String>,
    /// Looked for in title, prompt, id and Linear identifier.
    q: Option<String>,
    /// The `next` of the page before.
    before: Option<i64>,
    /// At most 500; 50 when absent.
    #[serde(default)]
    limit: u32,
}

#[derive(Serialize)]
pub struct Page {
    stories: Vec<Story>,
    next: Option<i64>,
}

/// Stories, newest first.
#[utoipa::path(get, path = "/api/v1/stories", tag = "stories", operation_id = "listStories", params(Wanted),
    responses((status = 200, body = records::Stories), (status = 422, body = ErrorBody)))]
pub async fn list(State(site): State<Site>, Query(wanted): Query<Wanted>) -> Answer<Page> {
    let batch = match wanted.batch {
        Some(id) => Some(find::batch_id(&site, id).await?),
        None => None,
    };
    let filter = StoryFilter {
        project: wanted.project,
        conversation: wanted.conversation,
        batch,
        statuses: words::<StoryStatus>("status", wanted.status.as_deref())?,
        search: wanted.q,
        before: wanted.before,
        limit: wanted.limit,
        ..StoryFilter::default()
    };
    let stories = site.db().stories(&filter).await?;
    let more = cursor(stories.len(), wanted.limit);
    let next = stories.last().map(|s| s.created_seq).filter(|_| more);
    Ok(Json(Page { stories, next }))
}

/// Whether a page is full, so that another may follow.
pub(super) fn cursor(rows: usize, limit: u32) -> bool {
    let limit = if limit == 0 {
        DEFAULT_PAGE_ROWS
    } else {
        limit.min(MAX_PAGE_ROWS)
    };
    rows == limit as usize
}

/// Comma-separated words of a fixed set.
pub(super) fn words<T: std::str::FromStr<Err = errand_projections::UnknownWord>>(
    field: &str,
    text: Option<&str>,
) -> Result<Vec<T>, Problem> {
    let words = text
        .unwrap_or_default()
        .split(',')
        .map(str::trim)
        .filter(|w| !w.is_empty());
    words
        .map(|word| word.parse().map_err(|e| Problem::invalid(field, e)))
        .collect()
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct When {
    /// As it was: after the event of this sequence, or at this moment (RFC 3339).
    pub at: Option<String>,
}

/// One story, as it is or as it was.
#[utoipa::path(get, path = "/api/v1/stories/{id}", tag = "stories", operation_id = "getStory",
    params(("id" = String, Path), When),
    responses((status = 200, body = records::Story), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody),
        (status = 422, body = ErrorBody)))]
pub async fn show(
    State(site): State<Site>,
    Path(id): Path<String>,
    Query(when): Query<When>,
) -> Answer<Story> {
    let story = find::story(&site, &id).await?;
    match point::optional("at", when.at.as_deref())? {
        None => Ok(Json(story)),
        Some(point) => {
            let past = Past::of(&site, &story.id, point).await?;
            past.story(&story.id).await.map(Json)
        }
    }
}

/// The events of a story and its sessions, in log order.
#[utoipa::path(get, path = "/api/v1/stories/{id}/timeline", tag = "stories", operation_id = "getTimeline",
    params(("id" = String, Path)),
    responses((status = 200, body = records::Events), (status = 404, body = ErrorBody)))]
pub async fn timeline(State(site): State<Site>, Path(id): Path<String>) -> Answer<records::Events> {
    let story = find::story(&site, &id).await?;
    let found = events::of_story(&site, &story.id, &sessions_of(&site, &story.id).await?).await?;
    Ok(Json(records::Events {
        events: found.iter().map(|e| events::record(e)).collect(),
        next: None,
    }))
}

/// The ids of a story's sessions.
pub(super) async fn sessions_of(site: &Site, story_id: &str) -> Result<Vec<String>, Problem> {
    let filter = SessionFilter {
        story: Some(story_id.to_owned()),
        limit: MAX_PAGE_ROWS,
        ..SessionFilter::default()
    };
    let sessions = site.db().sessions(&filter).await?;
    Ok(sessions.into_iter().map(|s| s.row.id).collect())
}
