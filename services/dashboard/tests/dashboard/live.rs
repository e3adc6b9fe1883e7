//! Open pages keep up by server-sent events.
use crate::support::{PATIENCE, World, id, stream};
use axum::http::StatusCode;
use errand_eventlog::live::Live as _;
use errand_proto::{ConversationEvent, SessionEvent, v1};

fn said(name: &str, text: &str) -> ConversationEvent {
    v1::UserMessagePosted {
        message_id: name.into(),
        text: text.into(),
        ..v1::UserMessagePosted::default()
    }
    .into()
}

fn replied(name: &str, markdown: &str) -> ConversationEvent {
    v1::AssistantReplied {
        message_id: name.into(),
        markdown: markdown.into(),
        ..v1::AssistantReplied::default()
    }
    .into()
}

fn speak(world: &World, conversation: &str, message: &str, text: &str) {
    let token = serde_json::json!({ "messageId": message, "text": text, "done": false });
    world.live.publish(
        &format!("conversation.{conversation}"),
        token.to_string().into(),
    );
}

#[tokio::test]
async fn a_new_message_reaches_an_open_page_with_its_log_sequence() {
    let (world, ids) = World::with_sample().await;
    let mut page = stream(
        &world,
        &format!("/events?scope=conversation:{}", ids.conversation),
        &[],
    )
    .await;
    page.until("conversation-list").await;
    let seq = world
        .add(&ids.conversation, said("m-1", "fresh words"), 1)
        .await;
    let patch = page.until("fresh words").await;
    assert!(patch.contains("event: patch\n"), "{patch}");
    assert!(patch.contains("id=\"msg-m-1\""), "{patch}");
    let told: u64 = patch
        .lines()
        .rev()
        .find_map(|l| l.strip_prefix("id: "))
        .unwrap()
        .parse()
        .unwrap();
    assert!(told >= seq, "{told} {seq}");
    assert!(
        !patch.contains("build email capture"),
        "only what changed is sent: {patch}"
    );
}

#[tokio::test]
async fn somebody_who_comes_back_gets_what_was_missed() {
    let (world, ids) = World::with_sample().await;
    let path = format!("/events?scope=conversation:{}", ids.conversation);
    let mut page = stream(&world, &path, &[]).await;
    let first = page.until("conversation-list").await;
    let last = first
        .lines()
        .find_map(|l| l.strip_prefix("id: "))
        .unwrap()
        .to_owned();
    drop(page);
    for n in 0..40 {
        world
            .add(
                &ids.conversation,
                said(&format!("m-{n}"), &format!("missed-{n}.")),
                1,
            )
            .await;
    }
    world.settle().await;
    let mut back = stream(&world, &path, &[("last-event-id", &last)]).await;
    let heard = back.until("missed-39.").await;
    for n in 0..40 {
        assert!(heard.contains(&format!("missed-{n}.")), "{n} is lost");
    }
}

#[tokio::test]
async fn a_client_that_reads_too_slowly_still_ends_with_the_present_state() {
    let (world, ids) = World::with_sample().await;
    let path = format!("/events?scope=conversation:{}", ids.conversation);
    let mut slow = stream(&world, &path, &[]).await;
    let mut quick = stream(&world, &path, &[]).await;
    quick.until("conversation-list").await;
    for n in 0..25 {
        speak(&world, &ids.conversation, "draft", &format!("draft-{n}."));
        quick.until(&format!("draft-{n}.")).await;
    }
    world
        .add(&ids.conversation, replied("draft", "the final words"), 1)
        .await;
    slow.until("the final words").await;
}

#[tokio::test]
async fn a_reply_grows_as_it_is_written_and_gives_way_to_the_finished_one() {
    let (world, ids) = World::with_sample().await;
    let mut page = stream(
        &world,
        &format!("/events?scope=conversation:{}", ids.conversation),
        &[],
    )
    .await;
    page.until("conversation-list").await;
    speak(&world, &ids.conversation, "r-1", "I would **first**");
    let growing = page.until("<strong>first</strong>").await;
    assert!(
        growing.contains("id=\"msg-r-1\"") && growing.contains("aria-busy"),
        "{growing}"
    );
    world
        .add(
            &ids.conversation,
            replied("r-1", "I would **first** measure"),
            1,
        )
        .await;
    let finished = page.until("measure").await;
    let (_, shape) = finished.rsplit_once("id=\"msg-r-1\"").unwrap();
    assert!(!shape.contains("aria-busy"), "{finished}");
    speak(&world, &ids.conversation, "r-1", "I would **first** meas");
    speak(&world, &ids.conversation, "r-2", "Another reply");
    let later = page.until("Another reply").await;
    assert!(
        !later.contains("msg-r-1"),
        "a late token does not bring the draft back: {later}"
    );
}

