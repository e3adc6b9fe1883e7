//! What a run is asked to do, and how much of everything it may take.

use std::path::PathBuf;
use std::time::Duration;

use crate::confine::Folders;

/// One prompt for one agent in one folder.
#[derive(Debug, Clone)]
pub struct RunRequest {
    /// The prompt as the agent shall read it, at most [`MAX_PROMPT_BYTES`].
    pub prompt: String,
    /// The folder to work in, an absolute path of an existing folder.
    pub cwd: PathBuf,
    /// What else belongs to the session, for an agent that is confined.
    pub folders: Folders,
    /// What the run may take.
    pub limits: RunLimits,
}

/// A longer prompt is a mistake or an attack: no agent reads more than this with profit.
pub const MAX_PROMPT_BYTES: usize = 1024 * 1024;

/// What a run may take before it is ended.
#[derive(Debug, Clone)]
pub struct RunLimits {
    /// From the start of the process to the last word; time spent waiting for a person's answer is not counted.
    pub wall_clock: Duration,
    /// Longest silence: no message from the agent, while nobody is being asked.
    pub stall: Duration,
    /// Bytes the agent may write to its standard output.
    pub output_bytes: u64,
    /// From the start of the process until the agent's session is open.
    pub start: Duration,
}

impl Default for RunLimits {
    fn default() -> Self {
        Self {
            wall_clock: Duration::from_secs(60 * 60),
            stall: Duration::from_secs(15 * 60),
            output_bytes: 64 * 1024 * 1024,
            start: Duration::from_secs(60),
        }
    }
}
