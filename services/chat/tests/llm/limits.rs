//! Replies that are too large, and settings that cannot work.

use std::time::Duration;

use errand_chat::llm::{GenaiModel, LlmConfig, LlmError, Provider};
use serde_json::json;

use super::anthropic::{begin, text};
use super::stand_in::{Part, StandIn, question, script, whole};

#[tokio::test]
async fn a_reply_without_end_is_stopped_and_the_limit_is_named() {
    let words = json!({ "type": "content_block_delta", "index": 0, "delta": { "type": "text_delta", "text": "x".repeat(60_000) } });
    let flood = format!("event: content_block_delta\ndata: {words}\n\n");
    let parts = [
        vec![begin()],
        text(0, "", ""),
        vec![Part::Repeat(flood, Duration::ZERO)],
    ]
    .concat();
    let provider = StandIn::start([script(parts)]).await;
    let events = whole(&provider.model(Provider::Anthropic), question()).await;
    let last = events.last().unwrap().clone().unwrap_err();
    assert!(matches!(
        last,
        LlmError::TooLong {
            limit: 1_048_576,
            ..
        }
    ));
    assert!(last.to_string().contains("1048576"));
}

#[test]
fn settings_that_cannot_work_are_named_before_anything_is_sent() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut config = LlmConfig::new(Provider::OpenAi, "a-model");
    config.base_url = "example.com/v1".to_owned();
    let refused = GenaiModel::new(config).err().unwrap();
    assert!(matches!(&refused, LlmError::Invalid(said) if said.contains("example.com/v1")));
    let nameless = GenaiModel::new(LlmConfig::new(Provider::OpenAi, " "))
        .err()
        .unwrap();
    assert!(matches!(&nameless, LlmError::Invalid(said) if said.contains("no model is named")));
    let unknown = "claude".parse::<Provider>().unwrap_err();
    assert!(unknown.to_string().contains("anthropic, openai or ollama"));
}
