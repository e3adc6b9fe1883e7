//! What an event followed from, and what followed from it.
use crate::{
    dashboard::Site,
    events::{self, EventQuery, MAX_EVENTS},
    problem::Problem,
    view::EventLine,
};
use errand_eventlog::Recorded;

pub struct Chain {
    /// Absent for what a person's command began.
    pub cause: Option<EventLine>,
    /// Looked for among the next [`MAX_EVENTS`] events from the same beginning.
    pub effects: Vec<EventLine>,
}

impl Chain {
    pub async fn of(site: &Site, event: &Recorded) -> Result<Self, Problem> {
        let cause = events::by_id(site, event.envelope.causation_id).await?;
        let query = EventQuery {
            from: event.seq,
            correlation: Some(event.envelope.correlation_id),
            ..EventQuery::default()
        };
        let later = events::matching(site, &query, MAX_EVENTS).await?.events;
        let effects = later
            .iter()
            .filter(|e| e.envelope.causation_id == event.envelope.id);
        Ok(Self {
            cause: cause.map(|e| EventLine::of(&e)),
            effects: effects.map(|e| EventLine::of(e)).collect(),
        })
    }
}