#[tokio::test]
async fn the_sign_of_writing_comes_and_goes_with_the_reply() {
    let (world, ids) = World::with_sample().await;
    let path = format!("/events?scope=conversation:{}", ids.conversation);
    let mut page = stream(&world, &path, &[]).await;
    page.until("conversation-list").await;
    let question = v1::UserMessagePosted {
        message_id: "q-1".into(),
        text: "And now?".into(),
        ..v1::UserMessagePosted::default()
    };
    let now = crate::support::now_us();
    world
        .add(&ids.conversation, ConversationEvent::from(question), now)
        .await;
    page.until("role=\"status\">").await;
    let reply = v1::AssistantReplied {
        message_id: "r-1".into(),
        in_reply_to: "q-1".into(),
        markdown: "Now we rest.".into(),
        ..v1::AssistantReplied::default()
    };
    world
        .add(&ids.conversation, ConversationEvent::from(reply), now)
        .await;
    let patch = page.until("Now we rest.").await;
    assert!(patch.contains("role=\"status\" hidden>"), "{patch}");
}

#[tokio::test]
async fn tokens_of_other_conversations_stay_there() {
    let (world, ids) = World::with_sample().await;
    let mut page = stream(
        &world,
        &format!("/events?scope=conversation:{}", ids.conversation),
        &[],
    )
    .await;
    page.until("conversation-list").await;
    speak(
        &world,
        &id("Why is the start page slow?"),
        "other",
        "secret plan",
    );
    speak(&world, &ids.conversation, "own", "own words");
    let heard = page.until("own words").await;
    assert!(!heard.contains("secret plan"), "{heard}");
}

#[tokio::test]
async fn what_an_agent_says_is_seen_on_its_storys_page_until_it_is_recorded() {
    let (world, ids) = World::with_sample().await;
    let mut page = stream(&world, &format!("/events?scope=story:{}", ids.running), &[]).await;
    let first = page.until("id=\"saying\"").await;
    assert!(first.contains("aria-busy=\"true\" hidden"), "{first}");
    let say = |text: &str| {
        let token = serde_json::json!({"action": "think", "text": text});
        let topic = format!("session.{}", ids.running);
        world.live.publish(&topic, token.to_string().into());
    };
    say("I look at **three** files");
    let growing = page.until("<strong>three</strong>").await;
    assert!(growing.contains("<code>think</code>"), "{growing}");
    say("");
    page.until("aria-busy=\"true\" hidden").await;
}

#[tokio::test]
async fn checklists_move_in_the_chat_on_the_tab_and_on_the_storys_page() {
    let (world, ids) = World::with_sample().await;
    let conversation = id("Words for the pricing page");
    let scopes = [
        format!("conversation:{conversation}"),
        "project:sample-site".into(),
        format!("story:{}", ids.running),
    ];
    let mut pages = Vec::new();
    for scope in &scopes {
        let mut page = stream(&world, &format!("/events?scope={scope}"), &[]).await;
        page.until("Write findings by file and line").await;
        pages.push(page);
    }
    let step = v1::PlanStep {
        content: "Tell what was found".into(),
        status: v1::PlanStepStatus::InProgress.into(),
    };
    let plan = v1::PlanUpdated {
        steps: vec![step],
        story_id: ids.running.clone(),
    };
    world
        .add(
            &id(&format!("session {}", ids.running)),
            SessionEvent::from(plan),
            1,
        )
        .await;
    let mut patches = Vec::new();
    for page in &mut pages {
        patches.push(page.until("Tell what was found").await);
    }
    assert!(
        patches[2].contains("event-name\">PlanUpdated"),
        "{}",
        patches[2]
    );
}

#[tokio::test]
async fn many_readers_share_one_rendering() {
    let (world, ids) = World::with_sample().await;
    let path = format!("/events?scope=conversation:{}", ids.conversation);
    let mut pages = Vec::new();
    for _ in 0..200 {
        pages.push(stream(&world, &path, &[]).await);
    }
    world
        .add(&ids.conversation, said("m-1", "for everybody"), 1)
        .await;
    for page in &mut pages {
        page.until("for everybody").await;
    }
}

#[tokio::test]
async fn streams_end_when_the_process_stops() {
    let (world, ids) = World::with_sample().await;
    let story = format!("/events?scope=story:{}", ids.running);
    let mut pages = Vec::new();
    for path in [
        story.as_str(),
        "/events?scope=queue",
        "/events?scope=health",
        "/api/v1/events/stream?follow=true",
    ] {
        pages.push(stream(&world, path, &[]).await);
    }
    world.stop.cancel();
    for page in &mut pages {
        assert!(page.ends().await);
    }
}

#[tokio::test]
async fn a_stream_of_nothing_is_refused() {
    let world = World::start().await;
    for (scope, status) in [
        ("conversation:nobody", StatusCode::NOT_FOUND),
        ("story:none", StatusCode::NOT_FOUND),
        ("weather", StatusCode::BAD_REQUEST),
        ("story:", StatusCode::BAD_REQUEST),
    ] {
        let answer =
            tokio::time::timeout(PATIENCE, world.get(&format!("/events?scope={scope}"))).await;
        assert_eq!(answer.unwrap().status, status, "{scope}");
    }
}
