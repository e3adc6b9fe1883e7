//! A conversation longer than the model takes is answered all the same.
use super::world::{REQUEST_TOKENS, Round, World, done, task, words};
use errand_chat::llm::{LlmError, LlmEvent, LlmMessage, LlmRequest, Usage};
use errand_proto::ConversationEvent;
use uuid::Uuid;

const TURNS: usize = 30;
const LEFT_OUT: &str = "left out";

fn full() -> Round {
    vec![Err(LlmError::ContextFull("5000 tokens > 4096".into()))]
}

/// A conversation with more in it than the model takes.
async fn long() -> World {
    let world = World::start().await;
    for n in 0..TURNS {
        world
            .say(Uuid::new_v4(), &format!("word {n} ").repeat(100))
            .await;
        world.replies(n + 1).await;
    }
    world
}

fn bytes(request: &LlmRequest) -> usize {
    let text = |message: &LlmMessage| match message {
        LlmMessage::User(text) | LlmMessage::Assistant { text, .. } => text.len(),
        LlmMessage::ToolResult { content, .. } => content.len(),
    };
    request.history.iter().map(text).sum()
}

async fn last(world: &World, replies: usize) -> ConversationEvent {
    world.replies(replies).await.pop().unwrap()
}

#[tokio::test]
async fn a_long_conversation_is_sent_within_the_limit_with_the_newest_messages() {
    let world = long().await;
    world.say(Uuid::new_v4(), "and now?").await;
    world.replies(TURNS + 1).await;
    let asked = world.asked();
    assert!(!asked[0].system.contains(LEFT_OUT));
    let request = asked.last().unwrap();
    assert!(bytes(request) / 3 < REQUEST_TOKENS, "{}", bytes(request));
    assert!(request.system.contains(LEFT_OUT));
    let newest = LlmMessage::User("and now?".into());
    assert_eq!(request.history.last(), Some(&newest));
}

#[tokio::test]
async fn a_model_that_takes_less_than_was_thought_gets_half_and_answers() {
    let world = long().await;
    world.script([full(), vec![words("I spawn it."), task("codegen"), done()]]);
    world.say(Uuid::new_v4(), "build it").await;
    let ended = last(&world, TURNS + 1).await;
    assert!(
        matches!(&ended, ConversationEvent::AssistantReplied(e) if e.markdown == "Fine."),
        "{ended:?}"
    );
    let asked = world.asked();
    let [.., refused, halved, _] = &asked[..] else {
        panic!("{asked:?}");
    };
    assert!(bytes(halved) <= bytes(refused) / 2 + 100);
    assert_eq!(world.spawned().await.len(), 1);
}

#[tokio::test]
async fn a_model_that_refuses_half_of_it_too_is_told_in_the_chat() {
    let world = long().await;
    world.script([full(), full()]);
    world.say(Uuid::new_v4(), "build it").await;
    let ended = last(&world, TURNS + 1).await;
    let ConversationEvent::AssistantReplyFailed(failed) = ended else {
        panic!("{ended:?}");
    };
    assert!(failed.reason.contains("begin a new one"), "{failed:?}");
    assert_eq!(world.asked().len(), TURNS + 2);
}

#[tokio::test]
async fn a_reply_that_fails_late_records_what_it_had_cost() {
    let world = World::start().await;
    let first = vec![words("I spawn it."), task("codegen"), done()];
    let used = LlmEvent::Used(Usage {
        input_tokens: 20,
        output_tokens: 0,
    });
    world.script([first, vec![Ok(used), Err(LlmError::Cut)]]);
    world.say(Uuid::new_v4(), "build it").await;
    let ConversationEvent::AssistantReplyFailed(failed) = last(&world, 1).await else {
        panic!("the reply did not fail");
    };
    let usage = failed.usage.unwrap();
    assert_eq!((usage.input_tokens, usage.output_tokens), (27, 3));
    assert_eq!(failed.model, "scripted");
}
