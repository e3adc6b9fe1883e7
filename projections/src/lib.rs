//! The read models: tables that people look at, filled from the event log and disposable.
//!
//! # Layout
//! - [`stories`], [`sessions`], [`conversations`], [`notifications`], [`batches`]: one read model each, with its row,
//!   its pure fold, its queries (methods of [`Db`]) and its tests; [`projects`] is a query over them.
//! - `folded`: texts as they are searched.
//! - [`events`]: the audit archive, a row for every event of the log.
//! - `db`: the database, a row as data, bulk reading and writing, migrations.
//! - [`parts`]: lists and small structs inside a record, kept as JSON text in one column.
//! - `projection`, `keys`, `checkpoint`: what a read model is to the runtime.
//! - [`projector`]: follows the log, rebuilds, verifies.
//! - [`as_of`]: a story as it was.
//! - [`positions`], [`changes`]: how far it is (read-your-writes), and what has just changed (live pages).
//!
//! A new read model is one file here, one migration, and one line in [`Projections::all`].

#[macro_use]
mod words;
#[macro_use]
mod db;
pub mod as_of;
pub mod batches;
pub mod changes;
mod checkpoint;
pub mod conversations;
mod error;
pub mod events;
mod folded;
mod keys;
pub mod notifications;
mod page;
pub mod parts;
pub mod positions;
mod projection;
pub mod projector;
pub mod projects;
pub mod sessions;
pub mod stories;

pub use db::{Access, ConnectError, Db, PostgresOptions, ROLES_SQL};
pub use error::{Error, Result};
pub use keys::{Key, Keys, MAX_KEYS_PER_CHANGE};
pub use page::{DEFAULT_PAGE_ROWS, MAX_PAGE_ROWS, MIN_ID_PREFIX_CHARS};
pub use positions::{Positions, Which};
pub use projection::At;
pub use projector::{Projections, Projector};
pub use words::UnknownWord;
