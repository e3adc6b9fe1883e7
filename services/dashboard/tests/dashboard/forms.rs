//! What the pages' forms do.
use crate::support::{Call, World, id};
use axum::http::StatusCode;
use errand_dashboard::CommandError;
use uuid::Uuid;

#[tokio::test]
async fn a_first_message_starts_the_conversation_and_leads_into_it() {
    let world = World::start().await;
    let (conversation, message) = (Uuid::now_v7(), Uuid::now_v7());
    let body = format!(
        "conversation_id={conversation}&message_id={message}&project=sample-site&text=+hello%0D%0Athere+"
    );
    let answer = world.form("/chat", &body).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.header("location"), format!("/chat/{conversation}"));
    let calls = world.commands.calls();
    let [Call::Start(start), Call::Post(post)] = calls.as_slice() else {
        panic!("{calls:?}");
    };
    assert_eq!((start.id, start.user.as_str()), (conversation, "you"));
    assert_eq!(
        (post.message_id, post.text.as_str()),
        (message, "hello\nthere")
    );
    // Read-your-writes: the page that the redirect leads to has the message.
    world
        .get(answer.header("location"))
        .await
        .shows(&["hello\nthere"]);
}

#[tokio::test]
async fn a_suggestion_is_a_first_message() {
    let world = World::start().await;
    let body = format!(
        "conversation_id={}&message_id={}&text=&suggestion=What+can+you+do%3F",
        Uuid::now_v7(),
        Uuid::now_v7()
    );
    world.form("/chat", &body).await;
    assert!(matches!(&world.commands.calls()[1], Call::Post(p) if p.text == "What can you do?"));
}

#[tokio::test]
async fn live_forms_get_a_word_and_others_a_redirect() {
    let (world, ids) = World::with_sample().await;
    let path = format!("/stories/{}/cancel", ids.running);
    let live = world.live_form(&path, "reason=").await;
    assert_eq!(live.status, StatusCode::OK);
    live.shows(&["id=\"notice\"", "Cancelling."]);
    live.hides(&["<!doctype"]);
    let plain = world.form(&path, "reason=").await;
    assert_eq!(
        plain.header("location"),
        format!("/stories/{}", ids.running)
    );
}

