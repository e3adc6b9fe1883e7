//! What Errand needs from a log, a queue and a dead-letter box. Adapters implement it; services see only this.
mod clock;
mod dead_letter;
mod error;
mod log;
mod pause;
mod queue;
mod work;

pub use clock::WallClock;
pub use dead_letter::{DeadLetter, DeadLetters, LetterQuery};
pub use error::{LogError, Result};
pub use log::{EventLog, Filter, Head, NewEvent, Page, Recorded, Seq, StartAt, Write};
pub use pause::{Pause, Pauses};
pub use queue::{Claim, Job, JobQueue, JobState, QueueLimits, QueuedJob, Reason};
pub use work::{Delivery, Group, GroupStatus};
