//! What Errand needs from a log, a queue and a dead-letter box. Adapters implement it; services see only this.
mod dead_letter;
mod error;
mod log;
mod queue;
mod work;

pub use dead_letter::{DeadLetter, DeadLetters, LetterQuery};
pub use error::{LogError, Result};
pub use log::{EventLog, Filter, Head, NewEvent, Page, Recorded, Seq, StartAt, Write};
pub use queue::{Claim, Job, JobQueue, JobState, QueueLimits, QueuedJob};
pub use work::{Delivery, Group, GroupStatus};