#[tokio::test]
async fn a_button_sends_what_it_promises_under_an_id_that_stays_the_same() {
    let (world, ids) = World::with_sample().await;
    let path = format!("/chat/{}/messages/{}/actions", ids.conversation, ids.offer);
    world.form(&path, "action=yes").await;
    world.form(&path, "action=no").await;
    let calls = world.commands.calls();
    let [Call::Post(yes), Call::Post(no)] = calls.as_slice() else {
        panic!("{calls:?}");
    };
    assert_eq!(yes.text, "Yes, spawn a security agent to analyze this");
    assert_eq!(yes.action_id.as_deref(), Some("yes"));
    assert_eq!(
        yes.message_id, no.message_id,
        "of several presses one counts"
    );
    let unknown = world.form(&path, "action=maybe").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_agents_question_is_answered_by_button_or_in_own_words() {
    let (world, ids) = World::with_sample().await;
    let conversation = id("Words for the pricing page");
    let message = format!("/chat/{conversation}/messages/{}", ids.question);
    world
        .form(&format!("{message}/actions"), "action=q-yes")
        .await;
    world
        .form(
            &format!("{message}/answer"),
            "answer=Call+them+Open+and+Close",
        )
        .await;
    let session = id(&format!("session {}", ids.asking));
    let path = format!("/sessions/{session}/questions/{}/answer", ids.question);
    let answer = world.form(&path, "choice=Leave+them&answer=").await;
    assert_eq!(
        answer.header("location"),
        format!("/stories/{}", ids.asking)
    );
    let said = [
        "Yes, name them after their icons",
        "Call them Open and Close",
        "Leave them",
    ];
    let expected =
        said.map(|text| Call::Answer(session.clone(), ids.question.clone(), text.into()));
    assert_eq!(world.commands.calls(), expected);
}

#[tokio::test]
async fn stories_are_cancelled_retried_approved_rejected_and_steered() {
    let (world, ids) = World::with_sample().await;
    let session = id(&format!("session {}", ids.running));
    world
        .form(
            &format!("/stories/{}/cancel", ids.running),
            "reason=+Too+slow+",
        )
        .await;
    world
        .form(&format!("/stories/{}/retry", ids.failed), "")
        .await;
    world
        .form(&format!("/stories/{}/approve", ids.needs_approval), "")
        .await;
    world
        .form(
            &format!("/stories/{}/reject", ids.needs_approval),
            "reason=",
        )
        .await;
    world
        .form(
            &format!("/sessions/{session}/steer"),
            "text=Look+at+the+server+too",
        )
        .await;
    let broken = id("Why is the start page slow?");
    world
        .form(
            &format!("/chat/{broken}/messages/{}/retry", ids.failed_reply),
            "",
        )
        .await;
    let expected = [
        Call::Cancel(ids.running.clone(), "Too slow".into()),
        Call::Retry(ids.failed.clone()),
        Call::Approve(ids.needs_approval.clone()),
        Call::Reject(ids.needs_approval.clone(), String::new()),
        Call::Steer(session, "Look at the server too".into()),
        Call::RetryReply(broken, id("slow")),
    ];
    assert_eq!(world.commands.calls(), expected);
}

#[tokio::test]
async fn a_refusal_is_told_in_the_page_and_as_a_page() {
    let (world, ids) = World::with_sample().await;
    let refusal = "The story has ended already. Retry it instead.";
    world
        .commands
        .refuse_with(CommandError::Refused(refusal.into()));
    let path = format!("/stories/{}/cancel", ids.completed);
    let live = world.live_form(&path, "reason=").await;
    assert_eq!(live.status, StatusCode::CONFLICT);
    live.shows(&["id=\"notice\"", refusal]);
    live.hides(&["<!doctype"]);
    let page = world.form(&path, "reason=").await;
    page.shows(&["<!doctype html>", refusal]);
}

#[tokio::test]
async fn empty_long_and_unreadable_messages_are_refused_with_the_reason() {
    let (world, ids) = World::with_sample().await;
    let path = format!("/chat/{}/messages", ids.conversation);
    let send = async |text: &str| {
        world
            .live_form(&path, &format!("message_id={}&text={text}", Uuid::now_v7()))
            .await
    };
    let empty = send("++%0A").await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    empty.shows(&["text: it is empty"]);
    let long = send(&"a".repeat(16_001)).await;
    assert_eq!(long.status, StatusCode::PAYLOAD_TOO_LARGE);
    long.shows(&["16,000 characters", "16,001"]);
    let huge = send(&"a".repeat(1_000_000)).await;
    assert_eq!(huge.status, StatusCode::PAYLOAD_TOO_LARGE);
    huge.shows(&["64 KiB"]);
    let unreadable = send("%ff%fe").await;
    assert_eq!(unreadable.status, StatusCode::BAD_REQUEST);
    unreadable.shows(&["not UTF-8"]);
    assert_eq!(
        send(&"ä".repeat(16_000).replace('ä', "a")).await.status,
        StatusCode::OK
    );
    assert_eq!(world.commands.calls().len(), 1);
}

#[tokio::test]
async fn the_queue_and_one_project_are_paused_and_go_on_by_buttons() {
    let (world, ids) = World::with_sample().await;
    let answer = world.form("/queue/pause", "").await;
    assert_eq!(answer.header("location"), "/queue");
    world.get("/queue").await.shows(&[
        "The queue is paused",
        "By you since",
        "the queue is paused by you",
        "Go on",
    ]);
    let story = world.get(&format!("/stories/{}", ids.queued)).await;
    story.shows(&["Next in the queue, the queue is paused by you"]);
    world.form("/queue/resume", "").await;
    world.form("/queue/pause", "project=sample-site").await;
    let page = world.get("/queue").await;
    page.shows(&["Project sample-site is paused", "Go on with sample-site"]);
    page.hides(&["The queue is paused", "Pause sample-site"]);
    let calls = world.commands.calls();
    let project = || Some("sample-site".to_owned());
    let expected = [
        Call::PauseQueue(None),
        Call::ResumeQueue(None),
        Call::PauseQueue(project()),
    ];
    assert_eq!(calls, expected);
}
