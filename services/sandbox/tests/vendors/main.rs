//! The sandbox as its clients see it: over real HTTP, and with the real git.

mod anthropic;
mod faults;
mod git;
mod github;
mod linear;
mod official_clients;
mod slack;
mod support;
