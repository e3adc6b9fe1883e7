//! Removing what nobody looks for any more.

use std::fs;
use std::io::Result;
use std::path::PathBuf;
use std::sync::PoisonError;
use std::time::{Duration, SystemTime};

use super::store::{Attachments, sizes};

/// How long a session's files are kept after the last of them was written.
pub const RETENTION: Duration = Duration::from_secs(30 * 24 * 60 * 60);

impl Attachments {
    /// Removes the folders that are older than [`RETENTION`], and the oldest others while all together take more than
    /// half of what they may, so that there is always room for new ones. Answers how many. It blocks.
    ///
    /// # Errors
    /// The disk.
    pub fn clean(&self, now: SystemTime) -> Result<u32> {
        let mut folders = self.folders();
        folders.sort();
        let mut bytes: u64 = folders.iter().map(|(_, bytes, _)| bytes).sum();
        let mut removed = 0;
        for (written, size, folder) in folders {
            let age = now.duration_since(written).unwrap_or_default();
            if age > RETENTION || bytes > self.limits.all_bytes / 2 {
                fs::remove_dir_all(folder)?;
                bytes -= size;
                removed += 1;
            }
        }
        *self
            .all_bytes
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = bytes;
        Ok(removed)
    }

    /// Every session's folder: when a file was last added, and what they take.
    fn folders(&self) -> Vec<(SystemTime, u64, PathBuf)> {
        let entries = fs::read_dir(&self.root).into_iter().flatten().flatten();
        let folder = |entry: fs::DirEntry| {
            let written = entry.metadata().and_then(|it| it.modified()).ok()?;
            Some((written, sizes(&entry.path()).sum(), entry.path()))
        };
        entries.filter_map(folder).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::AttachmentLimits;
    use super::*;
    use uuid::Uuid;

    #[test]
    fn what_is_old_is_removed_and_what_is_oldest_when_there_is_too_much() {
        let folder = tempfile::tempdir().unwrap();
        let limits = AttachmentLimits {
            all_bytes: 20,
            ..AttachmentLimits::default()
        };
        let attachments = Attachments::new(folder.path().to_owned()).with_limits(limits);
        let [first, second] = [Uuid::new_v4(), Uuid::new_v4()];
        let name = attachments.keep(first, "01234567").unwrap();
        attachments.keep(second, "abcdefgh").unwrap();
        let past = SystemTime::now() - Duration::from_secs(60);
        let older = fs::File::open(folder.path().join(first.to_string())).unwrap();
        older.set_modified(past).unwrap();
        assert_eq!(attachments.clean(SystemTime::now()).unwrap(), 1);
        assert_eq!(attachments.read(&first.to_string(), &name).unwrap(), None);
        assert_eq!(attachments.clean(SystemTime::now()).unwrap(), 0);
        let later = SystemTime::now() + RETENTION + Duration::from_secs(60);
        assert_eq!(attachments.clean(later).unwrap(), 1);
    }
}
