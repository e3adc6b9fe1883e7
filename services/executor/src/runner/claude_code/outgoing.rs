//! What `claude` reads, one message a line.

use serde_json::{Value, json};

/// The id of the request that every conversation begins with.
pub(super) const HELLO: &str = "hello";

/// Asks the program whether it is there; it answers before it asks the model anything.
pub(super) fn hello() -> String {
    request(HELLO, &json!({"subtype": "initialize", "hooks": null}))
}

/// Asks the program to end its turn.
pub(super) fn interrupt() -> String {
    request("interrupt", &json!({"subtype": "interrupt"}))
}

/// A message of the user, in the middle of a turn or as the next.
pub(super) fn user(text: &str) -> String {
    let message = json!({"role": "user", "content": [{"type": "text", "text": text}]});
    json!({"type": "user", "message": message, "parent_tool_use_id": null, "session_id": ""})
        .to_string()
}

/// Lets the tool be used, with `input` as it shall be.
pub(super) fn allow(request_id: &str, input: &Value) -> String {
    respond(
        request_id,
        &json!({"behavior": "allow", "updatedInput": input}),
    )
}

/// Refuses the tool; the model reads `why`.
pub(super) fn deny(request_id: &str, why: &str) -> String {
    respond(request_id, &json!({"behavior": "deny", "message": why}))
}

/// Answers a request that is not known here.
pub(super) fn not_known(request_id: &str) -> String {
    let response = json!({"subtype": "error", "request_id": request_id, "error": "not supported"});
    json!({"type": "control_response", "response": response}).to_string()
}

fn request(id: &str, request: &Value) -> String {
    json!({"type": "control_request", "request_id": id, "request": request}).to_string()
}

fn respond(id: &str, answer: &Value) -> String {
    let response = json!({"subtype": "success", "request_id": id, "response": answer});
    json!({"type": "control_response", "response": response}).to_string()
}
