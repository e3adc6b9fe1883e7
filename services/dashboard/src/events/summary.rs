//! What happened, in one line for the timeline.
use crate::view::cost;
use errand_eventlog::Recorded;
use errand_proto::{ConversationEvent, Event, SessionEvent, StoryEvent, catalogue};

const MAX_SUMMARY_CHARS: usize = 160;

/// The particular where there is one, else the event type's meaning.
pub fn summary(event: &Recorded) -> String {
    let particular = event.decode().ok().and_then(particular);
    let text = particular
        .filter(|text| !text.trim().is_empty())
        .unwrap_or_else(|| {
            let meaning = catalogue::find(&event.envelope.event_type).map(|t| t.meaning);
            meaning
                .unwrap_or("An event that this program does not know.")
                .to_owned()
        });
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MAX_SUMMARY_CHARS) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

fn particular(event: Event) -> Option<String> {
    match event {
        Event::Story(event) => of_story(event),
        Event::Session(event) => of_session(event),
        Event::Conversation(ConversationEvent::QuestionAsked(e)) => Some(e.text),
        _ => None,
    }
}

fn of_story(event: StoryEvent) -> Option<String> {
    match event {
        StoryEvent::StoryCreated(e) => Some(e.title),
        StoryEvent::LinearIssueLinked(e) => Some(format!("Linear issue {}", e.identifier)),
        StoryEvent::LinearIssueLinkFailed(e) => {
            Some(format!("Attempt {}: {}", e.attempt, e.reason))
        }
        StoryEvent::StoryApproved(e) => Some(format!("Approved by {}", e.by)),
        StoryEvent::StoryRejected(e) => Some(format!("Rejected by {}: {}", e.by, e.reason)),
        StoryEvent::ExecutionQueued(e) => Some(format!(
            "Attempt {} with priority {}",
            e.attempt, e.priority_level
        )),
        StoryEvent::StoryCompleted(e) => Some(e.summary),
        StoryEvent::StoryFailed(e) => Some(e.reason),
        StoryEvent::StoryRetryScheduled(e) => Some(format!("{}, {}", e.retry_words(), e.reason)),
        StoryEvent::StoryCancelRequested(e) => Some(format!("Asked by {}. {}", e.by, e.reason)),
        StoryEvent::StoryCancelled(e) => Some(e.reason),
        StoryEvent::StoryRetried(e) => Some(format!("Attempt {}, asked by {}", e.attempt, e.by)),
        StoryEvent::StoryStarted(_) => None,
    }
}

fn of_session(event: SessionEvent) -> Option<String> {
    match event {
        SessionEvent::ExecutionStarted(e) => {
            Some(format!("{} on branch {}", e.executor_id, e.branch))
        }
        SessionEvent::AgentSessionOpened(e) => {
            let how = if e.resumed { ", goes on" } else { "" };
            Some(format!("{} {}{how}", e.agent_name, e.agent_version))
        }
        SessionEvent::TurnRecorded(e) => {
            let turn = e.turn?;
            Some(format!("{}: {}", turn.action, turn.thinking))
        }
        SessionEvent::ToolCallRecorded(e) => {
            let call = e.tool_call?;
            let end = if call.ok { "" } else { " (failed)" };
            Some(format!("{}, {} ms{end}", call.name, call.ms))
        }
        SessionEvent::PlanUpdated(e) => Some(plan(&e.steps)),
        SessionEvent::UsageRecorded(e) => Some(used(e.usage?)),
        SessionEvent::InputRequested(e) => Some(e.text),
        SessionEvent::InputProvided(e) if e.by.is_empty() => Some(e.answer),
        SessionEvent::InputProvided(e) => Some(format!("{}: {}", e.by, e.answer)),
        SessionEvent::SteeringReceived(e) => Some(format!("{}: {}", e.by, e.text)),
        SessionEvent::ChangesCommitted(e) => {
            Some(format!("{} files on {}", e.files.len(), e.branch))
        }
        SessionEvent::PullRequestOpened(e) => Some(format!("Pull request #{}", e.number)),
        SessionEvent::ExecutionCompleted(e) => Some(e.summary),
        SessionEvent::ExecutionFailed(e) => Some(e.reason),
        SessionEvent::ExecutionCancelled(e) => Some(e.reason),
        SessionEvent::AgentSessionCreated(e) => Some(format!("Attempt {}", e.attempt.max(1))),
        SessionEvent::LeaseExpired(_) => None,
    }
}

fn used(usage: errand_proto::v1::Usage) -> String {
    let cost = match cost(usage.cost_micro_usd) {
        unknown if unknown.is_empty() => unknown,
        known => format!(", {known}"),
    };
    let (read, written) = (usage.input_tokens, usage.output_tokens);
    format!("{read} tokens read, {written} written so far{cost}")
}

fn plan(steps: &[errand_proto::v1::PlanStep]) -> String {
    use errand_proto::v1::PlanStepStatus;
    let done = steps
        .iter()
        .filter(|s| s.status() == PlanStepStatus::Completed)
        .count();
    let now = steps
        .iter()
        .find(|s| s.status() == PlanStepStatus::InProgress);
    let now = now.map(|s| format!(": {}", s.content)).unwrap_or_default();
    format!("{done} of {} steps done{now}", steps.len())
}
