//! The port through which the spawner's reactors speak to an issue tracker.

use async_trait::async_trait;
use uuid::Uuid;

use super::error::TrackerError;

/// An issue to be created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewIssue {
    /// Idempotency key and later the issue's id; must be version-4-shaped, see [`issue_uuid`](super::issue_uuid).
    pub id: Uuid,
    /// One line; cut with an ellipsis when longer than Linear's 255 characters.
    pub title: String,
    /// Markdown; cut with an ellipsis when too long.
    pub description_markdown: String,
    /// Linear's scale: 0 none, 1 urgent, 2 high, 3 normal, 4 low.
    pub priority: u8,
    /// The id of the issue this one is a part of.
    pub parent: Option<Uuid>,
}

/// What a person needs to find an issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssueRef {
    /// The id that was chosen in [`NewIssue::id`].
    pub id: Uuid,
    /// The name people use, such as `ENG-42`.
    pub identifier: String,
    /// The page of the issue.
    pub url: String,
}

/// An issue that somebody gave up at the tracker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cancelled {
    pub issue: Uuid,
    /// When, in RFC 3339.
    pub at: String,
}

/// What to set on an issue; `None` leaves it as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IssueChange {
    /// The whole new description, in Markdown.
    pub description: Option<String>,
    /// Where the issue stands now.
    pub state: Option<IssueState>,
    /// The id of the issue this one becomes a part of.
    pub parent: Option<Uuid>,
}

/// Where an issue stands, independent of how a team named its workflow states.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IssueState {
    /// Not planned yet.
    Backlog,
    /// Planned, not begun.
    Todo,
    /// Being worked on.
    InProgress,
    /// Finished well.
    Done,
    /// Given up.
    Canceled,
}

/// An issue tracker. Every call may be repeated with the same ids: nothing is made twice.
///
/// All errors but [`TrackerError::Invalid`] and [`TrackerError::Unauthorized`] are worth another attempt.
#[async_trait]
pub trait IssueTracker: Send + Sync {
    /// Creates the issue, or finds the one that an earlier attempt created under the same id.
    async fn create_issue(&self, issue: &NewIssue) -> Result<IssueRef, TrackerError>;

    /// Sets what the change names.
    async fn update_issue(&self, id: Uuid, change: &IssueChange) -> Result<(), TrackerError>;

    /// Links a page to the issue; `link` is the idempotency key (see [`idempotency_uuid`](super::idempotency_uuid)).
    async fn link_url(
        &self,
        issue: Uuid,
        link: Uuid,
        url: &str,
        title: &str,
    ) -> Result<(), TrackerError>;

    /// Comments on the issue in Markdown; `comment` is the idempotency key.
    async fn comment(&self, issue: Uuid, comment: Uuid, body: &str) -> Result<(), TrackerError>;

    /// Those of the issues that somebody cancelled at the tracker; ones that it does not know are left out.
    async fn cancelled(&self, issues: &[Uuid]) -> Result<Vec<Cancelled>, TrackerError>;

    /// Checks the connection; the answer says in words who we are and which team is used.
    async fn check(&self) -> Result<String, TrackerError>;
}
