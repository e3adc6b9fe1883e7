//! A status as a word with a tone; the word alone says everything, the colour only helps.
use errand_projections::{
    sessions::SessionStatus,
    stories::{Story, StoryStatus},
};

/// The outcome of a story that a person refused.
const REJECTED: &str = "rejected";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Badge {
    pub text: &'static str,
    /// A class of the style sheet: neutral, progress, attention, good or bad.
    pub tone: &'static str,
}

const fn badge(text: &'static str, tone: &'static str) -> Badge {
    Badge { text, tone }
}

pub fn story_badge(story: &Story) -> Badge {
    match (story.status, story.session_status) {
        (StoryStatus::Completed, _) => badge("Completed", "good"),
        (StoryStatus::Failed, _) => badge("Failed", "bad"),
        (StoryStatus::Cancelled, _) if story.outcome == REJECTED => badge("Rejected", "neutral"),
        (StoryStatus::Cancelled, _) => badge("Cancelled", "neutral"),
        _ if story.cancel_requested => badge("Stopping", "attention"),
        (StoryStatus::Pending, _) if story.policy == "needs_approval" => {
            badge("Needs approval", "attention")
        }
        (StoryStatus::Pending, _) => badge("Being prepared", "neutral"),
        (StoryStatus::Approved, _) if story.retry_at.is_some() => {
            badge("Tried again soon", "attention")
        }
        (StoryStatus::Approved, _) => badge("Queued", "neutral"),
        (StoryStatus::InProgress, Some(SessionStatus::WaitingForInput)) => {
            badge("Waiting for you", "attention")
        }
        (StoryStatus::InProgress, _) => badge("Running", "progress"),
    }
}

pub fn session_badge(status: SessionStatus) -> Badge {
    match status {
        SessionStatus::Queued => badge("Queued", "neutral"),
        SessionStatus::Running => badge("Running", "progress"),
        SessionStatus::WaitingForInput => badge("Waiting for you", "attention"),
        SessionStatus::Completed => badge("Completed", "good"),
        SessionStatus::Failed => badge("Failed", "bad"),
        SessionStatus::Cancelled => badge("Cancelled", "neutral"),
    }
}
