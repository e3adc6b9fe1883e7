//! Requests between roles, over NATS core: whoever owns an aggregate is asked to change it.
//!
//! Nothing is stored: one process of the role answers, or the asker is told why none did. What is asked for must be
//! idempotent, because an answer can be lost.
//!
//! # Layout
//! - [`ask`]: the asking side.
//! - [`serve`]: the answering side.
//! - [`verdict`]: what an answer says beside its payload.
mod ask;
mod serve;
mod verdict;

pub use ask::AskError;
