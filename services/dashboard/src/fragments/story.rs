//! A story's page: what it is, how it goes, what the agent thought, did and changed.
mod parts;
mod then;

pub use parts::saying;
pub use then::Then;

use super::{
    Fragment,
    timeline::{Timeline, timeline},
};
use crate::{
    dashboard::Site,
    events,
    past::Past,
    problem::Problem,
    view::{PartOf, StoryCard},
};
use errand_eventlog::QueuedJob;
use errand_projections::{
    Db, MAX_PAGE_ROWS,
    as_of::Point,
    notifications::NotificationRow,
    sessions::{Session, SessionDetail, SessionFilter},
    stories::Story,
};
use errand_proto::AggregateKind;

/// A story with everything that its page shows.
pub struct StoryRecord {
    pub story: Story,
    /// Every attempt, newest first.
    pub sessions: Vec<Session>,
    /// The present attempt in full.
    pub present: Option<SessionDetail>,
    pub card: StoryCard,
    pub part_of: Option<PartOf>,
    /// The moment in the past that is shown, in microseconds since the Unix epoch.
    pub seen_at: Option<i64>,
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
    pub saying: Fragment,
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
            self.saying,
            self.tools,
            self.changes,
            self.told,
            self.timeline_note,
        ];
        all.extend(self.timeline);
        all
    }
}

/// As it is.
pub async fn story(site: &Site, id: &str) -> Result<Option<StoryView>, Problem> {
    let Some(story) = site.db().find_story(id).await? else {
        return Ok(None);
    };
    let queue = site.queue.list(&site.queue_limits).await?;
    let part_of = PartOf::of(site, &story).await?;
    let record = record(site.db(), story, &queue, None).await?;
    let record = StoryRecord { part_of, ..record };
    let ids: Vec<_> = record.sessions.iter().map(|s| s.id.clone()).collect();
    let events = events::of_story(site, &record.story.id, &ids).await?;
    let told = site.db().notifications(&record.story.id).await?;
    view(record, &timeline(&events)?, &told).map(Some)
}

/// As it was.
pub async fn story_as_of(
    site: &Site,
    id: &str,
    point: Point,
) -> Result<Option<(StoryView, Then)>, Problem> {
    let Some(story) = site.db().find_story(id).await? else {
        return Ok(None);
    };
    let past = Past::of(site, &story.id, point).await?;
    let then = Then::of(&past);
    let story = past.story(&story.id).await?;
    // Where it stood in the queue is not recorded.
    let part_of = PartOf::of(site, &story).await?;
    let record = record(&past.db, story, &[], Some(then.seen_at)).await?;
    let record = StoryRecord { part_of, ..record };
    let told = past.db.notifications(&record.story.id).await?;
    let mut events = past.events().to_vec();
    events.retain(|e| e.subject.kind() != AggregateKind::Notification);
    let view = view(record, &timeline(&events)?, &told)?;
    Ok(Some((view, then)))
}

fn view(
    record: StoryRecord,
    timeline: &Timeline,
    told: &[NotificationRow],
) -> Result<StoryView, Problem> {
    let present = record.present.as_ref();
    Ok(StoryView {
        id: record.story.id.clone(),
        title: record.card.title.clone(),
        project: record.story.project_id.clone(),
        ended: record.story.status.is_ended(),
        head: parts::head(&record)?,
        controls: parts::controls(&record)?,
        progress: parts::progress(&record)?,
        facts: parts::facts(&record)?,
        trace: parts::trace(present)?,
        saying: saying("", "")?,
        tools: parts::tools(present)?,
        changes: parts::changes(present)?,
        told: parts::told(told)?,
        timeline_note: parts::timeline_note(&record.story.id, timeline)?,
        timeline: timeline.entries.clone(),
    })
}

async fn record(
    db: &Db,
    story: Story,
    queue: &[QueuedJob],
    seen_at: Option<i64>,
) -> Result<StoryRecord, Problem> {
    let filter = SessionFilter {
        story: Some(story.id.clone()),
        limit: MAX_PAGE_ROWS,
        ..SessionFilter::default()
    };
    let sessions = db.sessions(&filter).await?;
    let present = db.session(&story.session_id).await?;
    let mut card = StoryCard::of(&story, present.as_ref().map(|p| &p.session), queue);
    if let Some(moment) = seen_at {
        card.clock = card.clock.stopped_at(moment);
    }
    Ok(StoryRecord {
        story,
        sessions,
        present,
        card,
        part_of: None,
        seen_at,
    })
}
