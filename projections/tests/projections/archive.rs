//! The archive holds every event, in a shape that others read, and is searched without reading the log.
use crate::{
    feed::Feed,
    histories::{Histories, Variety, subject},
    store::Engine,
    support::{Running, fill},
};
use errand_eventlog::Recorded;
use errand_projections::{
    Db,
    events::{EventFilter, EventRow, LogFault, Span},
    projector::Audit,
};
use errand_proto::{
    AggregateKind, BatchEvent, ConversationEvent, Event, NotificationEvent, SessionEvent,
    StoryEvent, Subject, v1,
};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

on_both_engines! {
    every_event_is_archived_once_and_reads_back_as_the_same_event,
    a_search_finds_exactly_what_a_scan_of_the_log_would,
    a_story_is_found_with_every_event_of_its_sessions,
    an_unreadable_event_is_kept_with_its_reason_and_hides_nothing_after_it,
    a_text_with_nul_can_be_searched_in_either_engine,
    an_event_is_found_by_its_id,
    an_archive_of_another_log_counts_for_nothing,
    an_audit_of_a_sound_log_finds_nothing_and_says_how_far_it_looked,
    an_audit_finds_one_changed_cell_of_the_archive,
    an_audit_finds_gaps_repeated_ids_repeated_versions_and_unreadable_payloads_of_the_log,
}

/// The archive of a feed, taken in to its end.
async fn archived(engine: Engine, feed: &Feed) -> (Db, Running) {
    let db = engine.db().await;
    let running = Running::start(&db, feed);
    running.archive(feed.len()).await;
    (db, running)
}

/// All rows that a search finds, page by page.
async fn found(db: &Db, filter: &EventFilter, through: u64) -> Vec<EventRow> {
    let whole = Span { after: 0, through };
    let mut span = db.archived_span(filter, whole).await.unwrap();
    let mut rows: Vec<EventRow> = Vec::new();
    loop {
        let page = db.archived(filter, span).await.unwrap();
        let Some(last) = page.last() else { return rows };
        span.after = last.log_seq.unsigned_abs();
        rows.extend(page);
    }
}

fn seqs(rows: &[EventRow]) -> Vec<u64> {
    rows.iter().map(|r| r.log_seq.unsigned_abs()).collect()
}

/// A program built on cqrs-es reads a row so.
fn read_by_serde(row: &EventRow) -> Event {
    let payload = row.payload.0.clone();
    let read = match row.aggregate_type.as_str() {
        "conversation" => serde_json::from_value::<ConversationEvent>(payload).map(Event::from),
        "story" => serde_json::from_value::<StoryEvent>(payload).map(Event::from),
        "batch" => serde_json::from_value::<BatchEvent>(payload).map(Event::from),
        "session" => serde_json::from_value::<SessionEvent>(payload).map(Event::from),
        _ => serde_json::from_value::<NotificationEvent>(payload).map(Event::from),
    };
    read.unwrap()
}

async fn every_event_is_archived_once_and_reads_back_as_the_same_event(engine: Engine) {
    let feed = Feed::new(100);
    let steps: Vec<_> = Histories::new(8, Variety::Everything, 20).collect();
    for (subject, event) in &steps {
        feed.add(subject, event);
    }
    let (db, running) = archived(engine, &feed).await;
    let rows = found(&db, &EventFilter::default(), feed.len()).await;
    assert_eq!(rows.len(), steps.len());
    let mut versions: HashMap<&str, i64> = HashMap::new();
    for (row, (subject, event)) in rows.iter().zip(&steps) {
        assert_eq!(&read_by_serde(row), event);
        let seq = row.log_seq.unsigned_abs();
        assert_eq!(row.recorded().unwrap(), feed.at(seq));
        assert_eq!(row.aggregate_id, subject.id());
        let version = versions.entry(subject.as_str()).or_default();
        *version += 1;
        assert_eq!(row.sequence, *version);
        let metadata: HashMap<String, String> =
            serde_json::from_value(row.metadata.0.clone()).unwrap();
        assert_eq!(metadata["event_id"], row.event_id);
        assert_eq!(metadata["correlation"], row.correlation_id);
    }
    running.stop().await;
}

