//! GraphQL objects: which value each field has.

mod attachment;
mod comment;
mod issue;
mod person;
mod rate_limit;
mod state;
mod team;
mod unset;

use apollo_compiler::resolvers::{FieldError, ObjectValue, ResolveInfo, ResolvedValue};
use apollo_compiler::response::JsonValue;

use super::connection::{self, Connection};
use super::rows::{Attachment, Comment, Issue};
use super::workspace::{ORGANIZATION, WorkflowState};
use super::world::World;
use super::{mutation, query};
use crate::clock;

pub(super) use unset::unset;

/// What a resolver yields.
pub(super) type Resolved<'a> = Result<ResolvedValue<'a>, FieldError>;

/// An object of the graph.
#[derive(Debug, Clone)]
pub(super) enum Object {
    Query,
    Mutation,
    Viewer,
    Organization,
    Team,
    State(&'static WorkflowState),
    Issue(Box<Issue>),
    Comment(Box<Comment>),
    Attachment(Box<Attachment>),
    Connection(Connection),
    PageInfo(Connection),
    /// The answer of a mutation: its type, the field of the object it made, and that object.
    Payload(&'static str, &'static str, Box<Object>),
    SharedAccess,
    RateLimit,
    RateLimitResult(rate_limit::Kind),
}

/// An object in its surroundings.
pub(super) struct Node<'w> {
    pub(super) world: &'w World<'w>,
    pub(super) object: Object,
}

impl<'w> Node<'w> {
    /// Another object in the same surroundings, as a field's value.
    pub(super) fn object(&self, object: Object) -> Resolved<'w> {
        Ok(ResolvedValue::object(Node {
            world: self.world,
            object,
        }))
    }

    /// An object or null.
    pub(super) fn optional(&self, object: Option<Object>) -> Resolved<'w> {
        object.map_or_else(|| Ok(ResolvedValue::null()), |object| self.object(object))
    }

    /// Several objects.
    pub(super) fn list(&self, objects: Vec<Object>) -> Resolved<'w> {
        let world = self.world;
        Ok(ResolvedValue::list(objects.into_iter().map(
            move |object| ResolvedValue::object(Node { world, object }),
        )))
    }
}

impl ObjectValue for Node<'_> {
    fn type_name(&self) -> &str {
        match &self.object {
            Object::Query => "Query",
            Object::Mutation => "Mutation",
            Object::Viewer => "User",
            Object::Organization => "Organization",
            Object::Team => "Team",
            Object::State(_) => "WorkflowState",
            Object::Issue(_) => "Issue",
            Object::Comment(_) => "Comment",
            Object::Attachment(_) => "Attachment",
            Object::Connection(connection) => connection.type_name,
            Object::PageInfo(_) => "PageInfo",
            Object::Payload(type_name, ..) => type_name,
            Object::SharedAccess => "IssueSharedAccess",
            Object::RateLimit => "RateLimitPayload",
            Object::RateLimitResult(_) => "RateLimitResultPayload",
        }
    }

    fn resolve_field<'a>(&'a self, info: &'a ResolveInfo<'a>) -> Resolved<'a> {
        match &self.object {
            Object::Query => query::field(self, info),
            Object::Mutation => mutation::field(self, info),
            Object::Viewer => person::field(self, info),
            Object::Organization => organization(info),
            Object::Team => team::field(self, info),
            Object::State(state) => state::field(self, state, info),
            Object::Issue(issue) => issue::field(self, issue, info),
            Object::Comment(comment) => comment::field(self, comment, info),
            Object::Attachment(attachment) => attachment::field(self, attachment, info),
            Object::Connection(connection) => connection::field(self, connection, info),
            Object::PageInfo(connection) => connection::page_field(connection, info),
            Object::Payload(_, made, object) => payload(self, made, object, info),
            Object::SharedAccess => unset(info),
            Object::RateLimit => rate_limit::field(self, info),
            Object::RateLimitResult(kind) => rate_limit::result_field(self, *kind, info),
        }
    }
}

/// A value without fields of its own.
pub(super) fn leaf<'a>(value: impl Into<JsonValue>) -> Resolved<'a> {
    Ok(ResolvedValue::leaf(value))
}

/// A number of the schema's type Float.
pub(super) fn float<'a>(number: i64) -> Resolved<'a> {
    // Numbers here are far below 2^52, from where on a float could not hold them.
    #[expect(
        clippy::cast_precision_loss,
        reason = "issue numbers, milliseconds and amounts are small"
    )]
    leaf(number as f64)
}

/// A time, or null.
pub(super) fn time<'a>(micros: impl Into<Option<i64>>) -> Resolved<'a> {
    leaf(micros.into().map_or(JsonValue::Null, |micros| {
        clock::rfc3339_millis(micros).into()
    }))
}

/// A text, or null.
pub(super) fn text<'a>(text: Option<&str>) -> Resolved<'a> {
    leaf(text.map_or(JsonValue::Null, JsonValue::from))
}

fn organization<'a>(info: &'a ResolveInfo<'a>) -> Resolved<'a> {
    match info.field_name() {
        "id" => leaf(ORGANIZATION.0),
        "name" => leaf(ORGANIZATION.1),
        "urlKey" => leaf("sandbox"),
        _ => unset(info),
    }
}

fn payload<'a>(
    node: &Node<'a>,
    made: &str,
    object: &Object,
    info: &'a ResolveInfo<'a>,
) -> Resolved<'a> {
    match info.field_name() {
        "success" => leaf(true),
        // Linear counts synchronisation steps; the time does the same: it grows with every change.
        "lastSyncId" => float(clock::now_micros() / 1_000),
        field if field == made => node.object(object.clone()),
        _ => unset(info),
    }
}
