//! What is shown before it is recorded, laid over what is.
use super::{replies::Replies, words::Words};
use crate::fragments::{Fragment, Scope};
use errand_eventlog::live::Signal;

pub enum Overlay {
    /// In a conversation.
    Replies(Replies),
    /// On a story's page.
    Words(Words),
}

impl Overlay {
    pub fn of(scope: &Scope) -> Self {
        match scope {
            Scope::Story(_) => Self::Words(Words::default()),
            _ => Self::Replies(Replies::default()),
        }
    }

    /// Answers whether anything is to be shown anew.
    pub fn take(&mut self, signal: &Signal) -> bool {
        match self {
            Self::Replies(replies) => replies.take(signal),
            Self::Words(words) => words.take(signal),
        }
    }

    pub fn over(&mut self, recorded: &mut Vec<Fragment>) {
        match self {
            Self::Replies(replies) => replies.over(recorded),
            Self::Words(words) => words.over(recorded),
        }
    }
}
