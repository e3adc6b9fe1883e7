//! One agent's process from start to end, and everything that may end it, for every runner alike.

use std::sync::Arc;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::command::AgentCommand;
use super::control::RunControl;
use super::failure::{AgentExit, RunFailure};
use super::outcome::RunOutcome;
use super::process::{AgentPipes, AgentProcess};
use super::questions::Questions;
use super::recorder::Recorder;
use super::request::{MAX_PROMPT_BYTES, RunRequest};
use super::update::RunUpdate;
use super::watch::Watch;

/// What a conversation with a started agent has to work with.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) program: String,
    pub(super) process_group: u32,
    pub(super) recorder: Arc<Recorder>,
    pub(super) watch: Arc<Watch>,
    pub(super) questions: Questions,
}

/// The agent's output ended before the conversation came to an end of its own.
#[derive(Debug)]
pub(super) struct LineClosed;

/// How a supervised process came to its end.
pub(super) enum Ended<O = RunOutcome> {
    /// By the conversation, a limit, or a cancellation.
    Run(O),
    /// The output ended first; what that means, the runner knows.
    Closed {
        exit: AgentExit,
        /// The end of the standard error.
        last_words: String,
        last_message: String,
        /// What was printed beside the protocol.
        garbage: Option<RunFailure>,
    },
}

/// Runs `command` in the request's folder and `talk` over its pipes, until the first of them ends or a limit is hit.
/// Then nothing of the process is left.
pub(super) async fn supervise<T, F, O>(
    command: &AgentCommand,
    request: &RunRequest,
    updates: mpsc::Sender<RunUpdate>,
    control: &RunControl,
    talk: T,
) -> Ended<O>
where
    T: FnOnce(Line, AgentPipes) -> F,
    F: Future<Output = Result<O, LineClosed>>,
    O: From<RunOutcome>,
{
    if request.prompt.len() > MAX_PROMPT_BYTES {
        let (bytes, limit) = (request.prompt.len(), MAX_PROMPT_BYTES);
        return failed(RunFailure::PromptTooLarge { bytes, limit });
    }
    let (mut process, pipes) = match AgentProcess::spawn(command, request).await {
        Ok(started) => started,
        Err(failure) => return failed(failure),
    };
    let watch = Watch::new(request.limits.clone(), command.program_name());
    let price = request.limits.price;
    let recorder = Arc::new(Recorder::new(updates, price, Arc::clone(&watch)));
    let line = Line {
        program: command.program_name(),
        process_group: process.process_group(),
        recorder: Arc::clone(&recorder),
        watch: Arc::clone(&watch),
        questions: Questions {
            policy: control.answers.clone(),
            open: control.questions.clone(),
            cancel: control.cancel.clone(),
            recorder: Arc::clone(&recorder),
            watch: Arc::clone(&watch),
        },
    };
    let ended = until_end(&mut process, talk(line, pipes), &watch, &control.cancel).await;
    let last_words = process.end().await;
    recorder.finish().await;
    match ended {
        Ok(outcome) => Ended::Run(outcome),
        Err(exit) => Ended::Closed {
            exit,
            last_words,
            last_message: recorder.last_message().await,
            garbage: watch.garbage(),
        },
    }
}

async fn until_end<O: From<RunOutcome>>(
    process: &mut AgentProcess,
    talk: impl Future<Output = Result<O, LineClosed>>,
    watch: &Watch,
    cancel: &CancellationToken,
) -> Result<O, AgentExit> {
    let ended = {
        let mut talk = std::pin::pin!(talk);
        tokio::select! {
            biased;
            failure = watch.broken() => return Ok(RunOutcome::Failed(failure).into()),
            ended = &mut talk => ended,
            _ = process.exited() => {
                // What it started may hold the pipe open; without that the conversation comes to its end.
                process.kill_what_it_left().await;
                tokio::select! {
                    failure = watch.broken() => return Ok(RunOutcome::Failed(failure).into()),
                    ended = &mut talk => ended,
                }
            }
        }
    };
    match ended {
        Ok(outcome) => {
            process.quit(cancel.is_cancelled()).await;
            Ok(outcome)
        }
        Err(LineClosed) if cancel.is_cancelled() => Ok(RunOutcome::Cancelled.into()),
        // That the line went dead says little; the process says why.
        Err(LineClosed) => Err(process.exit_after_close().await),
    }
}

impl<O: From<RunOutcome>> Ended<O> {
    /// The outcome where an output that ends early is always a crash. A program that ended well, or without a word,
    /// and had printed text beside the protocol is no agent at all.
    pub(super) fn or_crash(self) -> O {
        let (exit, last_words, garbage) = match self {
            Self::Run(outcome) => return outcome,
            Self::Closed {
                exit,
                last_words,
                garbage,
                ..
            } => (exit, last_words, garbage),
        };
        let wordless =
            last_words.is_empty() || matches!(exit, AgentExit::Code(0) | AgentExit::OutputClosed);
        let failure = match garbage {
            Some(garbage) if wordless => garbage,
            _ => RunFailure::crashed(exit, last_words),
        };
        RunOutcome::Failed(failure).into()
    }
}

fn failed<O: From<RunOutcome>>(failure: RunFailure) -> Ended<O> {
    Ended::Run(RunOutcome::Failed(failure).into())
}
