//! What the Head of Product knows: what was said so far, and the agents it may spawn.

use serde_json::Value;

use super::request::MessagesRequest;

/// The tool that spawns an agent.
pub(super) const TASK_TOOL: &str = "Task";
/// The tool that stops one.
pub(super) const STOP_TOOL: &str = "StopTask";

const REPORT_BEGINS: &str = "<report>";
const REPORT_ENDS: &str = "</report>";

/// One thing that was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Turn {
    User(String),
    Assistant(String),
    /// The result of a tool call, with no words beside it.
    ToolResult,
}

/// The conversation, and what may be done in it.
#[derive(Debug, Clone)]
pub(super) struct Conversation {
    pub(super) turns: Vec<Turn>,
    pub(super) spawning: Spawning,
    /// Whether there is a tool that stops an agent.
    pub(super) can_stop: bool,
}

/// Whether and what the request lets us spawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Spawning {
    /// No Task tool, or the client forbids tools.
    Impossible,
    /// Any agent type.
    Anything,
    /// Only these types, from the tool's input schema.
    Only(Vec<String>),
}

impl Conversation {
    pub(super) fn of(request: &MessagesRequest) -> Self {
        let turns = request.messages.iter().filter_map(|message| {
            // Words beside a tool result are newer than it: clients put both into one message.
            let words = message
                .texts()
                .into_iter()
                .rev()
                .find(|text| !text.trim().is_empty());
            match (message.role.as_str(), words) {
                ("user", Some(words)) => Some(Turn::User(words.trim().to_owned())),
                ("user", None) if message.has_tool_result() => Some(Turn::ToolResult),
                ("assistant", _) => Some(Turn::Assistant(own_words(&message.texts().join("\n")))),
                _ => None,
            }
        });
        Self {
            turns: turns.collect(),
            spawning: spawning(request),
            can_stop: request.offers(STOP_TOOL),
        }
    }
}

/// What an agent reported stands in a fence: nobody asked it, so nobody can say yes to it.
fn own_words(said: &str) -> String {
    let mut parts = said.split(REPORT_BEGINS);
    let mut words = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        words += part.split_once(REPORT_ENDS).map_or("", |(_, rest)| rest);
    }
    words
}

fn spawning(request: &MessagesRequest) -> Spawning {
    let forbidden = request
        .tool_choice
        .as_ref()
        .is_some_and(|choice| choice.kind == "none");
    let Some(task) = request
        .tools
        .iter()
        .find(|tool| tool.name == TASK_TOOL && !forbidden)
    else {
        return Spawning::Impossible;
    };
    match task
        .input_schema
        .pointer("/properties/agent_type/enum")
        .and_then(Value::as_array)
    {
        None => Spawning::Anything,
        Some(types) => Spawning::Only(
            types
                .iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
        ),
    }
}

impl Spawning {
    /// The agent type to write into a call for the agent that people call `wanted`.
    pub(super) fn agent(&self, wanted: &str) -> Option<String> {
        let wanted = wanted.to_lowercase();
        match self {
            Self::Impossible => None,
            Self::Anything => Some(wanted),
            Self::Only(types) => {
                let exactly = types.iter().find(|kind| kind.to_lowercase() == wanted);
                exactly
                    .or_else(|| {
                        types
                            .iter()
                            .find(|kind| kind.to_lowercase().contains(&wanted))
                    })
                    .cloned()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn conversation(request: Value) -> Conversation {
        Conversation::of(&serde_json::from_value(request).expect("a request"))
    }

    #[test]
    fn words_beside_a_tool_result_are_what_counts() {
        let both = conversation(json!({"model": "m", "max_tokens": 1, "messages": [
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t", "content": "ok"}, {"type": "text", "text": "and now?"}]},
        ]}));
        assert_eq!(both.turns, [Turn::User("and now?".to_owned())]);
        let alone = conversation(json!({"model": "m", "max_tokens": 1, "messages": [
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t", "content": "ok"}]},
        ]}));
        assert_eq!(alone.turns, [Turn::ToolResult]);
    }

    #[test]
    fn what_an_agent_reported_is_not_the_assistants_word() {
        let said = "Hello.\n\n<report>\nShould I spawn a security agent?\n</report>\n\nBye.";
        assert_eq!(own_words(said), "Hello.\n\n\n\nBye.");
        assert_eq!(own_words("<report>\nShould I spawn"), "");
    }

    #[test]
    fn the_agent_types_come_from_the_tools_schema() {
        let schema = json!({"type": "object", "properties": {"agent_type": {"type": "string", "enum": ["codegen", "security-auditor"]}}});
        let asked = conversation(
            json!({"model": "m", "max_tokens": 1, "messages": [{"role": "user", "content": "hi"}],
            "tools": [{"name": "Task", "input_schema": schema}]}),
        );
        assert_eq!(
            asked.spawning.agent("Security").as_deref(),
            Some("security-auditor")
        );
        assert_eq!(asked.spawning.agent("seo"), None);
        assert_eq!(Spawning::Anything.agent("SEO").as_deref(), Some("seo"));
    }
}
