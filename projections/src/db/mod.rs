//! The database under the read models: a file of SQLite, or PostgreSQL shared by several processes. What differs between
//! them is in [`sqlite`] and [`postgres`] and one arm each in [`pools`], [`tx`] and [`bulk`].
mod bulk;
mod migrations;
mod pools;
mod postgres;
mod rows;
mod sqlite;
mod statement;
#[macro_use]
mod table;
mod tx;
mod value;

pub use pools::Db;
pub use postgres::{Access, ConnectError, PostgresOptions, ROLES_SQL};

pub(crate) use postgres::{Locks, MAX_NOTICE_BYTES, Postgres};
pub(crate) use rows::RowSet;
pub(crate) use statement::Statement;
pub(crate) use table::{FromCells, Keyed, Table, TableRow};
pub(crate) use tx::{Snapshot, Tx};
pub(crate) use value::{Cells, Column, Value};
