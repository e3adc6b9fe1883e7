//! Retired event shapes, turned into present ones when they are read. Recorded bytes never change.
//!
//! An upcaster takes the payload of one retired type and answers the present type's name and payload.
//! It must never skip or drop: what it cannot convert is an error, and so a dead letter.

/// From a retired type to a present one.
pub struct Upcaster {
    /// The retired full name, e.g. `errand.v1.TaskCreated`.
    pub from: &'static str,
    /// The present full name.
    pub to: &'static str,
    pub convert: fn(&[u8]) -> Result<Vec<u8>, prost::DecodeError>,
}

/// Every retired shape. Empty until the first release whose events change incompatibly.
pub const UPCASTERS: &[Upcaster] = &[];

/// Finds the upcaster of a retired type.
pub fn find(event_type: &str) -> Option<&'static Upcaster> {
    UPCASTERS.iter().find(|u| u.from == event_type)
}
