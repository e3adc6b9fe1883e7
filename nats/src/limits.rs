//! Every bound of the adapter, in one place.
use std::time::Duration;

/// Payload of one event. Larger things go elsewhere, and the event carries their hash.
pub const MAX_EVENT_BYTES: usize = 512 * 1024;
/// Headers of one message.
pub(crate) const MAX_HEADER_BYTES: usize = 64 * 1024;
/// Events of one append, over all its writes.
pub const MAX_EVENTS_PER_APPEND: usize = 256;
/// Payloads of one append together.
pub const MAX_APPEND_BYTES: usize = 4 * 1024 * 1024;
/// Any text beside the payload.
pub(crate) const MAX_TEXT_BYTES: usize = 1024;
/// Jobs in the queue, waiting or claimed.
pub const MAX_JOBS: usize = 100_000;
/// Projects whose last turn the queue remembers; the one served longest ago is forgotten first.
pub(crate) const MAX_PROJECT_TURNS: usize = 1000;
/// Consumers of the event stream: groups, and readers while they read.
pub(crate) const MAX_CONSUMERS: i32 = 256;
/// Dead letters kept; beyond them a message stays with its group until some are redriven or discarded.
pub(crate) const MAX_LETTERS: i64 = 100_000;
/// Letters listed at once.
pub(crate) const MAX_LISTED: u32 = 1000;
/// Messages looked at to list letters; a box with larger holes is listed in part.
pub(crate) const MAX_LIST_STEPS: usize = 10_000;
/// Error texts kept with dead letters.
pub(crate) const MAX_ERROR_CHARS: usize = 2000;

/// The server answers a request within this time, or the answer counts as lost.
pub(crate) const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);
/// The time to get a connection.
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// A cluster that has just started gets this long to choose its leader.
pub(crate) const LEADER_PATIENCE: Duration = Duration::from_secs(30);
/// An append is tried again for this long before its outcome is told as unknown.
pub(crate) const APPEND_TIMEOUT: Duration = Duration::from_secs(15);
/// Pauses before something is tried again: doubled from the first to the last, with jitter.
pub(crate) const FIRST_PAUSE: Duration = Duration::from_millis(2);
pub(crate) const LAST_PAUSE: Duration = Duration::from_millis(500);
/// Attempts to open a consumer or to see what the leader was known to have, before the caller is told.
pub(crate) const MAX_REOPENINGS: u32 = 12;

/// Atomic batches of this process under way at once; the server allows 50 for a stream.
pub(crate) const MAX_BATCHES: usize = 12;
/// Events asked for in one direct get.
pub(crate) const LOAD_BATCH: usize = 1000;
/// Events of one aggregate that are loaded at all.
pub(crate) const MAX_LOADED_EVENTS: usize = 1_000_000;
/// Aggregates whose last sequence this process remembers.
pub(crate) const KNOWN_SUBJECTS: usize = 65_536;

/// Events that a reader is handed at once.
pub(crate) const PAGE_EVENTS: usize = 500;
/// Messages that a reader in log order asks for at once.
pub(crate) const FOLLOW_BATCH: usize = 500;
/// How long one pull request waits at the server.
pub(crate) const PULL_EXPIRES: Duration = Duration::from_secs(30);
/// The server shows that it is alive this often while a pull request waits.
pub(crate) const PULL_HEARTBEAT: Duration = Duration::from_secs(2);
/// The watchdog: silence for longer than this means that the request was lost.
pub(crate) const PULL_SILENCE: Duration = Duration::from_secs(5);
/// A reader's consumer that nobody pulls from is removed by the server after this time.
pub(crate) const FOLLOWER_IDLE: Duration = Duration::from_secs(60);
/// Pull requests that may wait at one consumer.
pub(crate) const MAX_WAITING_PULLS: i64 = 512;

/// Messages of a group whose last delivery this process remembers.
pub(crate) const REMEMBERED_DELIVERIES: usize = 16_384;

/// A removed job leaves a mark for this long, so that every process learns of it.
pub(crate) const REMOVED_JOB_KEPT: Duration = Duration::from_secs(600);
/// An enqueueing process waits this long for its first view of the queue.
pub(crate) const QUEUE_VIEW_TIMEOUT: Duration = Duration::from_secs(15);
/// Attempts to write one job while others change it.
pub(crate) const MAX_JOB_ATTEMPTS: u32 = 16;
/// An advisory of the server not made into a letter for this long is given to another process.
pub(crate) const ADVISORY_ACK_WAIT: Duration = Duration::from_secs(30);
/// Advisories kept for processes that are not running.
pub(crate) const ADVISORY_AGE: Duration = Duration::from_secs(30 * 24 * 3600);

/// One fleeting signal.
pub(crate) const MAX_SIGNAL_BYTES: usize = 64 * 1024;
/// Fleeting signals that wait for the connection, or for a slow reader; further ones are lost.
pub(crate) const WAITING_SIGNALS: usize = 4096;

/// A request to a role, and its answer.
pub const MAX_REQUEST_BYTES: usize = MAX_EVENT_BYTES;
/// Requests that one process answers at once; it refuses others, which ask elsewhere or again.
pub(crate) const MAX_REQUESTS_IN_FLIGHT: usize = 128;
/// How long requests that are under way at a stop may still take.
pub(crate) const REQUESTS_DRAIN: Duration = Duration::from_secs(10);
