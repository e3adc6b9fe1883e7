//! Many conversations at once, each spawning, and chat killed in the middle: nothing is lost and nothing doubled.
use super::harness::{Errand, crowd, until_within};
use futures::{StreamExt, stream};
use std::time::Duration;

const USUAL_CROWD: usize = 40;
/// A crowd of a thousand on a small machine.
const PATIENCE: Duration = Duration::from_secs(300);

#[tokio::test]
async fn a_crowd_spawns_once_each_though_chat_is_killed_in_the_middle() {
    // The stories wait for approval: this is about the chat, and no agent takes its time.
    let waiting = [("ERRAND_POLICY", "needs_approval")];
    let mut errand = Errand::up_with(&[], &waiting).await;
    let people = crowd::people(USUAL_CROWD);
    let url = errand.api.url.clone();
    let mut speaking = stream::iter(&people)
        .map(|person| person.speak(&url))
        .buffer_unordered(crowd::AT_ONCE);
    // Half of them were heard; the others are under way.
    for _ in 0..people.len().div_ceil(2) {
        assert_eq!(speaking.next().await, Some(true));
    }
    errand.kill().await;
    drop(speaking);
    errand.start_again().await;
    let url = errand.api.url.clone();
    let again = stream::iter(&people).map(|person| person.speak(&url));
    let heard: Vec<_> = again.buffer_unordered(crowd::AT_ONCE).collect().await;
    assert!(heard.iter().all(|heard| *heard), "all were heard");

    let what = "every conversation has its spawn and reply";
    until_within(PATIENCE, what, || async {
        let spawned = crowd::recorded(&errand.api, "SpawnAnnounced").await.len();
        let ended = crowd::answered(&errand.api).await;
        (spawned >= people.len() && ended >= people.len()).then_some(())
    })
    .await;
    crowd::spawned_once(&errand.api, &people).await;
}
