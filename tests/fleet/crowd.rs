//! Many conversations at once on NATS, each spawning, and the role chat alone killed in their middle.
use super::{counts, look::look, place::Fleet};
use crate::harness::{
    Api,
    crowd::{self, Person},
    text, until,
};
use futures::{StreamExt as _, stream};
use serde_json::json;
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::time::Instant;

/// So slow is the model that every kill meets replies under way.
const MODEL_MS: u64 = 500;
/// Rounds with the model in a reply that spawns.
const ROUNDS: usize = 2;
/// The chat is away for moments only.
const PATIENCE: Duration = Duration::from_secs(120);
const PAUSE: Duration = Duration::from_millis(200);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crowd_spawns_once_each_though_chat_alone_is_killed_in_the_middle() {
    let Some(mut fleet) = Fleet::with_roles(false, 1).await else {
        return;
    };
    let people: Arc<[Person]> = crowd::people().into();
    let all = people.len();
    let slow =
        json!({"vendor": "llm", "fault": "slow", "delay_ms": MODEL_MS, "count": ROUNDS * all});
    fleet.vendors().trouble(&slow).await;
    let api = fleet.api();
    let began = Instant::now();
    let heard = Arc::new(AtomicUsize::new(0));
    let speaking = tokio::spawn(speak(
        Arc::clone(&people),
        api.url.clone(),
        Arc::clone(&heard),
    ));
    for wanted in [all.div_ceil(4), all.div_ceil(2)] {
        until("so many were heard", || async {
            (heard.load(Ordering::SeqCst) >= wanted).then_some(())
        })
        .await;
        killed(&mut fleet, began).await;
    }
    speaking.await.expect("all were heard");
    until("half of them have spawned", || async {
        let page = look(&api, "/api/v1/stories?limit=500").await?;
        let spawned = page["stories"].as_array()?.len();
        (spawned >= all.min(500).div_ceil(2)).then_some(())
    })
    .await;
    killed(&mut fleet, began).await;
    counts::settle(&fleet, all, 0).await;
    println!("{all} conversations came to rest in {:?}", began.elapsed());
    crowd::spawned_once(&api, &people).await;
    for person in people.iter() {
        told_once(&api, person).await;
    }
}

/// All at once, each until it was heard.
async fn speak(people: Arc<[Person]>, url: String, heard: Arc<AtomicUsize>) {
    let speaking = (0..people.len()).map(|n| {
        let (people, url, heard) = (Arc::clone(&people), url.clone(), Arc::clone(&heard));
        async move {
            insist(&people[n], &url).await;
            heard.fetch_add(1, Ordering::SeqCst);
        }
    });
    let speaking = stream::iter(speaking).buffer_unordered(crowd::AT_ONCE);
    speaking.collect().await
}

async fn insist(person: &Person, url: &str) {
    let end = Instant::now() + PATIENCE;
    while !person.speak(url).await {
        assert!(Instant::now() < end, "nobody heard within {PATIENCE:?}");
        tokio::time::sleep(PAUSE).await;
    }
}

async fn killed(fleet: &mut Fleet, began: Instant) {
    let replies = crowd::answered(&fleet.api()).await;
    println!(
        "chat is killed after {:?} and {replies} replies",
        began.elapsed()
    );
    fleet.kill_and_start("chat-1").await;
}

/// What the conversation holds for whoever opens it.
async fn told_once(api: &Api, person: &Person) {
    let messages = api.messages(&person.conversation).await;
    let kinds: Vec<_> = messages.iter().map(|it| text(it, "kind")).collect();
    let of_kind = |kind: &str| kinds.iter().filter(|it| **it == kind).count();
    for kind in ["user", "spawn", "completion"] {
        assert_eq!(of_kind(kind), 1, "{kind}: {messages:#?}");
    }
    // What was said before the spawn and after it.
    assert_eq!(of_kind("assistant"), 2, "{messages:#?}");
    assert_eq!(kinds.len(), 5, "{messages:#?}");
}
