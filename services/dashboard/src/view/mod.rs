//! What the templates show: records of the read models in words, marks and links for people.
mod badge;
mod card;
mod checklist;
mod clock;
mod cost;
pub mod event;
mod line;
mod link;
mod shell;
mod viewer;

pub use badge::{Badge, session_badge, story_badge};
pub use card::{StoryCard, can_cancel, needs_approval, retry_words, short_title};
pub use checklist::{Checklist, Mark};
pub use clock::Clock;
pub use cost::{Spent, cost};
pub use event::EventLine;
pub use line::{BatchLine, PartOf, StoryLine};
pub use link::Link;
pub use shell::{Shell, THEME_COOKIE, Tab, Theme};
pub use viewer::Viewer;
