//! What the process that writes tells those that only look: what changed, and where everything stands.
use crate::{
    Keys,
    db::MAX_NOTICE_BYTES,
    positions::{Position, ProjectionState},
};
use errand_eventlog::Seq;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Characters of an error that others are told.
const MAX_ERROR_CHARS: usize = 300;

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "notice", rename_all = "camelCase")]
pub enum Notice {
    /// A batch was committed, or new tables took the place of the old ones.
    Changed(Changed),
    /// Where the projections stand that this process writes; also a sign of life.
    Standing {
        from: Uuid,
        positions: Vec<Standing>,
    },
}

#[derive(Debug, Serialize, Deserialize)]
pub struct Changed {
    /// The process that wrote.
    pub from: Uuid,
    pub projection: String,
    pub seq: Seq,
    pub generation: i64,
    pub keys: Keys,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct Standing {
    pub name: String,
    pub seq: Seq,
    pub generation: i64,
    pub state: ProjectionState,
    pub rebuilding: bool,
    pub error: Option<String>,
}

impl Changed {
    /// More keys than fit are told as "everything".
    pub fn text(self) -> String {
        let short = Self {
            keys: Keys::everything(),
            projection: self.projection.clone(),
            ..self
        };
        let text = Notice::Changed(self).text();
        if text.len() <= MAX_NOTICE_BYTES {
            text
        } else {
            Notice::Changed(short).text()
        }
    }
}

impl Notice {
    pub fn text(&self) -> String {
        // Plain text and numbers always serialise.
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl From<Position> for Standing {
    fn from(position: Position) -> Self {
        let short = |error: String| error.chars().take(MAX_ERROR_CHARS).collect();
        Self {
            name: position.name.to_owned(),
            seq: position.seq,
            generation: position.generation,
            state: position.state,
            rebuilding: position.rebuilding,
            error: position.error.map(short),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Key, MAX_KEYS_PER_CHANGE};

    fn changed(id_chars: usize) -> Changed {
        let mut keys = Keys::default();
        for n in 0..MAX_KEYS_PER_CHANGE {
            keys.add(Key::Story, &format!("{n:0id_chars$}"));
        }
        Changed {
            from: Uuid::nil(),
            projection: "stories".into(),
            seq: Seq::MAX,
            generation: i64::MAX,
            keys,
        }
    }

    fn keys_of(text: &str) -> Keys {
        match serde_json::from_str(text).unwrap() {
            Notice::Changed(changed) => changed.keys,
            Notice::Standing { .. } => panic!("{text}"),
        }
    }

    #[test]
    fn keys_that_do_not_fit_into_a_message_are_told_as_everything() {
        let names = changed(8).text();
        assert_eq!(keys_of(&names).keys.len(), MAX_KEYS_PER_CHANGE);
        let everything = changed(60).text();
        assert!(everything.len() <= MAX_NOTICE_BYTES);
        assert!(keys_of(&everything).everything);
    }
}
