//! One run of an agent that speaks the protocol: its messages on the one side, the conversation on the other.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use agent_client_protocol::v1::ConnectionTo;
use agent_client_protocol::v1::schema::{
    CreateElicitationRequest, RequestPermissionRequest, SessionNotification,
};
use agent_client_protocol::{Agent, Client, Lines};
use async_trait::async_trait;
use tokio::sync::mpsc;

use super::super::AgentRunner;
use super::super::command::AgentCommand;
use super::super::control::RunControl;
use super::super::frames;
use super::super::outcome::RunOutcome;
use super::super::process::AgentPipes;
use super::super::request::RunRequest;
use super::super::supervision::{Line, LineClosed, supervise};
use super::super::update::RunUpdate;
use super::conversation::Conversation;
use super::{elicitation, permission, translate};

/// Runs any agent that speaks ACP v1 over its standard input and output.
#[derive(Debug, Clone)]
pub struct AcpRunner {
    command: AgentCommand,
    model: Option<String>,
    allowed_tools: Arc<[String]>,
}

impl AcpRunner {
    /// A runner that starts `command` anew for each run.
    pub fn new(command: AgentCommand) -> Self {
        Self {
            command,
            model: None,
            allowed_tools: Arc::default(),
        }
    }

    /// Chooses the agent's model, by the id that the agent offers it under.
    #[must_use]
    pub fn with_model(mut self, model: Option<String>) -> Self {
        self.model = model;
        self
    }

    /// Tools, by name or kind, that are allowed without a question whatever the policy.
    #[must_use]
    pub fn with_allowed_tools(mut self, tools: &[String]) -> Self {
        self.allowed_tools = tools.into();
        self
    }
}

#[async_trait]
impl AgentRunner for AcpRunner {
    async fn run(
        &self,
        request: RunRequest,
        updates: mpsc::Sender<RunUpdate>,
        control: RunControl,
    ) -> RunOutcome {
        let mut control = control;
        let steer = std::mem::replace(&mut control.steer, mpsc::channel(1).1);
        let asked = request.clone();
        let talk = |line: Line, pipes| {
            let conversation = Conversation {
                line,
                cancel: control.cancel.clone(),
                steer,
                model: self.model.clone(),
                replaying: Arc::new(AtomicBool::new(asked.resume.is_some())),
            };
            connect(conversation, pipes, asked, Arc::clone(&self.allowed_tools))
        };
        supervise(&self.command, &request, updates, &control, talk)
            .await
            .or_crash()
    }
}

async fn connect(
    conversation: Conversation,
    pipes: AgentPipes,
    request: RunRequest,
    allowed_tools: Arc<[String]>,
) -> Result<RunOutcome, LineClosed> {
    let line = conversation.line.clone();
    let incoming = frames::messages(pipes.stdout, Arc::clone(&line.watch), frames::is_json_rpc);
    let outgoing = frames::line_sink(pipes.stdin);
    let transport = Lines::new(Box::pin(outgoing), Box::pin(incoming));
    let recorder = Arc::clone(&line.recorder);
    let replaying = Arc::clone(&conversation.replaying);
    let (permissions, forms) = (line.questions.clone(), line.questions);
    Client
        .v1()
        .on_receive_notification(
            async move |news: SessionNotification, _: ConnectionTo<Agent>| {
                // A session that is loaded tells its past again, which was recorded when it happened.
                if !replaying.load(Ordering::Acquire) {
                    let record = |told: &mut _| translate::record(told, news.update);
                    recorder.record(record).await;
                }
                Ok(())
            },
            agent_client_protocol::on_receive_notification!(),
        )
        .on_receive_request(
            async move |asked: RequestPermissionRequest, responder, cx: ConnectionTo<Agent>| {
                // A person may take hours, and the connection must go on reading meanwhile.
                let (questions, allowed) = (permissions.clone(), Arc::clone(&allowed_tools));
                cx.spawn(permission::answer(questions, allowed, asked, responder))
            },
            agent_client_protocol::on_receive_request!(),
        )
        .on_receive_request(
            async move |asked: CreateElicitationRequest, responder, cx: ConnectionTo<Agent>| {
                cx.spawn(elicitation::answer(forms.clone(), asked, responder))
            },
            agent_client_protocol::on_receive_request!(),
        )
        .connect_with(transport, async move |cx: ConnectionTo<Agent>| {
            conversation.hold(&cx, request).await
        })
        .await
        .map_err(|error| {
            tracing::debug!(%error, "the connection to the agent broke");
            LineClosed
        })
}
