//! A story as it was at a point of the log.
use crate::{dashboard::Site, point, problem::Problem};
use axum::http::StatusCode;
use errand_eventlog::Recorded;
use errand_projections::{
    Db,
    as_of::{Point, StoryHistory},
    sessions::SessionDetail,
    stories::Story,
};
use errand_proto::rfc3339;
use std::sync::Arc;

pub struct Past {
    pub point: Point,
    pub history: StoryHistory,
    /// The tables as they were, with this story alone.
    pub db: Db,
}

impl Past {
    /// `story_id` is the whole id.
    pub async fn of(site: &Site, story_id: &str, point: Point) -> Result<Self, Problem> {
        point::has_come(site, "at", point).await?;
        let told = site.db().notifications(story_id).await?;
        let told = told.into_iter().map(|row| row.id);
        let workspace = &site.config.workspace;
        let history = StoryHistory::load(site.log.as_ref(), workspace, story_id, told).await?;
        let Some(first) = history.events().first() else {
            return Err(Problem::no_such("story", story_id));
        };
        if history.until(point).is_empty() {
            return Err(not_yet("story", story_id, first));
        }
        let db = history.as_of(point).await?;
        Ok(Self { point, history, db })
    }

    pub async fn story(&self, id: &str) -> Result<Story, Problem> {
        let found = self.db.story(id).await?;
        found.ok_or_else(|| Problem::no_such("story", id))
    }

    pub async fn session(&self, id: &str) -> Result<SessionDetail, Problem> {
        if let Some(found) = self.db.session(id).await? {
            return Ok(found);
        }
        let first = self.history.events().iter().find(|e| e.subject.id() == id);
        Err(match first {
            Some(first) => not_yet("session", id, first),
            None => Problem::no_such("session", id),
        })
    }

    /// Everything that had happened by then.
    pub fn events(&self) -> &[Arc<Recorded>] {
        self.history.until(self.point)
    }

    /// What happened since.
    pub fn later(&self) -> &[Arc<Recorded>] {
        &self.history.events()[self.events().len()..]
    }
}

fn not_yet(kind: &str, id: &str, first: &Recorded) -> Problem {
    let (seq, time) = (first.seq, rfc3339(first.envelope.time_us));
    Problem::new(
        StatusCode::NOT_FOUND,
        "not_yet",
        format!("The {kind} {id} did not exist yet: it began with event {seq} at {time}."),
        format!("Choose {seq} or a later point."),
    )
}
