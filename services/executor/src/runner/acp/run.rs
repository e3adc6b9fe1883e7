//! One run of an agent over its pipes: the conversation, and everything that may end it.

use std::sync::Arc;

use agent_client_protocol::v1::ConnectionTo;
use agent_client_protocol::v1::schema::{RequestPermissionRequest, SessionNotification};
use agent_client_protocol::{Agent, Client, Error, Lines};
use async_trait::async_trait;
use tokio::sync::mpsc;

use super::super::AgentRunner;
use super::super::command::AgentCommand;
use super::super::control::RunControl;
use super::super::failure::{AgentExit, RunFailure};
use super::super::frames;
use super::super::outcome::RunOutcome;
use super::super::process::{AgentPipes, AgentProcess};
use super::super::request::{MAX_PROMPT_BYTES, RunRequest};
use super::super::update::RunUpdate;
use super::super::watch::Watch;
use super::conversation::Conversation;
use super::questions::Questions;
use super::recorder::Recorder;

/// Runs any agent that speaks ACP v1 over its standard input and output.
#[derive(Debug, Clone)]
pub struct AcpRunner {
    command: AgentCommand,
}

impl AcpRunner {
    /// A runner that starts `command` anew for each run.
    pub const fn new(command: AgentCommand) -> Self {
        Self { command }
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
        if request.prompt.len() > MAX_PROMPT_BYTES {
            let (bytes, limit) = (request.prompt.len(), MAX_PROMPT_BYTES);
            return RunOutcome::Failed(RunFailure::PromptTooLarge { bytes, limit });
        }
        let started = AgentProcess::spawn(&self.command, &request.cwd, &request.folders);
        let (mut process, pipes) = match started.await {
            Ok(started) => started,
            Err(failure) => return RunOutcome::Failed(failure),
        };
        let recorder = Arc::new(Recorder::new(updates));
        let watch = Watch::new(request.limits.clone(), self.command.program_name());
        let talk = Talk {
            program: self.command.program_name(),
            recorder: Arc::clone(&recorder),
            watch: Arc::clone(&watch),
        };
        let outcome = talk.until_end(&mut process, pipes, request, control).await;
        let last_words = process.end().await;
        recorder.finish().await;
        explained(outcome, last_words, &watch)
    }
}

/// One conversation with a started agent, and everything that may end it.
struct Talk {
    program: String,
    recorder: Arc<Recorder>,
    watch: Arc<Watch>,
}

impl Talk {
    async fn until_end(
        self,
        process: &mut AgentProcess,
        pipes: AgentPipes,
        request: RunRequest,
        control: RunControl,
    ) -> RunOutcome {
        let cancel = control.cancel.clone();
        let conversation = self.connect(pipes, process.process_group(), request, control);
        let mut conversation = std::pin::pin!(conversation);
        let ended = tokio::select! {
            biased;
            failure = self.watch.broken() => return RunOutcome::Failed(failure),
            ended = &mut conversation => ended,
            _ = process.exited() => {
                // What is left of the group may hold the pipe open; without it the conversation comes to its end.
                process.kill();
                tokio::select! {
                    failure = self.watch.broken() => return RunOutcome::Failed(failure),
                    ended = &mut conversation => ended,
                }
            }
        };
        match ended {
            Ok(outcome) => {
                process.quit().await;
                outcome
            }
            Err(_) if cancel.is_cancelled() => RunOutcome::Cancelled,
            Err(error) => {
                // The error says only that the line went dead; the process says why.
                tracing::debug!(%error, "the connection to the agent broke");
                let exit = process.exit_after_close().await;
                RunOutcome::Failed(RunFailure::Crashed {
                    exit,
                    stderr: String::new(),
                })
            }
        }
    }

    async fn connect(
        &self,
        pipes: AgentPipes,
        process_group: u32,
        request: RunRequest,
        control: RunControl,
    ) -> Result<RunOutcome, Error> {
        let incoming = Box::pin(frames::messages(pipes.stdout, Arc::clone(&self.watch)));
        let transport = Lines::new(Box::pin(frames::line_sink(pipes.stdin)), incoming);
        let questions = Questions {
            policy: control.permissions,
            cancel: control.cancel.clone(),
            recorder: Arc::clone(&self.recorder),
            watch: Arc::clone(&self.watch),
        };
        let recorder = Arc::clone(&self.recorder);
        let conversation = Conversation {
            program: self.program.clone(),
            process_group,
            recorder: Arc::clone(&self.recorder),
            watch: Arc::clone(&self.watch),
            control,
        };
        Client
            .v1()
            .on_receive_notification(
                async move |news: SessionNotification, _: ConnectionTo<Agent>| {
                    recorder.record(news.update).await;
                    Ok(())
                },
                agent_client_protocol::on_receive_notification!(),
            )
            .on_receive_request(
                async move |asked: RequestPermissionRequest, responder, cx: ConnectionTo<Agent>| {
                    // A person may take hours, and the connection must go on reading meanwhile.
                    cx.spawn(questions.clone().answer(asked, responder))
                },
                agent_client_protocol::on_receive_request!(),
            )
            .connect_with(transport, async move |cx: ConnectionTo<Agent>| {
                conversation.hold(&cx, request).await
            })
            .await
    }
}

/// Completes a crash by what is known only when the process group is dead: the end of its standard error. A
/// program that ended well, or without a word, and had printed text beside the protocol is no agent at all.
fn explained(outcome: RunOutcome, last_words: String, watch: &Watch) -> RunOutcome {
    let RunOutcome::Failed(RunFailure::Crashed { exit, .. }) = outcome else {
        return outcome;
    };
    let wordless =
        last_words.is_empty() || matches!(exit, AgentExit::Code(0) | AgentExit::OutputClosed);
    RunOutcome::Failed(match watch.garbage() {
        Some(garbage) if wordless => garbage,
        _ if last_words.is_empty() => RunFailure::Crashed {
            exit,
            stderr: "(nothing)".to_owned(),
        },
        _ => RunFailure::Crashed {
            exit,
            stderr: last_words,
        },
    })
}
