//! How much disk the workspaces may take: each session's folder, and all of them together.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::{WorkspaceError, Workspaces, Worktree};

/// The unit in which file systems count what a file takes, whatever their blocks are.
const BLOCK_BYTES: u64 = 512;

/// How long a measure of all workspaces is believed: looking costs reading every folder.
const BELIEVED: Duration = Duration::from_secs(60);

/// The shortest pause between two looks at a running session's folder.
const MIN_PAUSE: Duration = Duration::from_secs(15);

/// A pause is this many times as long as the look before it, so that looking takes at most 1 % of a core.
const PAUSE_FACTOR: u32 = 100;

/// What the workspaces may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DiskLimits {
    /// One session's files, temporary ones included; what it shares with others is not counted.
    pub worktree_bytes: u64,
    /// Everything below the folder of workspaces, mirrors included.
    pub all_bytes: u64,
}

impl Default for DiskLimits {
    fn default() -> Self {
        Self {
            worktree_bytes: 10 * 1024 * 1024 * 1024,
            all_bytes: 100 * 1024 * 1024 * 1024,
        }
    }
}

/// The last measure of all workspaces.
#[derive(Clone, Debug, Default)]
pub(crate) struct Measure(Arc<Mutex<Option<(Instant, u64)>>>);

impl Measure {
    fn believed(&self) -> Option<u64> {
        let last = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.and_then(|(when, bytes)| (when.elapsed() < BELIEVED).then_some(bytes))
    }

    fn keep(&self, bytes: u64) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), bytes));
    }

    pub(crate) fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl Workspaces {
    /// Refuses more work while all workspaces together hold more than they may.
    pub(crate) async fn check_room(&self) -> Result<(), WorkspaceError> {
        let bytes = match self.measure().believed() {
            Some(bytes) => bytes,
            None => {
                let bytes = size_of(vec![self.root().to_owned()]).await?;
                self.measure().keep(bytes);
                bytes
            }
        };
        let limit_bytes = self.limits().all_bytes;
        match bytes > limit_bytes {
            true => Err(WorkspaceError::WorkspacesFull { bytes, limit_bytes }),
            false => Ok(()),
        }
    }

    /// Waits until the session's files are more than they may be; for ever, where they never are.
    pub async fn outgrown(&self, worktree: &Worktree) -> WorkspaceError {
        let limit_bytes = self.limits().worktree_bytes;
        loop {
            let began = Instant::now();
            let folders = vec![worktree.path().to_owned(), worktree.temporary().to_owned()];
            match size_of(folders).await {
                Ok(bytes) if bytes > limit_bytes => {
                    return WorkspaceError::WorktreeTooLarge { limit_bytes };
                }
                Ok(_) => {}
                Err(error) => return error,
            }
            tokio::time::sleep(MIN_PAUSE.max(began.elapsed() * PAUSE_FACTOR)).await;
        }
    }
}

/// What the files below `folders` take on disk. Files come and go meanwhile; links are not followed.
async fn size_of(folders: Vec<PathBuf>) -> Result<u64, WorkspaceError> {
    let walk = tokio::task::spawn_blocking(move || folders.iter().map(|folder| walk(folder)).sum());
    walk.await.map_err(|stopped| {
        WorkspaceError::io("measure the workspaces", std::io::Error::other(stopped))
    })
}

fn walk(top: &Path) -> u64 {
    let mut waiting = vec![top.to_owned()];
    let mut blocks = 0;
    while let Some(folder) = waiting.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries.flatten() {
            let Ok(metadata) = entry.metadata() else {
                continue;
            };
            blocks += metadata.blocks();
            if metadata.is_dir() {
                waiting.push(entry.path());
            }
        }
    }
    blocks * BLOCK_BYTES
}
