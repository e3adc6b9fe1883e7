//! The tokens of messages, each counted once.

use std::collections::VecDeque;

/// Messages that are remembered. Those of agents that work side by side mix, and these are few.
const MAX_MESSAGES: usize = 64;

/// What was counted of the latest messages. A message comes in several lines, each of which tells its usage so far.
#[derive(Debug, Default)]
pub(super) struct Counted(VecDeque<Message>);

#[derive(Debug)]
struct Message {
    id: String,
    read: u64,
    written: u64,
}

impl Counted {
    /// What a line of the message `id` tells beyond what was counted of it; `None` when that is nothing.
    pub(super) fn more(&mut self, id: &str, read: u64, written: u64) -> Option<(u64, u64)> {
        let counted = self.message(id);
        let more = (
            read.saturating_sub(counted.read),
            written.saturating_sub(counted.written),
        );
        counted.read += more.0;
        counted.written += more.1;
        (more != (0, 0)).then_some(more)
    }

    fn message(&mut self, id: &str) -> &mut Message {
        if let Some(known) = self.0.iter().position(|it| it.id == id) {
            return &mut self.0[known];
        }
        self.0.truncate(MAX_MESSAGES - 1);
        self.0.push_front(Message {
            id: id.to_owned(),
            read: 0,
            written: 0,
        });
        &mut self.0[0]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_counted_once_also_when_another_comes_between_its_lines() {
        let mut counted = Counted::default();
        assert_eq!(counted.more("a", 100, 1), Some((100, 1)));
        assert_eq!(counted.more("b", 50, 2), Some((50, 2)));
        assert_eq!(counted.more("a", 100, 1), None);
        assert_eq!(counted.more("a", 100, 30), Some((0, 29)));
    }

    #[test]
    fn no_more_messages_are_remembered_than_may_be_open() {
        let mut counted = Counted::default();
        for id in 0..=MAX_MESSAGES {
            counted.more(&id.to_string(), 1, 1);
        }
        assert_eq!(counted.0.len(), MAX_MESSAGES);
        assert_eq!(counted.more(&MAX_MESSAGES.to_string(), 1, 1), None);
    }
}
