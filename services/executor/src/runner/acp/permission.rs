//! The agent's requests for permission, as questions.

use std::sync::Arc;

use agent_client_protocol::Error;
use agent_client_protocol::v1::Responder;
use agent_client_protocol::v1::schema::{
    PermissionOption, PermissionOptionKind, RequestPermissionOutcome, RequestPermissionRequest,
    RequestPermissionResponse, SelectedPermissionOutcome, ToolCallUpdate,
};
use serde_json::Value;

use super::super::bounded::shorten_json;
use super::super::question::{Answer, Choice, ChoiceKind, Question, QuestionKind, pick};
use super::super::questions::{MAX_INPUT_BYTES, Questions};
use super::translate::tool_kind;

/// Answers one request. A cancelled run answers "cancelled", as the protocol demands. The tools of `allowed`, by name
/// or kind, are allowed without a question.
pub(super) async fn answer(
    questions: Questions,
    allowed: Arc<[String]>,
    asked: RequestPermissionRequest,
    responder: Responder<RequestPermissionResponse>,
) -> Result<(), Error> {
    let free = is_allowed(&allowed, &asked.tool_call);
    let question = question(&questions, asked);
    let answer = match free {
        true => Some(Answer::Allow),
        false => questions.settle(&question, std::future::pending()).await,
    };
    let chosen = answer.and_then(|answer| pick(&question.choices, &answer).cloned());
    let outcome = chosen.map_or(RequestPermissionOutcome::Cancelled, |choice| {
        RequestPermissionOutcome::Selected(SelectedPermissionOutcome::new(choice.id))
    });
    // The agent may have given up meanwhile; that is no failure of the run.
    let _ = responder.respond(RequestPermissionResponse::new(outcome));
    Ok(())
}

fn is_allowed(allowed: &[String], call: &ToolCallUpdate) -> bool {
    let kind = call.fields.kind.map(|kind| tool_kind(kind).as_str());
    let name = call.fields.name.as_deref();
    allowed
        .iter()
        .any(|tool| name == Some(tool) || kind == Some(tool))
}

fn question(questions: &Questions, asked: RequestPermissionRequest) -> Question {
    let fields = asked.tool_call.fields;
    let title = fields.title.or(fields.name);
    let text = title.as_deref().unwrap_or("use a tool");
    let choices = asked.options.into_iter().map(choice).collect();
    Question {
        tool_call_id: asked.tool_call.tool_call_id.to_string(),
        input: shorten_json(&fields.raw_input.unwrap_or(Value::Null), MAX_INPUT_BYTES),
        ..questions.question(QuestionKind::Permission, text, choices)
    }
}

fn choice(option: PermissionOption) -> Choice {
    Choice {
        id: option.option_id.to_string(),
        name: option.name,
        kind: match option.kind {
            PermissionOptionKind::AllowOnce => ChoiceKind::AllowOnce,
            PermissionOptionKind::AllowAlways => ChoiceKind::AllowAlways,
            PermissionOptionKind::RejectAlways => ChoiceKind::RejectAlways,
            _ => ChoiceKind::RejectOnce,
        },
    }
}
