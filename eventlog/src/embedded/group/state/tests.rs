use super::*;
use crate::embedded::row::test_event;

const TERMS: Terms = Terms {
    ack_wait_us: 100,
    max_in_flight: 2,
    max_deliver: 3,
};

/// A group that has looked through a log of so many events and wants them all.
fn scanned(head: Seq) -> State {
    let mut state = State::restored(0, &[]);
    assert!(state.scanned(0, page(1..=head)));
    state
}

fn page(seqs: std::ops::RangeInclusive<Seq>) -> Page {
    let through = *seqs.end();
    let events = seqs.map(|seq| Arc::new(test_event(seq, "a"))).collect();
    Page { events, through }
}

/// What comes next: sequence and attempt, or `None` when nothing does.
fn next(state: &mut State, now_us: i64) -> Option<(Seq, u32)> {
    match state.next(now_us, state.scanned, &TERMS) {
        Step::Deliver { seq, attempt, .. } => Some((seq, attempt)),
        _ => None,
    }
}

fn wakes(state: &mut State, now_us: i64) -> Option<i64> {
    match state.next(now_us, state.scanned, &TERMS) {
        Step::Wait(until_us) => until_us,
        step => panic!("expected to wait, not {step:?}"),
    }
}

#[test]
fn it_asks_for_more_of_the_log_until_it_has_seen_the_head() {
    let mut state = State::default();
    assert!(matches!(state.next(0, 2, &TERMS), Step::Scan(0)));
    assert!(state.scanned(0, page(1..=1)));
    assert!(!state.scanned(0, page(1..=1)), "a page counts once");
    assert_eq!(next(&mut state, 0), Some((1, 1)));
    assert!(matches!(state.next(0, 2, &TERMS), Step::Scan(1)));
}

#[test]
fn a_full_group_wakes_for_the_first_deadline_and_an_answer_makes_room() {
    let mut state = scanned(3);
    assert_eq!(next(&mut state, 0), Some((1, 1)));
    assert_eq!(next(&mut state, 5), Some((2, 1)));
    assert_eq!(wakes(&mut state, 10), Some(100));
    assert!(state.end(2, &TERMS), "others may go on");
    assert_eq!(next(&mut state, 10), Some((3, 1)));
}

#[test]
fn an_unanswered_message_comes_again_and_is_given_up_at_last() {
    let mut state = scanned(1);
    assert_eq!(next(&mut state, 0), Some((1, 1)));
    assert_eq!(next(&mut state, 99), None);
    assert_eq!(next(&mut state, 100), Some((1, 2)));
    assert!(
        !state.extend(1, 1, 150, &TERMS),
        "the first reader has lost it"
    );
    assert!(state.extend(1, 2, 150, &TERMS));
    assert_eq!(next(&mut state, 249), None);
    assert_eq!(next(&mut state, 250), Some((1, 3)));
    let step = state.next(350, 1, &TERMS);
    assert!(matches!(
        step,
        Step::GiveUp {
            seq: 1,
            attempts: 3
        }
    ));
    assert_eq!(state.acked_through(), 0, "kept until its letter is written");
    state.end(1, &TERMS);
    assert_eq!((state.acked_through(), state.outstanding()), (1, 0));
}

#[test]
fn a_retry_lets_the_group_move_on_and_comes_when_due() {
    let mut state = scanned(2);
    next(&mut state, 0);
    next(&mut state, 0);
    state.retry(1, 1, 500);
    state.end(2, &TERMS);
    assert_eq!((state.acked_through(), state.outstanding()), (2, 1));
    assert_eq!(wakes(&mut state, 10), Some(500));
    assert_eq!(next(&mut state, 500), Some((1, 2)));
    assert!(state.is_kept(1), "the disk knows it");
}

#[test]
fn a_due_retry_does_not_make_a_full_group_spin() {
    let mut state = scanned(3);
    next(&mut state, 0);
    state.retry(1, 1, 10);
    next(&mut state, 0);
    next(&mut state, 0);
    assert_eq!(wakes(&mut state, 50), Some(100));
}

#[test]
fn what_is_saved_and_restored_is_delivered_again_and_nothing_else() {
    let mut state = scanned(4);
    next(&mut state, 0);
    next(&mut state, 0);
    state.end(2, &TERMS);
    next(&mut state, 0);
    assert_eq!(state.through(), 3, "event 4 was not handed out");
    assert_eq!(state.unsaved(), [(1, 1), (3, 1)]);
    let mut restored = State::restored(state.through(), &state.unsaved());
    assert_eq!(next(&mut restored, 0), Some((1, 2)));
    assert_eq!(next(&mut restored, 0), Some((3, 2)));
    assert_eq!(restored.through(), 3);
}

#[test]
fn a_retry_that_was_under_way_again_keeps_the_higher_count() {
    let mut state = State::restored(5, &[(3, 2)]);
    state.restore_retry(3, 1, 900);
    state.restore_retry(4, 1, 10);
    assert_eq!(state.outstanding(), 2);
    assert!(state.unsaved().is_empty(), "both are on disk as retries");
    assert_eq!(next(&mut state, 10), Some((4, 2)));
    assert_eq!(next(&mut state, 900), Some((4, 3)));
    assert_eq!(next(&mut state, 900), Some((3, 3)));
}
