use apollo_compiler::resolvers::ResolveInfo;

use super::{Node, Object, Resolved, float, leaf, text, time, unset};
use crate::linear::connection::connect;
use crate::linear::rows::{Attachment, Comment, Issue};
use crate::linear::workspace::VIEWER;

/// How many characters of the title a branch name takes over.
const MAX_BRANCH_TITLE_CHARS: usize = 50;

pub(super) fn field<'a>(
    node: &Node<'a>,
    issue: &'a Issue,
    info: &'a ResolveInfo<'a>,
) -> Resolved<'a> {
    match info.field_name() {
        "id" => leaf(issue.id.as_str()),
        "identifier" => leaf(issue.identifier()),
        "number" => float(issue.number),
        "url" => leaf(node.world.links().linear_issue(&issue.identifier())),
        "title" => leaf(issue.title.as_str()),
        "description" => text(issue.description.as_deref()),
        "priority" => float(issue.priority),
        "priorityLabel" => leaf(issue.priority_name()),
        "estimate" => issue.estimate.map_or_else(|| unset(info), float),
        "dueDate" => text(issue.due_date.as_deref()),
        "branchName" => leaf(branch_name(issue)),
        // Newer issues stand above older ones.
        "sortOrder" | "boardOrder" | "prioritySortOrder" => float(-issue.number),
        "createdAt" | "addedToTeamAt" => time(issue.created_at),
        "updatedAt" => time(issue.updated_at),
        "startedAt" => time(issue.started_at),
        "completedAt" => time(issue.completed_at),
        "canceledAt" => time(issue.canceled_at),
        _ => relation(node, issue, info),
    }
}

fn relation<'a>(node: &Node<'a>, issue: &'a Issue, info: &'a ResolveInfo<'a>) -> Resolved<'a> {
    match info.field_name() {
        "team" => node.object(Object::Team),
        "state" => node.object(Object::State(issue.state())),
        "creator" => node.object(Object::Viewer),
        "assignee" => node.optional(
            issue
                .assignee_id
                .as_ref()
                .filter(|id| *id == VIEWER.id)
                .map(|_| Object::Viewer),
        ),
        "sharedAccess" => node.object(Object::SharedAccess),
        "parent" => {
            let Some(parent) = issue.parent_id.as_deref() else {
                return node.optional(None);
            };
            let parent = node
                .world
                .store(|connection| Issue::find(connection, parent))?;
            node.optional(parent.map(|parent| Object::Issue(Box::new(parent))))
        }
        "children" => {
            let issues = node.world.store(|connection| {
                Issue::newest(connection, crate::linear::query::MAX_SCANNED_ISSUES)
            })?;
            let children = issues
                .into_iter()
                .filter(|child| child.parent_id.as_ref() == Some(&issue.id));
            connect(
                node,
                "IssueConnection",
                children
                    .map(|child| Object::Issue(Box::new(child)))
                    .collect(),
                info,
            )
        }
        "comments" => {
            let comments = node
                .world
                .store(|connection| Comment::of_issue(connection, &issue.id))?;
            let comments = comments
                .into_iter()
                .map(|comment| Object::Comment(Box::new(comment)))
                .collect();
            connect(node, "CommentConnection", comments, info)
        }
        "attachments" => {
            let attachments = node
                .world
                .store(|connection| Attachment::of_issue(connection, &issue.id))?;
            let attachments = attachments
                .into_iter()
                .map(|attachment| Object::Attachment(Box::new(attachment)))
                .collect();
            connect(node, "AttachmentConnection", attachments, info)
        }
        _ => unset(info),
    }
}

/// `errand/err-7-code-generation-build-email-capture`, as Linear proposes it.
fn branch_name(issue: &Issue) -> String {
    let words = issue.title.to_lowercase();
    let words = words
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty());
    let mut name = format!("{}/{}", VIEWER.name, issue.identifier()).to_lowercase();
    let start = name.len();
    for word in words {
        if name.len() - start + word.len() > MAX_BRANCH_TITLE_CHARS {
            break;
        }
        name.push('-');
        name.push_str(word);
    }
    name
}
