//! Agents that try to leave their worktree, held by what this host has. They are real processes started by the
//! runner in real work trees.

#![allow(clippy::unwrap_used, reason = "a test ends at the first surprise")]

mod bubblewrap;
mod held;
mod place;
