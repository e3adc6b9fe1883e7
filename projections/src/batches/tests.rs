#![allow(
    clippy::needless_update,
    reason = "events grow by addition, and tests must go on compiling"
)]
use super::*;

fn at(seq: i64) -> At {
    At {
        seq,
        time: seq * 1_000_000,
    }
}

fn finished(story: &str, status: &str) -> BatchEvent {
    v1::BatchStoryFinished {
        story_id: story.into(),
        status: status.into(),
        ..v1::BatchStoryFinished::default()
    }
    .into()
}

fn opened() -> BatchRow {
    let mut row = BatchRow::new("b1");
    let opened = v1::BatchOpened {
        id: "b1".into(),
        title: "Two at once".into(),
        story_ids: vec!["s1".into(), "s2".into()],
        ..v1::BatchOpened::default()
    };
    row.apply(at(1), opened.into());
    row
}

#[test]
fn a_batch_shows_how_many_of_its_stories_have_ended() {
    let mut row = opened();
    assert_eq!(row.progress(), (0, 2));
    row.apply(at(2), finished("s2", "failed"));
    assert_eq!(row.progress(), (1, 2));
    assert_eq!(
        (
            row.stories[0].status.as_str(),
            row.stories[1].status.as_str()
        ),
        ("", "failed")
    );
}

#[test]
fn a_consolidated_batch_has_a_report() {
    let mut row = opened();
    let report = v1::BatchConsolidated {
        report_markdown: "All done.".into(),
        ..v1::BatchConsolidated::default()
    };
    row.apply(at(4), report.into());
    assert_eq!(
        (row.status, row.report.as_str()),
        (BatchStatus::Consolidated, "All done.")
    );
    assert_eq!(row.ended_at, Some(4_000_000));
}

#[test]
fn an_event_applied_twice_changes_nothing() {
    let mut row = opened();
    row.apply(at(2), finished("s1", "completed"));
    let once = row.clone();
    row.apply(at(2), finished("s1", "failed"));
    assert_eq!(row, once);
}
