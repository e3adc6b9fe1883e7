//! How long Linear's headers ask us to wait.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reqwest::header::HeaderMap;

/// Shorter pauses only repeat the refusal.
const MIN_PAUSE: Duration = Duration::from_secs(1);
/// Linear's budget refills within an hour, so a longer wish is a mistake.
const MAX_PAUSE: Duration = Duration::from_secs(3_600);
/// A Unix time above this many seconds can only be milliseconds; Linear documents neither unit.
const LATEST_UNIX_SECONDS: u64 = 100_000_000_000;

/// `Retry-After` if given, else the reset of an exhausted budget; `None` if the headers say nothing.
pub(crate) fn asked(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<u64>().ok();
    let exhausted = |budget: &str| {
        let remaining = number(&format!("x-ratelimit-{budget}-remaining"))?;
        let reset = number(&format!("x-ratelimit-{budget}-reset"))?;
        (remaining == 0).then(|| until(reset, now))
    };
    number("retry-after")
        .map(Duration::from_secs)
        .or_else(|| exhausted("requests"))
        .or_else(|| exhausted("complexity"))
        .map(|pause| pause.clamp(MIN_PAUSE, MAX_PAUSE))
}

fn until(reset: u64, now: SystemTime) -> Duration {
    let reset = if reset > LATEST_UNIX_SECONDS {
        Duration::from_millis(reset)
    } else {
        Duration::from_secs(reset)
    };
    let now = now.duration_since(UNIX_EPOCH).unwrap_or_default();
    reset.saturating_sub(now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::HeaderName;

    fn pause(headers: &[(&'static str, &str)]) -> Option<Duration> {
        let headers = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()));
        asked(
            &headers.collect(),
            UNIX_EPOCH + Duration::from_secs(1_800_000_000),
        )
    }

    #[test]
    fn retry_after_comes_first_and_is_bounded() {
        assert_eq!(
            pause(&[
                ("retry-after", "7"),
                ("x-ratelimit-requests-remaining", "0")
            ]),
            Some(Duration::from_secs(7))
        );
        assert_eq!(pause(&[("retry-after", "0")]), Some(MIN_PAUSE));
        assert_eq!(pause(&[("retry-after", "999999")]), Some(MAX_PAUSE));
    }

    #[test]
    fn the_reset_of_an_exhausted_budget_is_read_in_either_unit() {
        let seconds = [
            ("x-ratelimit-requests-remaining", "0"),
            ("x-ratelimit-requests-reset", "1800000030"),
        ];
        assert_eq!(pause(&seconds), Some(Duration::from_secs(30)));
        let millis = [
            ("x-ratelimit-complexity-remaining", "0"),
            ("x-ratelimit-complexity-reset", "1800000030000"),
        ];
        assert_eq!(pause(&millis), Some(Duration::from_secs(30)));
    }

    #[test]
    fn a_budget_with_something_left_says_nothing() {
        assert_eq!(
            pause(&[
                ("x-ratelimit-requests-remaining", "5"),
                ("x-ratelimit-requests-reset", "1800000030")
            ]),
            None
        );
        assert_eq!(pause(&[]), None);
    }
}
