//! What the pages show.
use crate::support::World;

#[tokio::test]
async fn the_chat_shows_words_buttons_and_the_live_card() {
    let (world, ids) = World::with_sample().await;
    let page = world.get(&format!("/chat/{}", ids.conversation)).await;
    page.shows(&["build email capture for the hero"]);
}
