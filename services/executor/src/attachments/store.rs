//! Keeping a file and finding it again.

use std::fs;
use std::io::{Error, ErrorKind, Result};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::AttachmentLimits;

/// Digits of a SHA-256 in hexadecimal.
const HASH_CHARS: usize = 64;

/// Why a text was not kept. The first part of it is in the event all the same.
#[derive(Debug, thiserror::Error)]
pub enum NotKept {
    #[error("it is longer than the {0} bytes that one file may have")]
    FileTooLarge(u64),
    #[error("this session has {0} such files already, which is the limit")]
    TooManyFiles(usize),
    #[error("the files of this session would take more than {0} bytes, which is the limit")]
    SessionFull(u64),
    #[error("the files of all sessions would take more than {0} bytes, which is the limit")]
    AllFull(u64),
    #[error("the file could not be written: {0}")]
    Disk(#[from] Error),
}

/// The folder below which every session has its files. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Attachments {
    pub(super) root: PathBuf,
    pub(super) limits: AttachmentLimits,
    /// What all files take, as far as it is known: measured by each cleaning and added to since.
    pub(super) all_bytes: Arc<Mutex<u64>>,
}

impl Attachments {
    /// Nothing is made on disk before the first text is kept.
    pub fn new(root: PathBuf) -> Self {
        Self {
            root,
            limits: AttachmentLimits::default(),
            all_bytes: Arc::default(),
        }
    }

    /// The same folder with other bounds.
    #[must_use]
    pub fn with_limits(self, limits: AttachmentLimits) -> Self {
        Self { limits, ..self }
    }

    /// Writes `text` to a file and answers the file's name. The same text again is kept once. It blocks.
    ///
    /// # Errors
    /// A limit, which is named, or the disk.
    pub fn keep(&self, session: Uuid, text: &str) -> std::result::Result<String, NotKept> {
        let name = hash(text.as_bytes());
        let folder = self.root.join(session.to_string());
        let path = folder.join(&name);
        if path.exists() {
            return Ok(name);
        }
        let bytes = text.len() as u64;
        // Under the lock, so that two runs do not take the last room both.
        let mut all_bytes = self
            .all_bytes
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        self.check_room(&folder, bytes, *all_bytes)?;
        fs::create_dir_all(&folder)?;
        let partial = folder.join(format!("{name}.partial"));
        fs::write(&partial, text)?;
        fs::rename(partial, path)?;
        *all_bytes += bytes;
        Ok(name)
    }

    /// The file `name` of a session; `None` when it is not here: another machine has it, or it was cleaned away.
    ///
    /// # Errors
    /// The disk.
    pub fn read(&self, session: &str, name: &str) -> Result<Option<Vec<u8>>> {
        let is_hash = name.len() == HASH_CHARS && name.bytes().all(|b| b.is_ascii_hexdigit());
        let Some(session) = Uuid::try_parse(session).ok().filter(|_| is_hash) else {
            return Ok(None);
        };
        match fs::read(self.root.join(session.to_string()).join(name)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn check_room(
        &self,
        folder: &Path,
        bytes: u64,
        all_bytes: u64,
    ) -> std::result::Result<(), NotKept> {
        let limits = &self.limits;
        let sizes: Vec<u64> = sizes(folder).collect();
        if bytes > limits.file_bytes {
            return Err(NotKept::FileTooLarge(limits.file_bytes));
        }
        if sizes.len() >= limits.session_files {
            return Err(NotKept::TooManyFiles(limits.session_files));
        }
        if sizes.iter().sum::<u64>() + bytes > limits.session_bytes {
            return Err(NotKept::SessionFull(limits.session_bytes));
        }
        if all_bytes + bytes > limits.all_bytes {
            return Err(NotKept::AllFull(limits.all_bytes));
        }
        Ok(())
    }
}

/// What each file in `folder` takes; nothing where there is no folder.
pub(super) fn sizes(folder: &Path) -> impl Iterator<Item = u64> + use<> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| Some(entry.metadata().ok()?.len()))
}

fn hash(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attachments(folder: &tempfile::TempDir) -> Attachments {
        Attachments::new(folder.path().join("attachments"))
    }

    #[test]
    fn a_text_is_found_again_by_the_hash_that_everybody_gets_for_it() {
        let folder = tempfile::tempdir().unwrap();
        let (attachments, session) = (attachments(&folder), Uuid::new_v4());
        let name = attachments.keep(session, "abc").unwrap();
        assert_eq!(
            name,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(attachments.keep(session, "abc").unwrap(), name);
        let session = session.to_string();
        let read = attachments.read(&session, &name).unwrap();
        assert_eq!(read.as_deref(), Some(&b"abc"[..]));
        let elsewhere = Uuid::new_v4().to_string();
        assert_eq!(attachments.read(&elsewhere, &name).unwrap(), None);
    }

    #[test]
    fn nothing_outside_is_read_whatever_the_name() {
        let folder = tempfile::tempdir().unwrap();
        let attachments = attachments(&folder);
        fs::write(folder.path().join("secret"), "s").unwrap();
        let session = Uuid::new_v4().to_string();
        for (session, name) in [
            ("..", "secret"),
            (session.as_str(), "../../secret"),
            (session.as_str(), ""),
        ] {
            assert_eq!(attachments.read(session, name).unwrap(), None);
        }
    }

    #[test]
    fn every_bound_is_kept_and_named() {
        let folder = tempfile::tempdir().unwrap();
        let limits = AttachmentLimits {
            file_bytes: 10,
            session_bytes: 12,
            session_files: 2,
            all_bytes: 20,
        };
        let attachments = attachments(&folder).with_limits(limits);
        let [one, two, three] = [Uuid::new_v4(), Uuid::new_v4(), Uuid::new_v4()];
        let refused = |session, text| attachments.keep(session, text).unwrap_err().to_string();
        assert!(refused(one, "0123456789a").contains("the 10 bytes that one file may have"));
        attachments.keep(one, "01234567").unwrap();
        assert!(refused(one, "56789").contains("of this session would take more than 12 bytes"));
        attachments.keep(one, "ab").unwrap();
        assert!(refused(one, "c").contains("has 2 such files already"));
        attachments.keep(two, "012345678").unwrap();
        assert!(refused(three, "de").contains("of all sessions would take more than 20 bytes"));
    }
}
