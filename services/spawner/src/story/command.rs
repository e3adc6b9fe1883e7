use super::{IssueLink, Retries};
use errand_proto::v1;

/// What can be asked of a story. Every one yields at most one event.
#[derive(Debug, Clone, PartialEq)]
pub enum StoryCommand {
    Create(Box<v1::StoryCreated>),
    LinkIssue(IssueLink),
    /// Linear did not answer in time; recorded once, however often it is tried again.
    RecordLinkFailure {
        reason: String,
        attempt: u32,
    },
    Approve {
        by: String,
    },
    Reject {
        by: String,
        reason: String,
    },
    /// Hand it to the executors, if it may run and was not handed over before.
    Queue,
    Start {
        session_id: String,
    },
    Complete {
        session_id: String,
        pr_url: String,
        summary: String,
        findings: Option<v1::Findings>,
    },
    /// Its session ended without success: for good, or to be tried again.
    Fail(Failure),
    /// A person wants it stopped.
    RequestCancel {
        by: String,
        reason: String,
    },
    /// Its issue was cancelled at the tracker, by a person or as the mirror of a story that was cancelled here.
    FollowIssue {
        by: String,
        reason: String,
        /// When, in microseconds since the Unix epoch.
        cancelled_us: i64,
    },
    /// Its session was stopped.
    Cancel(Stopped),
    Retry {
        by: String,
        /// The id of the new attempt's session.
        session_id: String,
        /// When, in microseconds since the Unix epoch.
        time_us: i64,
    },
    /// The time of a scheduled retry has come.
    RetryDue {
        /// The attempt that it was scheduled after.
        failed_session: String,
        /// The id of the new attempt's session.
        session_id: String,
    },
}

/// A session that a person stopped.
#[derive(Debug, Clone, PartialEq)]
pub struct Stopped {
    pub session_id: String,
    pub by: String,
    pub reason: String,
    pub branch: String,
    pub branch_url: String,
}

/// How a session ended without success, and what may follow from it.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    pub session_id: String,
    pub outcome: String,
    pub reason: String,
    pub branch: String,
    pub branch_url: String,
    /// When, in microseconds since the Unix epoch.
    pub time_us: i64,
    pub retries: Retries,
}
