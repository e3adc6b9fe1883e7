//! `evt.<workspace>.<aggregate>.<id>`: one literal subject per aggregate.
use std::{fmt, str::FromStr, sync::Arc};

/// The workspace of a fresh installation.
pub const DEFAULT_WORKSPACE: &str = "main";
const PREFIX: &str = "evt";
const MAX_TOKEN_CHARS: usize = 128;

/// The kinds of aggregate, each owned by one service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AggregateKind {
    Conversation,
    Story,
    Batch,
    Session,
    Notification,
}

impl AggregateKind {
    pub const ALL: [Self; 5] = [
        Self::Conversation,
        Self::Story,
        Self::Batch,
        Self::Session,
        Self::Notification,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Conversation => "conversation",
            Self::Story => "story",
            Self::Batch => "batch",
            Self::Session => "session",
            Self::Notification => "notification",
        }
    }
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SubjectError {
    #[error("{0:?} is not a subject of the form evt.<workspace>.<aggregate>.<id>")]
    Form(String),
    #[error("{0:?} may only hold letters, digits, '-' and '_', 1 to 128 of them")]
    Token(String),
}

/// The address of one aggregate's stream. Cheap to clone.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Subject {
    text: Arc<str>,
    kind: AggregateKind,
    id_at: usize,
}

impl Subject {
    /// # Errors
    /// A token is empty, too long, or has a character that NATS or a URL would misread.
    pub fn new(workspace: &str, kind: AggregateKind, id: &str) -> Result<Self, SubjectError> {
        for token in [workspace, id] {
            if !is_token(token) {
                return Err(SubjectError::Token(token.chars().take(200).collect()));
            }
        }
        let head = format!("{PREFIX}.{workspace}.{}.", kind.as_str());
        Ok(Self {
            id_at: head.len(),
            text: (head + id).into(),
            kind,
        })
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub fn kind(&self) -> AggregateKind {
        self.kind
    }

    /// The aggregate's id.
    pub fn id(&self) -> &str {
        &self.text[self.id_at..]
    }

    pub fn workspace(&self) -> &str {
        self.text.split('.').nth(1).unwrap_or_default()
    }
}

fn is_token(token: &str) -> bool {
    (1..=MAX_TOKEN_CHARS).contains(&token.len())
        && token
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

impl FromStr for Subject {
    type Err = SubjectError;

    fn from_str(text: &str) -> Result<Self, SubjectError> {
        let form = || SubjectError::Form(text.chars().take(200).collect());
        let mut tokens = text.split('.');
        let (Some(PREFIX), Some(workspace), Some(kind), Some(id), None) = (
            tokens.next(),
            tokens.next(),
            tokens.next(),
            tokens.next(),
            tokens.next(),
        ) else {
            return Err(form());
        };
        let kind = AggregateKind::ALL
            .into_iter()
            .find(|k| k.as_str() == kind)
            .ok_or_else(form)?;
        Self::new(workspace, kind, id)
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_reads_back_what_was_written() {
        let subject = Subject::new("main", AggregateKind::Story, "a-1").unwrap();
        assert_eq!(subject.as_str(), "evt.main.story.a-1");
        assert_eq!(subject.as_str().parse::<Subject>().unwrap(), subject);
        assert_eq!((subject.workspace(), subject.id()), ("main", "a-1"));
    }

    #[test]
    fn wildcards_dots_and_blanks_are_refused() {
        for id in ["", "*", ">", "a.b", "a b", "ä"] {
            assert!(
                Subject::new("main", AggregateKind::Story, id).is_err(),
                "{id}"
            );
        }
        assert!("evt.main.story".parse::<Subject>().is_err());
        assert!("evt.main.nothing.a".parse::<Subject>().is_err());
    }
}
