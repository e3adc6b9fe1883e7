//! Events of the log as people and programs see them.
mod record;
mod select;
mod summary;

pub use record::{CloudEvent, EventRecord, cloud_event, record};
pub use select::{EventQuery, MAX_EVENTS, matching, of_story, subjects};
pub use summary::summary;
