//! Writes down what the agent does: thoughts, tool calls, plan and usage become events of the session.
use super::{
    draft::Draft,
    journal::{Journal, JournalError},
    meter::Meter,
    questions::News,
    spent::Spent,
    trace::ToolSpans,
};
use crate::{
    redaction::RedactedStream,
    runner::{PlanStatus, PlanStep, RunHandle, RunUpdate},
    session::{Progress, STEER},
};
use errand_eventlog::aggregate::now_us;
use errand_proto::v1;
use tokio::sync::mpsc;

/// Bounds of what one event may hold; the rest is left out, and the text says so.
const MAX_THOUGHT_CHARS: usize = 8_000;
const MAX_TOOL_INPUT_CHARS: usize = 8_000;
const MAX_PLAN_STEPS: usize = 100;
const MAX_STEP_CHARS: usize = 300;

/// Drains the run's updates until it ends, and counts in `spent` what is used. When the session turns out to be somebody
/// else's, the run is cancelled and the error is answered. `resuming`: the agent was asked to go on with its session.
pub async fn record(
    mut updates: mpsc::Receiver<RunUpdate>,
    journal: &Journal,
    run: &RunHandle,
    questions: mpsc::Sender<News>,
    resuming: bool,
    spent: &Spent,
) -> Result<(), JournalError> {
    let mut result = Ok(());
    let mut meter = Meter::new(spent);
    let mut said = Said::new(journal);
    let mut tools = ToolSpans::default();
    loop {
        let update = tokio::select! {
            update = updates.recv() => update,
            () = meter.due(), if result.is_ok() => {
                result = measure(&mut meter, journal).await;
                if result.is_err() {
                    run.cancel();
                }
                continue;
            }
        };
        let Some(update) = update else { break };
        spent.take(&update);
        if result.is_err() {
            continue;
        }
        tools.follow(&update, journal.redactor());
        if let Some(news) = News::of(&update) {
            // Nobody takes it any more when the session is somebody else's; then this run ends as well.
            let _ = questions.send(news).await;
            continue;
        }
        let entries = [opened(&update), entry(update, &mut said, resuming)];
        for entry in entries.into_iter().flatten() {
            if result.is_ok() {
                result = journal.record(entry).await;
            }
        }
        if result.is_err() {
            run.cancel();
        }
    }
    for entry in said.rest() {
        if result.is_ok() {
            result = journal.record(entry).await;
        }
    }
    if result.is_ok() {
        result = measure(&mut meter, journal).await;
    }
    result
}

/// Writes down what was used, where that is news.
async fn measure(meter: &mut Meter<'_>, journal: &Journal) -> Result<(), JournalError> {
    match meter.take() {
        Some(usage) => journal.record(Progress::Usage(usage)).await,
        None => Ok(()),
    }
}

/// What the agent thinks and says comes in pieces, between which a secret may be cut.
struct Said {
    thoughts: RedactedStream,
    messages: RedactedStream,
    draft: Draft,
}

impl Said {
    fn new(journal: &Journal) -> Self {
        Self {
            thoughts: journal.redactor().stream(),
            messages: journal.redactor().stream(),
            draft: journal.draft(),
        }
    }

    fn thought(&mut self, text: &str) -> Option<Progress> {
        self.draft.close();
        spoken("think", self.thoughts.push(text))
    }

    fn message(&mut self, text: &str) -> Option<Progress> {
        self.draft.close();
        spoken("say", self.messages.push(text))
    }

    /// What was held back to the end.
    fn rest(mut self) -> impl Iterator<Item = Progress> {
        self.draft.close();
        let rest = [
            ("think", self.thoughts.finish()),
            ("say", self.messages.finish()),
        ];
        rest.into_iter()
            .filter_map(|(action, text)| spoken(action, text))
    }
}

/// `None` when all of a piece is held back.
fn spoken(action: &str, text: String) -> Option<Progress> {
    (!text.trim().is_empty()).then(|| turn(action, text))
}

/// By what the agent finds its session again when this executor is lost.
fn opened(update: &RunUpdate) -> Option<Progress> {
    match update {
        RunUpdate::Started {
            agent_name,
            agent_version,
            agent_session_id,
            resumed,
            ..
        } if !agent_session_id.is_empty() => Some(Progress::Opened(v1::AgentSessionOpened {
            agent_session_id: agent_session_id.clone(),
            agent_name: agent_name.clone(),
            agent_version: agent_version.clone(),
            resumed: *resumed,
            ..Default::default()
        })),
        _ => None,
    }
}

fn entry(update: RunUpdate, said: &mut Said, resuming: bool) -> Option<Progress> {
    match update {
        RunUpdate::Started {
            agent_name,
            agent_version,
            resumed,
            ..
        } => {
            let does = match (resumed, resuming) {
                (true, _) => "goes on with its session",
                (false, true) => {
                    "begins again on the same branch: it cannot go on with its session"
                }
                (false, false) => "is at work",
            };
            Some(turn(
                "start",
                format!("{agent_name} {agent_version} {does}"),
            ))
        }
        RunUpdate::Piece { is_thought, text } => {
            said.draft.grow(is_thought, &text);
            None
        }
        RunUpdate::Thought { text } => said.thought(&text),
        RunUpdate::Message { text } => said.message(&text),
        RunUpdate::Steered { text } => Some(turn(STEER, text)),
        RunUpdate::InputProvided {
            question, answer, ..
        } => Some(turn("permission", format!("{question}: {answer}"))),
        RunUpdate::ToolCallEnded {
            id,
            name,
            input,
            ok,
            output,
            duration,
        } => Some(Progress::ToolCall(v1::ToolCall {
            id,
            name,
            input: bounded(&input.to_string(), MAX_TOOL_INPUT_CHARS),
            output,
            ms: u64::try_from(duration.as_millis()).unwrap_or(u64::MAX),
            ok,
            whole_output: None,
        })),
        RunUpdate::Plan(steps) => Some(Progress::Plan(plan(steps))),
        // What is used is counted and written down now and then.
        RunUpdate::Usage { .. }
        | RunUpdate::InputRequested(_)
        | RunUpdate::ToolCallStarted { .. } => None,
    }
}

fn turn(action: &str, thinking: String) -> Progress {
    Progress::Turn {
        thinking: bounded(&thinking, MAX_THOUGHT_CHARS),
        action: action.to_owned(),
        prompt: String::new(),
        timestamp_us: now_us(),
    }
}

fn plan(steps: Vec<PlanStep>) -> Vec<v1::PlanStep> {
    let step = |step: PlanStep| v1::PlanStep {
        content: bounded(&step.content, MAX_STEP_CHARS),
        status: match step.status {
            PlanStatus::Pending => v1::PlanStepStatus::Pending,
            PlanStatus::InProgress => v1::PlanStepStatus::InProgress,
            PlanStatus::Completed => v1::PlanStepStatus::Completed,
        }
        .into(),
    };
    steps.into_iter().take(MAX_PLAN_STEPS).map(step).collect()
}

pub(super) fn bounded(text: &str, max_chars: usize) -> String {
    match text.char_indices().nth(max_chars) {
        None => text.to_owned(),
        Some((end, _)) => format!("{} … ({} bytes left out)", &text[..end], text.len() - end),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_says_what_was_left_out() {
        assert_eq!(bounded("äöü", 2), "äö … (2 bytes left out)");
        assert_eq!(bounded("äö", 2), "äö");
    }
}
