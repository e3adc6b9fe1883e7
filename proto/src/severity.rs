//! How bad a finding of a scanning agent can be.

/// Every word that a [`crate::v1::Finding`] may have, the worst first.
pub const SEVERITIES: [&str; 5] = ["critical", "high", "medium", "low", "info"];

/// 0 for the worst; a word that is not known comes after all that are.
pub fn rank(severity: &str) -> usize {
    let known = SEVERITIES.iter().position(|name| *name == severity);
    known.unwrap_or(SEVERITIES.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_comes_first_and_what_nobody_knows_last() {
        let mut words = ["odd", "info", "low", "critical", "medium", "high"];
        words.sort_by_key(|word| rank(word));
        assert_eq!(words[..5], SEVERITIES);
        assert_eq!(words[5], "odd");
    }
}
