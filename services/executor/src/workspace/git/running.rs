//! A git process: fed, read, and killed whole.

use std::time::Duration;

use process_wrap::tokio::ChildWrapper;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};

/// What is kept of git's complaints; the rest is read and dropped so that git never waits for us.
const MAX_COMPLAINT_BYTES: usize = 64 * 1024;

/// How long a killed git may take to be gone.
const KILL_TIMEOUT: Duration = Duration::from_secs(5);

/// What a finished git left behind.
#[derive(Debug)]
pub(crate) struct GitOutput {
    /// The exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    pub stdout: Vec<u8>,
    pub stderr: String,
    /// True when there was more output than allowed.
    pub truncated: bool,
}

impl GitOutput {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// The first line, without its end.
    pub(crate) fn line(&self) -> String {
        self.text().lines().next().unwrap_or_default().to_owned()
    }
}

/// A git that was started. Dropping it before it ended kills it and everything it started.
pub(super) struct RunningGit {
    child: Box<dyn ChildWrapper>,
    ended: bool,
}

impl RunningGit {
    pub(super) fn new(child: Box<dyn ChildWrapper>) -> Self {
        Self {
            child,
            ended: false,
        }
    }

    /// Feeds and reads it until it has ended.
    pub(super) async fn converse(
        &mut self,
        input: Option<Vec<u8>>,
        max_bytes: usize,
    ) -> std::io::Result<GitOutput> {
        let child = &mut self.child;
        let (stdin, stdout, stderr) = (
            child.stdin().take(),
            child.stdout().take(),
            child.stderr().take(),
        );
        let feed = async {
            if let (Some(mut stdin), Some(input)) = (stdin, input) {
                // A git that ends early closes the pipe; its exit code tells the reason better than the pipe does.
                let _ = stdin.write_all(&input).await;
            }
        };
        let ((), printed, complaints) =
            tokio::join!(feed, read_until(stdout, max_bytes), read_all(stderr));
        let ((stdout, truncated), complaints) = (printed?, complaints?);
        let status = self.child.wait().await?;
        self.ended = true;
        let stderr = String::from_utf8_lossy(&complaints).into_owned();
        Ok(GitOutput {
            code: status.code(),
            stdout,
            stderr,
            truncated,
        })
    }

    pub(super) async fn kill(mut self) {
        self.start_kill();
        // Nothing more can be done about a process that does not die; the error already says that time ran out.
        let _ = tokio::time::timeout(KILL_TIMEOUT, self.child.wait()).await;
        self.ended = true;
    }

    fn start_kill(&mut self) {
        // An error means that nothing of the group is left.
        let _ = self.child.start_kill();
    }
}

impl Drop for RunningGit {
    fn drop(&mut self) {
        if !self.ended {
            self.start_kill();
        }
    }
}

/// Reads at most `max_bytes`, then closes the pipe, which ends a git that goes on writing.
async fn read_until(
    pipe: Option<impl AsyncRead + Unpin>,
    max_bytes: usize,
) -> std::io::Result<(Vec<u8>, bool)> {
    let mut bytes = Vec::new();
    let Some(pipe) = pipe else {
        return Ok((bytes, false));
    };
    pipe.take(max_bytes as u64 + 1)
        .read_to_end(&mut bytes)
        .await?;
    let truncated = bytes.len() > max_bytes;
    bytes.truncate(max_bytes);
    Ok((bytes, truncated))
}

/// Reads to the end and keeps the first part.
async fn read_all(pipe: Option<impl AsyncRead + Unpin>) -> std::io::Result<Vec<u8>> {
    let mut kept = Vec::new();
    let Some(pipe) = pipe else { return Ok(kept) };
    let mut limited = pipe.take(MAX_COMPLAINT_BYTES as u64);
    limited.read_to_end(&mut kept).await?;
    tokio::io::copy(&mut limited.into_inner(), &mut tokio::io::sink()).await?;
    Ok(kept)
}
