//! The agent's side of the protocol: sessions, prompts, cancellation.

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use agent_client_protocol::schema::ProtocolVersion;
use agent_client_protocol::v1::schema::{
    AgentCapabilities, CancelNotification, ContentBlock, Implementation, InitializeRequest,
    InitializeResponse, NewSessionRequest, NewSessionResponse, PromptRequest, PromptResponse,
    SessionId, StopReason,
};
use agent_client_protocol::v1::{ConnectionTo, Responder};
use agent_client_protocol::{Agent, Client, Error, Lines};
use futures::Stream;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::error::{DemoError, Interruption, Played};
use super::misbehaviour::Misbehaviour;
use super::pretence::Pretence;
use super::stage::Stage;
use super::task::{AgentKind, Task};
use super::{codegen, misdeeds, review};

/// Names the variable that sets the pause between steps, in milliseconds; 0 for tests.
pub const PACE_VARIABLE: &str = "ERRAND_DEMO_PACE_MS";
/// The pace where none is set: a person can follow it and is not bored.
const USUAL_PACE: Duration = Duration::from_millis(400);
/// The slowest pace that is accepted.
const MAX_PACE: Duration = Duration::from_secs(60);
/// The least pause between steps under `demo:slow`.
const SLOW_PACE: Duration = Duration::from_millis(500);
/// Sessions of one process.
const MAX_SESSIONS: usize = 64;

/// Standard output, shared so that a misbehaviour can print beside the protocol.
pub(super) type Output = Arc<tokio::sync::Mutex<Box<dyn AsyncWrite + Send + Unpin>>>;

/// Serves the demo agent over a pair of pipes until the client closes its end.
///
/// The prompt word `demo:crash` ends the whole process, so the agent belongs into a process of its own.
///
/// # Errors
/// [`DemoError::Connection`] when a pipe broke.
pub async fn run_demo_agent<R, W>(stdin: R, stdout: W) -> Result<(), DemoError>
where
    R: AsyncRead + Send + Unpin + 'static,
    W: AsyncWrite + Send + Unpin + 'static,
{
    let output: Output = Arc::new(tokio::sync::Mutex::new(Box::new(stdout)));
    let agent = Arc::new(DemoAgent::new(Arc::clone(&output)));
    let transport = Lines::new(Box::pin(line_sink(output)), Box::pin(lines(stdin)));
    let (sessions, cancels) = (Arc::clone(&agent), Arc::clone(&agent));
    Agent
        .v1()
        .name("errand-demo-agent")
        .on_receive_request(
            async move |_: InitializeRequest, responder, _: ConnectionTo<Client>| {
                responder.respond(greeting())
            },
            agent_client_protocol::on_receive_request!(),
        )
        .on_receive_request(
            async move |request: NewSessionRequest, responder, _: ConnectionTo<Client>| {
                responder.respond_with_result(sessions.open(request))
            },
            agent_client_protocol::on_receive_request!(),
        )
        .on_receive_request(
            async move |request: PromptRequest, responder, cx: ConnectionTo<Client>| {
                // The turn must not hold up the connection, or it could not be cancelled.
                cx.spawn(Arc::clone(&agent).turn(request, responder, cx.clone()))
            },
            agent_client_protocol::on_receive_request!(),
        )
        .on_receive_notification(
            async move |cancel: CancelNotification, _: ConnectionTo<Client>| {
                cancels.cancel(&cancel.session_id);
                Ok(())
            },
            agent_client_protocol::on_receive_notification!(),
        )
        .connect_to(transport)
        .await
        .map_err(|error| DemoError::Connection(error.to_string()))
}

struct DemoAgent {
    output: Output,
    pace: Duration,
    sessions: Mutex<HashMap<SessionId, Session>>,
}

#[derive(Clone)]
struct Session {
    folder: PathBuf,
    /// What a prompt without a kind means: that of the prompt before.
    kind: AgentKind,
    pretence: Pretence,
    /// Cancels the present turn.
    cancel: CancellationToken,
}

impl DemoAgent {
    fn new(output: Output) -> Self {
        let pace = std::env::var(PACE_VARIABLE)
            .ok()
            .and_then(|text| text.trim().parse().ok())
            .map_or(USUAL_PACE, |millis| {
                Duration::from_millis(millis).min(MAX_PACE)
            });
        Self {
            output,
            pace,
            sessions: Mutex::default(),
        }
    }

    fn open(&self, request: NewSessionRequest) -> Result<NewSessionResponse, Error> {
        if !request.cwd.is_dir() {
            let reason = format!("{} is no folder", request.cwd.display());
            return Err(Error::invalid_params().data(reason));
        }
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        if sessions.len() >= MAX_SESSIONS {
            let reason =
                format!("this process has its {MAX_SESSIONS} sessions already; start another");
            return Err(Error::invalid_request().data(reason));
        }
        let id = SessionId::new(format!("demo-{}", Uuid::new_v4()));
        let cancel = CancellationToken::new();
        let session = Session {
            folder: request.cwd,
            kind: AgentKind::Codegen,
            pretence: Pretence::default(),
            cancel,
        };
        sessions.insert(id.clone(), session);
        Ok(NewSessionResponse::new(id))
    }

