//! Refusals, cuts and silence.

use std::time::Duration;

use errand_chat::llm::{GenaiModel, LanguageModel, LlmConfig, LlmError, LlmEvent, Provider, Usage};
use serde_json::json;

use super::anthropic::{begin, text};
use super::stand_in::{KEY, Part, Script, StandIn, question, refusal, script, send, short, whole};

async fn answered_with(script: Script) -> LlmError {
    let provider = StandIn::start([script]).await;
    let events = whole(&provider.model(Provider::Anthropic), question()).await;
    match events.as_slice() {
        [Err(error)] => error.clone(),
        other => panic!("not one error: {other:?}"),
    }
}

fn anthropic_error(kind: &str, message: &str) -> serde_json::Value {
    json!({ "type": "error", "error": { "type": kind, "message": message } })
}

#[tokio::test]
async fn a_rate_limit_says_when_to_come_back() {
    let body = anthropic_error("rate_limit_error", "Too many tokens");
    let refused = answered_with(refusal(429, &[("retry-after", "9")], body)).await;
    assert_eq!(
        refused,
        LlmError::RateLimited {
            retry_after: Duration::from_secs(9)
        }
    );
}

#[tokio::test]
async fn an_overload_is_told_apart_from_a_rate_limit() {
    let refused = answered_with(refusal(
        529,
        &[],
        anthropic_error("overloaded_error", "Overloaded"),
    ))
    .await;
    assert!(matches!(refused, LlmError::Overloaded { .. }));
}

#[tokio::test]
async fn a_refused_key_is_said_but_not_shown() {
    let body = anthropic_error("authentication_error", &format!("invalid x-api-key {KEY}"));
    let refused = answered_with(refusal(401, &[], body)).await;
    assert!(matches!(refused, LlmError::Unauthorized(_)));
    assert!(!format!("{refused} {refused:?}").contains(KEY));
    assert!(!refused.is_transient());
}

#[tokio::test]
async fn a_server_error_is_worth_another_attempt() {
    let refused = answered_with(refusal(
        500,
        &[],
        anthropic_error("api_error", "Internal server error"),
    ))
    .await;
    assert!(
        matches!(&refused, LlmError::Unavailable(said) if said.contains("Internal server error"))
    );
    assert!(refused.is_transient());
}

/// The whole prompt is paid for, and Anthropic tells its tokens before anything is written.
fn read_all() -> LlmEvent {
    LlmEvent::Used(Usage {
        input_tokens: 25,
        output_tokens: 0,
    })
}

#[tokio::test]
async fn a_reply_that_stops_in_the_middle_is_cut_however_it_stops() {
    for stop in [vec![], vec![Part::Break]] {
        let parts = [vec![begin()], text(0, "I'll ", "spawn"), stop].concat();
        let provider = StandIn::start([script(parts)]).await;
        let events = whole(&provider.model(Provider::Anthropic), question()).await;
        assert_eq!(events.len(), 4, "{events:?}");
        assert_eq!(events[2..], [Ok(read_all()), Err(LlmError::Cut)]);
    }
}

#[tokio::test]
async fn a_provider_that_is_not_there_is_said_with_its_cause() {
    let nobody = StandIn::stopped().await;
    let events = whole(&nobody.model(Provider::Anthropic), question()).await;
    assert!(
        matches!(&events[..], [Err(LlmError::Unavailable(said))] if said.contains("refused")),
        "{events:?}"
    );
}

fn impatient(provider: &StandIn, change: impl FnOnce(&mut LlmConfig)) -> GenaiModel {
    let mut config = provider.config(Provider::Anthropic);
    config.timeouts = short();
    change(&mut config);
    GenaiModel::new(config).unwrap()
}

#[tokio::test]
async fn a_model_that_never_begins_is_given_up_though_its_server_pings() {
    let ping = "event: ping\ndata: {\"type\":\"ping\"}\n\n".to_owned();
    let parts = [begin(), Part::Repeat(ping, Duration::from_millis(20))];
    let provider = StandIn::start([script(parts)]).await;
    let events = whole(&impatient(&provider, |_| {}), question()).await;
    let limit = short().first_token;
    assert_eq!(
        events,
        [
            Ok(read_all()),
            Err(LlmError::Timeout {
                waiting_for: "the first token",
                limit
            })
        ]
    );
}

#[tokio::test]
async fn a_model_that_falls_silent_is_given_up() {
    let parts = [
        vec![begin()],
        text(0, "I'll ", "spawn"),
        vec![Part::Silence],
    ]
    .concat();
    let provider = StandIn::start([script(parts)]).await;
    let events = whole(&impatient(&provider, |_| {}), question()).await;
    let limit = short().between_chunks;
    assert_eq!(
        events.last(),
        Some(&Err(LlmError::Timeout {
            waiting_for: "the next piece",
            limit
        }))
    );
}

#[tokio::test]
async fn pings_keep_a_reply_alive_but_not_for_ever() {
    let ping = "event: ping\ndata: {\"type\":\"ping\"}\n\n".to_owned();
    let parts = [
        vec![begin()],
        text(0, "I'll ", "spawn"),
        vec![Part::Repeat(ping, Duration::from_millis(20))],
    ]
    .concat();
    let provider = StandIn::start([script(parts)]).await;
    let total = Duration::from_millis(900);
    let events = whole(
        &impatient(&provider, |config| config.timeouts.total = total),
        question(),
    )
    .await;
    assert_eq!(
        events.last(),
        Some(&Err(LlmError::Timeout {
            waiting_for: "the whole reply",
            limit: total
        }))
    );
}

#[tokio::test]
async fn the_check_names_the_model_and_where_it_answered() {
    let parts = [vec![begin()], text(0, "O", "K")].concat();
    let provider = StandIn::start([script(parts)]).await;
    let said = provider.model(Provider::Anthropic).check().await.unwrap();
    assert_eq!(said, format!("a-model answers at {}", provider.url));
    assert_eq!(provider.asked()[0].body["max_tokens"], 16);
}

#[tokio::test]
async fn the_check_fails_with_the_type_of_the_failure() {
    let provider = StandIn::start([refusal(
        404,
        &[],
        anthropic_error("not_found_error", "model: a-model"),
    )])
    .await;
    let refused = provider
        .model(Provider::Anthropic)
        .check()
        .await
        .unwrap_err();
    assert!(matches!(&refused, LlmError::Invalid(said) if said.contains("model: a-model")));
}

#[tokio::test]
async fn a_piece_that_cannot_be_read_ends_the_reply_with_an_error() {
    let garbage = send("event: content_block_delta\ndata: {\"index\": oops\n\n");
    let parts = [vec![begin()], text(0, "I'll ", "spawn"), vec![garbage]].concat();
    let provider = StandIn::start([script(parts)]).await;
    let events = whole(&provider.model(Provider::Anthropic), question()).await;
    assert!(
        matches!(events.last(), Some(Err(LlmError::Unavailable(_)))),
        "{events:?}"
    );
    assert!(events.iter().filter(|event| event.is_err()).count() == 1);
    assert!(
        events
            .iter()
            .any(|event| matches!(event, Ok(LlmEvent::Text(_))))
    );
}
