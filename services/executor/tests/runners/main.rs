//! Runners drive agents in processes of their own, in real git repositories: the demo agent, Claude Code and its ACP
//! adapter as their makers ship them, and programs made of shell scripts.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test ends at the first surprise"
)]

mod any_command;
mod claude_acp;
mod claude_code;
mod control;
mod failures;
mod other_agents;
mod processes;
mod real_agents;
mod repository;
mod resuming;
mod runs;
mod scripted_claude;
mod work;
