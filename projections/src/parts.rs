//! Parts of records that are lists or small structs; stored as JSON text in one column.
use errand_proto::v1;
use serde::{Deserialize, Serialize};
use std::ops::Deref;

/// Plan steps kept of one session; an agent's further steps are left out.
pub const MAX_PLAN_STEPS: usize = 200;
/// Changed files listed of one session.
pub const MAX_CHANGED_FILES: usize = 2000;
/// Buttons kept under one message.
pub const MAX_ACTIONS: usize = 20;

/// A value stored as JSON text. Transparent in JSON output and by dereference.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Json<T>(pub T);

impl<T> Deref for Json<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// A button under a message. Pressing it sends `sends` as the user's next message.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    pub id: String,
    pub label: String,
    pub sends: String,
}

/// Tokens and money used by a model or an agent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Usage {
    pub input_tokens: u64,
    pub output_tokens: u64,
    /// Micro-dollars (1 USD = 1,000,000); 0 when unknown.
    pub cost_micro_usd: u64,
    /// Tokens in the model's context when that was told last. Not written where it is unknown, so that a row of before
    /// this was kept reads the same.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub context_tokens: u64,
}

/// For figures that are left out where they are unknown; serde calls it with a reference.
pub fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// One line of an agent's checklist.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanStep {
    pub content: String,
    /// "pending", "in_progress" or "completed".
    pub status: String,
}

/// One file changed on a session's branch.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileChange {
    pub path: String,
    /// "added", "modified", "deleted" or "renamed".
    pub status: String,
    pub insertions: u32,
    pub deletions: u32,
}

/// A text too long for an event, as a file of the executor that wrote it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    pub sha256: String,
    pub bytes: u64,
}

pub(crate) fn attachment(attachment: Option<v1::Attachment>) -> Json<Option<Attachment>> {
    Json(attachment.map(|a| Attachment {
        sha256: a.sha256,
        bytes: a.bytes,
    }))
}

pub(crate) fn actions(actions: Vec<v1::Action>) -> Json<Vec<Action>> {
    let part = |a: v1::Action| Action {
        id: a.id,
        label: a.label,
        sends: a.sends,
    };
    Json(actions.into_iter().take(MAX_ACTIONS).map(part).collect())
}

pub(crate) fn usage(usage: Option<v1::Usage>) -> Json<Usage> {
    let usage = usage.unwrap_or_default();
    Json(Usage {
        input_tokens: usage.input_tokens,
        output_tokens: usage.output_tokens,
        cost_micro_usd: usage.cost_micro_usd,
        context_tokens: usage.context_tokens,
    })
}

pub(crate) fn plan(steps: Vec<v1::PlanStep>) -> Json<Vec<PlanStep>> {
    let part = |step: v1::PlanStep| PlanStep {
        status: step_status(step.status()).to_owned(),
        content: step.content,
    };
    Json(steps.into_iter().take(MAX_PLAN_STEPS).map(part).collect())
}

fn step_status(status: v1::PlanStepStatus) -> &'static str {
    match status {
        v1::PlanStepStatus::InProgress => "in_progress",
        v1::PlanStepStatus::Completed => "completed",
        v1::PlanStepStatus::Pending | v1::PlanStepStatus::Unspecified => "pending",
    }
}

pub(crate) fn files(files: Vec<v1::FileChange>) -> Json<Vec<FileChange>> {
    let part = |file: v1::FileChange| FileChange {
        path: file.path,
        status: file.status,
        insertions: file.insertions,
        deletions: file.deletions,
    };
    Json(
        files
            .into_iter()
            .take(MAX_CHANGED_FILES)
            .map(part)
            .collect(),
    )
}

/// The text cut to `max` bytes at a character boundary, and whether it was cut.
pub(crate) fn cut(mut text: String, max: usize) -> (String, bool) {
    if text.len() <= max {
        return (text, false);
    }
    text.truncate(text.floor_char_boundary(max));
    (text, true)
}

/// How times and absent texts look in JSON.
pub(crate) mod json {
    use serde::Serializer;

    /// Microseconds since the Unix epoch as RFC 3339 text.
    pub fn time<S: Serializer>(time_us: &i64, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(&errand_proto::rfc3339(*time_us))
    }

    pub fn maybe_time<S: Serializer>(time_us: &Option<i64>, out: S) -> Result<S::Ok, S::Error> {
        match time_us {
            Some(time_us) => time(time_us, out),
            None => out.serialize_none(),
        }
    }

    /// `null` where there is nothing yet.
    pub fn text<S: Serializer>(text: &str, out: S) -> Result<S::Ok, S::Error> {
        if text.is_empty() {
            return out.serialize_none();
        }
        out.serialize_str(text)
    }
}
