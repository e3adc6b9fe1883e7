//! What a person may choose about git.

use std::path::PathBuf;
use std::time::Duration;

/// How long a command that stays on this machine may take.
pub const LOCAL_TIMEOUT: Duration = Duration::from_secs(300);

/// How long one clone, fetch or push may take.
pub const TRANSFER_TIMEOUT: Duration = Duration::from_secs(1_800);

/// The git program, the author of Errand's commits, and the time its commands may take.
#[derive(Clone, Debug)]
pub struct GitSettings {
    /// The program to run: a name looked up in `PATH`, or a path.
    pub program: PathBuf,
    /// Author and committer name of commits made by Errand.
    pub author_name: String,
    /// Author and committer address of commits made by Errand.
    pub author_email: String,
    /// Bound of one command that stays on this machine.
    pub local_timeout: Duration,
    /// Bound of one fetch or push.
    pub transfer_timeout: Duration,
}

impl Default for GitSettings {
    fn default() -> Self {
        Self {
            program: PathBuf::from("git"),
            author_name: "Errand".to_owned(),
            author_email: "errand@localhost".to_owned(),
            local_timeout: LOCAL_TIMEOUT,
            transfer_timeout: TRANSFER_TIMEOUT,
        }
    }
}
