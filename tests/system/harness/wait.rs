use std::{future::Future, time::Duration};
use tokio::time::Instant;

/// No journey takes longer on a slow machine.
const PATIENCE: Duration = Duration::from_secs(120);
const POLL: Duration = Duration::from_millis(25);

/// Asks again and again until there is an answer; panics with `what` when patience ends.
pub async fn until<T, F: Future<Output = Option<T>>>(what: &str, ask: impl FnMut() -> F) -> T {
    until_within(PATIENCE, what, ask).await
}

/// As [`until`], for what takes its time.
pub async fn until_within<T, F: Future<Output = Option<T>>>(
    patience: Duration,
    what: &str,
    mut ask: impl FnMut() -> F,
) -> T {
    let end = Instant::now() + patience;
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(
            Instant::now() < end,
            "waited {patience:?} in vain for: {what}"
        );
        tokio::time::sleep(POLL).await;
    }
}
