//! The StopTask tool: a person wants an agent stopped that was spawned from this conversation. Pure.
use crate::{
    conversation::Conversation,
    llm::{ToolCall, ToolSpec},
};
use serde_json::json;

pub(crate) const STOP_TOOL: &str = "StopTask";
pub(crate) const NOTHING_TO_STOP: &str =
    "no such agent of this conversation is at work; tell the user";

/// How the model sees the tool.
pub(crate) fn tool() -> ToolSpec {
    ToolSpec {
        name: STOP_TOOL.to_owned(),
        description: "Stop a background agent that was spawned in this conversation, because the user wants it. The chat \
            tells the user when it has stopped."
            .to_owned(),
        input_schema: json!({
            "type": "object",
            "properties": {
                "agent_type": {"type": "string", "description": "Which agent; the latest when it is left out"}
            }
        }),
    }
}

/// The latest story at work, of the kind of agent that the call names.
pub(crate) fn meant<'a>(conversation: &'a Conversation, call: &ToolCall) -> Option<&'a str> {
    let kind = call.input["agent_type"].as_str().unwrap_or_default().trim();
    let at_work = conversation.stories.iter().filter(|(_, told)| {
        let is_meant = kind.is_empty() || told.agent.eq_ignore_ascii_case(kind);
        is_meant && told.ended_session.is_empty() && !told.stopping
    });
    let latest = at_work.max_by_key(|(_, told)| told.place);
    latest.map(|(story, _)| story.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::Told;

    #[test]
    fn the_latest_agent_at_work_is_meant_or_the_one_that_is_named() {
        let told = |agent: &str, place, ended: &str| Told {
            agent: agent.into(),
            place,
            ended_session: ended.into(),
            ..Told::default()
        };
        let mut conversation = Conversation::default();
        for (story, told) in [
            ("z", told("security", 0, "")),
            ("b", told("codegen", 1, "")),
            ("a", told("seo", 2, "ended")),
        ] {
            conversation.stories.insert(story.into(), told);
        }
        let call = |input| ToolCall {
            id: "1".into(),
            name: STOP_TOOL.into(),
            input,
        };
        let meant = |input| meant(&conversation, &call(input)).map(str::to_owned);
        assert_eq!(meant(json!({})).as_deref(), Some("b"));
        assert_eq!(
            meant(json!({"agent_type": "Security"})).as_deref(),
            Some("z")
        );
        assert_eq!(meant(json!({"agent_type": "seo"})), None);
    }
}
