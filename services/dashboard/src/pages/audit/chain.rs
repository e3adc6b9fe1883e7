//! What an event followed from, and what followed from it.
use crate::{
    dashboard::Site,
    events::{self, EventQuery, MAX_EVENTS},
    problem::Problem,
    view::EventLine,
};
use errand_eventlog::Recorded;

/// An event follows its cause closely: the search begins so many events before it.
const LOOK_BACK_EVENTS: u64 = 50_000;

pub struct Chain {
    /// Absent for what a person's command began, or when it lies too far back.
    pub cause: Option<EventLine>,
    pub effects: Vec<EventLine>,
}

impl Chain {
    pub async fn of(site: &Site, event: &Recorded) -> Result<Self, Problem> {
        let query = EventQuery {
            from: event.seq.saturating_sub(LOOK_BACK_EVENTS),
            correlation: Some(event.envelope.correlation_id),
            ..EventQuery::default()
        };
        let related = events::matching(site, &query, MAX_EVENTS).await?.events;
        let cause = related
            .iter()
            .find(|e| e.envelope.id == event.envelope.causation_id);
        let effects = related
            .iter()
            .filter(|e| e.envelope.causation_id == event.envelope.id);
        Ok(Self {
            cause: cause.map(|e| EventLine::of(e)),
            effects: effects.map(|e| EventLine::of(e)).collect(),
        })
    }
}
