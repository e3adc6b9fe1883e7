//! `rateLimitStatus`: what Linear allows a key in an hour, less what was asked of this sandbox since it started.
//!
//! The sandbox itself never runs out: limits are met only as injected faults.

use apollo_compiler::resolvers::ResolveInfo;

use super::{Node, Object, Resolved, float, leaf, unset};
use crate::clock;

const PERIOD_MS: i64 = 3_600_000;
const ALLOWED_REQUESTS: i64 = 2_500;
const ALLOWED_COMPLEXITY: i64 = 3_000_000;

/// What is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::linear) enum Kind {
    Requests,
    Complexity,
}

pub(super) fn field<'a>(node: &Node<'a>, info: &'a ResolveInfo<'a>) -> Resolved<'a> {
    match info.field_name() {
        "kind" => leaf("apiKey"),
        "limits" => node.list(vec![
            Object::RateLimitResult(Kind::Requests),
            Object::RateLimitResult(Kind::Complexity),
        ]),
        _ => unset(info),
    }
}

pub(super) fn result_field<'a>(
    node: &Node<'a>,
    kind: Kind,
    info: &'a ResolveInfo<'a>,
) -> Resolved<'a> {
    let used = i64::try_from(node.world.requests_answered()).unwrap_or(i64::MAX);
    let (name, allowed) = match kind {
        Kind::Requests => ("requests", ALLOWED_REQUESTS),
        Kind::Complexity => ("complexity", ALLOWED_COMPLEXITY),
    };
    match info.field_name() {
        "type" => leaf(name),
        "allowedAmount" => float(allowed),
        "requestedAmount" => float(1),
        "remainingAmount" => float((allowed - used).max(0)),
        "period" => float(PERIOD_MS),
        "reset" => float(clock::now_micros() / 1_000 + PERIOD_MS),
        _ => unset(info),
    }
}
