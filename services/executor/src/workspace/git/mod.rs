//! Running the git program: what it may see, how long it may take, what its failures mean.

mod command;
mod credential;
mod environment;
mod failure;
mod quoting;
mod running;
mod settings;
mod version;

use std::sync::Arc;

pub(crate) use command::{GitCommand, Overflow};
pub(crate) use credential::RemoteAccess;
pub(crate) use environment::Protocols;
pub(crate) use failure::{detail_of, failure_of, is_disk_full};
pub(crate) use quoting::serving_program;
pub(crate) use running::GitOutput;
pub use settings::GitSettings;
pub use version::MIN_GIT_VERSION;

/// The git program with the settings every call shares. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Git {
    settings: Arc<GitSettings>,
}

impl Git {
    pub(crate) fn new(settings: GitSettings) -> Self {
        Self {
            settings: Arc::new(settings),
        }
    }

    pub(crate) fn settings(&self) -> &GitSettings {
        &self.settings
    }
}
