//! The client's half of a session: initialize, open, prompt until nothing is left to say, cancel when asked.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use agent_client_protocol::schema::ProtocolVersion;
use agent_client_protocol::v1::ConnectionTo;
use agent_client_protocol::v1::schema::{
    CancelNotification, ClientCapabilities, ContentBlock, ElicitationCapabilities,
    ElicitationFormCapabilities, Implementation, InitializeRequest, PromptRequest, PromptResponse,
    SessionId, StopReason as AcpStop, TextContent,
};
use agent_client_protocol::{Agent, Error, ErrorCode};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::super::bounded::shorten;
use super::super::control::CANCEL_GRACE;
use super::super::failure::RunFailure;
use super::super::outcome::{RunOutcome, StopReason};
use super::super::request::RunRequest;
use super::super::supervision::Line;
use super::super::transcript::Transcript;
use super::super::update::RunUpdate;
use super::session::{self, Opened, is_dead};

/// Prompts in one run: the first and the steering that follows.
const MAX_PROMPTS: usize = 100;
/// Longest error text of an agent that is handed on.
const MAX_ERROR_BYTES: usize = 2 * 1024;

/// One session with one agent.
pub(super) struct Conversation {
    pub(super) line: Line,
    pub(super) cancel: CancellationToken,
    /// Follow-up texts, each a prompt of its own when the present turn has ended.
    pub(super) steer: mpsc::Receiver<String>,
    pub(super) model: Option<String>,
    /// While it is set, the agent tells the past of its session.
    pub(super) replaying: Arc<AtomicBool>,
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
        let opened = self.open(cx, &request).await?;
        let session = opened.id;
        let prompt = match request.resume {
            Some(resume) if opened.resumed => resume.prompt,
            _ => request.prompt,
        };
        let mut answer = self.prompt(cx, &session, prompt).await?;
        for _ in 1..MAX_PROMPTS {
            if answer.stop_reason != AcpStop::EndTurn {
                break;
            }
            let Some(text) = self.next_steer() else { break };
            let steered = RunUpdate::Steered { text: text.clone() };
            self.line.recorder.tell(steered).await;
            answer = self.prompt(cx, &session, text).await?;
        }
        Ok(self.conclude(answer.stop_reason).await)
    }

    async fn open(
        &self,
        cx: &ConnectionTo<Agent>,
        request: &RunRequest,
    ) -> Result<Opened, Interruption> {
        let forms = ElicitationCapabilities::new().form(ElicitationFormCapabilities::new());
        let hello = InitializeRequest::new(ProtocolVersion::V1)
            .client_info(Implementation::new("errand", env!("CARGO_PKG_VERSION")))
            .client_capabilities(ClientCapabilities::new().elicitation(forms));
        let greeting = cx.send_request(hello).block_task();
        let agent = self
            .unless_cancelled(greeting)
            .await
            .map_err(|it| self.no_greeting(it))?;
        let folder = request
            .cwd
            .canonicalize()
            .unwrap_or_else(|_| request.cwd.clone());
        let resume = request.resume.as_ref();
        let opening = session::open(cx, &agent.agent_capabilities, folder, resume);
        let opened = self.unless_cancelled(opening).await?;
        self.replaying.store(false, Ordering::Release);
        self.line.watch.session_opened();
        let info = agent.agent_info;
        let started = RunUpdate::Started {
            agent_name: info
                .as_ref()
                .map_or_else(|| self.line.program.clone(), |it| it.name.clone()),
            agent_version: info.map(|it| it.version).unwrap_or_default(),
            agent_session_id: opened.id.to_string(),
            resumed: opened.resumed,
            process_group: self.line.process_group,
        };
        self.line.recorder.tell(started).await;
        self.choose_model(cx, &opened).await?;
        Ok(opened)
    }

    async fn choose_model(
        &self,
        cx: &ConnectionTo<Agent>,
        opened: &Opened,
    ) -> Result<(), Interruption> {
        let Some(model) = &self.model else {
            return Ok(());
        };
        let Some(option) = opened.model.clone() else {
            let reason = format!("it lets nobody choose its model; take model = {model:?} out");
            return Err(self.not_started(reason));
        };
        let choosing = session::choose_model(cx, &opened.id, option, model);
        self.unless_cancelled(choosing).await
    }

    fn not_started(&self, reason: String) -> Interruption {
        let program = self.line.program.clone();
        Interruption::Failed(RunFailure::NotStarted { program, reason })
    }

    /// An agent that cannot even greet has not started; the protocol crate refuses other versions here as well.
    fn no_greeting(&self, interruption: Interruption) -> Interruption {
        match interruption {
            Interruption::Failed(RunFailure::AgentError { message, .. }) => {
                self.not_started(format!("its greeting failed: {message}"))
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
            () = self.cancel.cancelled() => {
                // The agent may save its work; what it answers no longer matters.
                let _ = cx.send_notification(CancelNotification::new(session.clone()));
                let _ = tokio::time::timeout(CANCEL_GRACE, answer).await;
                return Err(Interruption::Cancelled);
            }
        };
        if let Some(usage) = &answer.usage {
            let tokens = (usage.input_tokens, usage.output_tokens);
            let add = |told: &mut Transcript| told.add_tokens(tokens.0, tokens.1);
            self.line.recorder.record(add).await;
        }
        Ok(answer)
    }

    async fn unless_cancelled<T>(
        &self,
        answer: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Interruption> {
        tokio::select! {
            answer = answer => answer.map_err(interruption),
            () = self.cancel.cancelled() => Err(Interruption::Cancelled),
        }
    }

    /// The next text that waits. When none does, the channel is closed before it is looked into once more: a text
    /// is either taken here or refused to its sender, never lost in between.
    fn next_steer(&mut self) -> Option<String> {
        self.steer.try_recv().ok().or_else(|| {
            self.steer.close();
            self.steer.try_recv().ok()
        })
    }

    async fn conclude(&self, stop: AcpStop) -> RunOutcome {
        let message = self.line.recorder.last_message().await;
        let stop = match stop {
            _ if self.cancel.is_cancelled() => return RunOutcome::Cancelled,
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
    if is_dead(&error) {
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
