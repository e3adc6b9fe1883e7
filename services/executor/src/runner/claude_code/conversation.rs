//! One conversation with `claude`: the greeting, the prompt, what is said in between, and the end.

use std::collections::HashMap;
use std::pin::Pin;

use futures::stream::FuturesUnordered;
use futures::{Sink, SinkExt, Stream, StreamExt};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::super::bounded::shorten;
use super::super::control::CANCEL_GRACE;
use super::super::failure::RunFailure;
use super::super::outcome::{RunOutcome, StopReason};
use super::super::supervision::{Line, LineClosed};
use super::super::update::RunUpdate;
use super::arguments::SessionChoice;
use super::incoming::{ControlRequest, Incoming, System, TurnResult, parse};
use super::translate::{self, Translator};
use super::{ask, outgoing};

/// Longest error text of the program that is handed on.
const MAX_ERROR_BYTES: usize = 2 * 1024;
/// The program's own codes for these ends of a turn.
const TURN_LIMIT: &str = "error_max_turns";
const COST_LIMIT: &str = "error_max_budget_usd";
/// What the model's host answers to a wrong key; the program would try again for minutes.
const NO_LOGIN: [u16; 2] = [401, 403];

/// The lines that the program prints.
pub(super) type Inbox = Pin<Box<dyn Stream<Item = std::io::Result<String>> + Send>>;
/// The lines that the program reads.
pub(super) type Outbox = Pin<Box<dyn Sink<String, Error = std::io::Error> + Send>>;
type Answers = FuturesUnordered<Pin<Box<dyn Future<Output = Option<String>> + Send>>>;

pub(super) struct Conversation {
    pub(super) line: Line,
    pub(super) inbox: Inbox,
    pub(super) outbox: Outbox,
    pub(super) cancel: CancellationToken,
    pub(super) steer: mpsc::Receiver<String>,
    pub(super) session: SessionChoice,
    pub(super) cost_limit: u64,
    pub(super) open: bool,
    /// Messages of ours that the program has not begun to work on.
    pub(super) unread: usize,
    pub(super) translator: Translator,
    pub(super) answers: Answers,
    /// The requests that wait for an answer, by their ids.
    pub(super) asked: HashMap<String, CancellationToken>,
}

/// How a conversation ended.
pub(super) enum Held {
    Outcome(RunOutcome),
    /// The session that should be resumed is not there; nothing was said yet, and these texts still wait.
    SessionUnknown(mpsc::Receiver<String>),
}

impl From<RunOutcome> for Held {
    fn from(outcome: RunOutcome) -> Self {
        Self::Outcome(outcome)
    }
}

impl Conversation {
    pub(super) async fn hold(mut self, prompt: String) -> Result<Held, LineClosed> {
        self.write(outgoing::hello()).await;
        self.say(&prompt).await;
        loop {
            let next = tokio::select! {
                line = self.inbox.next() => line,
                Some(answer) = self.answers.next() => {
                    if let Some(line) = answer {
                        self.write(line).await;
                    }
                    continue;
                }
                Some(text) = self.steer.recv(), if self.open => {
                    self.steered(text).await;
                    continue;
                }
                () = self.cancel.cancelled() => return Ok(self.interrupted().await),
            };
            let Some(Ok(line)) = next else {
                return Err(LineClosed);
            };
            if let Some(ended) = self.hear(parse(&line)).await {
                return Ok(ended);
            }
        }
    }

    async fn hear(&mut self, message: Incoming) -> Option<Held> {
        match message {
            Incoming::System(System::ApiRetry { error_status }) => {
                let status = error_status.filter(|it| NO_LOGIN.contains(it))?;
                return Some(failed(no_login(status)));
            }
            Incoming::System(System::Init {
                claude_code_version,
            }) => self.opened(claude_code_version).await,
            Incoming::ControlResponse { response } if response.request_id == outgoing::HELLO => {
                self.line.watch.session_opened();
            }
            Incoming::Assistant { message } => {
                let translator = &mut self.translator;
                let record = |told: &mut _| translator.assistant(told, message);
                self.line.recorder.record(record).await;
            }
            Incoming::User {
                is_replay: true, ..
            } => self.unread = self.unread.saturating_sub(1),
            Incoming::User {
                message,
                tool_use_result,
                ..
            } => {
                let translator = &mut self.translator;
                let record =
                    |told: &mut _| translator.user(told, message.content, &tool_use_result);
                self.line.recorder.record(record).await;
            }
            Incoming::ControlRequest {
                request_id,
                request,
            } => self.asked_for(request_id, request).await,
            Incoming::ControlCancelRequest { request_id } => {
                if let Some(withdrawn) = self.asked.remove(&request_id) {
                    withdrawn.cancel();
                }
            }
            Incoming::Result(result) => return self.turn_ended(*result).await,
            Incoming::System(System::Other)
            | Incoming::ControlResponse { .. }
            | Incoming::Other => {}
        }
        None
    }

