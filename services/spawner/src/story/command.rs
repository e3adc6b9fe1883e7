use super::IssueLink;
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
    },
    Fail {
        session_id: String,
        outcome: String,
        reason: String,
        branch: String,
    },
    /// A person wants it stopped.
    RequestCancel {
        by: String,
        reason: String,
    },
    /// Its session was stopped.
    Cancel {
        session_id: String,
        by: String,
        reason: String,
    },
    Retry {
        by: String,
        /// The id of the new attempt's session.
        session_id: String,
    },
}
