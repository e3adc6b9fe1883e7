//! The same client against the sandbox, which answers only what Linear's schema allows.

use std::{sync::Arc, time::Duration};

use axum::Router;
use errand_sandbox::{Fault, FaultKind, Made, Sandbox, SandboxConfig, Vendor};
use errand_spawner::linear::{
    IssueChange, IssueState, IssueTracker, Linear, LinearConfig, TrackerError, idempotency_uuid,
};
use secrecy::SecretString;
use tempfile::TempDir;
use uuid::Uuid;

use super::stand_in::{KEY, issue};

pub struct Local {
    sandbox: Sandbox,
    pub linear: Arc<dyn IssueTracker>,
    address: String,
    _data: TempDir,
}

pub async fn open() -> Local {
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
    let config = LinearConfig {
        api_url: format!("{public_url}/linear/graphql"),
        api_key: SecretString::from(KEY.to_owned()),
        team: None,
    };
    let linear = Linear::new(config, reqwest::Client::new());
    let linear = linear.with_request_timeout(Duration::from_secs(3));
    Local {
        sandbox,
        linear: Arc::new(linear),
        address: public_url,
        _data: data,
    }
}

impl Local {
    /// A person gives the issue up.
    pub async fn cancel(&self, identifier: &str) {
        let page = format!("{}/linear/issue/{identifier}/cancel", self.address);
        let pressed = reqwest::Client::new().post(page).send().await.unwrap();
        assert!(pressed.status().is_success(), "{pressed:?}");
    }

    /// The issue's page.
    pub async fn page(&self, identifier: &str) -> String {
        let page = format!("{}/linear/issue/{identifier}", self.address);
        reqwest::get(page).await.unwrap().text().await.unwrap()
    }

    pub async fn shows(&self, identifier: &str, text: &str) {
        let shown = async {
            while !self.page(identifier).await.contains(text) {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let shown = tokio::time::timeout(Duration::from_secs(60), shown).await;
        assert!(shown.is_ok(), "waited in vain for {text:?} on the page");
    }

    async fn made(&self) -> Made {
        self.sandbox.made().await.unwrap()
    }
}

#[tokio::test]
async fn an_issue_lives_its_whole_life() {
    let local = open().await;
    let linear = &local.linear;
    let said = linear.check().await.unwrap();
    assert!(said.contains("team"), "{said}");
    let created = linear.create_issue(&issue(1)).await.unwrap();
    assert_eq!(created, linear.create_issue(&issue(1)).await.unwrap());
    assert!(created.url.starts_with("http"));
    let states = [
        IssueState::Todo,
        IssueState::InProgress,
        IssueState::Done,
        IssueState::Canceled,
        IssueState::Backlog,
    ];
    for state in states {
        let change = IssueChange {
            description: Some("- [x] form".to_owned()),
            state: Some(state),
            parent: None,
        };
        linear.update_issue(created.id, &change).await.unwrap();
    }
    for _ in 0..2 {
        let story = Uuid::from_u128(1);
        let link = idempotency_uuid(story, "pull request");
        linear
            .link_url(created.id, link, "https://example.com/pull/7", "PR #7")
            .await
            .unwrap();
        linear
            .comment(created.id, idempotency_uuid(story, "done"), "Done.")
            .await
            .unwrap();
    }
    assert_eq!(
        local.made().await,
        Made {
            issues: 1,
            comments: 1,
            attachments: 1,
            ..Made::default()
        }
    );
}

#[tokio::test]
async fn every_rate_limit_passes_and_leaves_one_issue() {
    let local = open().await;
    local.linear.check().await.unwrap();
    for kind in [
        FaultKind::RateLimit400,
        FaultKind::RateLimit200,
        FaultKind::RateLimit429,
    ] {
        local
            .sandbox
            .faults()
            .inject(
                Fault::new(Vendor::Linear, kind)
                    .on("issueCreate")
                    .retry_after_seconds(7),
            )
            .unwrap();
        let refused = local.linear.create_issue(&issue(1)).await;
        assert!(
            matches!(refused, Err(TrackerError::RateLimited { .. })),
            "{kind:?}: {refused:?}"
        );
    }
    local.linear.create_issue(&issue(1)).await.unwrap();
    assert_eq!(local.made().await.issues, 1);
}

#[tokio::test]
async fn an_answer_that_never_came_leaves_one_issue() {
    let local = open().await;
    local.linear.check().await.unwrap();
    let kinds = [
        FaultKind::LostAnswer,
        FaultKind::CutStream,
        FaultKind::Error500,
    ];
    for (story, kind) in (1..).zip(kinds) {
        local
            .sandbox
            .faults()
            .inject(Fault::new(Vendor::Linear, kind).on("issueCreate"))
            .unwrap();
        if local.linear.create_issue(&issue(story)).await.is_err() {
            local.linear.create_issue(&issue(story)).await.unwrap();
        }
    }
    assert_eq!(local.made().await.issues, 3);
}

#[tokio::test]
async fn a_refused_key_is_said() {
    let local = open().await;
    local
        .sandbox
        .faults()
        .inject(Fault::new(Vendor::Linear, FaultKind::Refuse))
        .unwrap();
    assert!(matches!(
        local.linear.check().await,
        Err(TrackerError::Unauthorized(_))
    ));
}
