//! The chat as people see it.
use crate::support::{World, id};

#[tokio::test]
async fn the_chat_shows_words_buttons_and_the_live_card() {
    let (world, ids) = World::with_sample().await;
    let page = world.get(&format!("/chat/{}", ids.conversation)).await;
    page.shows(&[
        "build email capture for the hero",
        "<span class=\"add\">+&lt;form",
        "Spawned Code Generation agent!",
        "<a href=\"https://linear.app/sample/issue/ERR-12\" rel=\"noopener noreferrer nofollow\">",
        "Linear ERR-12",
        "took",
        "$0.09",
        "🎉 Code Generation complete!",
        "✅ Spawn a security agent",
        "❌ Not now",
    ]);
    assert_eq!(page.body.matches("aria-label=\"done\">✅").count(), 4);
}

#[tokio::test]
async fn a_running_card_shows_its_checklist_and_a_queued_one_its_place() {
    let (world, ids) = World::with_sample().await;
    let page = world
        .get(&format!("/chat/{}", id("Words for the pricing page")))
        .await;
    page.shows(&[
        "🔄",
        "⏳",
        "Next in the queue",
        "Linear issue is being created",
        "data-since",
    ]);
    page.shows(&[
        &format!("id=\"msg-{}\"", ids.question),
        "Name them",
        "Or answer in your own words",
    ]);
}

#[tokio::test]
async fn a_failed_reply_keeps_what_came_and_offers_to_try_again() {
    let (world, ids) = World::with_sample().await;
    let page = world
        .get(&format!("/chat/{}", id("Why is the start page slow?")))
        .await;
    page.shows(&[
        "The hero image is 4 MB",
        "The reply broke off.",
        "cut after 12 words",
        &format!("/messages/{}/retry", ids.failed_reply),
    ]);
}

#[tokio::test]
async fn a_reply_that_was_asked_for_again_is_announced_and_cannot_be_asked_for_twice() {
    let (world, ids) = World::with_sample().await;
    let conversation = id("Why is the start page slow?");
    let retried = errand_proto::v1::ReplyRetryRequested {
        message_id: id("slow"),
        user_id: "you".into(),
    };
    world
        .add(
            &conversation,
            errand_proto::ConversationEvent::from(retried),
            1,
        )
        .await;
    world.settle().await;
    let page = world.get(&format!("/chat/{conversation}")).await;
    page.shows(&[
        "It was asked for again.",
        "id=\"typing\" class=\"typing\" role=\"status\">",
    ]);
    page.hides(&[&format!("/messages/{}/retry", ids.failed_reply)]);
}

#[tokio::test]
async fn buttons_vanish_once_the_person_went_on() {
    let (world, ids) = World::with_sample().await;
    let chat = format!("/chat/{}", ids.conversation);
    let pressed = world
        .form(
            &format!("{chat}/messages/{}/actions", id("offer")),
            "action=yes",
        )
        .await;
    assert_eq!(pressed.header("location"), format!("{chat}#composer"));
    let page = world.get(&chat).await;
    page.shows(&[
        "Yes, spawn a security agent to analyze this",
        "You chose “✅ Spawn a security agent”",
    ]);
    page.hides(&["❌ Not now"]);
}

#[tokio::test]
async fn somebody_who_waits_for_a_reply_is_told_that_it_is_written() {
    let (world, ids) = World::with_sample().await;
    let chat = format!("/chat/{}", ids.conversation);
    world
        .get(&chat)
        .await
        .shows(&["id=\"typing\" class=\"typing\" role=\"status\" hidden"]);
    world
        .form(
            &format!("{chat}/messages"),
            &format!("message_id={}&text=And+now%3F", id("m")),
        )
        .await;
    world
        .get(&chat)
        .await
        .shows(&["id=\"typing\" class=\"typing\" role=\"status\">"]);
}

#[tokio::test]
async fn a_long_conversation_is_read_in_pages() {
    let (world, ids) = World::with_sample().await;
    for n in 0..120 {
        let said = errand_proto::v1::UserMessagePosted {
            message_id: format!("m-{n:03}"),
            text: format!("word-{n:03}"),
            ..errand_proto::v1::UserMessagePosted::default()
        };
        world
            .add(
                &ids.conversation,
                errand_proto::ConversationEvent::from(said),
                1,
            )
            .await;
    }
    world.settle().await;
    let chat = format!("/chat/{}", ids.conversation);
    let latest = world.get(&chat).await;
    latest.shows(&["word-119", "word-020", "Earlier messages"]);
    latest.hides(&["word-019"]);
    let (_, link) = latest.body.split_once("?before=").unwrap();
    let earlier = world
        .get(&format!(
            "{chat}?before={}",
            link.split('"').next().unwrap()
        ))
        .await;
    earlier.shows(&["word-019", "build email capture", "Back to the latest"]);
    earlier.hides(&["word-020", "data-live=\"/events"]);
}

#[tokio::test]
async fn what_people_write_is_text_and_never_markup() {
    let (world, ids) = World::with_sample().await;
    let chat = format!("/chat/{}", ids.conversation);
    let body = format!(
        "message_id={}&text=%3Cscript%3Ealert(1)%3C%2Fscript%3E",
        id("evil")
    );
    world.form(&format!("{chat}/messages"), &body).await;
    let page = world.get(&chat).await;
    page.hides(&["<script>alert"]);
    page.shows(&["&#60;script&#62;alert(1)"]);
}
