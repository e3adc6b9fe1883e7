use std::{
    fmt::Display,
    time::{Duration, Instant},
};

/// A cluster on a busy machine needs a while to choose its leader.
const START_TIMEOUT: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(50);

/// Tries until it succeeds, for as long as a start may take.
pub async fn insist<T, E: Display, F: Future<Output = Result<T, E>>>(
    what: &str,
    mut attempt: impl FnMut() -> F,
) -> T {
    let since = Instant::now();
    loop {
        match attempt().await {
            Ok(done) => return done,
            Err(error) if since.elapsed() > START_TIMEOUT => panic!("{what}: {error}"),
            Err(_) => tokio::time::sleep(POLL).await,
        }
    }
}
