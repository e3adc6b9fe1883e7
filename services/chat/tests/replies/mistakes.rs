//! A model that calls a tool wrongly is told so and may correct itself, but not for ever.
use super::world::{Round, World, done, task, words};
use errand_chat::llm::{LlmError, LlmEvent, LlmMessage, LlmRequest, ToolCall};
use errand_proto::{ConversationEvent, v1};
use serde_json::json;
use uuid::Uuid;

const BROKEN: &str = "call-broken";

fn malformed(tool: &str) -> Result<LlmEvent, LlmError> {
    Err(LlmError::MalformedToolCall {
        tool: tool.into(),
        call_id: BROKEN.into(),
        reason: "EOF while parsing an object".into(),
    })
}

fn other_tool() -> Result<LlmEvent, LlmError> {
    Ok(LlmEvent::ToolCall(ToolCall {
        id: "call-other".into(),
        name: "Bash".into(),
        input: json!({"command": "ls"}),
    }))
}

async fn answered(script: impl IntoIterator<Item = Round>) -> (World, ConversationEvent) {
    let world = World::start().await;
    world.script(script);
    world.say(Uuid::new_v4(), "build it").await;
    let ended = world.replies(1).await.pop().unwrap();
    (world, ended)
}

/// What the model was told of its last calls, by the id of each.
fn told(request: &LlmRequest) -> Vec<(&str, &str)> {
    let results = request.history.iter().filter_map(|message| match message {
        LlmMessage::ToolResult { call_id, content } => Some((call_id.as_str(), content.as_str())),
        _ => None,
    });
    results.collect()
}

fn failure(event: ConversationEvent) -> v1::AssistantReplyFailed {
    match event {
        ConversationEvent::AssistantReplyFailed(failed) => failed,
        other => panic!("the reply did not fail: {other:?}"),
    }
}

#[tokio::test]
async fn a_call_that_is_no_json_is_told_to_the_model_which_calls_again_and_the_agent_is_spawned() {
    let wrong = vec![words("I spawn it."), malformed("Task"), done()];
    let (world, ended) = answered([wrong, vec![task("codegen"), done()]]).await;
    assert!(
        matches!(&ended, ConversationEvent::AssistantReplied(e) if e.markdown == "Fine."),
        "{ended:?}"
    );
    assert_eq!(world.spawned().await.len(), 1);
    let asked = world.asked();
    assert_eq!(asked.len(), 3);
    let told = told(&asked[1]);
    assert!(
        matches!(told[..], [(BROKEN, said)] if said.contains("EOF while parsing")),
        "{told:?}"
    );
    // The provider wants every result to follow its call.
    let called = asked[1].history.iter().any(|message| {
        matches!(message, LlmMessage::Assistant { tool_calls, .. }
            if tool_calls.iter().any(|call| call.id == BROKEN && call.name == "Task"))
    });
    assert!(called, "{:?}", asked[1].history);
}

#[tokio::test]
async fn a_good_call_beside_a_wrong_one_is_carried_out_once() {
    let mixed = vec![task("codegen"), malformed("?"), done()];
    let (world, ended) = answered([mixed, vec![task("security"), done()]]).await;
    assert!(matches!(ended, ConversationEvent::AssistantReplied(_)));
    let spawned = world.spawned().await;
    let agents: Vec<_> = spawned.iter().map(|it| it.agent.as_str()).collect();
    assert_eq!(agents, ["codegen", "security"]);
}

#[tokio::test]
async fn an_agent_or_a_tool_that_there_is_not_may_be_corrected_too() {
    for wrong in [task("juggler"), other_tool()] {
        let (world, ended) = answered([vec![wrong, done()], vec![task("codegen"), done()]]).await;
        assert!(matches!(ended, ConversationEvent::AssistantReplied(_)));
        assert_eq!(world.spawned().await.len(), 1);
    }
}

#[tokio::test]
async fn after_two_corrections_the_reply_fails_and_is_asked_for_again_with_the_button() {
    for wrong in [malformed("Task"), task("juggler"), other_tool()] {
        let mut rounds = vec![vec![words("I try."), wrong.clone(), done()]; 3];
        rounds.push(vec![task("codegen"), done()]);
        let (world, ended) = answered(rounds).await;
        let failed = failure(ended);
        assert_eq!(world.asked().len(), 3, "one try and two corrections");
        assert!(
            failed.reason.contains("after 2 corrections"),
            "{}",
            failed.reason
        );
        assert_eq!(failed.partial_markdown, "I try.\n\nI try.\n\nI try.");
        assert!(world.spawned().await.is_empty());

        let id = world.conversation.to_string();
        let retried = world
            .desk
            .retry_reply(&id, &failed.in_reply_to, "ann")
            .await;
        retried.unwrap();
        let ended = world.replies(2).await.pop().unwrap();
        assert!(matches!(ended, ConversationEvent::AssistantReplied(_)));
        assert_eq!(world.spawned().await.len(), 1);
    }
}
