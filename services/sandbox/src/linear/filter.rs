//! Linear's filters: `{number: {eq: 7}, team: {key: {eq: "ERR"}}}`. The schema says which fields and comparators there are.

use apollo_compiler::response::{JsonMap, JsonValue};

use super::object::Object;
use super::workspace::TEAM;

/// Whether an object passes a filter.
pub(super) fn keeps(filter: &JsonMap, object: &Object) -> bool {
    filter
        .iter()
        .all(|(name, condition)| match (name.as_str(), condition) {
            (_, JsonValue::Null) => true,
            ("and", JsonValue::Array(all)) => all
                .iter()
                .filter_map(JsonValue::as_object)
                .all(|one| keeps(one, object)),
            ("or", JsonValue::Array(any)) => any
                .iter()
                .filter_map(JsonValue::as_object)
                .any(|one| keeps(one, object)),
            (name, JsonValue::Object(condition)) => match related(object, name) {
                Some(other) => keeps(condition, &other),
                None => compares(condition, &value(object, name)),
            },
            _ => false,
        })
}

fn related(object: &Object, name: &str) -> Option<Object> {
    match (object, name) {
        (Object::Issue(_) | Object::State(_), "team") => Some(Object::Team),
        (Object::Issue(issue), "state") => Some(Object::State(issue.state())),
        _ => None,
    }
}

fn value(object: &Object, name: &str) -> JsonValue {
    match (object, name) {
        (Object::Issue(issue), "id") => issue.id.as_str().into(),
        (Object::Issue(issue), "number") => issue.number.into(),
        (Object::Issue(issue), "title") => issue.title.as_str().into(),
        (Object::State(state), "id") => state.id.into(),
        (Object::State(state), "name") => state.name.into(),
        (Object::State(state), "type") => state.kind.into(),
        (Object::Team, "id") => TEAM.id.into(),
        (Object::Team, "key") => TEAM.key.into(),
        (Object::Team, "name") => TEAM.name.into(),
        (Object::Comment(comment), "id") => comment.id.as_str().into(),
        (Object::Comment(comment), "body") => comment.body.as_str().into(),
        (Object::Attachment(attachment), "id") => attachment.id.as_str().into(),
        (Object::Attachment(attachment), "title") => attachment.title.as_str().into(),
        (Object::Attachment(attachment), "url") => attachment.url.as_str().into(),
        _ => JsonValue::Null,
    }
}

fn compares(condition: &JsonMap, value: &JsonValue) -> bool {
    condition.iter().all(|(name, wanted)| {
        matches!(wanted, JsonValue::Null) || compare(name.as_str(), value, wanted)
    })
}

fn compare(comparator: &str, value: &JsonValue, wanted: &JsonValue) -> bool {
    let same =
        |one: &JsonValue| one == value || (one.is_number() && one.as_f64() == value.as_f64());
    let among = || wanted.as_array().is_some_and(|all| all.iter().any(same));
    let (text, part) = (
        value.as_str().unwrap_or_default(),
        wanted.as_str().unwrap_or_default(),
    );
    let (lower, lower_part) = (text.to_lowercase(), part.to_lowercase());
    let numbers = || Some((value.as_f64()?, wanted.as_f64()?));
    match comparator {
        "eq" => same(wanted),
        "neq" => !same(wanted),
        "in" => among(),
        "nin" => !among(),
        "null" => value.is_null() == wanted.as_bool().unwrap_or_default(),
        "lt" => numbers().is_some_and(|(a, b)| a < b),
        "lte" => numbers().is_some_and(|(a, b)| a <= b),
        "gt" => numbers().is_some_and(|(a, b)| a > b),
        "gte" => numbers().is_some_and(|(a, b)| a >= b),
        "eqIgnoreCase" => lower == lower_part,
        "neqIgnoreCase" => lower != lower_part,
        "startsWith" => text.starts_with(part),
        "notStartsWith" => !text.starts_with(part),
        "startsWithIgnoreCase" => lower.starts_with(&lower_part),
        "endsWith" => text.ends_with(part),
        "notEndsWith" => !text.ends_with(part),
        "contains" => text.contains(part),
        "notContains" => !text.contains(part),
        "containsIgnoreCase" | "containsIgnoreCaseAndAccent" => lower.contains(&lower_part),
        "notContainsIgnoreCase" => !lower.contains(&lower_part),
        _ => false,
    }
}
