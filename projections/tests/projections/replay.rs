//! The tables are what the log says, however they were filled.
use crate::feed::Feed;
use crate::histories::{Histories, Variety};
use crate::store::Engine;
use crate::support::{self, Running, fill};
use errand_projections::{Db, Which, conversations::ConversationFilter, stories::StoryFilter};
use std::collections::BTreeSet;

const SEEDS: [u64; 4] = [1, 7, 1234, 987_654_321];

async fn the_live_tables_equal_a_replay_from_zero_for_random_histories(engine: Engine) {
    for seed in SEEDS {
        let feed = Feed::new(50);
        let running = Running::start(&engine.db().await, &feed);
        // Written while it follows, so that rows are loaded and changed across batches.
        for (n, (subject, event)) in Histories::new(seed, Variety::Everything, 60).enumerate() {
            feed.add(&subject, &event);
            if n % 37 == 0 {
                running.reach(feed.len()).await;
            }
        }
        running.reach(feed.len()).await;
        assert!(running.differences().await.is_empty(), "seed {seed}");
        running.stop().await;
    }
}

async fn batches_of_one_event_and_of_a_thousand_give_the_same_tables(engine: Engine) {
    for seed in SEEDS {
        let single = Feed::new(1);
        fill(&single, seed, 40);
        let many = Feed::new(1000);
        fill(&many, seed, 40);
        let running = Running::start(&engine.db().await, &single);
        running.reach(single.len()).await;
        // The other feed's events are replayed a thousand at a time and compared with what one at a time gave.
        let other = running.projector_on(&many);
        let scratch = Db::in_memory().await.unwrap();
        assert_eq!(other.verify(&scratch).await.unwrap(), [], "seed {seed}");
        running.stop().await;
    }
}

