//! The root of queries.

use apollo_compiler::resolvers::{FieldError, ResolveInfo};
use apollo_compiler::response::JsonValue;

use super::connection::connect;
use super::object::{Node, Object, Resolved, unset};
use super::refusal::Refusal;
use super::rows::{Attachment, Comment, Issue};
use super::workspace::{STATES, TEAM, VIEWER, WorkflowState};

/// Lists look at this many issues, the newest ones.
pub(super) const MAX_SCANNED_ISSUES: usize = 5_000;

pub(super) fn field<'a>(node: &Node<'a>, info: &'a ResolveInfo<'a>) -> Resolved<'a> {
    let id = info
        .arguments()
        .get("id")
        .and_then(JsonValue::as_str)
        .unwrap_or_default();
    match info.field_name() {
        "viewer" => node.object(Object::Viewer),
        "rateLimitStatus" => node.object(Object::RateLimit),
        "teams" => connect(node, "TeamConnection", vec![Object::Team], info),
        "workflowStates" => connect(node, "WorkflowStateConnection", all_states(), info),
        "issues" => connect(node, "IssueConnection", all_issues(node)?, info),
        "user" => found(
            node,
            "User",
            (id == VIEWER.id || id == "me").then_some(Object::Viewer),
        ),
        // Linear takes a team's key as well as its id.
        "team" => found(
            node,
            "Team",
            (id == TEAM.id || id.eq_ignore_ascii_case(TEAM.key)).then_some(Object::Team),
        ),
        "workflowState" => found(
            node,
            "WorkflowState",
            WorkflowState::with_id(id).map(Object::State),
        ),
        "issue" => {
            let issue = node.world.store(|connection| Issue::find(connection, id))?;
            found(
                node,
                "Issue",
                issue.map(|issue| Object::Issue(Box::new(issue))),
            )
        }
        "comment" => {
            let comment = node
                .world
                .store(|connection| Comment::find(connection, id))?;
            found(
                node,
                "Comment",
                comment.map(|comment| Object::Comment(Box::new(comment))),
            )
        }
        "attachment" => {
            let attachment = node
                .world
                .store(|connection| Attachment::find(connection, id))?;
            found(
                node,
                "Attachment",
                attachment.map(|attachment| Object::Attachment(Box::new(attachment))),
            )
        }
        _ => unset(info),
    }
}

/// The team's workflow.
pub(super) fn all_states() -> Vec<Object> {
    STATES.iter().map(Object::State).collect()
}

/// The newest issues.
pub(super) fn all_issues(node: &Node<'_>) -> Result<Vec<Object>, FieldError> {
    let issues = node
        .world
        .store(|connection| Issue::newest(connection, MAX_SCANNED_ISSUES))?;
    Ok(issues
        .into_iter()
        .map(|issue| Object::Issue(Box::new(issue)))
        .collect())
}

fn found<'a>(node: &Node<'a>, entity: &str, object: Option<Object>) -> Resolved<'a> {
    match object {
        Some(object) => node.object(object),
        None => Err(node.world.refuse(Refusal::not_found(entity))),
    }
}
