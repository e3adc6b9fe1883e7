//! Git work trees for sessions, by the git program.
//!
//! Every project has a bare mirror of its repository in the data folder and one work tree per session. Nothing of a
//! repository is ever run: no hook, filter, helper or monitor, whatever its configuration says; and the person's
//! own repository is only read, save for the session's branch.

mod advertised;
mod base_file;
mod branch;
mod branch_log;
mod changes;
mod commit;
mod conflicts;
mod diff;
mod disk;
mod error;
mod git;
mod head;
mod local;
mod mirror;
mod preparation;
mod project;
mod push;
mod push_answer;
mod record;
mod removal;
mod sample_site;
mod source;
mod staging;
mod stale_locks;
mod workspaces;
mod worktree;

pub use changes::{Changes, FileChange, FileStatus};
pub use commit::Commit;
pub use diff::Diff;
pub use disk::DiskLimits;
pub use error::{PushRefusal, WorkspaceError};
pub use git::{GitSettings, MIN_GIT_VERSION};
pub use push::{PushOutcome, PushTarget, SeedOutcome, SeededBranch};
pub use sample_site::create_sample_site;
pub use source::{Note, RepositoryRef, Source};
pub use staging::{MAX_CHANGED_BYTES, MAX_CHANGED_FILES, MAX_FILE_BYTES};
pub use workspaces::Workspaces;
pub use worktree::Worktree;
