//! From the protocol's notifications to updates. Pure: what to hand on is returned, never sent.

use agent_client_protocol::v1::schema::{
    ContentBlock, ContentChunk, Cost, EmbeddedResourceResource, PlanEntry, PlanEntryPriority,
    PlanEntryStatus, SessionUpdate, ToolCall, ToolCallContent, ToolCallStatus,
    ToolCallUpdateFields, ToolKind as AcpToolKind, UsageUpdate,
};
use serde_json::Value;

use super::super::coalesce::TextKind;
use super::super::tool_calls::ToolCallNews;
use super::super::transcript::{Transcript, Usage};
use super::super::update::{PlanPriority, PlanStatus, PlanStep, RunUpdate, ToolKind};

/// Takes one notification of the agent and returns what is to be told now. Kinds that mean nothing to a run, and those
/// that later versions add, tell nothing.
pub(super) fn record(transcript: &mut Transcript, news: SessionUpdate) -> Vec<RunUpdate> {
    match news {
        SessionUpdate::AgentMessageChunk(chunk) => text(transcript, TextKind::Message, &chunk),
        SessionUpdate::AgentThoughtChunk(chunk) => text(transcript, TextKind::Thought, &chunk),
        SessionUpdate::ToolCall(call) => {
            let id = call.tool_call_id.to_string();
            transcript.tool(&id, begun(call))
        }
        SessionUpdate::ToolCallUpdate(update) => {
            transcript.tool(&update.tool_call_id.to_string(), told(update.fields))
        }
        SessionUpdate::Plan(plan) => transcript.plan(plan.entries.into_iter().map(step)),
        SessionUpdate::UsageUpdate(news) => transcript.usage(usage(&news)),
        _ => Vec::new(),
    }
}

fn text(transcript: &mut Transcript, kind: TextKind, chunk: &ContentChunk) -> Vec<RunUpdate> {
    let id = chunk.message_id.as_ref().map(ToString::to_string);
    transcript.text(kind, id.as_deref(), &text_of(&chunk.content))
}

fn usage(news: &UsageUpdate) -> Usage {
    let dollars = |cost: &&Cost| cost.currency.eq_ignore_ascii_case("usd");
    Usage {
        context_tokens: Some(news.used),
        cost_usd: news.cost.as_ref().filter(dollars).map(|cost| cost.amount),
        cost_is_of_session: true,
        ..Usage::default()
    }
}

fn begun(call: ToolCall) -> ToolCallNews {
    ToolCallNews {
        name: call.name,
        title: Some(call.title),
        kind: Some(tool_kind(call.kind)),
        input: call.raw_input,
        output: output(call.raw_output, Some(&call.content)),
        ended: ended(call.status),
    }
}

fn told(fields: ToolCallUpdateFields) -> ToolCallNews {
    ToolCallNews {
        name: fields.name,
        title: fields.title,
        kind: fields.kind.map(tool_kind),
        input: fields.raw_input,
        output: output(fields.raw_output, fields.content.as_deref()),
        ended: fields.status.and_then(ended),
    }
}

const fn ended(status: ToolCallStatus) -> Option<bool> {
    match status {
        ToolCallStatus::Completed => Some(true),
        ToolCallStatus::Failed => Some(false),
        _ => None,
    }
}

/// The raw output where the agent gives one, else what it shows to people.
fn output(raw: Option<Value>, content: Option<&[ToolCallContent]>) -> Option<String> {
    match raw {
        Some(Value::String(text)) => Some(text),
        Some(Value::Null) | None => content.filter(|blocks| !blocks.is_empty()).map(shown),
        Some(other) => Some(other.to_string()),
    }
}

fn shown(blocks: &[ToolCallContent]) -> String {
    let shown: Vec<String> = blocks
        .iter()
        .map(|block| match block {
            ToolCallContent::Content(content) => text_of(&content.content),
            ToolCallContent::Diff(diff) => {
                format!("{}:\n{}", diff.path.display(), diff.new_text)
            }
            _ => String::new(),
        })
        .collect();
    shown.join("\n")
}

/// The text of a block; what is no text is named in brackets.
fn text_of(block: &ContentBlock) -> String {
    match block {
        ContentBlock::Text(text) => text.text.clone(),
        ContentBlock::ResourceLink(link) => format!("[{}]({})", link.name, link.uri),
        ContentBlock::Resource(embedded) => match &embedded.resource {
            EmbeddedResourceResource::TextResourceContents(text) => text.text.clone(),
            _ => "[binary resource]".to_owned(),
        },
        ContentBlock::Image(_) => "[image]".to_owned(),
        ContentBlock::Audio(_) => "[audio]".to_owned(),
        _ => String::new(),
    }
}

pub(super) const fn tool_kind(kind: AcpToolKind) -> ToolKind {
    match kind {
        AcpToolKind::Read => ToolKind::Read,
        AcpToolKind::Edit => ToolKind::Edit,
        AcpToolKind::Delete => ToolKind::Delete,
        AcpToolKind::Move => ToolKind::Move,
        AcpToolKind::Search => ToolKind::Search,
        AcpToolKind::Execute => ToolKind::Execute,
        AcpToolKind::Think => ToolKind::Think,
        AcpToolKind::Fetch => ToolKind::Fetch,
        _ => ToolKind::Other,
    }
}

fn step(entry: PlanEntry) -> PlanStep {
    PlanStep {
        content: entry.content,
        status: match entry.status {
            PlanEntryStatus::InProgress => PlanStatus::InProgress,
            PlanEntryStatus::Completed => PlanStatus::Completed,
            _ => PlanStatus::Pending,
        },
        priority: match entry.priority {
            PlanEntryPriority::High => PlanPriority::High,
            PlanEntryPriority::Low => PlanPriority::Low,
            _ => PlanPriority::Medium,
        },
    }
}
