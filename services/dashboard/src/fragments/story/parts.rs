//! The parts of a story's page, each with its template.
use super::{
    super::{
        Fragment,
        timeline::{EVENTS_SHOWN, Timeline},
    },
    StoryRecord,
};
use crate::{
    body::{MAX_MESSAGE_CHARS, MAX_REASON_CHARS},
    diff::{self, FileDiff},
    markdown,
    problem::Problem,
    view::{Badge, Clock, Link, StoryCard, needs_approval, session_badge},
    when::{self, Moment},
};
use askama::Template;
use errand_projections::{
    notifications::{NotificationRow, NotificationStatus},
    parts::{Action, FileChange, Usage},
    sessions::{Session, SessionDetail, SessionStatus},
    stories::{Story, StoryStatus},
};

/// Entries of a trace on the page, the latest; the API has all.
const TRACE_SHOWN: usize = 200;

#[derive(Template)]
#[template(path = "fragments/story_head.html")]
struct Head<'a> {
    story: &'a Story,
    card: &'a StoryCard,
}

pub fn head(record: &StoryRecord) -> Result<Fragment, Problem> {
    let view = Head {
        story: &record.story,
        card: &record.card,
    };
    Fragment::render("story-head", &view)
}

#[derive(Template)]
#[template(path = "fragments/story_controls.html")]
struct Controls<'a> {
    story: &'a Story,
    session_id: &'a str,
    question_id: &'a str,
    question: String,
    options: &'a [Action],
    can_approve: bool,
    can_cancel: bool,
    can_retry: bool,
    can_steer: bool,
    max_text: usize,
    max_reason: usize,
}

pub fn controls(record: &StoryRecord) -> Result<Fragment, Problem> {
    let story = &record.story;
    let present = record.present.as_ref();
    let status = present.map(|s| s.status);
    let waits = status == Some(SessionStatus::WaitingForInput);
    let question = present.filter(|_| waits);
    let view = Controls {
        story,
        session_id: present.map(|s| s.id.as_str()).unwrap_or_default(),
        question_id: question.map(|s| s.question_id.as_str()).unwrap_or_default(),
        question: question.map(|s| markdown::to_html(&s.question)).unwrap_or_default(),
        options: question.map(|s| s.question_options.as_slice()).unwrap_or_default(),
        can_approve: needs_approval(story),
        // A story that waits for approval is rejected instead.
        can_cancel: !story.status.is_ended() && !story.cancel_requested && !needs_approval(story),
        can_retry: matches!(story.status, StoryStatus::Failed | StoryStatus::Cancelled),
        can_steer: status == Some(SessionStatus::Running) && !story.cancel_requested,
        max_text: MAX_MESSAGE_CHARS,
        max_reason: MAX_REASON_CHARS,
    };
    Fragment::render("controls", &view)
}

#[derive(Template)]
#[template(path = "fragments/story_progress.html")]
struct Progress<'a> {
    card: &'a StoryCard,
    summary: String,
    outcome: &'a str,
    branch: &'a str,
    ended: bool,
}

pub fn progress(record: &StoryRecord) -> Result<Fragment, Problem> {
    let story = &record.story;
    let view = Progress {
        card: &record.card,
        summary: markdown::to_html(&story.summary),
        outcome: &story.outcome,
        branch: &story.branch,
        ended: story.status.is_ended(),
    };
    Fragment::render("progress", &view)
}

#[derive(Template)]
#[template(path = "fragments/story_facts.html")]
struct Facts<'a> {
    story: &'a Story,
    created: Moment,
    attempts: Vec<Attempt>,
    usage: Usage,
    cost: String,
    branch: &'a str,
}

struct Attempt {
    number: i64,
    badge: Badge,
    clock: Clock,
    reason: String,
}

pub fn facts(record: &StoryRecord) -> Result<Fragment, Problem> {
    let usage = record.present.as_ref().map(|s| s.usage.0).unwrap_or_default();
    let view = Facts {
        story: &record.story,
        created: when::moment(record.story.created_at),
        attempts: record.sessions.iter().map(attempt).collect(),
        usage,
        cost: cost(usage.cost_micro_usd),
        branch: record.present.as_ref().map(|s| s.branch.as_str()).unwrap_or_default(),
    };
    Fragment::render("facts", &view)
}

fn attempt(session: &Session) -> Attempt {
    Attempt {
        number: session.attempt,
        badge: session_badge(session.status),
        clock: match (session.started_at, session.ended_at) {
            (Some(from), Some(to)) => Clock::took(from, to),
            _ => Clock::default(),
        },
        reason: session.reason.clone(),
    }
}

/// "$0.42"; empty when unknown.
fn cost(micro_usd: u64) -> String {
    match micro_usd {
        0 => String::new(),
        1..10_000 => "under $0.01".to_owned(),
        _ => format!("${}.{:02}", micro_usd / 1_000_000, micro_usd % 1_000_000 / 10_000),
    }
}