async fn a_search_finds_exactly_what_a_scan_of_the_log_would(engine: Engine) {
    let feed = Feed::new(100);
    fill(&feed, 31, 40);
    let (db, running) = archived(engine, &feed).await;
    let all = found(&db, &EventFilter::default(), feed.len()).await;
    let (middle, time) = (&all[all.len() / 2], |n: usize| all[n].time_us);
    let wanted = [
        EventFilter {
            types: vec!["TurnRecorded"],
            ..EventFilter::default()
        },
        EventFilter {
            types: vec!["StoryCreated", "TurnRecorded", "ToolCallRecorded"],
            until_us: Some(time(all.len() - 20)),
            ..EventFilter::default()
        },
        EventFilter {
            correlation: Some(middle.correlation_id.parse().unwrap()),
            ..EventFilter::default()
        },
        EventFilter {
            from_us: Some(time(10)),
            until_us: Some(time(300)),
            ..EventFilter::default()
        },
    ];
    for filter in wanted {
        let is_wanted = |row: &&EventRow| {
            (filter.types.is_empty() || filter.types.contains(&row.event_type.as_str()))
                && filter.from_us.is_none_or(|t| row.time_us >= t)
                && filter.until_us.is_none_or(|t| row.time_us <= t)
                && filter
                    .correlation
                    .is_none_or(|id| row.correlation_id == id.to_string())
        };
        let scanned: Vec<_> = all.iter().filter(is_wanted).cloned().collect();
        assert!(!scanned.is_empty(), "{filter:?} proves nothing");
        let rows = found(&db, &filter, feed.len()).await;
        assert_eq!(seqs(&rows), seqs(&scanned), "{filter:?}");
    }
    running.stop().await;
}

async fn a_story_is_found_with_every_event_of_its_sessions(engine: Engine) {
    let feed = Feed::new(50);
    let steps: Vec<_> = Histories::new(5, Variety::Everything, 30).collect();
    let mut stories: HashMap<String, String> = HashMap::new();
    let mut expected: HashMap<String, Vec<u64>> = HashMap::new();
    for (subject, event) in &steps {
        let seq = feed.add(subject, event);
        if let Event::Session(SessionEvent::AgentSessionCreated(e)) = event {
            stories.insert(subject.id().to_owned(), e.story_id.clone());
        }
        let story = match subject.kind() {
            AggregateKind::Story => Some(subject.id().to_owned()),
            AggregateKind::Session => stories.get(subject.id()).cloned(),
            _ => event.to_json()["storyId"].as_str().map(str::to_owned),
        };
        expected
            .entry(story.unwrap_or_default())
            .or_default()
            .push(seq);
    }
    let (db, running) = archived(engine, &feed).await;
    for (story, wanted) in expected.iter().filter(|(story, _)| !story.is_empty()) {
        let filter = EventFilter {
            story: Some(story.clone()),
            ..EventFilter::default()
        };
        let rows = found(&db, &filter, feed.len()).await;
        assert_eq!(&seqs(&rows), wanted, "story {story}");
        let sessions = rows.iter().filter(|r| r.aggregate_type == "session");
        let sessions: HashSet<_> = sessions.map(|r| r.aggregate_id.clone()).collect();
        let known = db.archived_sessions(story, feed.len()).await.unwrap();
        assert_eq!(HashSet::from_iter(known), sessions);
    }
    running.stop().await;
}

async fn an_unreadable_event_is_kept_with_its_reason_and_hides_nothing_after_it(engine: Engine) {
    let feed = Feed::new(100);
    let story = subject(AggregateKind::Story, "s1");
    let broken = feed.add_broken(&story);
    fill(&feed, 2, 5);
    let (db, running) = archived(engine, &feed).await;
    let rows = found(&db, &EventFilter::default(), feed.len()).await;
    assert_eq!(rows.len() as u64, feed.len());
    let row = &rows[0];
    assert_eq!(
        (row.log_seq.unsigned_abs(), row.aggregate_id.as_str()),
        (broken, "s1")
    );
    assert!(
        row.unreadable.contains("update Errand"),
        "{}",
        row.unreadable
    );
    assert_eq!(row.recorded().unwrap(), feed.at(broken));
    serde_json::from_value::<StoryEvent>(row.payload.0.clone()).unwrap_err();
    running.stop().await;
}

async fn a_text_with_nul_can_be_searched_in_either_engine(engine: Engine) {
    let feed = Feed::new(100);
    let created = v1::StoryCreated {
        title: "a\0b \\u0000".into(),
        ..v1::StoryCreated::default()
    };
    let story = subject(AggregateKind::Story, "s1");
    feed.add(&story, &Event::Story(StoryEvent::from(created)));
    let (db, running) = archived(engine, &feed).await;
    let rows = found(&db, &EventFilter::default(), 1).await;
    assert_eq!(rows[0].payload.0[1]["title"], "a\u{fffd}b \\u0000");
    assert!(audit(&running).await.is_clean());
    running.stop().await;
}

async fn an_event_is_found_by_its_id(engine: Engine) {
    let feed = Feed::new(100);
    fill(&feed, 2, 3);
    let (db, running) = archived(engine, &feed).await;
    let id = feed.at(7).envelope.id;
    assert_eq!(db.archived_seq(id).await.unwrap(), Some(7));
    assert_eq!(db.archived_seq(Uuid::new_v4()).await.unwrap(), None);
    running.stop().await;
}

