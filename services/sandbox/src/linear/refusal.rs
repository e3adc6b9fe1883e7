//! Linear's errors. Clients classify by `extensions.type` and `extensions.code`, not by the HTTP status.

use apollo_compiler::response::{GraphQLError, JsonMap, JsonValue};
use serde_json::{Value, json};

/// A resolver's "no".
#[derive(Debug, Clone)]
pub(super) struct Refusal {
    pub(super) message: String,
    extensions: Value,
}

impl Refusal {
    /// The caller's input is wrong.
    pub(super) fn input(message: String) -> Self {
        let extensions = json!({
            "type": "invalid input",
            "code": "INPUT_ERROR",
            "statusCode": 400,
            "userError": true,
            "userPresentableMessage": message,
        });
        Self {
            message,
            extensions,
        }
    }

    /// An argument breaks a rule that the schema cannot express.
    pub(super) fn argument(what: String) -> Self {
        let extensions = json!({
            "type": "invalid input",
            "code": "INVALID_INPUT",
            "statusCode": 400,
            "userError": true,
            "userPresentableMessage": what,
        });
        Self {
            message: format!("Argument Validation Error - {what}"),
            extensions,
        }
    }

    /// An id that names nothing.
    pub(super) fn not_found(entity: &str) -> Self {
        let mut refusal = Self::input(format!("Entity not found: {entity}"));
        refusal.extensions["userPresentableMessage"] =
            json!(format!("Could not find referenced {entity}."));
        refusal
    }

    /// Something of ours failed.
    pub(super) fn internal() -> Self {
        let extensions = json!({"type": "internal error", "code": "INTERNAL_SERVER_ERROR", "statusCode": 500, "userError": false});
        Self {
            message: "Internal server error".to_owned(),
            extensions,
        }
    }

    /// Puts what Linear says about this refusal on the error that execution made of it.
    pub(super) fn describe(&self, error: &mut GraphQLError) {
        if let JsonValue::Object(extensions) = JsonValue::from(self.extensions.clone()) {
            error.extensions = extensions;
        }
    }
}

/// A document that does not parse or validate, or variables that do not fit it.
pub(super) fn invalid_document(mut errors: Vec<GraphQLError>, code: &str) -> Value {
    let extensions =
        json!({"type": "graphql error", "code": code, "userError": true, "http": {"status": 400}});
    let extensions = match JsonValue::from(extensions) {
        JsonValue::Object(extensions) => extensions,
        _ => JsonMap::new(),
    };
    for error in &mut errors {
        error.extensions = extensions.clone();
    }
    json!({"errors": errors})
}

/// A request that is no GraphQL request at all.
pub(super) fn bad_request(message: &str) -> Value {
    json!({"errors": [{"message": message, "extensions": {"type": "graphql error", "code": "BAD_REQUEST", "userError": true}}]})
}

/// No credential.
pub(crate) fn not_authenticated() -> Value {
    let message = "Authentication required, not authenticated";
    authentication(
        message,
        401,
        "You need to authenticate to access this operation.",
    )
}

/// A personal key behind `Bearer`.
pub(super) fn key_as_bearer() -> Value {
    let message = "It looks like you're trying to use an API key as a Bearer token. Remove the Bearer prefix from the Authorization header.";
    authentication(message, 400, message)
}

fn authentication(message: &str, status: u16, presentable: &str) -> Value {
    json!({"errors": [{"message": message, "extensions": {
        "type": "authentication error",
        "code": "AUTHENTICATION_ERROR",
        "statusCode": status,
        "userError": true,
        "userPresentableMessage": presentable,
    }}]})
}

/// Too many requests, whichever HTTP status it comes with.
pub(crate) fn rate_limited() -> Value {
    let message = "Rate limit exceeded. Only 2500 requests are allowed per 1 hour.";
    json!({"errors": [{"message": message, "extensions": {
        "type": "ratelimited",
        "code": "RATELIMITED",
        "statusCode": 429,
        "userError": true,
        "userPresentableMessage": message,
    }}]})
}

/// Linear itself is broken.
pub(crate) fn internal_error() -> Value {
    json!({"errors": [{"message": "Internal server error", "extensions": {
        "type": "internal error", "code": "INTERNAL_SERVER_ERROR", "statusCode": 500, "userError": false,
    }}]})
}