    fn cancel(&self, id: &SessionId) {
        let sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(session) = sessions.get(id) {
            session.cancel.cancel();
        }
    }

    /// A fresh turn of a session: an earlier cancellation does not count.
    fn begin_turn(&self, id: &SessionId) -> Option<Session> {
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        let session = sessions.get_mut(id)?;
        session.cancel = CancellationToken::new();
        Some(session.clone())
    }

    fn remember_kind(&self, id: &SessionId, kind: AgentKind) {
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(session) = sessions.get_mut(id) {
            session.kind = kind;
        }
    }

    async fn turn(
        self: Arc<Self>,
        request: PromptRequest,
        responder: Responder<PromptResponse>,
        connection: ConnectionTo<Client>,
    ) -> Result<(), Error> {
        let Some(session) = self.begin_turn(&request.session_id) else {
            let unknown =
                agent_client_protocol::v1::schema::Error::session_not_found(request.session_id);
            return responder.respond_with_error(unknown.into());
        };
        let parsed = Task::parse(&text_of(&request.prompt), session.kind);
        if let Ok(task) = &parsed {
            self.remember_kind(&request.session_id, task.kind);
        }
        let misbehaviour = parsed.as_ref().ok().and_then(|task| task.misbehaviour);
        let pace = if misbehaviour == Some(Misbehaviour::Slow) {
            self.pace.max(SLOW_PACE)
        } else {
            self.pace
        };
        let mut stage = Stage::new(
            connection,
            request.session_id,
            session.folder,
            pace,
            session.cancel,
            misbehaviour,
        );
        stage.output = Some(Arc::clone(&self.output));
        stage.pretence = session.pretence.clone();
        let before = session.pretence.so_far();
        let played = play(&mut stage, parsed).await;
        let ended = |stop| PromptResponse::new(stop).usage(session.pretence.since(before));
        match played {
            Ok(stop) => responder.respond(ended(stop)),
            Err(Interruption::Cancelled) => responder.respond(ended(StopReason::Cancelled)),
            Err(other) => {
                responder.respond_with_error(Error::internal_error().data(other.to_string()))
            }
        }
    }
}

async fn play(stage: &mut Stage, parsed: Result<Task, String>) -> Played<StopReason> {
    stage
        .say(
            "I am Errand's demo agent. My work is scripted, no language model is involved; \
             what I read, change and run in this repository is real. The tokens and the cost that I tell are made up.\n",
        )
        .await?;
    let task = match parsed {
        Ok(task) => task,
        Err(kind) => {
            let known = AgentKind::ALL.map(AgentKind::as_str).join(", ");
            let refusal =
                format!("I have no script for the agent kind \"{kind}\". I know: {known}.");
            stage.say(refusal).await?;
            return Ok(StopReason::Refusal);
        }
    };
    if let Some(stop) = misdeeds::at_the_start(stage).await? {
        return Ok(stop);
    }
    match task.kind {
        AgentKind::Codegen => codegen::play(stage, &task).await?,
        _ => review::play(stage, &task).await?,
    }
    Ok(StopReason::EndTurn)
}

fn greeting() -> InitializeResponse {
    InitializeResponse::new(ProtocolVersion::V1)
        .agent_capabilities(AgentCapabilities::new())
        .agent_info(
            Implementation::new("errand-demo-agent", env!("CARGO_PKG_VERSION"))
                .title("Errand demo agent (scripted)".to_owned()),
        )
}

fn text_of(prompt: &[ContentBlock]) -> String {
    let texts: Vec<_> = prompt
        .iter()
        .filter_map(|block| match block {
            ContentBlock::Text(text) => Some(text.text.as_str()),
            _ => None,
        })
        .collect();
    texts.join("\n")
}

fn lines<R>(stdin: R) -> impl Stream<Item = io::Result<String>> + Send
where
    R: AsyncRead + Send + Unpin + 'static,
{
    futures::stream::unfold(BufReader::new(stdin).lines(), |mut lines| async move {
        let line = lines.next_line().await.transpose()?;
        Some((line, lines))
    })
}

fn line_sink(output: Output) -> impl futures::Sink<String, Error = io::Error> + Send {
    futures::sink::unfold(output, |output, mut line: String| async move {
        line.push('\n');
        let mut writer = output.lock().await;
        writer.write_all(line.as_bytes()).await?;
        writer.flush().await?;
        drop(writer);
        Ok(output)
    })
}