    /// Told once: the program says it again with every turn.
    async fn opened(&mut self, version: String) {
        if std::mem::replace(&mut self.open, true) {
            return;
        }
        let started = RunUpdate::Started {
            agent_name: "Claude Code".to_owned(),
            agent_version: version,
            agent_session_id: self.session.id().to_owned(),
            resumed: self.session.is_resumed(),
            process_group: self.line.process_group,
        };
        self.line.recorder.tell(started).await;
    }

    async fn asked_for(&mut self, request_id: String, request: ControlRequest) {
        let ControlRequest::CanUseTool(tool) = request else {
            return self.write(outgoing::not_known(&request_id)).await;
        };
        let withdrawn = CancellationToken::new();
        self.asked.insert(request_id.clone(), withdrawn.clone());
        let questions = self.line.questions.clone();
        let answer = ask::answer(questions, request_id, tool, withdrawn);
        self.answers.push(Box::pin(answer));
    }

    /// The run goes on while a message of ours is unread. When none is, the channel is closed before it is looked into
    /// once more: a text is either taken here or refused to its sender, never lost in between.
    async fn turn_ended(&mut self, result: TurnResult) -> Option<Held> {
        if !self.open && result.is_error && self.session.is_resumed() {
            let (_, nobody) = mpsc::channel(1);
            let waiting = std::mem::replace(&mut self.steer, nobody);
            return Some(Held::SessionUnknown(waiting));
        }
        let usage = |told: &mut _| translate::usage(told, &result);
        self.line.recorder.record(usage).await;
        if result.is_error || result.subtype != "success" {
            return Some(Held::Outcome(self.fault(&result).await));
        }
        if self.unread > 0 {
            return None;
        }
        self.steer.close();
        if let Ok(text) = self.steer.try_recv() {
            self.steered(text).await;
            return None;
        }
        let stop = match result.stop_reason.as_deref() {
            Some("max_tokens") => StopReason::MaxTokens,
            Some("refusal") => {
                let reason = shorten(&result.result, MAX_ERROR_BYTES);
                return Some(failed(RunFailure::Refused { reason }));
            }
            _ => StopReason::EndTurn,
        };
        let message = self.line.recorder.last_message().await;
        Some(Held::Outcome(RunOutcome::Ended { stop, message }))
    }

    async fn fault(&mut self, result: &TurnResult) -> RunOutcome {
        let words = match result.errors.is_empty() {
            true => result.result.clone(),
            false => result.errors.join("; "),
        };
        let message = shorten(&words, MAX_ERROR_BYTES);
        match (result.subtype.as_str(), result.api_error_status) {
            (TURN_LIMIT, _) => RunOutcome::Ended {
                stop: StopReason::MaxTurnRequests,
                message: self.line.recorder.last_message().await,
            },
            (COST_LIMIT, _) => RunOutcome::Failed(RunFailure::TooExpensive {
                limit_micro_usd: self.cost_limit,
            }),
            (_, Some(status)) if NO_LOGIN.contains(&status) => RunOutcome::Failed(no_login(status)),
            (_, status) => RunOutcome::Failed(RunFailure::AgentError {
                code: status.map_or(1, i32::from),
                message,
            }),
        }
    }

    async fn steered(&mut self, text: String) {
        self.say(&text).await;
        self.line.recorder.tell(RunUpdate::Steered { text }).await;
    }

    async fn say(&mut self, text: &str) {
        self.unread += 1;
        self.write(outgoing::user(text)).await;
    }

    /// The program may save its session; what it answers no longer matters.
    async fn interrupted(&mut self) -> Held {
        self.write(outgoing::interrupt()).await;
        let end = async {
            while let Some(Ok(line)) = self.inbox.next().await {
                if matches!(parse(&line), Incoming::Result(_)) {
                    break;
                }
            }
        };
        let _ = tokio::time::timeout(CANCEL_GRACE, end).await;
        Held::Outcome(RunOutcome::Cancelled)
    }

    async fn write(&mut self, line: String) {
        // A pipe that broke is told by the reading side.
        let _ = self.outbox.send(line).await;
    }
}

fn failed(failure: RunFailure) -> Held {
    Held::Outcome(RunOutcome::Failed(failure))
}

fn no_login(status: u16) -> RunFailure {
    RunFailure::LoginRequired {
        reason: format!("the model's host answered {status}"),
    }
}
