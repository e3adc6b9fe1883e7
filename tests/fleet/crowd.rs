//! Many conversations at once on NATS, each spawning, and the role chat alone killed in their middle.
use super::{
    counts::{self, Counts},
    place::Fleet,
};
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

const USUAL_CROWD: usize = 24;
/// The stories of a larger crowd wait for approval: this is about the chat, and agents take their time.
const MOST_AGENTS: usize = 100;
/// The API lists no more of the queue.
const SHOWN_JOBS: usize = 500;
/// So slow is the model that every kill meets replies under way.
const MODEL_MS: u64 = 1_500;
/// Rounds with the model in a reply that spawns.
const ROUNDS: usize = 2;
/// The chat is away for moments only.
const PATIENCE: Duration = Duration::from_secs(120);
const PAUSE: Duration = Duration::from_millis(200);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crowd_spawns_once_each_though_chat_alone_is_killed_in_the_middle() {
    let Some(mut fleet) = Fleet::new(false).await else {
        return;
    };
    let people: Arc<[Person]> = crowd::people(USUAL_CROWD).into();
    let all = people.len();
    let expected = expected(&mut fleet, all);
    fleet.fill(1).await;
    let slow =
        json!({"vendor": "llm", "fault": "slow", "delay_ms": MODEL_MS, "count": ROUNDS * all});
    fleet.vendors().trouble(&slow).await;
    let api = fleet.api();
    let began = Instant::now();
    let heard = Arc::new(AtomicUsize::new(0));
    let spoken = speak(Arc::clone(&people), api.url.clone(), Arc::clone(&heard));
    let speaking = tokio::spawn(spoken);
    until("a third was heard", || async {
        (heard.load(Ordering::SeqCst) >= all / 3).then_some(())
    })
    .await;
    // Nobody hears the others, and no reply to the first has come to its spawn.
    killed(&mut fleet, began).await;
    until("a third has spawned", || async {
        let spawned = crowd::recorded(&api, "AgentSpawnRequested").await.len();
        (spawned >= all / 3).then_some(())
    })
    .await;
    // Between the spawns and the ends of the replies.
    killed(&mut fleet, began).await;
    speaking.await.expect("all were heard");
    counts::settle_at(&fleet, expected.clone(), 0).await;
    println!("{all} people: at rest after {:?}", began.elapsed());
    crowd::spawned_once(&api, &people).await;
    for person in people.iter() {
        told_once(&api, person, expected.completions > 0).await;
    }
}

/// What there is in the end, and whether agents work for it.
fn expected(fleet: &mut Fleet, all: usize) -> Counts {
    let expected = Counts::expected(all);
    if all <= MOST_AGENTS {
        return expected;
    }
    fleet.set("ERRAND_POLICY", "needs_approval");
    Counts {
        completed: 0,
        pull_requests: 0,
        completions: 0,
        stories_told: 0,
        queued: all.min(SHOWN_JOBS),
        ..expected
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
async fn told_once(api: &Api, person: &Person, has_ended: bool) {
    let messages = api.messages(&person.conversation).await;
    let mut kinds: Vec<_> = messages.iter().map(|it| text(it, "kind")).collect();
    kinds.sort_unstable();
    // What was said before the spawn and after it.
    let mut expected = vec!["assistant", "assistant", "spawn", "user"];
    if has_ended {
        expected.insert(2, "completion");
    }
    assert_eq!(kinds, expected, "{messages:#?}");
}
