//! The AgentSession aggregate: one attempt of an agent at a story.
//!
//! Whoever appended `ExecutionStarted` under the guard owns the run. Every later command of a run names its
//! executor, so that a late writer, whose lease has expired, is refused.
mod answering;
mod command;
mod decide;
mod evolve;
mod question;
#[cfg(test)]
mod spec;

pub use command::{Progress, SessionCommand};
pub use question::Question;

use cqrs_es::{Aggregate, event_sink::EventSink};
use errand_proto::{Json, SessionEvent, v1};
use serde::{Deserialize, Serialize};

/// Leases that may expire on one session before it fails for good.
pub const MAX_EXPIRED_LEASES: u32 = 10;
/// Turns and tool calls recorded per session; what comes after is not recorded any more.
pub const MAX_TRACE_ENTRIES: u32 = 2_000;
/// Questions put to people per session; what the agent asks beyond that is answered as if nobody had answered in time.
pub const MAX_QUESTIONS: usize = 100;
/// Further instructions per session.
pub const MAX_STEERING: usize = 200;

/// The action of a turn in which the agent read a further instruction.
pub const STEER: &str = "steer";
/// `InputProvided::instead`: nobody answered in time.
pub const TIMEOUT: &str = "timeout";
/// `InputProvided::instead`: the agent took its question back.
pub const WITHDRAWN: &str = "withdrawn";

/// Where a session stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    /// Nothing was recorded yet.
    #[default]
    Absent,
    Queued,
    Running {
        executor_id: String,
    },
    Completed,
    Failed,
    Cancelled,
}

impl Stage {
    pub fn is_ended(&self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }
}

/// A session as folded from its events.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Session {
    pub stage: Stage,
    /// As created; set unless absent.
    pub facts: Json<v1::AgentSessionCreated>,
    /// Turns recorded so far.
    pub turns: u32,
    pub tool_calls: u32,
    pub plan: Vec<Json<v1::PlanStep>>,
    pub branch: String,
    /// The commit that holds the work, once there is one.
    pub commit: String,
    /// That commit keeps what a failed or stopped run did: the work is not finished.
    pub is_partial: bool,
    pub pr_url: String,
    pub expired_leases: u32,
    /// What the agent asked people, in order.
    pub questions: Vec<Question>,
    /// Further instructions of people, in order.
    pub steering: Vec<String>,
    /// How many of them the agent has read.
    pub steered: usize,
    /// How often an executor has claimed it.
    pub runs: u32,
    /// The agent's own id of its session; empty when it has none.
    pub agent_session_id: String,
    /// What all its runs together have used.
    pub usage: Json<v1::Usage>,
}

impl Session {
    /// The instructions that the agent has read.
    pub fn read_steering(&self) -> &[String] {
        &self.steering[..self.steered.min(self.steering.len())]
    }

    pub fn question(&self, id: &str) -> Option<&Question> {
        self.questions.iter().find(|question| question.id() == id)
    }
}

/// Why a session says no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SessionRefusal {
    #[error("there is no such session")]
    Absent,
    #[error("the session is run by executor {0}")]
    OwnedBy(String),
    #[error("the session is not running")]
    NotRunning,
    #[error(
        "the agent has not begun yet, so it cannot be told anything; wait until it runs, or cancel the story"
    )]
    NotStarted,
    #[error(
        "the agent was told {MAX_STEERING} things already; cancel the story and ask for what is left in a new one"
    )]
    TooMuchSteering,
    #[error("the agent asks no such question; to tell it something while it works, steer it")]
    NotAsked,
    #[error("this question was answered already by {by}: {answer}")]
    Answered { by: String, answer: String },
    #[error("this question is not open any more: {0}")]
    Closed(String),
    #[error("the session has already ended as {0:?}; retry its story to run it again")]
    Ended(Stage),
}

/// Whether the agent read what a person had told it.
pub fn is_steering(turn: &v1::TurnRecorded) -> bool {
    turn.turn.as_ref().is_some_and(|turn| turn.action == STEER)
}

impl Aggregate for Session {
    const TYPE: &'static str = "session";
    type Command = SessionCommand;
    type Event = SessionEvent;
    type Error = SessionRefusal;
    type Services = ();

    async fn handle(
        &mut self,
        command: SessionCommand,
        _: &(),
        sink: &EventSink<Self>,
    ) -> Result<(), SessionRefusal> {
        if let Some(event) = decide::decide(self, command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: SessionEvent) {
        evolve::evolve(self, event);
    }
}