async fn an_archive_of_another_log_counts_for_nothing(engine: Engine) {
    let feed = Feed::new(100);
    fill(&feed, 2, 3);
    let (db, running) = archived(engine, &feed).await;
    assert_eq!(db.archived_through(Uuid::new_v4()).await.unwrap(), 0);
    let beyond = Span {
        after: 0,
        through: feed.len() + 1,
    };
    let error = db.archived(&EventFilter::default(), beyond).await;
    assert!(
        error.unwrap_err().is_transient(),
        "the archive is not there yet"
    );
    running.stop().await;
}

async fn audit(running: &Running) -> Audit {
    let scratch = Db::in_memory().await.unwrap();
    running.projector.audit(&scratch, |_| {}).await.unwrap()
}

async fn an_audit_of_a_sound_log_finds_nothing_and_says_how_far_it_looked(engine: Engine) {
    let feed = Feed::new(100);
    fill(&feed, 17, 20);
    let (_db, running) = archived(engine, &feed).await;
    running.reach(feed.len()).await;
    let audit = audit(&running).await;
    assert!(audit.is_clean(), "{audit:?}");
    assert_eq!((audit.through, audit.events), (feed.len(), feed.len()));
    running.stop().await;
}

async fn an_audit_finds_one_changed_cell_of_the_archive(engine: Engine) {
    let feed = Feed::new(100);
    fill(&feed, 17, 5);
    let store = engine.store();
    let running = Running::start(&store.open().await, &feed);
    running.archive(feed.len()).await;
    running.reach(feed.len()).await;
    let changed = "replace(CAST(payload AS TEXT), 'P1', 'P0')";
    let changed = match engine {
        Engine::Sqlite => changed.to_owned(),
        Engine::Postgres(_) => format!("CAST({changed} AS JSON)"),
    };
    let first = "SELECT MIN(log_seq) FROM events WHERE event_type = 'StoryCreated'";
    store
        .sql(&format!(
            "UPDATE events SET payload = {changed} WHERE log_seq = ({first})"
        ))
        .await;
    let audit = audit(&running).await;
    let text = serde_json::to_string(&audit.differences).unwrap();
    assert!(text.contains(r#""table":"events","key":"story/"#), "{text}");
    assert!(text.contains(r#""column":"payload""#), "{text}");
    assert_eq!(audit.faults, [], "the log itself is sound");
    running.stop().await;
}

/// The event at `seq` once more behind all others, changed.
fn put_again(feed: &Feed, seq: u64, change: impl FnOnce(&mut Recorded)) -> u64 {
    let mut event = feed.at(seq);
    event.seq = feed.len() + 1;
    change(&mut event);
    let seq = event.seq;
    feed.put(event);
    seq
}

async fn an_audit_finds_gaps_repeated_ids_repeated_versions_and_unreadable_payloads_of_the_log(
    engine: Engine,
) {
    let feed = Feed::new(100);
    fill(&feed, 17, 5);
    let notice: Subject = subject(AggregateKind::Notification, "n-x");
    let twice = put_again(&feed, 1, |e| {
        e.subject = subject(AggregateKind::Batch, "b-x")
    });
    let sent = Event::Notification(NotificationEvent::from(v1::NotificationSent::default()));
    feed.add(&notice, &sent);
    let gap = put_again(&feed, feed.len(), |e| {
        e.envelope.aggregate_version = 3;
        e.envelope.id = Uuid::from_u128(1 << 90);
    });
    put_again(&feed, gap, |e| e.envelope.id = Uuid::from_u128(1 << 91));
    let broken = feed.add_broken(&subject(AggregateKind::Batch, "b-y"));
    let (_db, running) = archived(engine, &feed).await;
    let faults = audit(&running).await.faults;
    let has = |wanted: &dyn Fn(&LogFault) -> bool| faults.iter().any(wanted);
    let (twice, gap) = (twice.cast_signed(), gap.cast_signed());
    assert!(
        has(&|f| matches!(f, LogFault::RepeatedId { seq, events: 2, .. } if *seq == twice)),
        "{faults:?}"
    );
    assert!(
        has(&|f| matches!(f, LogFault::SharedVersion { events: 1 })),
        "{faults:?}"
    );
    assert!(
        has(
            &|f| matches!(f, LogFault::Version { seq, version: 3, previous: 1, aggregate, .. }
            if *seq == gap + 1 && aggregate == "notification.n-x")
        ),
        "{faults:?}"
    );
    let unreadable = broken.cast_signed();
    assert!(
        has(&|f| matches!(f, LogFault::Unreadable { seq, .. } if *seq == unreadable)),
        "{faults:?}"
    );
    running.stop().await;
}
