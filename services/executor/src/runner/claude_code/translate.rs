//! From the program's messages to what a run is told.

use std::collections::HashMap;

use serde_json::Value;

use super::super::coalesce::TextKind;
use super::super::tool_calls::ToolCallNews;
use super::super::transcript::{Transcript, Usage};
use super::super::update::{RunUpdate, ToolKind};
use super::checklist::Checklist;
use super::counted::Counted;
use super::incoming::{AssistantMessage, Block, ModelUsage, TurnResult, UserContent};

/// Tool calls whose names are remembered until their results come.
const MAX_OPEN_CALLS: usize = 256;
/// Longest part of a tool's input in its title, in characters.
const MAX_SUBJECT_CHARS: usize = 120;

/// What has to be remembered from message to message.
#[derive(Debug, Default)]
pub(super) struct Translator {
    checklist: Checklist,
    open: HashMap<String, (String, Value)>,
    counted: Counted,
}

impl Translator {
    pub(super) fn assistant(
        &mut self,
        told: &mut Transcript,
        message: AssistantMessage,
    ) -> Vec<RunUpdate> {
        let mut updates = Vec::new();
        for block in message.content {
            updates.extend(self.block(told, &message.id, block));
        }
        // Exact figures come with the turn's end; these are for a run that does not get there.
        let usage = message.usage;
        let more = self
            .counted
            .more(&message.id, usage.read(), usage.output_tokens);
        if let Some((read, written)) = more {
            updates.extend(told.add_tokens(read, written));
        }
        updates
    }

    fn block(&mut self, told: &mut Transcript, message_id: &str, block: Block) -> Vec<RunUpdate> {
        match block {
            Block::Text { text } => told.text(TextKind::Message, Some(message_id), &text),
            Block::Thinking { thinking } => {
                told.text(TextKind::Thought, Some(message_id), &thinking)
            }
            Block::ToolUse { id, name, input } => {
                let news = begun(&name, &input);
                if self.open.len() < MAX_OPEN_CALLS {
                    self.open.insert(id.clone(), (name, input));
                }
                told.tool(&id, news)
            }
            Block::ToolResult { .. } | Block::Other => Vec::new(),
        }
    }

    /// The results of tools, which the program reports as the user's words.
    pub(super) fn user(
        &mut self,
        told: &mut Transcript,
        content: UserContent,
        details: &Value,
    ) -> Vec<RunUpdate> {
        let UserContent::Blocks(blocks) = content else {
            return Vec::new();
        };
        let mut updates = Vec::new();
        for block in blocks {
            if let Block::ToolResult {
                tool_use_id,
                content,
                is_error,
            } = block
            {
                let news = ToolCallNews {
                    output: Some(text_of(&content)),
                    ended: Some(!is_error),
                    ..ToolCallNews::default()
                };
                updates.extend(told.tool(&tool_use_id, news));
                if let Some((name, input)) = self.open.remove(&tool_use_id)
                    && !is_error
                    && let Some(steps) = self.checklist.learn(&name, &input, details)
                {
                    updates.extend(told.plan(steps));
                }
            }
        }
        updates
    }
}

/// What the whole process has used, as told with the end of a turn.
pub(super) fn usage(told: &mut Transcript, result: &TurnResult) -> Vec<RunUpdate> {
    let sum = |tokens: fn(&ModelUsage) -> u64| result.model_usage.values().map(tokens).sum();
    let known = !result.model_usage.is_empty();
    told.usage(Usage {
        input_tokens: known.then(|| sum(ModelUsage::read)),
        output_tokens: known.then(|| sum(|it| it.output_tokens)),
        cost_usd: result.total_cost_usd,
        ..Usage::default()
    })
}

fn begun(name: &str, input: &Value) -> ToolCallNews {
    ToolCallNews {
        name: Some(name.to_owned()),
        title: Some(title(name, input)),
        kind: Some(kind(name)),
        input: Some(input.clone()),
        ..ToolCallNews::default()
    }
}

/// "Write src/main.rs": the tool and what it is used on.
pub(super) fn title(name: &str, input: &Value) -> String {
    let subject = ["file_path", "command", "pattern", "url", "description"]
        .into_iter()
        .find_map(|field| input[field].as_str());
    match subject {
        Some(subject) => {
            let subject: String = subject.chars().take(MAX_SUBJECT_CHARS).collect();
            format!("{name} {subject}")
        }
        None => name.to_owned(),
    }
}

fn kind(name: &str) -> ToolKind {
    match name {
        "Read" | "NotebookRead" => ToolKind::Read,
        "Write" | "Edit" | "MultiEdit" | "NotebookEdit" => ToolKind::Edit,
        "Grep" | "Glob" | "LS" | "ToolSearch" => ToolKind::Search,
        "Bash" | "BashOutput" | "KillShell" => ToolKind::Execute,
        "Task" | "Agent" | "TodoWrite" | "TaskCreate" | "TaskUpdate" => ToolKind::Think,
        "WebFetch" | "WebSearch" => ToolKind::Fetch,
        _ => ToolKind::Other,
    }
}

/// A result is a text, or blocks of which the texts count.
fn text_of(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(blocks) => {
            let texts = blocks.iter().filter_map(|block| block["text"].as_str());
            texts.collect::<Vec<_>>().join("\n")
        }
        _ => String::new(),
    }
}
