//! The client's half of a session: initialize, open, prompt until nothing is left to say, cancel when asked.

use std::sync::Arc;
use std::time::Duration;

use agent_client_protocol::schema::ProtocolVersion;
use agent_client_protocol::v1::ConnectionTo;
use agent_client_protocol::v1::schema::{
    CancelNotification, ContentBlock, Implementation, InitializeRequest, NewSessionRequest,
    PromptRequest, PromptResponse, SessionId, StopReason as AcpStop, TextContent,
};
use agent_client_protocol::{
    Agent, Error, ErrorCode, is_connection_terminated, is_incoming_transport_closed,
};

use super::super::bounded::shorten;
use super::super::control::RunControl;
use super::super::failure::RunFailure;
use super::super::outcome::{RunOutcome, StopReason};
use super::super::request::RunRequest;
use super::super::update::RunUpdate;
use super::super::watch::Watch;
use super::recorder::Recorder;

/// How long a cancelled agent may take to end its turn before it is killed.
const CANCEL_GRACE: Duration = Duration::from_secs(5);
/// Prompts in one run: the first and the steering that follows.
const MAX_PROMPTS: usize = 100;
/// Longest error text of an agent that is handed on.
const MAX_ERROR_BYTES: usize = 2 * 1024;

/// One session with one agent.
pub(super) struct Conversation {
    pub(super) program: String,
    pub(super) process_group: u32,
    pub(super) recorder: Arc<Recorder>,
    pub(super) watch: Arc<Watch>,
    pub(super) control: RunControl,
}

/// Why the conversation did not come to the agent's own end.
enum Interruption {
    /// We cancelled.
    Cancelled,
    /// The agent, or its answer, is at fault.
    Failed(RunFailure),
    /// The line went dead; the process will tell why.
    Broken(Error),
}

impl Conversation {
    /// Holds the conversation. An error means that the line went dead.
    pub(super) async fn hold(
        mut self,
        cx: &ConnectionTo<Agent>,
        request: RunRequest,
    ) -> Result<RunOutcome, Error> {
        match self.talk(cx, request).await {
            Ok(outcome) => Ok(outcome),
            Err(Interruption::Cancelled) => Ok(RunOutcome::Cancelled),
            Err(Interruption::Failed(failure)) => Ok(RunOutcome::Failed(failure)),
            Err(Interruption::Broken(error)) => Err(error),
        }
    }

    async fn talk(
        &mut self,
        cx: &ConnectionTo<Agent>,
        request: RunRequest,
    ) -> Result<RunOutcome, Interruption> {
        let session = self.open(cx, &request).await?;
        let mut answer = self.prompt(cx, &session, request.prompt).await?;
        for _ in 1..MAX_PROMPTS {
            if answer.stop_reason != AcpStop::EndTurn {
                break;
            }
            let Some(text) = self.next_steer() else { break };
            self.recorder
                .tell(RunUpdate::Steered { text: text.clone() })
                .await;
            answer = self.prompt(cx, &session, text).await?;
        }
        Ok(self.conclude(answer.stop_reason).await)
    }

    async fn open(
        &mut self,
        cx: &ConnectionTo<Agent>,
        request: &RunRequest,
    ) -> Result<SessionId, Interruption> {
        let hello = InitializeRequest::new(ProtocolVersion::V1)
            .client_info(Implementation::new("errand", env!("CARGO_PKG_VERSION")));
        let greeting = cx.send_request(hello).block_task();
        let agent = self
            .unless_cancelled(greeting)
            .await
            .map_err(|it| self.no_greeting(it))?;
        let folder = request
            .cwd
            .canonicalize()
            .unwrap_or_else(|_| request.cwd.clone());
        let opening = cx.send_request(NewSessionRequest::new(folder)).block_task();
        let session = self.unless_cancelled(opening).await?.session_id;
        self.watch.session_opened();
        let info = agent.agent_info;
        self.recorder
            .tell(RunUpdate::Started {
                agent_name: info
                    .as_ref()
                    .map_or_else(|| self.program.clone(), |it| it.name.clone()),
                agent_version: info.map(|it| it.version).unwrap_or_default(),
                acp_session_id: session.to_string(),
                process_group: self.process_group,
            })
            .await;
        Ok(session)
    }

