use apollo_compiler::resolvers::ResolveInfo;

use super::{Node, Object, Resolved, leaf, text, time, unset};
use crate::linear::rows::{Attachment, Issue};

pub(super) fn field<'a>(
    node: &Node<'a>,
    attachment: &'a Attachment,
    info: &'a ResolveInfo<'a>,
) -> Resolved<'a> {
    match info.field_name() {
        "id" => leaf(attachment.id.as_str()),
        "title" => leaf(attachment.title.as_str()),
        "url" => leaf(attachment.url.as_str()),
        "sourceType" => text(attachment.source_type.as_deref()),
        "createdAt" => time(attachment.created_at),
        "updatedAt" => time(attachment.updated_at),
        "creator" => node.object(Object::Viewer),
        "issue" => {
            let issue = node
                .world
                .store(|connection| Issue::find(connection, &attachment.issue_id))?;
            node.optional(issue.map(|issue| Object::Issue(Box::new(issue))))
        }
        _ => unset(info),
    }
}
