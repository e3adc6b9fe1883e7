//! The kinds of agents: configuration in, runners with their limits out.
//!
//! - `settings` is what can be configured of one kind, `kind` what comes of it, `catalogue` all of them.
//! - `runners` is the list of runners. Adding one is a file in [`crate::runner`] and a line there.
//! - `checks` and `trial` run a project's checks, and one agent in a throw-away repository.

mod catalogue;
mod checks;
mod kind;
mod runners;
mod settings;
mod trial;

pub use catalogue::{Catalogue, CatalogueError};
pub use checks::{CheckResult, run_checks};
pub use kind::{AgentKind, Workplace};
pub use runners::{Agent, RunnerKind};
pub use settings::{KindSettings, LimitSettings, PriceSettings};
pub use trial::{Trial, trial};