    /// An agent that cannot even greet has not started; the protocol crate refuses other versions here as well.
    fn no_greeting(&self, interruption: Interruption) -> Interruption {
        match interruption {
            Interruption::Failed(RunFailure::AgentError { message, .. }) => {
                Interruption::Failed(RunFailure::NotStarted {
                    program: self.program.clone(),
                    reason: format!("its greeting failed: {message}"),
                })
            }
            other => other,
        }
    }

    async fn prompt(
        &mut self,
        cx: &ConnectionTo<Agent>,
        session: &SessionId,
        text: String,
    ) -> Result<PromptResponse, Interruption> {
        let blocks = vec![ContentBlock::Text(TextContent::new(text))];
        let answer = cx
            .send_request(PromptRequest::new(session.clone(), blocks))
            .block_task();
        let mut answer = std::pin::pin!(answer);
        let answer = tokio::select! {
            answer = &mut answer => answer.map_err(interruption)?,
            () = self.control.cancel.cancelled() => {
                // The agent may save its work; what it answers no longer matters.
                let _ = cx.send_notification(CancelNotification::new(session.clone()));
                let _ = tokio::time::timeout(CANCEL_GRACE, answer).await;
                return Err(Interruption::Cancelled);
            }
        };
        if let Some(usage) = &answer.usage {
            self.recorder
                .add_turn_usage(usage.input_tokens, usage.output_tokens)
                .await;
        }
        Ok(answer)
    }

    async fn unless_cancelled<T>(
        &self,
        answer: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Interruption> {
        tokio::select! {
            answer = answer => answer.map_err(interruption),
            () = self.control.cancel.cancelled() => Err(Interruption::Cancelled),
        }
    }

    /// The next text that waits. When none does, the channel is closed before it is looked into once more: a text
    /// is either taken here or refused to its sender, never lost in between.
    fn next_steer(&mut self) -> Option<String> {
        self.control.steer.try_recv().ok().or_else(|| {
            self.control.steer.close();
            self.control.steer.try_recv().ok()
        })
    }

    async fn conclude(&self, stop: AcpStop) -> RunOutcome {
        let message = self.recorder.last_message().await;
        let stop = match stop {
            _ if self.control.cancel.is_cancelled() => return RunOutcome::Cancelled,
            AcpStop::EndTurn => StopReason::EndTurn,
            AcpStop::MaxTokens => StopReason::MaxTokens,
            AcpStop::MaxTurnRequests => StopReason::MaxTurnRequests,
            AcpStop::Refusal => return refused(message, "it gave no reason"),
            _ => {
                return refused(
                    message,
                    "it ended its turn as cancelled, which nobody asked for",
                );
            }
        };
        RunOutcome::Ended { stop, message }
    }
}

fn refused(message: String, otherwise: &str) -> RunOutcome {
    let reason = if message.is_empty() {
        otherwise.to_owned()
    } else {
        message
    };
    RunOutcome::Failed(RunFailure::Refused { reason })
}

/// Tells the agent's own error answer from a line that went dead.
fn interruption(error: Error) -> Interruption {
    if is_incoming_transport_closed(&error) || is_connection_terminated(&error) {
        return Interruption::Broken(error);
    }
    let detail = error
        .data
        .as_ref()
        .map(|data| format!(" ({data})"))
        .unwrap_or_default();
    let message = shorten(&format!("{}{detail}", error.message), MAX_ERROR_BYTES);
    Interruption::Failed(if error.code == ErrorCode::AUTH_REQUIRED {
        RunFailure::LoginRequired { reason: message }
    } else {
        RunFailure::AgentError {
            code: error.code.value(),
            message,
        }
    })
}
