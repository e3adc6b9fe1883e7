//! One session from claim to end.
//!
//! `worker` claims jobs, each session `alone` in this process, `claim` takes ownership of a session, `earlier` finds what
//! an attempt before it finished, `attempt` goes through its phases
//! (agent, then `judge`, then `publish`), `recorder` writes down what the agent does, `questions` puts to people what it asks,
//! `signals` hears of people who want a run stopped, `whole` keeps what is too long for an event, `draft` shows what the agent
//! says at this moment, `spent` counts what the session uses and `meter` says when that is written down, `ending` says how it ended, `findings` reads what a scanning agent found, and `trace` tells those who watch.
mod alone;
mod attempt;
mod claim;
mod draft;
mod earlier;
mod ending;
mod findings;
mod journal;
mod judge;
mod meter;
mod publish;
mod pull_request_text;
mod questions;
mod recorder;
mod redacted;
mod signals;
mod spent;
mod trace;
mod whole;
mod worker;

pub use worker::work;
