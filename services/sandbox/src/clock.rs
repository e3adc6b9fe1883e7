//! Times as vendors write them. Stored times are integer microseconds since 1970.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Now, in microseconds since 1970.
pub(crate) fn now_micros() -> i64 {
    let nanos = OffsetDateTime::now_utc().unix_timestamp_nanos();
    i64::try_from(nanos / 1_000).unwrap_or(i64::MAX)
}

/// RFC 3339 with milliseconds, as Linear writes it: `2026-11-22T10:00:00.000Z`.
pub(crate) fn rfc3339_millis(micros: i64) -> String {
    let (seconds, millis) = (
        micros.div_euclid(1_000_000),
        micros.rem_euclid(1_000_000) / 1_000,
    );
    let whole = rfc3339_seconds(seconds * 1_000_000);
    format!("{}.{millis:03}Z", whole.trim_end_matches('Z'))
}

/// RFC 3339 with whole seconds, as GitHub writes it: `2026-11-22T10:00:00Z`.
pub(crate) fn rfc3339_seconds(micros: i64) -> String {
    OffsetDateTime::from_unix_timestamp(micros.div_euclid(1_000_000))
        .unwrap_or(OffsetDateTime::UNIX_EPOCH)
        .format(&Rfc3339)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_each_vendor_writes_them() {
        assert_eq!(
            rfc3339_millis(1_763_805_600_123_456),
            "2025-11-22T10:00:00.123Z"
        );
        assert_eq!(
            rfc3339_seconds(1_763_805_600_123_456),
            "2025-11-22T10:00:00Z"
        );
    }
}
