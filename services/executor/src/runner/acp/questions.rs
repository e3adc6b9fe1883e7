//! Answers the agent's requests for permission, by policy or by a person.

use std::sync::Arc;
use std::time::Duration;

use agent_client_protocol::Error;
use agent_client_protocol::v1::Responder;
use agent_client_protocol::v1::schema::{
    PermissionOption, PermissionOptionKind, RequestPermissionOutcome, RequestPermissionRequest,
    RequestPermissionResponse, SelectedPermissionOutcome,
};
use serde_json::Value;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::super::bounded::{shorten, shorten_json};
use super::super::permission::{
    PermissionAnswer, PermissionChoice, PermissionKind, PermissionPolicy, pick,
};
use super::super::update::RunUpdate;
use super::super::watch::Watch;
use super::recorder::Recorder;

/// Longest title of a question.
const MAX_TITLE_BYTES: usize = 500;
/// Longest input that is shown with a question, as JSON text.
const MAX_INPUT_BYTES: usize = 16 * 1024;
/// Choices that are offered to a person.
const MAX_CHOICES: usize = 20;

/// How this run answers.
#[derive(Debug, Clone)]
pub(super) struct Questions {
    pub(super) policy: PermissionPolicy,
    pub(super) cancel: CancellationToken,
    pub(super) recorder: Arc<Recorder>,
    pub(super) watch: Arc<Watch>,
}

/// A question in our own words.
struct Question {
    tool_call_id: String,
    title: String,
    input: Value,
    choices: Vec<PermissionChoice>,
}

impl Questions {
    /// Answers one request. A cancelled run answers "cancelled", as the protocol demands.
    pub(super) async fn answer(
        self,
        asked: RequestPermissionRequest,
        responder: Responder<RequestPermissionResponse>,
    ) -> Result<(), Error> {
        let question = Question::from(asked);
        let answer = tokio::select! {
            answer = self.decide(&question) => Some(answer),
            () = self.cancel.cancelled() => None,
        };
        let chosen = answer
            .as_ref()
            .and_then(|answer| pick(&question.choices, answer));
        let outcome = chosen.map_or(RequestPermissionOutcome::Cancelled, |choice| {
            RequestPermissionOutcome::Selected(SelectedPermissionOutcome::new(choice.id.clone()))
        });
        self.recorder.tell(question.decided(chosen)).await;
        // The agent may have given up meanwhile; that is no failure of the run.
        let _ = responder.respond(RequestPermissionResponse::new(outcome));
        Ok(())
    }

    async fn decide(&self, question: &Question) -> PermissionAnswer {
        match self.policy {
            PermissionPolicy::Allow => PermissionAnswer::Allow,
            PermissionPolicy::Reject => PermissionAnswer::Reject,
            PermissionPolicy::Ask { patience } => self.ask(question, patience).await,
        }
    }

    async fn ask(&self, question: &Question, patience: Duration) -> PermissionAnswer {
        let _clocks_stand_still = self.watch.wait_for_person();
        let (answer, answered) = oneshot::channel();
        self.recorder
            .tell(RunUpdate::PermissionAsked {
                tool_call_id: question.tool_call_id.clone(),
                title: question.title.clone(),
                input: question.input.clone(),
                choices: question.choices.clone(),
                answer,
            })
            .await;
        match tokio::time::timeout(patience, answered).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) | Err(_) => PermissionAnswer::Reject,
        }
    }
}

impl From<RequestPermissionRequest> for Question {
    fn from(asked: RequestPermissionRequest) -> Self {
        let fields = asked.tool_call.fields;
        let title = fields
            .title
            .or(fields.name)
            .unwrap_or_else(|| "use a tool".to_owned());
        Self {
            tool_call_id: asked.tool_call.tool_call_id.to_string(),
            title: shorten(&title, MAX_TITLE_BYTES),
            input: shorten_json(&fields.raw_input.unwrap_or(Value::Null), MAX_INPUT_BYTES),
            choices: asked
                .options
                .into_iter()
                .take(MAX_CHOICES)
                .map(choice)
                .collect(),
        }
    }
}

impl Question {
    fn decided(&self, chosen: Option<&PermissionChoice>) -> RunUpdate {
        RunUpdate::PermissionDecided {
            tool_call_id: self.tool_call_id.clone(),
            title: self.title.clone(),
            decision: chosen.map_or_else(
                || "The question was withdrawn.".to_owned(),
                |it| it.name.clone(),
            ),
            allowed: chosen.is_some_and(|it| it.kind.allows()),
        }
    }
}

fn choice(option: PermissionOption) -> PermissionChoice {
    PermissionChoice {
        id: option.option_id.to_string(),
        name: shorten(&option.name, MAX_TITLE_BYTES),
        kind: match option.kind {
            PermissionOptionKind::AllowOnce => PermissionKind::AllowOnce,
            PermissionOptionKind::AllowAlways => PermissionKind::AllowAlways,
            PermissionOptionKind::RejectAlways => PermissionKind::RejectAlways,
            _ => PermissionKind::RejectOnce,
        },
    }
}
