//! The same client against the sandbox.

use std::time::Duration;

use axum::Router;
use errand_notifier::slack::{Messenger, MessengerError, Slack, SlackConfig};
use errand_sandbox::{Fault, FaultKind, Sandbox, SandboxConfig, Vendor};
use secrecy::SecretString;
use tempfile::TempDir;

use super::stand_in::{TOKEN, message};

struct Local {
    sandbox: Sandbox,
    slack: Slack,
    config: SlackConfig,
    _data: TempDir,
}

async fn open(channel: &str) -> Local {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let data = tempfile::tempdir().unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let public_url = format!("http://{}/sandbox", listener.local_addr().unwrap());
    let config = SandboxConfig {
        data_dir: data.path().to_owned(),
        public_url: public_url.clone(),
    };
    let sandbox = Sandbox::open(config).unwrap();
    let router = Router::new().nest("/sandbox", sandbox.router());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let config = SlackConfig {
        api_url: format!("{public_url}/slack/api/"),
        token: SecretString::from(TOKEN.to_owned()),
        channel: channel.to_owned(),
    };
    Local {
        sandbox,
        slack: client(&config),
        config,
        _data: data,
    }
}

fn client(config: &SlackConfig) -> Slack {
    Slack::new(config.clone(), reqwest::Client::new()).with_request_timeout(Duration::from_secs(3))
}

impl Local {
    fn inject(&self, kind: FaultKind, operation: &str) {
        self.sandbox
            .faults()
            .inject(Fault::new(Vendor::Slack, kind).on(operation))
            .unwrap();
    }

    async fn messages(&self) -> u64 {
        self.sandbox.made().await.unwrap().messages
    }
}

#[tokio::test]
async fn a_message_is_posted_changed_and_found_again() {
    let local = open("#errand").await;
    assert!(
        local
            .slack
            .check()
            .await
            .unwrap()
            .contains("posting to #errand")
    );
    let posted = local.slack.post(&message(1), false).await.unwrap();
    assert!(
        posted
            .permalink
            .as_deref()
            .is_some_and(|page| page.starts_with("http"))
    );
    local.slack.update(&posted, &message(1)).await.unwrap();
    // A new client has learned nothing about channels.
    let after_restart = client(&local.config);
    let found = after_restart.post(&message(1), true).await.unwrap();
    assert_eq!((&found.channel, &found.ts), (&posted.channel, &posted.ts));
    assert_eq!(local.messages().await, 1);
}

#[tokio::test]
async fn both_rate_limits_pass_and_leave_one_message() {
    let local = open("#errand").await;
    for kind in [FaultKind::RateLimit200, FaultKind::RateLimit429] {
        local.inject(kind, "chat.postMessage");
        let refused = local.slack.post(&message(1), false).await;
        assert!(
            matches!(refused, Err(MessengerError::RateLimited { .. })),
            "{kind:?}: {refused:?}"
        );
    }
    local.slack.post(&message(1), false).await.unwrap();
    assert_eq!(local.messages().await, 1);
}

#[tokio::test]
async fn an_answer_that_never_came_leaves_one_message() {
    let local = open("#errand").await;
    let kinds = [
        FaultKind::LostAnswer,
        FaultKind::CutStream,
        FaultKind::Error500,
    ];
    for (key, kind) in (1..).zip(kinds) {
        local.inject(kind, "chat.postMessage");
        if local.slack.post(&message(key), false).await.is_err() {
            local.slack.post(&message(key), true).await.unwrap();
        }
    }
    assert_eq!(local.messages().await, 3);
}

#[tokio::test]
async fn a_channel_that_does_not_exist_is_named() {
    let local = open("#nowhere").await;
    let refused = local.slack.post(&message(1), false).await;
    assert!(
        matches!(refused, Err(MessengerError::Channel { channel, .. }) if channel == "#nowhere")
    );
}

#[tokio::test]
async fn a_message_too_long_in_every_part_is_accepted() {
    let local = open("#errand").await;
    let mut long = message(1);
    let words = "& 🎉 word ".repeat(1_000);
    long.title.clone_from(&words);
    long.body_markdown.clone_from(&words);
    long.fields = vec![(words.clone(), words.clone()); 30];
    long.links = vec![(words, "https://example.com/pull/7".to_owned()); 300];
    local.slack.post(&long, false).await.unwrap();
    assert_eq!(local.messages().await, 1);
}
