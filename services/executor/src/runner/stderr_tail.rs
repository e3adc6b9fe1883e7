//! The end of what an agent wrote to its standard error: enough to say why it died, never more than a bound.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::process::ChildStderr;
use tokio::task::JoinHandle;

/// How much of the end is kept.
const MAX_TAIL_BYTES: usize = 8 * 1024;
/// How long the last words may take to arrive once the process group is dead.
const LAST_WORDS_TIMEOUT: Duration = Duration::from_secs(1);

/// Reads a child's standard error to its end in the background, so that the child never blocks on it.
#[derive(Debug)]
pub(super) struct StderrTail {
    kept: Arc<Mutex<VecDeque<u8>>>,
    reader: JoinHandle<()>,
}

impl StderrTail {
    /// Begins to read.
    pub(super) fn follow(mut stderr: ChildStderr) -> Self {
        let kept = Arc::new(Mutex::new(VecDeque::new()));
        let shared = Arc::clone(&kept);
        let reader = tokio::spawn(async move {
            let mut chunk = vec![0_u8; MAX_TAIL_BYTES];
            while let Ok(count @ 1..) = stderr.read(&mut chunk).await {
                keep(&shared, &chunk[..count]);
            }
        });
        Self { kept, reader }
    }

    /// The last words, empty when there are none, to be asked for when the process group is dead. What is not UTF-8
    /// is replaced.
    pub(super) async fn last_words(&mut self) -> String {
        let _ = tokio::time::timeout(LAST_WORDS_TIMEOUT, &mut self.reader).await;
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes: Vec<u8> = kept.iter().copied().collect();
        String::from_utf8_lossy(&bytes).trim().to_owned()
    }
}

impl Drop for StderrTail {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

fn keep(kept: &Mutex<VecDeque<u8>>, bytes: &[u8]) {
    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
    kept.extend(bytes);
    let surplus = kept.len().saturating_sub(MAX_TAIL_BYTES);
    kept.drain(..surplus);
}
