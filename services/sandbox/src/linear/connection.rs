//! Relay-style lists: filtered, ordered and cut into pages as Linear does. A cursor is the id of a node.

use apollo_compiler::resolvers::ResolveInfo;
use apollo_compiler::response::{JsonMap, JsonValue};

use super::filter::keeps;
use super::object::{Node, Object, Resolved, leaf, text, unset};
use super::refusal::Refusal;

const DEFAULT_PAGE_NODES: usize = 50;
const MAX_PAGE_NODES: usize = 250;

/// One page of a list.
#[derive(Debug, Clone)]
pub(super) struct Connection {
    pub(super) type_name: &'static str,
    nodes: Vec<Object>,
    has_previous: bool,
    has_next: bool,
}

/// The page of `all` that the field's arguments ask for.
pub(super) fn connect<'a>(
    node: &Node<'a>,
    type_name: &'static str,
    mut all: Vec<Object>,
    info: &'a ResolveInfo<'a>,
) -> Resolved<'a> {
    let arguments = info.arguments();
    if let Some(JsonValue::Object(filter)) = arguments.get("filter") {
        all.retain(|object| keeps(filter, object));
    }
    order(&mut all, arguments);
    let number = |name: &str| arguments.get(name).and_then(JsonValue::as_i64);
    if let Some(wrong) = [number("first"), number("last")]
        .into_iter()
        .flatten()
        .find(|n| *n < 0)
    {
        return Err(node.world.refuse(Refusal::argument(format!(
            "a page of {wrong} nodes cannot be"
        ))));
    }
    let size = |n: Option<i64>| n.and_then(|n| usize::try_from(n).ok());
    let cursor = |name: &str| arguments.get(name).and_then(JsonValue::as_str);
    let position = |id: &str| all.iter().position(|object| id_of(object) == id);
    let start = cursor("after")
        .and_then(position)
        .map_or(0, |index| index + 1);
    let end = cursor("before")
        .and_then(position)
        .unwrap_or(all.len())
        .max(start);
    let (start, end) = match (size(number("first")), size(number("last"))) {
        (None, Some(last)) => (end - last.min(MAX_PAGE_NODES).min(end - start), end),
        (first, _) => (
            start,
            end.min(start + first.unwrap_or(DEFAULT_PAGE_NODES).min(MAX_PAGE_NODES)),
        ),
    };
    let (has_previous, has_next) = (start > 0, end < all.len());
    let nodes = all.drain(start..end).collect();
    node.object(Object::Connection(Connection {
        type_name,
        nodes,
        has_previous,
        has_next,
    }))
}

pub(super) fn field<'a>(
    node: &Node<'a>,
    connection: &'a Connection,
    info: &'a ResolveInfo<'a>,
) -> Resolved<'a> {
    match info.field_name() {
        "nodes" => node.list(connection.nodes.clone()),
        "pageInfo" => node.object(Object::PageInfo(connection.clone())),
        _ => unset(info),
    }
}

pub(super) fn page_field<'a>(
    connection: &'a Connection,
    info: &'a ResolveInfo<'a>,
) -> Resolved<'a> {
    match info.field_name() {
        "hasNextPage" => leaf(connection.has_next),
        "hasPreviousPage" => leaf(connection.has_previous),
        "startCursor" => text(connection.nodes.first().map(id_of)),
        "endCursor" => text(connection.nodes.last().map(id_of)),
        _ => unset(info),
    }
}

/// Newest first, by creation unless `orderBy` or `sort` say otherwise. Lists of a workspace's fixed things keep their order.
fn order(all: &mut [Object], arguments: &JsonMap) {
    let sort = arguments
        .get("sort")
        .and_then(JsonValue::as_array)
        .and_then(|sorts| sorts.first())
        .and_then(JsonValue::as_object);
    let by_update = match sort {
        Some(sort) => sort.contains_key("updatedAt"),
        None => arguments.get("orderBy").and_then(JsonValue::as_str) == Some("updatedAt"),
    };
    let key = |object: &Object| {
        times_of(object).map(|(created, updated)| if by_update { updated } else { created })
    };
    all.sort_by_key(|object| std::cmp::Reverse(key(object)));
    let ascending = sort
        .and_then(|sort| sort.iter().next())
        .and_then(|(_, how)| how.get("order"))
        .and_then(JsonValue::as_str);
    if ascending == Some("Ascending") {
        all.reverse();
    }
}

fn times_of(object: &Object) -> Option<(i64, i64)> {
    match object {
        Object::Issue(issue) => Some((issue.created_at, issue.updated_at)),
        Object::Comment(comment) => Some((comment.created_at, comment.updated_at)),
        Object::Attachment(attachment) => Some((attachment.created_at, attachment.updated_at)),
        _ => None,
    }
}

fn id_of(object: &Object) -> &str {
    match object {
        Object::Issue(issue) => &issue.id,
        Object::Comment(comment) => &comment.id,
        Object::Attachment(attachment) => &attachment.id,
        Object::State(state) => state.id,
        _ => super::workspace::TEAM.id,
    }
}
