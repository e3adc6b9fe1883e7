//! Events of the log as people and programs see them.
mod of_story;
mod query;
mod record;
mod search;
mod summary;

pub use of_story::of_story;
pub use query::EventQuery;
pub use record::{CloudEvent, EventRecord, cloud_event, record};
pub use search::{MAX_EVENTS, Pages, SearchError, at, by_id, matching, pages};
pub use summary::summary;
