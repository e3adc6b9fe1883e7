//! JSON in a column that the database knows to be JSON.
use crate::db::{Cells, Column, Value as Cell};
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Document(pub Value);

impl Column for Document {
    /// Postgres cannot extract a text with NUL, so it becomes the replacement character in both engines.
    fn into_value(self) -> Cell {
        const ESCAPED_NUL: &str = "\\u0000";
        let text = self.0.to_string();
        Cell::Json(match text.contains(ESCAPED_NUL) {
            true => without_nul(self.0).to_string(),
            false => text,
        })
    }

    fn from_cell(cells: &dyn Cells, column: &str) -> sqlx::Result<Self> {
        let broken = |source: serde_json::Error| sqlx::Error::ColumnDecode {
            index: column.to_owned(),
            source: source.into(),
        };
        let value = serde_json::from_str(&cells.text(column)?);
        value.map(Self).map_err(broken)
    }
}

fn without_nul(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(text.replace('\0', "\u{fffd}")),
        Value::Array(values) => values.into_iter().map(without_nul).collect(),
        Value::Object(map) => {
            let clean = |(key, value)| (key, without_nul(value));
            Value::Object(map.into_iter().map(clean).collect())
        }
        other => other,
    }
}
