//! What the model is told of the conversation so far: read from its events, and kept within the model's limit.
use crate::llm::{LlmMessage, LlmRequest, ToolCall, ToolSpec};
use errand_proto::ConversationEvent as E;

/// The newest messages are sent, however short they are.
const MAX_MESSAGES: usize = 100;
/// Right for code and Chinese; English has fewer tokens than are counted, so a request is rather too short.
const BYTES_PER_TOKEN: usize = 3;
/// What a provider puts around each message.
const TOKENS_AROUND: usize = 8;
const LEFT_OUT: &str = "Older messages of this conversation were left out.";

/// The conversation up to the message that is answered, and the tools called since.
pub struct History {
    lines: Vec<Line>,
    rounds: Vec<LlmMessage>,
    /// For the whole request.
    max_tokens: usize,
}

impl History {
    /// From all that happened in the conversation.
    pub fn of(events: Vec<E>, max_tokens: usize) -> Self {
        Self::new(events.into_iter().filter_map(line).collect(), max_tokens)
    }

    /// What was announced after the user's last message waits for the next one.
    fn new(mut lines: Vec<Line>, max_tokens: usize) -> Self {
        let is_user = |line: &Line| matches!(line, Line::User(_));
        lines.truncate(lines.iter().rposition(is_user).map_or(0, |last| last + 1));
        Self {
            lines,
            rounds: Vec::new(),
            max_tokens,
        }
    }

    /// A round with the model that called tools, each with what came of it.
    pub fn add_round(&mut self, text: String, calls: Vec<(ToolCall, String)>) {
        let results = calls.iter().map(|(call, result)| LlmMessage::ToolResult {
            call_id: call.id.clone(),
            content: result.clone(),
        });
        let results: Vec<_> = results.collect();
        let tool_calls = calls.into_iter().map(|(call, _)| call).collect();
        self.rounds.push(LlmMessage::Assistant { text, tool_calls });
        self.rounds.extend(results);
    }

    /// The system prompt and the rounds of tools are whole, and as many of the newest messages as there is room for.
    pub fn request(&self, system: &str, tools: Vec<ToolSpec>) -> LlmRequest {
        let kept = self.kept(tokens_of_frame(system, &tools));
        let mut system = system.to_owned();
        if kept.len() < self.lines.len() {
            system = format!("{system}\n\n{LEFT_OUT}");
        }
        let mut history = alternating(kept);
        history.extend(self.rounds.iter().cloned());
        LlmRequest {
            system,
            history,
            tools,
        }
    }

    /// Leaves out half of what was sent. `false` when the message itself is all there was.
    pub fn halve(&mut self, system: &str, tools: &[ToolSpec]) -> bool {
        let frame = tokens_of_frame(system, tools);
        let kept = self.kept(frame);
        let half = kept.iter().map(Line::tokens).sum::<usize>() / 2;
        let is_less = kept.len() > 1;
        self.max_tokens = frame + self.rounds.iter().map(tokens_of).sum::<usize>() + half;
        is_less
    }

    /// The last message at least: it is what is to be answered.
    fn kept(&self, frame: usize) -> &[Line] {
        let rounds: usize = self.rounds.iter().map(tokens_of).sum();
        let mut room = self.max_tokens.saturating_sub(frame + rounds);
        let fits = |line: &&Line| match room.checked_sub(line.tokens()) {
            Some(left) => {
                room = left;
                true
            }
            None => false,
        };
        let newest = self.lines.iter().rev().take(MAX_MESSAGES);
        let kept = newest.take_while(fits).count().max(1);
        &self.lines[self.lines.len().saturating_sub(kept)..]
    }
}

fn tokens_of_frame(system: &str, tools: &[ToolSpec]) -> usize {
    let tool = |tool: &ToolSpec| {
        let schema = tool.input_schema.to_string();
        tokens(tool.name.len() + tool.description.len() + schema.len())
    };
    tokens(system.len() + LEFT_OUT.len()) + tools.iter().map(tool).sum::<usize>()
}

fn tokens_of(message: &LlmMessage) -> usize {
    let call = |call: &ToolCall| tokens(call.name.len() + call.input.to_string().len());
    match message {
        LlmMessage::User(text) => tokens(text.len()),
        LlmMessage::Assistant { text, tool_calls } => {
            tokens(text.len()) + tool_calls.iter().map(call).sum::<usize>()
        }
        LlmMessage::ToolResult { content, .. } => tokens(content.len()),
    }
}

fn tokens(bytes: usize) -> usize {
    bytes.div_ceil(BYTES_PER_TOKEN) + TOKENS_AROUND
}

enum Line {
    User(String),
    Assistant(String),
}

impl Line {
    fn tokens(&self) -> usize {
        let (Self::User(text) | Self::Assistant(text)) = self;
        tokens(text.len())
    }
}

/// Spawns and endings are told in the assistant's turn, because nobody of the team said them. How an agent ended is
/// in the agent's words, which may have been put into its mouth: they are fenced, as the system prompt explains.
fn line(event: E) -> Option<Line> {
    match event {
        E::UserMessagePosted(e) => Some(Line::User(e.text)),
        E::AssistantReplied(e) => Some(Line::Assistant(e.markdown)),
        E::SpawnAnnounced(e) => Some(Line::Assistant(e.markdown)),
        E::CompletionAnnounced(e) => Some(Line::Assistant(reported(&e.markdown))),
        _ => None,
    }
}

/// Nothing inside can close the fence.
fn reported(text: &str) -> String {
    format!("<report>\n{}\n</report>", text.replace('<', "&lt;"))
}

/// Models want user and assistant in turns, the user first.
fn alternating(lines: &[Line]) -> Vec<LlmMessage> {
    let mut messages: Vec<LlmMessage> = Vec::new();
    for line in lines {
        match (messages.last_mut(), line) {
            (Some(LlmMessage::User(said)), Line::User(text))
            | (Some(LlmMessage::Assistant { text: said, .. }), Line::Assistant(text)) => {
                *said += "\n\n";
                *said += text;
            }
            (_, Line::User(text)) => messages.push(LlmMessage::User(text.clone())),
            (None, Line::Assistant(_)) => {}
            (_, Line::Assistant(text)) => messages.push(LlmMessage::Assistant {
                text: text.clone(),
                tool_calls: Vec::new(),
            }),
        }
    }
    messages
}

#[cfg(test)]
mod tests;
