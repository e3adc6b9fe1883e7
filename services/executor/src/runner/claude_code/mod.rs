//! The program `claude` without a terminal: JSON lines on both pipes, one conversation a run.
//!
//! What this rests on was tried against the real program (2.1.197), which documents only a part of it: the control
//! requests by which it asks for permission are those of its own development kit.

mod arguments;
mod ask;
mod checklist;
mod conversation;
mod counted;
mod incoming;
mod outgoing;
mod run;
mod translate;

pub use arguments::ClaudeSettings;
pub use run::ClaudeCodeRunner;
