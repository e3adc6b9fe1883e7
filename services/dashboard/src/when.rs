//! Times for people. All inputs are microseconds since the Unix epoch.
use std::time::{SystemTime, UNIX_EPOCH};

const SECOND_US: i64 = 1_000_000;

/// A moment that the page shows in the reader's own time zone once its script runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    pub iso: String,
    /// UTC, for readers without the script, e.g. "2026-11-22 11:40 UTC".
    pub text: String,
}

pub fn moment(time_us: i64) -> Moment {
    let iso = errand_proto::rfc3339(time_us);
    let text = match (iso.get(..10), iso.get(11..16)) {
        (Some(day), Some(minute)) => format!("{day} {minute} UTC"),
        _ => String::new(),
    };
    Moment { iso, text }
}

pub fn now_us() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

/// "45 s", "2 min 13 s", "3 h 5 min", "4 d 2 h".
pub fn duration(us: i64) -> String {
    let s = us.max(0) / SECOND_US;
    match s {
        0..60 => format!("{s} s"),
        60..3_600 => format!("{} min {} s", s / 60, s % 60),
        3_600..86_400 => format!("{} h {} min", s / 3_600, s % 3_600 / 60),
        _ => format!("{} d {} h", s / 86_400, s % 86_400 / 3_600),
    }
}

/// Coarse, so that a fragment rendered twice within a minute is the same text: "under 1 min", "12 min", "3 h".
pub fn coarse(us: i64) -> String {
    let minutes = us.max(0) / SECOND_US / 60;
    match minutes {
        0 => "under 1 min".to_owned(),
        1..60 => format!("{minutes} min"),
        60..1440 => format!("{} h", minutes / 60),
        _ => format!("{} d", minutes / 1440),
    }
}

/// A tool call's length: "420 ms", "1.3 s", "2 min 5 s".
pub fn millis(ms: i64) -> String {
    match ms {
        ..1_000 => format!("{} ms", ms.max(0)),
        1_000..60_000 => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
        _ => duration(ms.saturating_mul(1_000)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_people_say_them() {
        let said = |s: i64| duration(s * SECOND_US);
        assert_eq!(
            [said(0), said(133), said(11_100), said(352_800)],
            ["0 s", "2 min 13 s", "3 h 5 min", "4 d 2 h"]
        );
        assert_eq!(
            [millis(420), millis(1_370), millis(125_000)],
            ["420 ms", "1.3 s", "2 min 5 s"]
        );
    }

    #[test]
    fn a_moment_has_a_text_without_any_script() {
        assert_eq!(moment(1_763_800_000_000_000).text, "2025-11-22 08:26 UTC");
    }
}
