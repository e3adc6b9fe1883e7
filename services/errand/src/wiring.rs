//! Ports meet adapters.
pub mod agents;
pub mod commands;
pub mod http;
pub mod projects;
pub mod vendors;
