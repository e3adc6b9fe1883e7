//! Why a run failed, in words that name the cause and the way out.

use std::fmt;
use std::time::Duration;

use thiserror::Error;

/// The reason why a run did not end by the agent's own word.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RunFailure {
    /// No session came about: the program is absent, or did not answer in time, or speaks another protocol.
    #[error("the agent `{program}` could not be started: {reason}")]
    NotStarted { program: String, reason: String },
    /// The program's output is not the protocol.
    #[error(
        "the agent printed text that is not the protocol of its runner, beginning with: {sample:?}; \
         check the agent's command and runner: nothing else may be printed to standard output"
    )]
    ProtocolGarbage {
        /// At most the first 200 characters of the first stray line.
        sample: String,
    },
    /// The process ended or closed its output in the middle of the work.
    #[error("the agent stopped in the middle of its work ({exit}); its last words were: {stderr}")]
    Crashed { exit: AgentExit, stderr: String },
    /// Silence.
    #[error(
        "the agent said nothing for {} and was ended; retry, or raise the stall limit if its commands take that long",
        Seconds(*limit)
    )]
    Stalled { limit: Duration },
    /// Too long altogether.
    #[error(
        "the agent was not done after {} and was ended; split the work into smaller stories or raise the time limit",
        Seconds(*limit)
    )]
    TimedOut { limit: Duration },
    /// Too much output.
    #[error(
        "the agent wrote more than {limit} bytes of output and was ended; ask for less, or raise the output limit"
    )]
    OutputTooLarge { limit: u64 },
    /// Too many rounds.
    #[error(
        "the agent took more than {limit} turns and was ended; split the work or raise the limit of turns"
    )]
    TooManyTurns { limit: u32 },
    /// Too much money.
    #[error(
        "the agent cost more than {:.2} US dollars and was ended; split the work or raise the limit of its cost",
        micro_usd(*limit_micro_usd)
    )]
    TooExpensive { limit_micro_usd: u64 },
    /// Nobody said what the agent needed to know.
    #[error(
        "nobody answered the agent's question in time: {question}; retry and answer it, or raise question_timeout_seconds"
    )]
    Unanswered { question: String },
    /// Too much input.
    #[error("the prompt has {bytes} bytes and the limit is {limit}; shorten it")]
    PromptTooLarge { bytes: usize, limit: usize },
    /// The agent declined.
    #[error("the agent refused the work: {reason}")]
    Refused { reason: String },
    /// The agent wants its user to log in.
    #[error(
        "the agent asks to be logged in: {reason}; give it its key in its environment, or log in with its own command"
    )]
    LoginRequired { reason: String },
    /// The agent answered with an error.
    #[error("the agent reported error {code}: {message}")]
    AgentError { code: i32, message: String },
}

impl RunFailure {
    /// A crash with the end of the standard error, which may be empty.
    pub(super) fn crashed(exit: AgentExit, last_words: String) -> Self {
        let stderr = match last_words.is_empty() {
            true => "(nothing)".to_owned(),
            false => last_words,
        };
        Self::Crashed { exit, stderr }
    }
}

/// How the agent's process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AgentExit {
    /// It ended by itself with this exit code.
    Code(i32),
    /// A signal ended it.
    Signal(i32),
    /// It closed its output and lived on, so nothing more could come.
    OutputClosed,
}

impl fmt::Display for AgentExit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(f, "exit code {code}"),
            Self::Signal(signal) => write!(f, "signal {signal}"),
            Self::OutputClosed => f.write_str("it closed its output without exiting"),
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "no limit has 2^53 millionths of a dollar"
)]
fn micro_usd(limit: u64) -> f64 {
    limit as f64 / 1e6
}

/// A duration as a person says it: whole seconds where it has them, else milliseconds.
struct Seconds(Duration);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.subsec_millis() == 0 {
            write!(f, "{} s", self.0.as_secs())
        } else {
            write!(f, "{} ms", self.0.as_millis())
        }
    }
}
