use super::OpenError;
use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{Read, Write},
    path::Path,
    time::{Duration, Instant},
};

const LOCK_FILE: &str = "errand.lock";
/// More than any process id has.
const MAX_PID_BYTES: u64 = 32;
/// A directory that is held for so long is in use.
const PATIENCE: Duration = Duration::from_secs(1);
const POLL: Duration = Duration::from_millis(10);

/// The right to write in a data directory, held until it is dropped or the process ends, however it ends.
#[derive(Debug)]
pub(super) struct DirectoryLock {
    file: File,
}

impl Drop for DirectoryLock {
    /// Closing alone is not enough: a child process that is just being started still has the file open.
    fn drop(&mut self) {
        let _ = self.file.unlock();
    }
}

impl DirectoryLock {
    /// # Errors
    /// Another process holds it, or the directory cannot be made or written.
    pub fn take(dir: &Path) -> Result<Self, OpenError> {
        let unusable = |source| OpenError::Directory {
            dir: dir.to_owned(),
            source,
        };
        fs::create_dir_all(dir).map_err(unusable)?;
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(dir.join(LOCK_FILE))
            .map_err(unusable)?;
        match lock(&file) {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(OpenError::InUse {
                    dir: dir.to_owned(),
                    holder: holder(&file),
                });
            }
            Err(TryLockError::Error(source)) => return Err(unusable(source)),
        }
        // The number only serves the message above: a full disk must not keep the log from opening.
        let _ = file
            .set_len(0)
            .and_then(|()| write!(file, "{}", std::process::id()));
        Ok(Self { file })
    }
}

/// A holder that was killed lives on, for a moment, in a child process that it was just starting.
fn lock(file: &File) -> Result<(), TryLockError> {
    let end = Instant::now() + PATIENCE;
    loop {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) if Instant::now() < end => std::thread::sleep(POLL),
            taken => return taken,
        }
    }
}

fn holder(file: &File) -> String {
    let mut pid = String::new();
    let read = file.take(MAX_PID_BYTES).read_to_string(&mut pid);
    match (read, pid.trim()) {
        (Ok(_), pid) if !pid.is_empty() => format!("process {pid}"),
        _ => "another process".into(),
    }
}
