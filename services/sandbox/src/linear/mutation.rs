//! The root of mutations: what changes something. An `id` that the client made up makes a repeat harmless: it is refused.

mod attachment;
mod comment;
mod input;
mod issue;

use apollo_compiler::resolvers::ResolveInfo;

use super::object::{Node, Object, Resolved, unset};

pub(super) fn field<'a>(node: &Node<'a>, info: &'a ResolveInfo<'a>) -> Resolved<'a> {
    let arguments = info.arguments();
    let _turn = node.world.exclusive();
    let made = match info.field_name() {
        "issueCreate" => issue::create(node.world, arguments),
        "issueUpdate" => issue::update(node.world, arguments),
        "commentCreate" => comment::create(node.world, arguments),
        "attachmentCreate" => attachment::create(node.world, arguments),
        "attachmentLinkURL" => attachment::link(node.world, arguments, None),
        "attachmentLinkGitHubPR" => attachment::link(node.world, arguments, Some("github")),
        _ => return unset(info),
    }?;
    let (payload, field) = match made {
        Object::Issue(_) => ("IssuePayload", "issue"),
        Object::Comment(_) => ("CommentPayload", "comment"),
        _ => ("AttachmentPayload", "attachment"),
    };
    node.object(Object::Payload(payload, field, Box::new(made)))
}
