//! Counting tokens, roughly.

use super::request::MessagesRequest;

/// English text has about four characters a token.
pub(super) const CHARS_A_TOKEN: usize = 4;

/// About how many tokens a text has.
pub(super) fn tokens_of(text: &str) -> u64 {
    text.chars().count().div_ceil(CHARS_A_TOKEN) as u64
}

/// About how many tokens a request has.
pub(super) fn input_tokens(request: &MessagesRequest) -> u64 {
    let words: u64 = request
        .messages
        .iter()
        .flat_map(|message| message.texts())
        .map(tokens_of)
        .sum();
    let tools: u64 = request
        .tools
        .iter()
        .map(|tool| tokens_of(&tool.input_schema.to_string()))
        .sum();
    let system = if request.system.is_null() {
        0
    } else {
        tokens_of(&request.system.to_string())
    };
    (words + tools + system).max(1)
}
