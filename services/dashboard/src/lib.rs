//! The dashboard: pages, server-sent events and the JSON API. It owns nothing: it reads the read models and the log,
//! and changes things only through its port [`Commands`].
//!
//! # Layout
//! - [`commands`]: the port; `dashboard`: what it is given.
//! - `router`, `guard` (and [`protected`]), `body`, `present`, `problem`: HTTP: who may ask, what may be sent, how failures are told.
//! - `pages` with `templates/`: one file a page; `forms`: what their forms do.
//! - `fragments` and `view`: the parts that change while somebody looks; `live`: how they reach open pages.
//! - `api` and [`records`]: the JSON API; `events`: events of the log as JSON.
//! - `batches`: several stories at once.
//! - `attached`: texts that are too long for an event.
//! - `health`, [`roles`], `letters`: how everything is doing, who answers, and what was set aside.
//! - `past`: a story as it was; `point`: how people name a point of the log.
//! - `markdown`, `diff`, `when`: texts made fit to show.

mod api;
mod assets;
mod attached;
mod batches;
mod body;
pub mod commands;
mod dashboard;
mod diff;
mod events;
mod forms;
mod fragments;
mod guard;
mod health;
mod held;
mod letters;
mod live;
pub mod markdown;
mod pages;
mod past;
mod pausing;
mod point;
mod present;
mod problem;
pub mod records;
pub mod roles;
mod router;
mod trace;
mod view;
mod when;

pub use attached::AttachedTexts;
pub use commands::{
    CommandError, Commands, ConversationChange, Done, NewConversation, PostMessage, Spawn, Spawned,
};
pub use dashboard::{AgentInfo, Dashboard, DashboardConfig, VendorInfo};
pub use events::{CloudEvent, EventRecord};
pub use guard::protected;
pub use roles::{OneProcess, RoleState, RollCall};
pub use router::router;
