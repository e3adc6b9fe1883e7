//! The same client against the sandbox's rule-based Head of Product.

use std::time::Duration;

use axum::Router;
use errand_chat::llm::{
    GenaiModel, LanguageModel, LlmConfig, LlmError, LlmEvent, LlmMessage, Provider, StopReason,
};
use errand_sandbox::{Fault, FaultKind, Sandbox, SandboxConfig, Vendor};
use secrecy::SecretString;
use tempfile::TempDir;

use super::stand_in::{KEY, question, whole};

struct Local {
    sandbox: Sandbox,
    model: GenaiModel,
    _data: TempDir,
}

async fn open() -> Local {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let data = tempfile::tempdir().unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let public_url = format!("http://{}/sandbox", listener.local_addr().unwrap());
    let config = SandboxConfig {
        data_dir: data.path().to_owned(),
        public_url: public_url.clone(),
    };
    let sandbox = Sandbox::open(config).unwrap();
    // With no pace at all a cut would come before the first words are on their way.
    sandbox.set_word_pace(Duration::from_millis(2));
    let router = Router::new().nest("/sandbox", sandbox.router());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let mut config = LlmConfig::new(Provider::Anthropic, "sandbox");
    config.base_url = format!("{public_url}/anthropic");
    config.key = Some(SecretString::from(KEY.to_owned()));
    Local {
        sandbox,
        model: GenaiModel::new(config).unwrap(),
        _data: data,
    }
}

impl Local {
    async fn failed_with(&self, kind: FaultKind) -> LlmError {
        self.sandbox
            .faults()
            .inject(Fault::new(Vendor::Llm, kind))
            .unwrap();
        let events = whole(&self.model, question()).await;
        events.last().unwrap().clone().unwrap_err()
    }
}

#[tokio::test]
async fn the_head_of_product_spawns_and_then_tells_of_it() {
    let local = open().await;
    let mut request = question();
    request.history = vec![LlmMessage::User(
        "build email capture for the hero".to_owned(),
    )];
    let events = whole(&local.model, request.clone()).await;
    let said: String = events
        .iter()
        .filter_map(|event| match event {
            Ok(LlmEvent::Text(words)) => Some(words.as_str()),
            _ => None,
        })
        .collect();
    assert!(!said.is_empty());
    let calls: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            Ok(LlmEvent::ToolCall(call)) => Some(call.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].name, "Task");
    assert!(matches!(
        events.last(),
        Some(Ok(LlmEvent::Done {
            stop: StopReason::ToolUse,
            ..
        }))
    ));
    let content = "{\"story\":\"1\"}".to_owned();
    request.history.push(LlmMessage::Assistant {
        text: said,
        tool_calls: calls.clone(),
    });
    request.history.push(LlmMessage::ToolResult {
        call_id: calls[0].id.clone(),
        content,
    });
    let events = whole(&local.model, request).await;
    assert!(
        matches!(
            events.last(),
            Some(Ok(LlmEvent::Done {
                stop: StopReason::EndOfTurn,
                ..
            }))
        ),
        "{events:?}"
    );
}

#[tokio::test]
async fn failures_have_their_types() {
    let local = open().await;
    assert!(matches!(
        local.failed_with(FaultKind::RateLimit429).await,
        LlmError::RateLimited { .. }
    ));
    assert!(matches!(
        local.failed_with(FaultKind::Overloaded529).await,
        LlmError::Overloaded { .. }
    ));
    assert!(matches!(
        local.failed_with(FaultKind::Error500).await,
        LlmError::Unavailable(_)
    ));
    assert!(matches!(
        local.failed_with(FaultKind::Refuse).await,
        LlmError::Unauthorized(_)
    ));
    assert_eq!(local.failed_with(FaultKind::CutStream).await, LlmError::Cut);
}

#[tokio::test]
async fn the_check_passes() {
    let local = open().await;
    assert!(local.model.check().await.unwrap().contains("sandbox"));
}
