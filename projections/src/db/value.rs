//! What goes into and comes out of a column, the same for every engine: text and integers.
use crate::parts::Json;
use serde::{Serialize, de::DeserializeOwned};
use sqlx::{Column as _, Row as _, postgres::PgRow, sqlite::SqliteRow};

/// A bound parameter.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Text(String),
    /// `None` is an absent integer.
    Int(Option<i64>),
}

/// One result row of whichever engine.
pub trait Cells {
    fn text(&self, column: &str) -> sqlx::Result<String>;
    fn int(&self, column: &str) -> sqlx::Result<Option<i64>>;
    fn names(&self) -> Vec<String>;
}

macro_rules! cells {
    ($($row:ty),*) => {$(
        impl Cells for $row {
            fn text(&self, column: &str) -> sqlx::Result<String> {
                self.try_get(column)
            }

            fn int(&self, column: &str) -> sqlx::Result<Option<i64>> {
                self.try_get(column)
            }

            fn names(&self) -> Vec<String> {
                self.columns().iter().map(|c| c.name().to_owned()).collect()
            }
        }
    )*};
}
cells!(SqliteRow, PgRow);

/// A field type that fits one column.
pub trait Column: Sized {
    fn into_value(self) -> Value;
    fn from_cell(cells: &dyn Cells, column: &str) -> sqlx::Result<Self>;
}

impl Column for String {
    /// Postgres refuses NUL in text, so it becomes the replacement character in both engines.
    fn into_value(self) -> Value {
        Value::Text(if self.contains('\0') {
            self.replace('\0', "\u{fffd}")
        } else {
            self
        })
    }

    fn from_cell(cells: &dyn Cells, column: &str) -> sqlx::Result<Self> {
        cells.text(column)
    }
}

impl Column for i64 {
    fn into_value(self) -> Value {
        Value::Int(Some(self))
    }

    fn from_cell(cells: &dyn Cells, column: &str) -> sqlx::Result<Self> {
        let null = || sqlx::Error::ColumnDecode {
            index: column.to_owned(),
            source: "unexpected NULL".into(),
        };
        cells.int(column)?.ok_or_else(null)
    }
}

impl Column for Option<i64> {
    fn into_value(self) -> Value {
        Value::Int(self)
    }

    fn from_cell(cells: &dyn Cells, column: &str) -> sqlx::Result<Self> {
        cells.int(column)
    }
}

impl Column for bool {
    fn into_value(self) -> Value {
        Value::Int(Some(i64::from(self)))
    }

    fn from_cell(cells: &dyn Cells, column: &str) -> sqlx::Result<Self> {
        i64::from_cell(cells, column).map(|n| n != 0)
    }
}

impl<T: Serialize + DeserializeOwned> Column for Json<T> {
    fn into_value(self) -> Value {
        // Our parts are plain structs of text and numbers, which always serialise.
        serde_json::to_string(&self.0)
            .unwrap_or_default()
            .into_value()
    }

    fn from_cell(cells: &dyn Cells, column: &str) -> sqlx::Result<Self> {
        let broken = |source: serde_json::Error| sqlx::Error::ColumnDecode {
            index: column.to_owned(),
            source: source.into(),
        };
        serde_json::from_str(&cells.text(column)?)
            .map(Json)
            .map_err(broken)
    }
}
