//! Every bound of the embedded log, in one place.
use std::time::Duration;

/// Payload of one event.
pub const MAX_EVENT_BYTES: usize = 1024 * 1024;
/// Events of one append, over all its writes.
pub const MAX_EVENTS_PER_APPEND: usize = 256;
/// Payloads of one append together.
pub const MAX_APPEND_BYTES: usize = 4 * 1024 * 1024;
/// Any text beside the payload: event type, source, trace context, project, story.
pub const MAX_TEXT_BYTES: usize = 1024;
/// Jobs in the queue, waiting or claimed.
pub const MAX_JOBS: usize = 100_000;

/// Requests that wait for the writer; more callers wait for room.
pub(super) const QUEUED_REQUESTS: usize = 1024;
/// Payloads that wait for the writer, in KiB; more callers wait for room.
pub(super) const QUEUED_KIB: usize = 32 * 1024;
/// Requests in one transaction.
pub(super) const COMMIT_REQUESTS: usize = 512;
/// A soft write is on disk at the latest after this time.
pub(super) const SOFT_FLUSH_AFTER: Duration = Duration::from_millis(100);
/// Pause before soft writes that failed (a full disk) are tried again.
pub(super) const SOFT_RETRY_AFTER: Duration = Duration::from_secs(1);
/// Soft writes kept in memory while the disk refuses them; then callers are refused too.
pub(super) const MAX_HELD_SOFT: usize = 100_000;

/// Events that a reader is handed, or that are looked through for it, at once.
pub(super) const PAGE_EVENTS: usize = 1000;
/// Payloads that a reader is handed at once.
pub(super) const PAGE_BYTES: usize = 4 * 1024 * 1024;
/// Reads from SQLite under way at once; more readers wait.
pub(super) const READ_CONNECTIONS: usize = 4;
/// Streams whose number and last sequence the writer remembers.
pub(super) const REMEMBERED_STREAMS: usize = 65_536;

/// Retries that may wait in one group; then it gets no new events until some are handled.
pub(super) const MAX_WAITING_RETRIES: usize = 10_000;
/// Groups that one log serves.
pub(super) const MAX_GROUPS: usize = 256;
/// Error texts kept with retries and dead letters.
pub(super) const MAX_ERROR_CHARS: usize = 2000;

/// Page cache of the writer, and of each reader, in KiB.
pub(super) const WRITER_CACHE_KIB: usize = 16 * 1024;
pub(super) const READER_CACHE_KIB: usize = 2 * 1024;
/// A lock on the database that is not given for this long is an error.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