async fn a_row_that_was_tampered_with_is_found(engine: Engine) {
    let feed = Feed::new(100);
    fill(&feed, 3, 20);
    let store = engine.store();
    let running = Running::start(&store.open().await, &feed);
    running.reach(feed.len()).await;
    store.sql("UPDATE stories SET title = 'forged' WHERE created_seq = (SELECT MIN(created_seq) FROM stories)").await;
    store.sql("DELETE FROM session_turns WHERE turn = 1").await;
    store.sql("INSERT INTO batches SELECT 'invented', conversation_id, message_id, project_id, title, status, stories, linear_identifier, linear_issue_url, summary, report, created_at, ended_at, created_seq, updated_seq, folded FROM batches LIMIT 1").await;
    let found = running.differences().await;
    let text = serde_json::to_string(&found).unwrap();
    assert!(
        text.contains(r#""column":"title","live":"forged""#),
        "{text}"
    );
    assert!(
        text.contains(r#""table":"session_turns""#) && text.contains(r#""difference":"missing""#),
        "{text}"
    );
    assert!(
        text.contains(r#""key":"invented","difference":"extra""#),
        "{text}"
    );
    running.stop().await;
}

async fn a_restart_goes_on_where_it_was_and_reads_nothing_twice(engine: Engine) {
    let store = engine.store();
    let feed = Feed::new(20);
    fill(&feed, 5, 20);
    for more in 0..4 {
        let db = store.open().await;
        let running = Running::start(&db, &feed);
        running.reach(feed.len()).await;
        assert!(running.differences().await.is_empty());
        running.stop().await;
        db.close().await;
        fill(&feed, 100 + more, 5);
    }
}

async fn a_checkpoint_of_another_log_voids_the_tables(engine: Engine) {
    let db = engine.db().await;
    let first = Feed::new(100);
    fill(&first, 11, 20);
    let running = Running::start(&db, &first);
    running.reach(first.len()).await;
    running.stop().await;

    let second = Feed::new(100);
    fill(&second, 12, 3);
    let running = Running::start(&db, &second);
    running.reach(second.len()).await;
    assert_eq!(db.stories(&StoryFilter::default()).await.unwrap().len(), 3);
    assert!(running.differences().await.is_empty());
    running.stop().await;
}

async fn a_log_restored_from_an_older_copy_voids_the_tables(engine: Engine) {
    let db = engine.db().await;
    let feed = Feed::new(100);
    fill(&feed, 11, 20);
    let running = Running::start(&db, &feed);
    running.reach(feed.len()).await;
    running.stop().await;

    let older = feed.restored(60, 100);
    let running = Running::start(&db, &older);
    running.reach(60).await;
    assert!(running.differences().await.is_empty());
    running.stop().await;
}

async fn a_rebuild_gives_the_same_tables_while_the_old_ones_are_served_and_followed(
    engine: Engine,
) {
    let store = engine.store();
    let db = store.open().await;
    let feed = Feed::new(10);
    fill(&feed, 21, 60);
    let running = Running::start(&db, &feed);
    running.reach(feed.len()).await;
    let stories = running.projector.rebuild("stories");
    let conversations = async {
        let rebuilt = running.projector.rebuild("conversations").await;
        let filter = ConversationFilter::default();
        assert!(!db.conversations(&filter).await.unwrap().is_empty());
        rebuilt
    };
    let writing = async {
        fill(&feed, 22, 30);
        let positions = running.projector.positions();
        positions
            .wait_for(Which::All, feed.len(), support::PATIENCE)
            .await
    };
    let (stories, conversations, written) = tokio::join!(stories, conversations, writing);
    written.unwrap();
    assert_eq!(stories.unwrap().generation, 2);
    assert_eq!(conversations.unwrap().generation, 2);
    fill(&feed, 23, 5);
    running.reach(feed.len()).await;
    for name in ["agent_sessions", "stories", "batches", "notifications"] {
        running.projector.rebuild(name).await.unwrap();
    }
    assert_eq!(running.differences().await, []);
    let tables = store.tables().await;
    assert!(tables.iter().all(|t| !t.contains("__g")), "{tables:?}");
    running.stop().await;
}

#[tokio::test]
async fn random_histories_contain_every_event_of_the_catalogue() {
    let all: BTreeSet<_> = errand_proto::catalogue::all()
        .map(|t| t.full_name)
        .collect();
    let histories = Histories::new(1, Variety::Everything, 200);
    let seen: BTreeSet<_> = histories.map(|(_, event)| event.full_name()).collect();
    assert_eq!(seen, all, "a new event needs its place in tests/histories");
}

/// What no read model keeps, each with a reason why.
const IGNORED: [&str; 2] = [
    // Only an executor that takes over asks for it, and it loads the session.
    "errand.v1.AgentSessionOpened",
    // What comes of it is the story's cancellation.
    "errand.v1.AgentStopRequested",
];

async fn every_event_of_the_catalogue_changes_what_people_see_or_is_ignored_on_purpose(
    engine: Engine,
) {
    let store = engine.store();
    let feed = Feed::new(1);
    let running = Running::start(&store.open().await, &feed);
    let mut idle: BTreeSet<_> = errand_proto::catalogue::all()
        .map(|t| t.full_name)
        .collect();
    let mut before = store.contents().await;
    for (subject, event) in Histories::new(1, Variety::Everything, 200) {
        if !idle.contains(event.full_name()) {
            running.quietly(&subject, &event);
            continue;
        }
        running.reach(feed.len()).await;
        before = if feed.len() > 0 {
            store.contents().await
        } else {
            before
        };
        feed.add(&subject, &event);
        running.reach(feed.len()).await;
        if store.contents().await != before {
            idle.remove(event.full_name());
        }
    }
    assert_eq!(idle, BTreeSet::from(IGNORED));
    running.stop().await;
}

on_both_engines!(
    the_live_tables_equal_a_replay_from_zero_for_random_histories,
    batches_of_one_event_and_of_a_thousand_give_the_same_tables,
    a_row_that_was_tampered_with_is_found,
    a_restart_goes_on_where_it_was_and_reads_nothing_twice,
    a_checkpoint_of_another_log_voids_the_tables,
    a_log_restored_from_an_older_copy_voids_the_tables,
    a_rebuild_gives_the_same_tables_while_the_old_ones_are_served_and_followed,
    every_event_of_the_catalogue_changes_what_people_see_or_is_ignored_on_purpose,
);
