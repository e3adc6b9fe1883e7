//! The database under the read models: SQLite now; another engine is one more arm in [`pools`], [`tx`] and [`value`].
mod bulk;
mod migrations;
mod pools;
mod rows;
mod statement;
#[macro_use]
mod table;
mod tx;
mod value;

pub use pools::Db;

pub(crate) use migrations::scratch_ddl;
pub(crate) use rows::RowSet;
pub(crate) use statement::Statement;
pub(crate) use table::{FromCells, Keyed, Table, TableRow};
pub(crate) use tx::{Snapshot, Tx};
pub(crate) use value::{Cells, Column, Value};
