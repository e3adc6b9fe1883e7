//! A table as data, and the macro that writes a row's struct, columns, reading and writing once.
use super::value::{Cells, Value};

/// One table: enough to read, upsert, copy and compare it without naming its row type.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    pub name: &'static str,
    pub key: &'static [&'static str],
    pub columns: &'static [&'static str],
    /// The Rust type of each column.
    pub types: &'static [&'static str],
}

/// A struct that can be read from a result row.
pub trait FromCells: Sized {
    fn from_cells(cells: &dyn Cells) -> sqlx::Result<Self>;
}

/// A struct that is one row of one table.
pub trait TableRow: FromCells + Send {
    const TABLE: Table;
    /// In the order of `TABLE.columns`.
    fn into_values(self, out: &mut Vec<Value>);
}

/// A row that is found by one text, its id.
pub trait Keyed: TableRow {
    fn id(&self) -> &str;
}

impl Table {
    pub fn is_integer(&self, column: &str) -> bool {
        let mut typed = self.columns.iter().zip(self.types);
        typed.any(|(name, ty)| *name == column && *ty == "i64")
    }

    /// The columns for a SELECT, each with `prefix` (e.g. `s.`).
    pub fn select(&self, prefix: &str) -> String {
        let columns: Vec<_> = self
            .columns
            .iter()
            .map(|c| format!("{prefix}{c}"))
            .collect();
        columns.join(", ")
    }
}

/// Declares a row: its struct (camelCase in JSON), its table and the mapping between them.
macro_rules! table {
    (@keyed $row:ident, id) => {
        impl $crate::db::Keyed for $row {
            fn id(&self) -> &str {
                &self.id
            }
        }
    };
    (@keyed $row:ident, $($other:ident),+) => {};
    (
        $(#[$meta:meta])*
        pub struct $row:ident in $name:literal key ($($key:ident),+) {
            $($(#[$field_meta:meta])* pub $field:ident: $ty:ty,)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Default, PartialEq, serde::Serialize)]
        #[serde(rename_all = "camelCase")]
        pub struct $row {
            $($(#[$field_meta])* pub $field: $ty,)*
        }

        table!(@keyed $row, $($key),+);

        impl $crate::db::FromCells for $row {
            fn from_cells(cells: &dyn $crate::db::Cells) -> sqlx::Result<Self> {
                Ok(Self { $($field: $crate::db::Column::from_cell(cells, stringify!($field))?,)* })
            }
        }

        impl $crate::db::TableRow for $row {
            const TABLE: $crate::db::Table = $crate::db::Table {
                name: $name,
                key: &[$(stringify!($key)),+],
                columns: &[$(stringify!($field)),*],
                types: &[$(stringify!($ty)),*],
            };

            fn into_values(self, out: &mut Vec<$crate::db::Value>) {
                out.extend([$($crate::db::Column::into_value(self.$field)),*]);
            }
        }
    };
}
