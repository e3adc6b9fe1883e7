//! Lock files that a killed git left behind.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::WorkspaceError;

/// Git holds its lock files for milliseconds. One older than this belongs to a process that is gone.
const STALE_AFTER: Duration = Duration::from_secs(5);

/// How often a young lock file is looked at again.
const POLL: Duration = Duration::from_millis(50);

/// How deep below a folder lock files are looked for: `refs/remotes/source/errand/<story>.lock`.
const MAX_DEPTH: usize = 6;

/// Removes the lock files directly in `folder` and below its `refs`; waits until a young one is gone or stale.
pub(crate) async fn clear(folder: &Path) -> Result<(), WorkspaceError> {
    let deadline = SystemTime::now() + STALE_AFTER + POLL;
    loop {
        let mut young = 0;
        for lock in lock_files(folder) {
            if is_stale(&lock) {
                remove(&lock)?;
            } else {
                young += 1;
            }
        }
        if young == 0 || SystemTime::now() > deadline {
            return Ok(());
        }
        tokio::time::sleep(POLL).await;
    }
}

fn lock_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = locks_in(folder, 1);
    found.extend(locks_in(&folder.join("refs"), MAX_DEPTH));
    found
}

fn locks_in(folder: &Path, depth: usize) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for entry in entries.flatten() {
        let path = entry.path();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && depth > 1 => found.extend(locks_in(&path, depth - 1)),
            Ok(kind) if kind.is_file() && path.extension().is_some_and(|end| end == "lock") => {
                found.push(path)
            }
            _ => {}
        }
    }
    found
}

fn is_stale(lock: &Path) -> bool {
    let modified = std::fs::metadata(lock).and_then(|metadata| metadata.modified());
    modified.is_ok_and(|time| time.elapsed().unwrap_or_default() > STALE_AFTER)
}

fn remove(lock: &Path) -> Result<(), WorkspaceError> {
    match std::fs::remove_file(lock) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => Err(WorkspaceError::io(
            format!("remove the stale lock {}", lock.display()),
            source,
        )),
        _ => Ok(()),
    }
}
