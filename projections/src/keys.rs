//! Which records a batch changed, for pages that are open right now.
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// More records than this changed at once are told as "everything".
pub const MAX_KEYS_PER_CHANGE: usize = 128;

/// A record that people look at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "camelCase")]
pub enum Key {
    Story(String),
    Session(String),
    Conversation(String),
    Project(String),
    Batch(String),
}

/// The changed records, or everything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Keys {
    /// True when too many records changed to name them.
    pub everything: bool,
    pub keys: BTreeSet<Key>,
}

impl Keys {
    pub fn everything() -> Self {
        Self {
            everything: true,
            keys: BTreeSet::new(),
        }
    }

    /// True when a page that shows this record is out of date.
    pub fn touches(&self, key: &Key) -> bool {
        self.everything || self.keys.contains(key)
    }

    pub(crate) fn merge(&mut self, other: Self) {
        self.everything |= other.everything;
        self.keys.extend(other.keys);
        self.bound();
    }

    pub(crate) fn add(&mut self, key: fn(String) -> Key, id: &str) {
        if self.everything || id.is_empty() {
            return;
        }
        self.keys.insert(key(id.to_owned()));
        self.bound();
    }

    fn bound(&mut self) {
        if self.everything || self.keys.len() > MAX_KEYS_PER_CHANGE {
            *self = Self::everything();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_many_changed_records_are_told_as_everything() {
        let mut keys = Keys::default();
        for n in 0..=MAX_KEYS_PER_CHANGE {
            keys.add(Key::Story, &format!("s{n}"));
        }
        assert!(keys.everything && keys.keys.is_empty());
        assert!(keys.touches(&Key::Project("any".into())));
    }
}
