use super::*;

const SHORT: Duration = Duration::from_millis(20);
const LONG: Duration = Duration::from_secs(10);

fn board() -> (watch::Sender<Vec<Position>>, Positions) {
    let position = |name| Position {
        name,
        is_waited_for: true,
        seq: 0,
        generation: 1,
        state: ProjectionState::Following,
        rebuilding: false,
        error: None,
    };
    let sender = watch::Sender::new(vec![position("stories"), position("batches")]);
    let positions = Positions::new(sender.subscribe());
    (sender, positions)
}

#[tokio::test]
async fn a_wait_ends_when_the_last_projection_is_there() {
    let (sender, positions) = board();
    sender.send_modify(|all| all[0].seq = 5);
    positions
        .wait_for(Which::One("stories"), 5, LONG)
        .await
        .unwrap();
    let all = positions.wait_for(Which::All, 5, LONG);
    let moving = async { sender.send_modify(|all| all[1].seq = 6) };
    assert_eq!(tokio::join!(all, moving).0, Ok(()));
    assert_eq!(positions.settled(), 5);
}

#[tokio::test]
async fn a_wait_that_is_too_short_says_who_is_late_and_by_how_much() {
    let (sender, positions) = board();
    sender.send_modify(|all| all[0].seq = 5);
    let error = positions.wait_for(Which::All, 5, SHORT).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "batches is at 0 and has not reached 5 within 20 ms: try again"
    );
}

#[tokio::test]
async fn a_wait_for_a_projection_that_has_failed_ends_at_once_with_the_reason() {
    let (sender, positions) = board();
    sender.send_modify(|all| {
        all[1].state = ProjectionState::Failed;
        all[1].error = Some("event 3 cannot be read".into());
    });
    let error = positions.wait_for(Which::All, 5, LONG).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "batches has stopped at 0: event 3 cannot be read"
    );
}

#[tokio::test]
async fn a_wait_for_an_unknown_projection_is_refused() {
    let (_sender, positions) = board();
    let error = positions
        .wait_for(Which::One("tales"), 1, LONG)
        .await
        .unwrap_err();
    assert_eq!(error, WaitError::Unknown("tales".into()));
}
