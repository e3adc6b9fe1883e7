#![allow(
    clippy::needless_update,
    reason = "events grow by addition, and tests must go on compiling"
)]
use super::*;
use errand_proto::v1;

fn at(seq: i64) -> At {
    At {
        seq,
        time: seq * 1_000_000,
    }
}

fn failed(attempt: u32) -> NotificationEvent {
    v1::NotificationFailed {
        story_id: "s1".into(),
        channel: "slack".into(),
        about: "completed".into(),
        reason: "Slack answered 503.".into(),
        attempt,
        ..v1::NotificationFailed::default()
    }
    .into()
}

fn sent() -> NotificationEvent {
    v1::NotificationSent {
        story_id: "s1".into(),
        channel: "slack".into(),
        about: "completed".into(),
        text: "Code Generation completed".into(),
        vendor_id: "1.2".into(),
        ..v1::NotificationSent::default()
    }
    .into()
}

#[test]
fn a_message_that_went_out_after_failures_is_sent_and_tells_how_many_failed() {
    let mut row = NotificationRow::new("n1", at(1));
    row.apply(at(1), failed(1));
    row.apply(at(2), failed(2));
    assert_eq!((row.status, row.attempts), (NotificationStatus::Failed, 2));
    assert_eq!(row.reason, "Slack answered 503.");
    row.apply(at(3), sent());
    assert_eq!((row.status, row.attempts), (NotificationStatus::Sent, 2));
    assert_eq!((row.reason.as_str(), row.sent_at), ("", Some(3_000_000)));
    assert_eq!(row.created_at, 1_000_000);
}

#[test]
fn an_event_applied_twice_changes_nothing() {
    let mut row = NotificationRow::new("n1", at(1));
    row.apply(at(1), failed(1));
    row.apply(at(2), sent());
    let once = row.clone();
    row.apply(at(1), failed(1));
    assert_eq!(row, once);
}
