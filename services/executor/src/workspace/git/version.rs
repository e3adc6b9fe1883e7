//! Whether the installed git knows what the workspaces rely on.

use super::{Git, Protocols};
use crate::workspace::WorkspaceError;

/// The oldest git with `GIT_CONFIG_GLOBAL` and `GIT_CONFIG_COUNT` (major, minor).
pub const MIN_GIT_VERSION: (u32, u32) = (2, 32);

impl Git {
    /// Refuses a git that is missing, or too old to be kept away from the person's configuration.
    pub(crate) async fn check_version(&self) -> Result<(), WorkspaceError> {
        let output = self.command("version", Protocols::None).succeed().await?;
        let found = output.text().trim().to_owned();
        match parse(&found) {
            Some(version) if version >= MIN_GIT_VERSION => Ok(()),
            _ => Err(WorkspaceError::GitTooOld { found }),
        }
    }
}

fn parse(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.strip_prefix("git version ")?.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_all_makers_are_read() {
        assert_eq!(parse("git version 2.47.3"), Some((2, 47)));
        assert_eq!(parse("git version 2.39.5 (Apple Git-154)"), Some((2, 39)));
        assert_eq!(parse("git version 2.45.1.windows.1"), Some((2, 45)));
        assert_eq!(parse("hg 6.1"), None);
    }
}
