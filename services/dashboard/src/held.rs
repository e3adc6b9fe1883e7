//! Stories that are not in the queue yet, because something else has to happen first.
use crate::{
    dashboard::Site,
    problem::Problem,
    view::{needs_approval, retry_words, short_title},
};
use errand_projections::{MAX_PAGE_ROWS, stories::Story};

/// A story and what it waits for.
pub struct Held {
    pub story_id: String,
    pub session_id: String,
    pub title: String,
    pub agent_name: String,
    pub project: String,
    /// 0 (first) to 3.
    pub priority: u8,
    pub since_us: i64,
    /// For programs.
    pub reason: &'static str,
    /// The reason in words.
    pub waiting_for: String,
}

/// The newest first.
pub async fn held(site: &Site) -> Result<Vec<Held>, Problem> {
    let stories = site.db().held_stories(MAX_PAGE_ROWS).await?;
    Ok(stories.iter().filter_map(of).collect())
}

fn of(story: &Story) -> Option<Held> {
    let (reason, waiting_for) = waits_for(story)?;
    Some(Held {
        story_id: story.id.clone(),
        session_id: story.session_id.clone(),
        title: short_title(story),
        agent_name: story.agent_name.clone(),
        project: story.project_id.clone(),
        priority: match story.priority_level.as_str() {
            "P0" => 0,
            "P1" => 1,
            "P2" => 2,
            _ => 3,
        },
        since_us: story.created_at,
        reason,
        waiting_for,
    })
}

fn waits_for(story: &Story) -> Option<(&'static str, String)> {
    if needs_approval(story) {
        return Some(("approval", "waits for approval".to_owned()));
    }
    retry_words(story).map(|words| ("retry", words))
}
