//! Conversations as a whole: found, named, attached, put away.
use crate::support::{Call, World};
use errand_dashboard::ConversationChange;

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
