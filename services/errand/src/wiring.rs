//! Ports meet adapters.
pub mod agents;
pub mod attachments;
pub mod commands;
pub mod groups;
pub mod http;
pub mod letters;
pub mod projects;
pub mod requests;
pub mod roll_call;
pub mod rules;
pub mod secrets;
pub mod servers;
pub mod stand_in;
pub mod vendors;
