//! Which point of a story's past is shown, and how to go on from there.
use crate::{
    past::Past,
    when::{self, Moment},
};
use errand_projections::as_of::Point;

pub struct Then {
    /// The last event that is shown.
    pub seq: u64,
    pub event: String,
    pub moment: Moment,
    /// In microseconds since the Unix epoch.
    pub seen_at: i64,
    pub earlier: Option<u64>,
    pub later: Option<u64>,
    /// How many events of the story came afterwards.
    pub left_out: usize,
}

impl Then {
    pub fn of(past: &Past) -> Self {
        let (shown, later) = (past.events(), past.later());
        let last = shown.last();
        let event = last.and_then(|e| e.envelope.event_type.rsplit('.').next());
        let seen_at = match past.point {
            Point::Time(us) => us,
            Point::Seq(_) => last.map_or(0, |e| e.envelope.time_us),
        };
        Self {
            seq: last.map_or(0, |e| e.seq),
            event: event.unwrap_or_default().to_owned(),
            moment: when::moment(seen_at),
            seen_at,
            earlier: shown.iter().rev().nth(1).map(|e| e.seq),
            later: later.first().map(|e| e.seq),
            left_out: later.len(),
        }
    }

    /// As a browser's field for a moment takes it, in UTC.
    pub fn field(&self) -> &str {
        self.moment.iso.get(..19).unwrap_or_default()
    }
}
