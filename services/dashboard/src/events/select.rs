//! Which events somebody wants to see.
use crate::{dashboard::Site, problem::Problem};
use errand_eventlog::{Filter, Recorded, StartAt};
use errand_proto::{AggregateKind, Subject};
use futures::StreamExt as _;
use std::sync::Arc;
use uuid::Uuid;

/// Events of one answer.
pub const MAX_EVENTS: usize = 1_000;
/// Events looked at for one answer; the answer says where to go on.
const MAX_SCANNED: u64 = 200_000;

/// What is asked for. Absent parts mean "all".
#[derive(Debug, Clone, Default)]
pub struct EventQuery {
    /// The first sequence.
    pub from: u64,
    /// The last sequence.
    pub until: Option<u64>,
    /// Short or full type names.
    pub types: Vec<&'static str>,
    pub correlation: Option<Uuid>,
    /// The subjects of one story and its sessions.
    pub subjects: Option<Vec<Subject>>,
}

impl EventQuery {
    pub fn filter(&self) -> Filter {
        Filter::types(&self.types)
    }

    pub fn start(&self) -> StartAt {
        StartAt::After(self.from.saturating_sub(1))
    }

    /// What the log's own filter cannot tell.
    pub fn matches(&self, event: &Recorded) -> bool {
        self.until.is_none_or(|until| event.seq <= until)
            && self
                .correlation
                .is_none_or(|id| event.envelope.correlation_id == id)
            && self
                .subjects
                .as_ref()
                .is_none_or(|all| all.contains(&event.subject))
            && (self.types.is_empty() || self.types.contains(&event.envelope.event_type.as_str()))
    }

    pub fn is_past(&self, seq: u64) -> bool {
        self.until.is_some_and(|until| seq >= until)
    }
}

/// Some events, and where the next page begins if there may be more.
#[derive(Debug, Default)]
pub struct Matching {
    pub events: Vec<Arc<Recorded>>,
    pub next: Option<u64>,
}

/// The events of a query in log order, at most `limit`.
pub async fn matching(site: &Site, query: &EventQuery, limit: usize) -> Result<Matching, Problem> {
    let limit = limit.clamp(1, MAX_EVENTS);
    let found = match &query.subjects {
        Some(subjects) => of_subjects(site, query, subjects, limit).await?,
        None => scanned(site, query, limit).await?,
    };
    Ok(found)
}

async fn of_subjects(
    site: &Site,
    query: &EventQuery,
    subjects: &[Subject],
    limit: usize,
) -> Result<Matching, Problem> {
    let mut events = Vec::new();
    for subject in subjects {
        events.extend(site.log.load(subject, query.from.saturating_sub(1)).await?);
    }
    events.retain(|e| query.matches(e));
    events.sort_by_key(|e| e.seq);
    let next = events.get(limit).map(|e| e.seq);
    events.truncate(limit);
    Ok(Matching { events, next })
}

async fn scanned(site: &Site, query: &EventQuery, limit: usize) -> Result<Matching, Problem> {
    let mut found = Matching::default();
    let last = query.from.saturating_add(MAX_SCANNED);
    let mut pages = site.log.read(query.filter(), query.start(), false).await?;
    while let Some(page) = pages.next().await {
        let page = page?;
        for event in page.events.iter().filter(|e| query.matches(e)) {
            if found.events.len() == limit {
                found.next = Some(event.seq);
                return Ok(found);
            }
            found.events.push(Arc::clone(event));
        }
        if query.is_past(page.through) {
            return Ok(found);
        }
        if page.through >= last {
            found.next = Some(page.through + 1);
            return Ok(found);
        }
    }
    Ok(found)
}

/// The addresses of a story and its sessions.
pub fn subjects(site: &Site, story_id: &str, sessions: &[String]) -> Result<Vec<Subject>, Problem> {
    let workspace = &site.config.workspace;
    let subject = |kind, id: &str| {
        Subject::new(workspace, kind, id).map_err(|error| Problem::invalid("id", error))
    };
    let mut subjects = vec![subject(AggregateKind::Story, story_id)?];
    for session in sessions {
        subjects.push(subject(AggregateKind::Session, session)?);
    }
    Ok(subjects)
}

/// Every event of a story and its sessions, in log order.
pub async fn of_story(
    site: &Site,
    story_id: &str,
    sessions: &[String],
) -> Result<Vec<Arc<Recorded>>, Problem> {
    let mut events = Vec::new();
    for subject in subjects(site, story_id, sessions)? {
        events.extend(site.log.load(&subject, 0).await?);
    }
    events.sort_by_key(|e| e.seq);
    Ok(events)
}
