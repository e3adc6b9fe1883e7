//! What a language model would have used for the same work. Made up, since none is asked: so that people see in their first
//! minute how tokens and cost are shown.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use agent_client_protocol::v1::schema::{Cost, Usage, UsageUpdate};

/// The instructions and tools that a model reads before any task.
const FIRST_TOKENS: u64 = 2_000;
/// The window of the model that is pretended.
const WINDOW_TOKENS: u64 = 200_000;
/// Its prices, in millionths of a US dollar for a token.
const READ_PRICE: u64 = 3;
const WRITTEN_PRICE: u64 = 15;
const CHARS_A_TOKEN: usize = 4;

/// The use of one session so far, shared by its turns.
#[derive(Debug, Clone, Default)]
pub(super) struct Pretence(Arc<Mutex<Count>>);

/// Tokens read and written, and what of both is in the context.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Count {
    read: u64,
    written: u64,
    context: u64,
}

impl Pretence {
    /// The model writes this, for which it reads all that was said before.
    pub(super) fn writes(&self, text: &str) {
        let mut count = self.lock();
        count.context = count.context.max(FIRST_TOKENS);
        count.read += count.context;
        count.written += tokens(text);
        count.context += tokens(text);
    }

    /// A tool gives this back, which the model reads next time.
    pub(super) fn gets(&self, text: &str) {
        self.lock().context += tokens(text);
    }

    pub(super) fn so_far(&self) -> Count {
        *self.lock()
    }

    /// As the protocol tells it while a turn goes on: the context as it is, and the cost of the whole session.
    pub(super) fn update(&self) -> UsageUpdate {
        let count = self.lock();
        let cost = Cost::new(dollars(&count), "USD");
        UsageUpdate::new(count.context, WINDOW_TOKENS).cost(cost)
    }

    /// As it tells it at the end of a turn that began with `before`.
    pub(super) fn since(&self, before: Count) -> Usage {
        let count = self.lock();
        let (read, written) = (count.read - before.read, count.written - before.written);
        Usage::new(read + written, read, written)
    }

    fn lock(&self) -> MutexGuard<'_, Count> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "no demo uses 2^53 tokens, and the figure is made up"
)]
fn dollars(count: &Count) -> f64 {
    (count.read * READ_PRICE + count.written * WRITTEN_PRICE) as f64 / 1e6
}

fn tokens(text: &str) -> u64 {
    text.chars().count().div_ceil(CHARS_A_TOKEN) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cost_grows_with_the_session_and_a_turn_tells_its_own_tokens() {
        let pretence = Pretence::default();
        pretence.writes("12345678");
        pretence.gets("1234");
        let cost = |it: &Pretence| it.update().cost.unwrap().amount;
        assert!((cost(&pretence) - 0.006_03).abs() < 1e-9);
        assert_eq!(pretence.update().used, 2_003);
        let before = pretence.so_far();
        pretence.writes("1234");
        let turn = pretence.since(before);
        assert_eq!((turn.input_tokens, turn.output_tokens), (2_003, 1));
        assert!((cost(&pretence) - 0.012_054).abs() < 1e-9);
    }
}
