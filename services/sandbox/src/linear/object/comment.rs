use apollo_compiler::resolvers::ResolveInfo;

use super::{Node, Object, Resolved, leaf, text, time, unset};
use crate::linear::rows::{Comment, Issue};

pub(super) fn field<'a>(
    node: &Node<'a>,
    comment: &'a Comment,
    info: &'a ResolveInfo<'a>,
) -> Resolved<'a> {
    match info.field_name() {
        "id" => leaf(comment.id.as_str()),
        "body" => leaf(comment.body.as_str()),
        "issueId" => leaf(comment.issue_id.as_str()),
        "parentId" => text(comment.parent_id.as_deref()),
        "createdAt" => time(comment.created_at),
        "updatedAt" => time(comment.updated_at),
        "user" => node.object(Object::Viewer),
        "url" => {
            let issue = node
                .world
                .store(|connection| Issue::find(connection, &comment.issue_id))?;
            let page = issue.map(|issue| node.world.links().linear_issue(&issue.identifier()));
            leaf(format!(
                "{}#comment-{}",
                page.unwrap_or_default(),
                comment.id
            ))
        }
        "issue" => {
            let issue = node
                .world
                .store(|connection| Issue::find(connection, &comment.issue_id))?;
            node.optional(issue.map(|issue| Object::Issue(Box::new(issue))))
        }
        "parent" => {
            let Some(parent) = comment.parent_id.as_deref() else {
                return node.optional(None);
            };
            let parent = node
                .world
                .store(|connection| Comment::find(connection, parent))?;
            node.optional(parent.map(|parent| Object::Comment(Box::new(parent))))
        }
        _ => unset(info),
    }
}
