//! The server's clock: a proof is refused when ours is ahead or behind.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reqwest::header::{DATE, HeaderMap};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

/// A difference that no proof is refused for.
const TOLERATED_SECONDS: i64 = 20;

/// How far the server's clock is ahead of ours, as far as it was told.
#[derive(Debug, Default)]
pub(super) struct ServerClock {
    ahead_seconds: AtomicI64,
}

impl ServerClock {
    pub(super) fn now(&self) -> SystemTime {
        let ahead = self.ahead_seconds.load(Ordering::Relaxed);
        let by = Duration::from_secs(ahead.unsigned_abs());
        let now = SystemTime::now();
        let told = if ahead < 0 {
            now.checked_sub(by)
        } else {
            now.checked_add(by)
        };
        told.unwrap_or(now)
    }

    /// Takes the time from an answer; `true` when that changes what we say.
    pub(super) fn set_by(&self, headers: &HeaderMap) -> bool {
        let Some(server) = date(headers) else {
            return false;
        };
        let here = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let ahead = server - i64::try_from(here.as_secs()).unwrap_or(i64::MAX);
        let before = self.ahead_seconds.swap(ahead, Ordering::Relaxed);
        (ahead - before).abs() > TOLERATED_SECONDS
    }
}

/// Seconds since 1970, by the `Date` header.
fn date(headers: &HeaderMap) -> Option<i64> {
    let text = headers.get(DATE)?.to_str().ok()?;
    let date = OffsetDateTime::parse(text, &Rfc2822).ok()?;
    Some(date.unix_timestamp())
}
