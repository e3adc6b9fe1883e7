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
    /// A session of the same agent to go on with, instead of a new one.
    pub resume: Option<Resume>,
    /// What else belongs to the session, for an agent that is confined.
    pub folders: Folders,
    /// Where it is written down which processes belong to the run, out of the agent's reach.
    pub footprint: Option<PathBuf>,
    /// What the run may take.
    pub limits: RunLimits,
}

/// An earlier session in the same folder. An agent that does not know it any more, or cannot resume, gets
/// the request's whole prompt in a new session.
#[derive(Debug, Clone)]
pub struct Resume {
    /// As [`super::RunUpdate::Started`] told it.
    pub session_id: String,
    /// What the agent reads when the session goes on; it knows the first prompt already.
    pub prompt: String,
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
    /// Rounds in which the agent speaks or calls tools after it has seen what the tools before gave back.
    pub turns: Option<u32>,
    /// Millionths of a US dollar that the run may cost, as far as the agent tells its cost or its tokens are priced.
    pub cost_micro_usd: Option<u64>,
    /// What tokens cost, for agents that do not tell the cost.
    pub price: Option<Price>,
}

/// US dollars for a million tokens.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Price {
    pub input: f64,
    pub output: f64,
}

impl Price {
    /// The cost of so many tokens in US dollars.
    #[expect(
        clippy::cast_precision_loss,
        reason = "no run uses 2^53 tokens, and a price is no account"
    )]
    pub(super) fn of(self, input_tokens: u64, output_tokens: u64) -> f64 {
        (input_tokens as f64).mul_add(self.input, output_tokens as f64 * self.output) / 1e6
    }
}

impl Default for RunLimits {
    fn default() -> Self {
        Self {
            wall_clock: Duration::from_secs(60 * 60),
            stall: Duration::from_secs(15 * 60),
            output_bytes: 64 * 1024 * 1024,
            start: Duration::from_secs(60),
            turns: None,
            cost_micro_usd: None,
            price: None,
        }
    }
}
