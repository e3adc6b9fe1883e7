//! The note left beside a work tree that is whole: without it, the tree is taken for half made.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::WorkspaceError;

/// The file in git's folder for the work tree; it goes when git forgets the tree.
const FILE: &str = "errand.json";

/// What a session's work tree was prepared for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Record {
    pub branch: String,
    pub base: String,
    /// The commit that changes are compared with where the base cannot tell.
    pub base_commit: String,
}

impl Record {
    /// The record in `administration`; `None` when there is none that can be read.
    pub(crate) fn read(administration: &Path) -> Option<Self> {
        serde_json::from_slice(&std::fs::read(administration.join(FILE)).ok()?).ok()
    }

    /// Appears whole or not at all.
    pub(crate) fn write(&self, administration: &Path) -> Result<(), WorkspaceError> {
        let failed = |source| WorkspaceError::io("record the work tree", source);
        let partial = administration.join("errand.json.partial");
        let text = serde_json::to_vec(self).map_err(|source| failed(source.into()))?;
        std::fs::write(&partial, text).map_err(failed)?;
        std::fs::rename(partial, administration.join(FILE)).map_err(failed)
    }
}
