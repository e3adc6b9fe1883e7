//! Times on pages.

use crate::clock;

/// A time for people and for machines.
pub(super) struct When {
    pub(super) machine: String,
    pub(super) shown: String,
}

impl When {
    /// From microseconds since 1970.
    pub(super) fn at(micros: i64) -> Self {
        let machine = clock::rfc3339_seconds(micros);
        let shown = machine.get(..16).unwrap_or(&machine).replace('T', " ");
        Self {
            shown: format!("{shown} UTC"),
            machine,
        }
    }
}
