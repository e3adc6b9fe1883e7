//! The GraphQL documents sent to Linear, one file each, checked in a test against Linear's published schema.

/// One operation: its name as the document declares it, and the document.
#[derive(Debug, Clone, Copy)]
pub struct Document {
    /// Sent as `operationName`, so that Linear's logs and our own show what was asked.
    pub name: &'static str,
    /// The document's text, including its comment.
    pub text: &'static str,
}

macro_rules! documents {
    ($($constant:ident = $name:literal in $file:literal;)+) => {
        $(pub(crate) const $constant: Document = Document {
            name: $name,
            text: include_str!(concat!("documents/", $file)),
        };)+

        /// Every document this client can send.
        pub const ALL: &[Document] = &[$($constant),+];
    };
}

documents! {
    VIEWER = "Viewer" in "viewer.graphql";
    TEAMS = "Teams" in "teams.graphql";
    WORKFLOW_STATES = "WorkflowStates" in "workflow_states.graphql";
    ISSUE = "Issue" in "issue.graphql";
    CANCELLED_ISSUES = "CancelledIssues" in "cancelled_issues.graphql";
    ISSUE_CREATE = "IssueCreate" in "issue_create.graphql";
    ISSUE_UPDATE = "IssueUpdate" in "issue_update.graphql";
    COMMENT = "Comment" in "comment.graphql";
    COMMENT_CREATE = "CommentCreate" in "comment_create.graphql";
    ATTACHMENT = "Attachment" in "attachment.graphql";
    ATTACHMENT_LINK_URL = "AttachmentLinkURL" in "attachment_link_url.graphql";
}
