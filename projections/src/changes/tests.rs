use super::*;
use crate::keys::{Key, Keys};

fn change(seq: Seq) -> Change {
    let mut keys = Keys::default();
    keys.add(Key::Story, &format!("s{seq}"));
    Change {
        projection: "stories",
        seq,
        settled: seq,
        keys,
    }
}

/// The sequence of a change, or `None` for "reload".
async fn next(listener: &mut Listener) -> Option<Seq> {
    match listener.next().await.unwrap() {
        Update::Changed(change) => Some(change.seq),
        Update::Reload => None,
    }
}

#[tokio::test]
async fn a_listener_that_comes_back_gets_what_it_missed_and_then_what_is_new() {
    let changes = Changes::default();
    for seq in 1..=3 {
        changes.announce(change(seq));
    }
    let mut listener = changes.subscribe_since(1);
    changes.announce(change(4));
    for seq in 2..=4 {
        assert_eq!(next(&mut listener).await, Some(seq));
    }
}

#[tokio::test]
async fn a_listener_that_was_away_too_long_is_told_to_reload() {
    let changes = Changes::default();
    for seq in 1..=MAX_KEPT_CHANGES as u64 + 2 {
        changes.announce(change(seq));
    }
    assert_eq!(next(&mut changes.subscribe_since(1)).await, None);
    assert_eq!(next(&mut changes.subscribe_since(2)).await, Some(3));
}

#[tokio::test]
async fn a_listener_from_before_this_process_is_told_to_reload() {
    let changes = Changes::default();
    changes.begins_after(100);
    changes.announce(change(101));
    assert_eq!(next(&mut changes.subscribe_since(99)).await, None);
    assert_eq!(next(&mut changes.subscribe_since(100)).await, Some(101));
}

#[tokio::test]
async fn a_listener_that_is_too_slow_is_told_to_reload() {
    let changes = Changes::default();
    let mut listener = changes.subscribe();
    for seq in 1..=2 * MAX_KEPT_CHANGES as u64 {
        changes.announce(change(seq));
    }
    assert_eq!(next(&mut listener).await, None);
    assert!(next(&mut listener).await.is_some());
}
