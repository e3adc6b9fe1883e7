//! A story's page: what it is, how it goes, what the agent thought, did and changed.
mod parts;

use super::{Fragment, timeline::timeline};
use crate::{dashboard::Site, problem::Problem, view::StoryCard};
use errand_projections::{
    MAX_PAGE_ROWS,
    sessions::{Session, SessionDetail, SessionFilter},
    stories::Story,
};

/// A story with everything that its page shows.
pub struct StoryRecord {
    pub story: Story,
    /// Every attempt, newest first.
    pub sessions: Vec<Session>,
    /// The present attempt in full.
    pub present: Option<SessionDetail>,
    pub card: StoryCard,
}

/// A story's page, rendered in parts.
pub struct StoryView {
    pub id: String,
    pub title: String,
    pub project: String,
    pub ended: bool,
    pub head: Fragment,
    pub controls: Fragment,
    pub progress: Fragment,
    pub facts: Fragment,
    pub trace: Fragment,
    pub tools: Fragment,
    pub changes: Fragment,
    pub told: Fragment,
    pub timeline: Vec<Fragment>,
    pub timeline_note: Fragment,
}

impl StoryView {
    pub fn into_fragments(self) -> Vec<Fragment> {
        let mut all = vec![
            self.head,
            self.controls,
            self.progress,
            self.facts,
            self.trace,
            self.tools,
            self.changes,
            self.told,
            self.timeline_note,
        ];
        all.extend(self.timeline);
        all
    }
}

pub async fn story(site: &Site, id: &str) -> Result<Option<StoryView>, Problem> {
    let Some(record) = load(site, id).await? else {
        return Ok(None);
    };
    let ids: Vec<_> = record.sessions.iter().map(|s| s.id.clone()).collect();
    let timeline = timeline(site, &record.story.id, &ids).await?;
    let present = record.present.as_ref();
    let told = site.db().notifications(&record.story.id).await?;
    Ok(Some(StoryView {
        id: record.story.id.clone(),
        title: record.card.title.clone(),
        project: record.story.project_id.clone(),
        ended: record.story.status.is_ended(),
        head: parts::head(&record)?,
        controls: parts::controls(&record)?,
        progress: parts::progress(&record)?,
        facts: parts::facts(&record)?,
        trace: parts::trace(present)?,
        tools: parts::tools(present)?,
        changes: parts::changes(present)?,
        told: parts::told(&told)?,
        timeline_note: parts::timeline_note(&record.story.id, &timeline)?,
        timeline: timeline.entries,
    }))
}

async fn load(site: &Site, id: &str) -> Result<Option<StoryRecord>, Problem> {
    let Some(story) = site.db().find_story(id).await? else {
        return Ok(None);
    };
    let filter = SessionFilter {
        story: Some(story.id.clone()),
        limit: MAX_PAGE_ROWS,
        ..SessionFilter::default()
    };
    let sessions = site.db().sessions(&filter).await?;
    let present = site.db().session(&story.session_id).await?;
    let queue = site.queue.list(&site.queue_limits).await?;
    let card = StoryCard::of(&story, present.as_ref().map(|p| &p.session), &queue);
    Ok(Some(StoryRecord {
        story,
        sessions,
        present,
        card,
    }))
}
