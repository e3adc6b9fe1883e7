//! A story at a glance: in the chat, on the Agents tab and on its own page.
use super::{Badge, Checklist, Clock, Link, Spent, story_badge};
use crate::body::MAX_MESSAGE_CHARS;
use errand_eventlog::{JobState, QueuedJob};
use errand_projections::{
    sessions::{Session, SessionStatus},
    stories::{Story, StoryStatus},
};

/// Where a waiting story stands in the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// 1 for the next to run.
    pub position: u32,
    pub waiting_for: String,
}

impl Place {
    /// The place of a story's job; `None` when it does not wait.
    pub fn of(story_id: &str, queue: &[QueuedJob]) -> Option<Self> {
        let job = queue
            .iter()
            .find(|j| j.job.story_id == story_id && j.state == JobState::Waiting)?;
        Some(Self {
            position: job.position,
            waiting_for: job.waiting_for.clone(),
        })
    }

    /// "Next in the queue, waits for a free worker"; "Number 3 in the queue, 2 ahead of it".
    pub fn text(&self) -> String {
        let place = match self.position {
            1 => "Next in the queue".to_owned(),
            n => format!("Number {n} in the queue"),
        };
        format!("{place}, {}", self.waiting_for)
    }
}

#[derive(Debug, Clone)]
pub struct StoryCard {
    pub id: String,
    pub title: String,
    pub agent_name: String,
    pub badge: Badge,
    pub place: Option<Place>,
    pub checklist: Checklist,
    pub linear: Option<Link>,
    /// Why there is no link to Linear yet; empty when there is one or none will come.
    pub linear_note: &'static str,
    pub pull_request: Option<Link>,
    pub clock: Clock,
    /// What its present attempt has used so far.
    pub spent: Spent,
    /// The open question of the agent, if it waits for one.
    pub question: String,
    /// Why it failed or was cancelled.
    pub reason: String,
    pub needs_approval: bool,
    pub session_id: String,
    /// The agent runs and can be told something.
    pub can_steer: bool,
    pub can_cancel: bool,
    pub max_text: usize,
    /// "retry 1 of 2 at 14:05 UTC"; empty when none is scheduled.
    pub retry: String,
}

impl StoryCard {
    pub fn of(story: &Story, session: Option<&Session>, queue: &[QueuedJob]) -> Self {
        let ended = story.status.is_ended();
        let place = (story.status == StoryStatus::Approved).then(|| Place::of(&story.id, queue));
        Self {
            id: story.id.clone(),
            title: short_title(story),
            agent_name: story.agent_name.clone(),
            badge: story_badge(story),
            place: place.flatten(),
            checklist: session
                .map(|s| Checklist::of(&s.plan, s.status.is_ended()))
                .unwrap_or_default(),
            linear: Link::linear(&story.linear_issue_url, &story.linear_identifier),
            linear_note: linear_note(story),
            pull_request: Link::pull_request(&story.pr_url),
            clock: clock(story, session),
            spent: session.map(|s| Spent::of(&s.usage.0)).unwrap_or_default(),
            question: open_question(session),
            needs_approval: needs_approval(story),
            session_id: story.session_id.clone(),
            can_steer: can_cancel(story)
                && session.is_some_and(|s| s.status == SessionStatus::Running),
            can_cancel: can_cancel(story),
            max_text: MAX_MESSAGE_CHARS,
            retry: retry_words(story).unwrap_or_default(),
            reason: if ended || story.retry_at.is_some() {
                story.reason.clone()
            } else {
                String::new()
            },
        }
    }
}

/// The title without the agent's name, which is shown beside it.
pub fn short_title(story: &Story) -> String {
    let prefix = format!("{}: ", story.agent_name);
    story
        .title
        .strip_prefix(&prefix)
        .unwrap_or(&story.title)
        .to_owned()
}

/// It runs only after a person has allowed it.
pub fn needs_approval(story: &Story) -> bool {
    story.status == StoryStatus::Pending
        && story.policy == "needs_approval"
        && !story.cancel_requested
}

/// A story that waits for approval is rejected instead.
pub fn can_cancel(story: &Story) -> bool {
    !story.status.is_ended() && !story.cancel_requested && !needs_approval(story)
}

/// "retry 1 of 2 at 14:05 UTC", when one is scheduled.
pub fn retry_words(story: &Story) -> Option<String> {
    let due_us = story.retry_at?;
    Some(errand_proto::outcome::retry_words(
        story.retry,
        story.retries,
        due_us,
    ))
}

fn linear_note(story: &Story) -> &'static str {
    match (
        story.tracker.as_str(),
        story.linear_issue_url.is_empty(),
        story.linear_error.is_empty(),
    ) {
        ("", _, _) | (_, false, _) => "",
        (_, true, true) => "Linear issue is being created",
        (_, true, false) => "Linear cannot be reached; the link follows",
    }
}

fn clock(story: &Story, session: Option<&Session>) -> Clock {
    let started = session.and_then(|s| s.started_at).or(story.started_at);
    match (started, story.ended_at) {
        (Some(from), Some(to)) => Clock::took(from, to),
        (Some(from), None) if story.status == StoryStatus::InProgress => {
            Clock::running("running", from)
        }
        (_, None) if story.queued_at.is_some() => {
            Clock::running("waiting", story.queued_at.unwrap_or_default())
        }
        _ => Clock::default(),
    }
}

fn open_question(session: Option<&Session>) -> String {
    let waiting = session.filter(|s| s.status == SessionStatus::WaitingForInput);
    waiting.map(|s| s.question.clone()).unwrap_or_default()
}
