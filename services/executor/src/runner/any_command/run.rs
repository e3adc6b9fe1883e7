//! One run of a program that is given its prompt and says what it likes.

use std::sync::Arc;

use async_trait::async_trait;
use futures::StreamExt;
use tokio::io::AsyncWriteExt;
use tokio::process::ChildStdin;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::super::AgentRunner;
use super::super::command::AgentCommand;
use super::super::control::RunControl;
use super::super::failure::{AgentExit, RunFailure};
use super::super::frames;
use super::super::outcome::{RunOutcome, StopReason};
use super::super::process::AgentPipes;
use super::super::request::RunRequest;
use super::super::supervision::{Ended, Line, LineClosed, supervise};
use super::super::update::RunUpdate;
use super::lines;

/// Runs any program. It takes no further text and asks nothing; an exit code other than zero is a failure.
#[derive(Debug, Clone)]
pub struct CommandRunner {
    command: AgentCommand,
}

impl CommandRunner {
    /// A runner that starts `command` anew for each run.
    pub const fn new(command: AgentCommand) -> Self {
        Self { command }
    }
}

#[async_trait]
impl AgentRunner for CommandRunner {
    async fn run(
        &self,
        request: RunRequest,
        updates: mpsc::Sender<RunUpdate>,
        mut control: RunControl,
    ) -> RunOutcome {
        control.steer.close();
        let (prompt, cancel) = (request.prompt.clone(), control.cancel.clone());
        let talk = |line, pipes| listen(line, pipes, prompt, cancel);
        match supervise(&self.command, &request, updates, &control, talk).await {
            Ended::Closed {
                exit: AgentExit::Code(0),
                last_message: message,
                ..
            } => RunOutcome::Ended {
                stop: StopReason::EndTurn,
                message,
            },
            Ended::Closed {
                exit, last_words, ..
            } => RunOutcome::Failed(RunFailure::crashed(exit, last_words)),
            Ended::Run(outcome) => outcome,
        }
    }
}

/// Reads to the end, while the prompt is written: a program may speak before it has read everything. There is no word
/// for "stop" where there is no protocol, so a cancelled program is not told.
async fn listen(
    line: Line,
    pipes: AgentPipes,
    prompt: String,
    cancel: CancellationToken,
) -> Result<RunOutcome, LineClosed> {
    line.recorder.tell(started(&line)).await;
    line.watch.session_opened();
    let watch = Arc::clone(&line.watch);
    let mut messages = Box::pin(frames::messages(pipes.stdout, watch, |_| true));
    let read = async {
        while let Some(Ok(text)) = messages.next().await {
            let record = |told: &mut _| lines::record(told, &text);
            line.recorder.record(record).await;
        }
    };
    let all = async { tokio::join!(write(pipes.stdin, &prompt), read) };
    tokio::select! {
        _ = all => Err(LineClosed),
        () = cancel.cancelled() => Ok(RunOutcome::Cancelled),
    }
}

/// A program that does not read its input works without it.
async fn write(mut stdin: ChildStdin, prompt: &str) {
    let written = async {
        stdin.write_all(prompt.as_bytes()).await?;
        stdin.shutdown().await
    };
    if let Err(error) = written.await {
        tracing::debug!(%error, "the program did not read its prompt");
    }
}

fn started(line: &Line) -> RunUpdate {
    RunUpdate::Started {
        agent_name: line.program.clone(),
        agent_version: String::new(),
        agent_session_id: String::new(),
        resumed: false,
        process_group: line.process_group,
    }
}
