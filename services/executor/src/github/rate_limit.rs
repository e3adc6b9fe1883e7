//! GitHub's rules for slowing down, in their order.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reqwest::StatusCode;
use reqwest::header::HeaderMap;

/// What to wait when the server limits but does not say for how long.
const UNTOLD_WAIT: Duration = Duration::from_secs(60);

/// The longest wait that is believed; limits are counted by the hour.
const MAX_WAIT: Duration = Duration::from_secs(3_600);

/// How long to wait, if the answer is about a limit: `retry-after`, else the reset of a used-up budget, else a
/// minute. A 403 with none of these is about a limit only when its text or its documentation says so.
pub(super) fn wait_of(
    status: StatusCode,
    headers: &HeaderMap,
    says_limit: bool,
    now: SystemTime,
) -> Option<Duration> {
    if !matches!(
        status,
        StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS
    ) {
        return None;
    }
    if let Some(seconds) = number(headers, "retry-after") {
        return Some(Duration::from_secs(seconds).min(MAX_WAIT));
    }
    if number(headers, "x-ratelimit-remaining") == Some(0) {
        let reset = number(headers, "x-ratelimit-reset")
            .map(|seconds| UNIX_EPOCH + Duration::from_secs(seconds));
        let wait = reset.map_or(UNTOLD_WAIT, |reset| {
            reset.duration_since(now).unwrap_or_default()
        });
        // Clocks differ; a second more costs nothing, a request too early costs a longer wait.
        return Some((wait + Duration::from_secs(1)).min(MAX_WAIT));
    }
    (status == StatusCode::TOO_MANY_REQUESTS || says_limit).then_some(UNTOLD_WAIT)
}

fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_800_000_000;

    fn wait(status: u16, headers: &[(&'static str, &str)], says_limit: bool) -> Option<u64> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        let now = UNIX_EPOCH + Duration::from_secs(NOW);
        wait_of(StatusCode::from_u16(status).unwrap(), &map, says_limit, now)
            .map(|wait| wait.as_secs())
    }

    #[test]
    fn the_rules_apply_in_their_order() {
        let reset = (NOW + 300).to_string();
        let used_up = [
            ("x-ratelimit-remaining", "0"),
            ("x-ratelimit-reset", reset.as_str()),
        ];
        assert_eq!(
            wait(403, &[("retry-after", "7"), used_up[0], used_up[1]], false),
            Some(7)
        );
        assert_eq!(wait(403, &used_up, false), Some(301));
        assert_eq!(
            wait(429, &[("x-ratelimit-remaining", "12")], false),
            Some(60)
        );
        assert_eq!(wait(403, &[], true), Some(60));
        assert_eq!(
            wait(403, &[("x-ratelimit-remaining", "4999")], false),
            None,
            "a permission is missing"
        );
        assert_eq!(wait(500, &[("retry-after", "7")], false), None);
    }

    #[test]
    fn a_reset_in_the_past_or_absurdly_far_is_bounded() {
        let past = (NOW - 50).to_string();
        let far = (NOW + 1_000_000).to_string();
        assert_eq!(
            wait(
                403,
                &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", &past)],
                false
            ),
            Some(1)
        );
        assert_eq!(
            wait(
                403,
                &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", &far)],
                false
            ),
            Some(3_600)
        );
    }
}
