use apollo_compiler::resolvers::ResolveInfo;

use super::{Node, Object, Resolved, leaf, time, unset};
use crate::linear::rows::Issue;
use crate::linear::workspace::VIEWER;

/// The workspace was founded then; nothing depends on it.
pub(super) const FOUNDED_AT: i64 = 1_767_225_600_000_000;

pub(super) fn field<'a>(node: &Node<'a>, info: &'a ResolveInfo<'a>) -> Resolved<'a> {
    match info.field_name() {
        "id" => leaf(VIEWER.id),
        "name" | "displayName" => leaf(VIEWER.name),
        "email" => leaf(VIEWER.email),
        "initials" => leaf("E"),
        "url" => leaf(format!("{}/linear/", node.world.links().root())),
        "active"
        | "isMe"
        | "isAssignable"
        | "isMentionable"
        | "admin"
        | "canAccessAnyPublicTeam" => leaf(true),
        "createdAt" | "updatedAt" => time(FOUNDED_AT),
        "createdIssueCount" => leaf(node.world.store(|connection| Issue::count(connection))?),
        "organization" => node.object(Object::Organization),
        _ => unset(info),
    }
}
