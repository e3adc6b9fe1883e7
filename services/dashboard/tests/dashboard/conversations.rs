//! Conversations as a whole: found, named, attached, put away.
use crate::support::{Call, World};
use errand_dashboard::ConversationChange;
use errand_proto::{ConversationEvent, v1};

#[tokio::test]
async fn the_list_is_searched_by_what_was_said_and_the_archive_is_apart() {
    let (world, ids) = World::with_sample().await;
    let link = format!("href=\"/chat/{}\" class", ids.conversation);
    let row = format!("class=\"row-title\" href=\"/chat/{}\"", ids.conversation);
    let found = world.get("/conversations?q=Email%20CAPTURE").await;
    found.shows(&[&row]);
    let nothing = world.get("/conversations?q=zeppelin").await;
    nothing.shows(&["Nothing matches"]);

    let path = format!("/chat/{}", ids.conversation);
    world.form(&format!("{path}/archive"), "").await;
    world.settle().await;
    let list = world.get("/conversations").await;
    assert!(!list.body.contains(&row) && !list.body.contains(&link));
    world.get("/conversations?archived=1").await.shows(&[&row]);
    world.get(&path).await.shows(&["Take out of the archive"]);
}

#[tokio::test]
async fn a_search_shows_the_words_it_found_and_leads_to_their_message() {
    let (world, ids) = World::with_sample().await;
    let found = world.get("/conversations?q=STORES+addresses").await;
    let link = format!("/chat/{}/messages/{}", ids.conversation, ids.offer);
    found.shows(&[
        &format!("href=\"{link}\""),
        "The form <mark>stores addresses</mark> of strangers now.",
    ]);
    let message = world.get(&link).await;
    let place = format!("/chat/{}#msg-{}", ids.conversation, ids.offer);
    assert_eq!(message.headers["location"], place.as_str());
    let title = world.get("/conversations?q=pricing").await;
    assert!(!title.body.contains("<mark>"), "only the title has it");
}

#[tokio::test]
async fn a_conversation_is_renamed_and_attached_on_its_page() {
    let (world, ids) = World::with_sample().await;
    let path = format!("/chat/{}", ids.conversation);
    world
        .form(&format!("{path}/rename"), "title=The+%3Chero%3E")
        .await;
    world.form(&format!("{path}/move"), "project=api").await;
    world.settle().await;
    let page = world.get(&path).await;
    page.shows(&["<h1>The &#60;hero&#62;</h1>", "/projects/api/agents"]);
    let renamed = ConversationChange::Rename("The <hero>".into());
    let moved = ConversationChange::Move("api".into());
    let calls = [renamed, moved].map(|change| Call::Change(ids.conversation.clone(), change));
    assert!(world.commands.calls().ends_with(&calls));
    let empty = world.form(&format!("{path}/rename"), "title=+").await;
    assert_eq!(empty.status, 422);
}

#[tokio::test]
async fn a_message_has_a_link_that_finds_it_also_on_an_earlier_page() {
    let (world, ids) = World::with_sample().await;
    let path = format!("/chat/{}", ids.conversation);
    let now = 1_763_800_000_000_000;
    for number in 0..150 {
        let posted = v1::UserMessagePosted {
            message_id: format!("said-{number}"),
            text: format!("number {number}"),
            ..v1::UserMessagePosted::default()
        };
        let event = ConversationEvent::from(posted);
        world.add(&ids.conversation, event, now + number).await;
    }
    world.settle().await;
    let latest = world.get(&format!("{path}/messages/said-149")).await;
    assert_eq!(
        latest.headers["location"],
        format!("{path}#msg-said-149").as_str()
    );
    let earlier = world.get(&format!("{path}/messages/said-10")).await;
    let location = earlier.headers["location"].to_str().unwrap().to_owned();
    let (page, hash) = location.split_once('#').unwrap();
    assert_eq!(hash, "msg-said-10");
    let link = format!("href=\"{path}/messages/said-10\"");
    let page = world.get(page).await;
    page.shows(&["id=\"msg-said-10\"", &link, "id=\"msg-said-50\""]);
    let elsewhere = world.get("/chat/elsewhere/messages/said-10").await;
    assert_eq!(elsewhere.status, 404);
}
