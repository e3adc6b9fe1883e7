//! Whatever is asked or delivered twice spawns once.
use super::world::{World, done, task, words};
use errand_chat::{desk::SpawnWish, llm::LlmError, reply::Reply};
use errand_eventlog::subscriber::Incoming;
use errand_proto::ConversationEvent;
use uuid::Uuid;

#[tokio::test]
async fn a_reply_that_is_asked_for_again_after_a_cut_spawns_once() {
    let world = World::start().await;
    let cut = vec![words("I spawn it."), task("codegen"), Err(LlmError::Cut)];
    world.script([cut, vec![words("I spawn it."), task("codegen"), done()]]);
    let message = Uuid::new_v4();
    world.say(message, "build it").await;
    let events = world.replies(1).await;
    let failed = matches!(
        events.last(),
        Some(ConversationEvent::AssistantReplyFailed(_))
    );
    assert!(failed, "{events:?}");
    // Pressed in two tabs.
    let (id, message) = (world.conversation.to_string(), message.to_string());
    let press = || world.desk.retry_reply(&id, &message, "ann");
    let (one, other) = tokio::join!(press(), press());
    assert!(one.is_ok() && other.is_ok(), "{one:?} {other:?}");
    let events = world.replies(2).await;
    assert_eq!(world.spawned().await.len(), 1);
    assert_eq!(world.asked().len(), 3, "the reply was written once more");
    let Some(ConversationEvent::AssistantReplied(last)) = events.last() else {
        panic!("no whole reply: {events:?}");
    };
    assert_eq!(last.model, "scripted");
    assert!(last.persona.contains("sha256:"), "{}", last.persona);
    // Of both rounds.
    assert_eq!(last.usage.as_ref().unwrap().input_tokens, 14);
}

#[tokio::test]
async fn a_message_that_is_delivered_to_two_processes_spawns_once() {
    let world = World::without_reactors().await;
    let round = || {
        vec![
            words("I spawn them."),
            task("codegen"),
            task("security"),
            done(),
        ]
    };
    // The two may take their rounds in any order; each hears the calls first.
    world.script([round(), round()]);
    let message = Uuid::new_v4();
    world.say(message, "build it and look at it").await;
    let posted = world.recorded().await.pop().unwrap();
    let incoming = Incoming::new(posted, 1).unwrap();
    let id = message.to_string();
    let begun = async || Reply::begin(&world.chat, &incoming, &id).await.unwrap();
    let (one, other) = (begun().await.unwrap(), begun().await.unwrap());
    let (one, other) = tokio::join!(one.write(), other.write());
    assert_eq!((one, other), (Ok(()), Ok(())));
    assert_eq!(world.spawned().await.len(), 2);
    let events = world.events().await;
    let whole = events
        .iter()
        .filter(|event| matches!(event, ConversationEvent::AssistantReplied(e) if !e.continues));
    assert_eq!(whole.count(), 1, "{events:?}");
}

#[tokio::test]
async fn a_message_that_is_sent_twice_at_once_is_answered_once() {
    let world = World::start().await;
    world.script([vec![words("I spawn it."), task("codegen"), done()]]);
    let message = Uuid::new_v4();
    tokio::join!(
        world.say(message, "build it"),
        world.say(message, "build it")
    );
    world.replies(1).await;
    world.say(Uuid::new_v4(), "thanks").await;
    let events = world.replies(2).await;
    let said = events
        .iter()
        .filter(|event| matches!(event, ConversationEvent::UserMessagePosted(_)));
    assert_eq!(said.count(), 2);
    assert_eq!(world.spawned().await.len(), 1);
}

#[tokio::test]
async fn a_direct_spawn_with_the_same_key_is_one_story_and_names_who_asked() {
    let world = World::without_reactors().await;
    let wish = SpawnWish {
        key: Uuid::new_v4(),
        agent: "codegen".into(),
        title: String::new(),
        prompt: "build it".into(),
        project: None,
        conversation: None,
        user: "ann".into(),
    };
    let (one, other) = tokio::join!(
        world.desk.spawn(wish.clone()),
        world.desk.spawn(wish.clone())
    );
    assert_eq!(one.unwrap().story_id, other.unwrap().story_id);
    let spawned = world.spawned().await;
    assert_eq!(spawned.len(), 1);
    assert_eq!(spawned[0].user_id, "ann");
}

#[tokio::test]
async fn an_agent_spawned_by_the_model_is_asked_for_by_the_person_who_wrote() {
    let world = World::start().await;
    world.script([vec![task("codegen"), done()]]);
    world.say(Uuid::new_v4(), "build it").await;
    world.replies(1).await;
    assert_eq!(world.spawned().await[0].user_id, "ann");
}