#[derive(Template)]
#[template(path = "fragments/story_trace.html")]
struct Trace {
    turns: Vec<TurnView>,
    total: usize,
}

struct TurnView {
    turn: i64,
    action: String,
    thinking: String,
    prompt: String,
    at: Moment,
}

pub fn trace(session: Option<&SessionDetail>) -> Result<Fragment, Problem> {
    let turns = session.map(|s| s.thinking_trace.as_slice()).unwrap_or_default();
    let turn = |t: &errand_projections::sessions::Turn| TurnView {
        turn: t.turn,
        action: t.action.clone(),
        thinking: markdown::to_html(&t.thinking),
        prompt: t.prompt.clone(),
        at: when::moment(t.timestamp),
    };
    let view = Trace {
        total: turns.len(),
        turns: latest(turns).iter().map(turn).collect(),
    };
    Fragment::render("trace", &view)
}

#[derive(Template)]
#[template(path = "fragments/story_tools.html")]
struct Tools {
    calls: Vec<CallView>,
    total: usize,
}

struct CallView {
    seq: i64,
    name: String,
    input: String,
    output: String,
    ms: String,
    ok: bool,
}

pub fn tools(session: Option<&SessionDetail>) -> Result<Fragment, Problem> {
    let calls = session.map(|s| s.tool_calls.as_slice()).unwrap_or_default();
    let call = |c: &errand_projections::sessions::ToolCall| CallView {
        seq: c.seq,
        name: c.name.clone(),
        input: pretty(&c.input),
        output: c.output.clone(),
        ms: when::millis(c.ms),
        ok: c.ok,
    };
    let view = Tools {
        total: calls.len(),
        calls: latest(calls).iter().map(call).collect(),
    };
    Fragment::render("tools", &view)
}

fn latest<T>(all: &[T]) -> &[T] {
    &all[all.len().saturating_sub(TRACE_SHOWN)..]
}

/// JSON on several lines; any other text as it is.
fn pretty(text: &str) -> String {
    let value = serde_json::from_str::<serde_json::Value>(text);
    let pretty = value.and_then(|v| serde_json::to_string_pretty(&v));
    pretty.unwrap_or_else(|_| text.to_owned())
}

#[derive(Template)]
#[template(path = "fragments/story_changes.html")]
struct ChangesView<'a> {
    files: &'a [FileChange],
    insertions: u64,
    deletions: u64,
    commit: String,
    diffs: Vec<FileDiff>,
    cut: bool,
    pull_request: Option<Link>,
}

pub fn changes(session: Option<&SessionDetail>) -> Result<Fragment, Problem> {
    let changes = session.and_then(|s| s.changes.as_ref());
    let files = changes.map(|c| c.files.as_slice()).unwrap_or_default();
    let (diffs, cut) = changes.map(|c| diff::parse(&c.diff)).unwrap_or_default();
    let view = ChangesView {
        files,
        insertions: files.iter().map(|f| u64::from(f.insertions)).sum(),
        deletions: files.iter().map(|f| u64::from(f.deletions)).sum(),
        commit: changes.map(|c| c.commit_sha.chars().take(10).collect()).unwrap_or_default(),
        diffs,
        cut: cut || changes.is_some_and(|c| c.diff_truncated),
        pull_request: session.and_then(|s| Link::pull_request(&s.pr_url)),
    };
    Fragment::render("changes", &view)
}

#[derive(Template)]
#[template(path = "fragments/story_told.html")]
struct Told {
    rows: Vec<ToldRow>,
}

struct ToldRow {
    channel: String,
    sent: bool,
    reason: String,
    link: Option<Link>,
    at: Moment,
}

pub fn told(rows: &[NotificationRow]) -> Result<Fragment, Problem> {
    let row = |n: &NotificationRow| ToldRow {
        channel: n.channel.clone(),
        sent: n.status == NotificationStatus::Sent,
        reason: n.reason.clone(),
        link: Link::to(&n.permalink, "message"),
        at: when::moment(n.sent_at.unwrap_or(n.created_at)),
    };
    let view = Told {
        rows: rows.iter().map(row).collect(),
    };
    Fragment::render("told", &view)
}

#[derive(Template)]
#[template(path = "fragments/timeline_note.html")]
struct TimelineNote<'a> {
    story_id: &'a str,
    total: usize,
    shown: usize,
}

pub fn timeline_note(story_id: &str, timeline: &Timeline) -> Result<Fragment, Problem> {
    let view = TimelineNote {
        story_id,
        total: timeline.total,
        shown: timeline.total.min(EVENTS_SHOWN),
    };
    Fragment::render("timeline-note", &view)
}
