//! Reading a mutation's input. The schema has checked types; here are the rules it cannot express.

use apollo_compiler::resolvers::FieldError;
use apollo_compiler::response::{JsonMap, JsonValue};
use uuid::Uuid;

use crate::linear::refusal::Refusal;
use crate::linear::world::World;

/// An input object, and the world to refuse in.
pub(super) struct Input<'a> {
    pub(super) world: &'a World<'a>,
    values: &'a JsonMap,
}

impl<'a> Input<'a> {
    /// The arguments themselves.
    pub(super) fn of(world: &'a World<'a>, values: &'a JsonMap) -> Self {
        Self { world, values }
    }

    /// The argument `input`, in which only `known` fields may be set: what the sandbox would ignore, it refuses.
    pub(super) fn nested(
        world: &'a World<'a>,
        arguments: &'a JsonMap,
        known: &[&str],
    ) -> Result<Self, FieldError> {
        let input = Self {
            world,
            values: arguments
                .get("input")
                .and_then(JsonValue::as_object)
                .unwrap_or(arguments),
        };
        let unknown = input
            .values
            .iter()
            .find(|(name, value)| !value.is_null() && !known.contains(&name.as_str()));
        match unknown {
            None => Ok(input),
            Some((name, _)) => Err(input.refuse(format!(
                "the sandbox does not play `{}`; leave it out",
                name.as_str()
            ))),
        }
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.values.get(name).is_some()
    }

    /// A text; `None` when it is absent or null.
    pub(super) fn text(&self, name: &str) -> Option<&'a str> {
        self.values.get(name).and_then(JsonValue::as_str)
    }

    pub(super) fn number(&self, name: &str) -> Option<i64> {
        self.values.get(name).and_then(JsonValue::as_i64)
    }

    /// A text that is neither empty nor longer than `most` characters; `None` when it is absent.
    pub(super) fn bounded(&self, name: &str, most: usize) -> Result<Option<String>, FieldError> {
        match self.text(name) {
            Some(text) if text.trim().is_empty() => {
                Err(self.refuse(format!("{name} should not be empty")))
            }
            Some(text) if text.chars().count() > most => Err(self.refuse(format!(
                "{name} must be shorter than or equal to {most} characters"
            ))),
            text => Ok(text.map(str::to_owned)),
        }
    }

    /// The client's own id, or a new one. Linear wants version 4.
    pub(super) fn id(&self) -> Result<String, FieldError> {
        match self.text("id").map(Uuid::parse_str) {
            None => Ok(Uuid::new_v4().to_string()),
            Some(Ok(id)) if id.get_version_num() == 4 => Ok(id.to_string()),
            Some(_) => Err(self.refuse("id must be a UUID version 4".to_owned())),
        }
    }

    pub(super) fn refuse(&self, what: String) -> FieldError {
        self.world.refuse(Refusal::argument(what))
    }

    pub(super) fn not_found(&self, entity: &str) -> FieldError {
        self.world.refuse(Refusal::not_found(entity))
    }

    /// What Linear says when an id is used a second time.
    pub(super) fn exists(&self, entity: &str, id: &str) -> FieldError {
        self.world.refuse(Refusal::input(format!(
            "Entity {entity} with id {id} already exists."
        )))
    }
}
