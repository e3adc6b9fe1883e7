//! The streams of one story.
use crate::{dashboard::Site, problem::Problem};
use errand_eventlog::Recorded;
use errand_proto::{AggregateKind, Subject};
use std::sync::Arc;

/// The addresses of a story and its sessions.
fn subjects(site: &Site, story_id: &str, sessions: &[String]) -> Result<Vec<Subject>, Problem> {
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
