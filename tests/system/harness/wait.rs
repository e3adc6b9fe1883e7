use std::{future::Future, time::Duration};
use tokio::time::Instant;

/// No journey takes longer on a slow machine.
const PATIENCE: Duration = Duration::from_secs(120);
const POLL: Duration = Duration::from_millis(25);

/// Asks again and again until there is an answer; panics with `what` when patience ends.
pub async fn until<T, F: Future<Output = Option<T>>>(what: &str, mut ask: impl FnMut() -> F) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(
            Instant::now() < end,
            "waited {PATIENCE:?} in vain for: {what}"
        );
        tokio::time::sleep(POLL).await;
    }
}
