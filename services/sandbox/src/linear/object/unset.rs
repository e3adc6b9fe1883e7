use apollo_compiler::resolvers::{ResolveInfo, ResolvedValue};
use apollo_compiler::response::{JsonMap, JsonValue};
use apollo_compiler::schema::{ExtendedType, Type};

use super::Resolved;

/// The value of something that nobody has set: null where the schema allows it, else no, none, zero or nothing.
///
/// Linear's objects have many settings and relations (cycles, projects, reactions, triage) that a sandbox has no use for.
pub(in crate::linear) fn unset<'a>(info: &'a ResolveInfo<'a>) -> Resolved<'a> {
    let wanted = &info.field_definition().ty;
    let value = match wanted {
        Type::Named(_) | Type::List(_) => JsonValue::Null,
        Type::NonNullList(_) => return Ok(ResolvedValue::list([])),
        Type::NonNullNamed(name) => match name.as_str() {
            "Boolean" => false.into(),
            "Int" => 0.into(),
            "Float" => 0.0.into(),
            "JSONObject" => JsonValue::Object(JsonMap::new()),
            _ => match info.schema().types.get(name) {
                Some(ExtendedType::Enum(values)) => values
                    .values
                    .keys()
                    .next()
                    .map_or(JsonValue::Null, |value| value.as_str().into()),
                _ => "".into(),
            },
        },
    };
    Ok(ResolvedValue::leaf(value))
}
