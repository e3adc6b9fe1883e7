//! The page about audits: every SQL block on it runs on both engines and finds what it says.
use crate::{
    feed::Feed,
    store::Engine,
    support::{Running, fill},
};
use errand_projections::events::{EventFilter, Span};

const PAGE: &str = include_str!("../../../docs/how-to/audit.md");

on_both_engines! { every_sql_block_of_the_audit_page_finds_what_it_says }

/// The blocks, each with whether it finds anything in a sound archive.
fn blocks() -> Vec<(bool, &'static str)> {
    let pieces = PAGE.split("```sql").skip(1);
    let block = |piece: &'static str| {
        let (info, rest) = piece.split_once('\n').unwrap();
        let sql = rest.split("```").next().unwrap().trim();
        (info.trim() != "none", sql.trim_end_matches(';'))
    };
    pieces.map(block).collect()
}

async fn every_sql_block_of_the_audit_page_finds_what_it_says(engine: Engine) {
    let feed = Feed::new(500);
    fill(&feed, 12, 20);
    let store = engine.store();
    let db = store.open().await;
    let running = Running::start(&db, &feed);
    running.archive(feed.len()).await;
    let started = EventFilter {
        types: vec!["StoryCompleted"],
        ..EventFilter::default()
    };
    let whole = Span {
        after: 0,
        through: feed.len(),
    };
    let row = db.archived(&started, whole).await.unwrap().remove(0);
    assert!(blocks().len() > 5, "the page has changed its form");
    for (finds, sql) in blocks() {
        let sql = sql
            .replace("STORY-ID", &row.story_id)
            .replace("CORRELATION-ID", &row.correlation_id)
            .replace("EVENT-ID", &row.event_id);
        let found = store.count(&sql).await;
        assert_eq!(found > 0, finds, "{found} rows: {sql}");
    }
    running.stop().await;
}
