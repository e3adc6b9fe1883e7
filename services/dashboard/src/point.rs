//! A point of the log as people write it: the number of an event, or a moment.
use crate::{dashboard::Site, problem::Problem, when};
use errand_projections::as_of::Point;
use errand_proto::from_rfc3339;

/// What a day or a moment lacks when it is typed into a field of a page: seconds, and the zone.
const ENDINGS: [&str; 4] = ["", "Z", ":00Z", "T00:00:00Z"];

/// Reads `42`, `2026-11-25T13:40:00Z`, or what a browser's field for a moment gives, which counts as UTC.
pub fn parse(field: &str, text: &str) -> Result<Point, Problem> {
    let text = text.trim();
    if let Ok(seq) = text.parse() {
        return Ok(Point::Seq(seq));
    }
    // A plus that was typed into an address arrives as a blank.
    let text = text.replace(' ', "+");
    let moment = ENDINGS
        .iter()
        .find_map(|ending| from_rfc3339(&format!("{text}{ending}")));
    moment.map(Point::Time).ok_or_else(|| {
        let shown: String = text.chars().take(60).collect();
        let reason = format!(
            "{shown:?} is neither the number of an event nor a moment such as 2026-11-25T13:40:00Z"
        );
        Problem::invalid(field, reason)
    })
}

/// `None` for an absent or empty field.
pub fn optional(field: &str, text: Option<&str>) -> Result<Option<Point>, Problem> {
    match text.map(str::trim) {
        None | Some("") => Ok(None),
        Some(text) => parse(field, text).map(Some),
    }
}

/// Refuses a point that the log has not reached.
pub async fn has_come(site: &Site, field: &str, point: Point) -> Result<(), Problem> {
    match point {
        Point::Time(us) if us > when::now_us() => {
            Err(Problem::invalid(field, "this moment has not come yet"))
        }
        Point::Time(_) => Ok(()),
        Point::Seq(seq) => {
            let head = site.log.head().await?.seq;
            if seq <= head {
                return Ok(());
            }
            let reason = format!("there is no event {seq} yet: the log is at {head}");
            Err(Problem::invalid(field, reason))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_moments_are_read() {
        let read = |text| parse("at", text).unwrap();
        assert_eq!(read(" 42 "), Point::Seq(42));
        let noon = Point::Time(1_764_072_000_000_000);
        for text in [
            "2025-11-25T12:00:00Z",
            "2025-11-25T13:00:00+01:00",
            "2025-11-25T12:00:00",
            "2025-11-25T12:00",
        ] {
            assert_eq!(read(text), noon, "{text}");
        }
        assert_eq!(read("2025-11-25"), Point::Time(1_764_028_800_000_000));
    }

    #[test]
    fn anything_else_is_refused_with_an_example() {
        for text in ["", "-1", "yesterday", "2025-13-01", "18446744073709551616"] {
            let refused = parse("at", text).unwrap_err();
            assert!(refused.message.contains("2026-11-25T13:40:00Z"), "{text}");
        }
    }
}
