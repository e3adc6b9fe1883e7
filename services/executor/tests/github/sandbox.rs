//! From work tree to pull request against the sandbox: its git over HTTP and its REST interface together.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use errand_executor::github::{
    CodeHost, CodeHostError, Credential, GitHub, NewPullRequest, PullRequestState,
    PullRequestUpdate,
};
use errand_executor::workspace::{
    GitSettings, PushOutcome, PushTarget, RepositoryRef, Source, WorkspaceError, Workspaces,
    Worktree, create_sample_site,
};
use errand_sandbox::{Fault, FaultKind, Sandbox, SandboxConfig, Vendor};
use tempfile::TempDir;
use uuid::Uuid;

use crate::stand_in::{TOKEN, new};

const BRANCH: &str = "errand/story-1";

pub struct Journey {
    folder: TempDir,
    sandbox: Sandbox,
    url: String,
}

impl Journey {
    pub async fn start() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let folder = TempDir::new().unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/sandbox", listener.local_addr().unwrap());
        let config = SandboxConfig {
            data_dir: folder.path().join("sandbox"),
            public_url: url.clone(),
        };
        let sandbox = Sandbox::open(config).unwrap();
        sandbox.ensure_repository("o", "site").await.unwrap();
        let router = axum::Router::new().nest("/sandbox", sandbox.router());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        create_sample_site(&folder.path().join("site"))
            .await
            .unwrap();
        Self {
            folder,
            sandbox,
            url,
        }
    }

    pub fn api(&self) -> String {
        format!("{}/github", self.url)
    }

    fn client(&self) -> GitHub {
        GitHub::new(
            &self.api(),
            Credential::Token(TOKEN.into()),
            reqwest::Client::new(),
        )
        .unwrap()
        .with_timeout(Duration::from_secs(2))
    }

    fn target(&self) -> PushTarget {
        PushTarget {
            url: format!("{}/git/o/site.git", self.url),
            token: Some(TOKEN.into()),
        }
    }

    async fn worktree(&self) -> Worktree {
        let workspaces = Workspaces::open(self.folder.path().join("data"), GitSettings::default())
            .await
            .unwrap();
        let source = Source {
            repository: RepositoryRef::Local(self.folder.path().join("site")),
            base: None,
        };
        workspaces
            .prepare("site", Uuid::new_v4(), BRANCH, &source)
            .await
            .unwrap()
    }

    /// A branch with one commit at the forge, and its base.
    pub async fn pushed(&self) -> Worktree {
        let tree = self.worktree().await;
        std::fs::write(tree.path().join("capture.html"), "<form>\n").unwrap();
        tree.commit_all("Add email capture").await.unwrap().unwrap();
        tree.mirror_to(&self.target(), &[tree.base()])
            .await
            .unwrap();
        assert_eq!(
            tree.push(&self.target()).await.unwrap(),
            PushOutcome::Pushed
        );
        tree
    }

    fn fault(&self, fault: Fault) {
        self.sandbox.faults().inject(fault).unwrap();
    }

    async fn opened(&self) -> u64 {
        self.sandbox.made().await.unwrap().pull_requests
    }
}

#[tokio::test]
async fn work_becomes_one_pull_request_with_its_diff() {
    let journey = Journey::start().await;
    let tree = journey.pushed().await;
    let pull = journey
        .client()
        .ensure_pull_request(new(BRANCH))
        .await
        .unwrap();
    assert_eq!(
        (pull.state, pull.head.as_str(), pull.base.as_str()),
        (PullRequestState::Open, BRANCH, "main")
    );
    assert_eq!(
        journey
            .client()
            .ensure_pull_request(new(BRANCH))
            .await
            .unwrap(),
        pull
    );
    let files = format!(
        "{}/github/repos/o/site/pulls/{}/files",
        journey.url, pull.number
    );
    let request = reqwest::Client::new()
        .get(files)
        .header("user-agent", "a person");
    let files = request.send().await.unwrap().text().await.unwrap();
    assert!(
        files.contains("capture.html") && files.contains("+<form>"),
        "{files}"
    );

    assert_eq!(
        tree.publish_branch_to_local().await.unwrap(),
        PushOutcome::Pushed
    );
    assert_eq!(
        subject(&journey.folder.path().join("site")),
        "Add email capture"
    );
    assert_eq!(journey.opened().await, 1);
}

fn subject(repository: &Path) -> String {
    let output = Command::new("git")
        .current_dir(repository)
        .args(["log", "-1", "--format=%s", BRANCH])
        .output();
    String::from_utf8_lossy(&output.unwrap().stdout)
        .trim()
        .to_owned()
}

#[tokio::test]
async fn faults_of_the_forge_open_no_second_pull_request() {
    let faults = [
        FaultKind::LostAnswer,
        FaultKind::CutStream,
        FaultKind::Error500,
        FaultKind::Timeout,
    ];
    for kind in faults {
        let journey = Journey::start().await;
        journey.pushed().await;
        journey.fault(Fault::new(Vendor::Github, kind).on("pulls.create"));
        let pull = journey
            .client()
            .ensure_pull_request(new(BRANCH))
            .await
            .unwrap();
        assert_eq!((pull.number, journey.opened().await), (1, 1), "{kind:?}");
    }
}

#[tokio::test]
async fn limits_and_refusals_of_the_forge_are_told_apart() {
    let journey = Journey::start().await;
    journey.fault(Fault::new(Vendor::Github, FaultKind::RateLimit429).retry_after_seconds(9));
    let error = journey
        .client()
        .ensure_pull_request(new(BRANCH))
        .await
        .unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(9)), "{error}");
    journey.fault(Fault::new(Vendor::Github, FaultKind::Refuse));
    let error = journey
        .client()
        .ensure_pull_request(new(BRANCH))
        .await
        .unwrap_err();
    assert_eq!(error, CodeHostError::Unauthorized);
    let elsewhere = NewPullRequest {
        repo: "nothing".to_owned(),
        ..new(BRANCH)
    };
    let error = journey
        .client()
        .ensure_pull_request(elsewhere)
        .await
        .unwrap_err();
    assert!(matches!(error, CodeHostError::NotFound { .. }), "{error}");
    let error = journey
        .client()
        .ensure_pull_request(new("errand/never-pushed"))
        .await
        .unwrap_err();
    assert!(matches!(error, CodeHostError::Invalid { .. }), "{error}");
    assert_eq!(journey.opened().await, 0);
}

#[tokio::test]
async fn a_pull_request_is_renamed() {
    let journey = Journey::start().await;
    journey.pushed().await;
    let pull = journey
        .client()
        .ensure_pull_request(new(BRANCH))
        .await
        .unwrap();
    let update = PullRequestUpdate {
        title: Some("Email capture".to_owned()),
        ..PullRequestUpdate::default()
    };
    journey
        .client()
        .update_pull_request("o", "site", pull.number, update)
        .await
        .unwrap();
    let found = journey
        .client()
        .find_pull_request("o", "site", BRANCH)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(found.title, "Email capture");
}

#[tokio::test]
async fn a_push_whose_answer_is_lost_is_repeated_without_harm() {
    let journey = Journey::start().await;
    let tree = journey.pushed().await;
    std::fs::write(tree.path().join("more.html"), "more\n").unwrap();
    tree.commit_all("More").await.unwrap().unwrap();
    for operation in ["push.refs", "push"] {
        journey.fault(Fault::new(Vendor::Git, FaultKind::CutStream).on(operation));
        let outcome = tree.push(&journey.target()).await;
        assert!(
            outcome.as_ref().is_err_and(WorkspaceError::is_transient),
            "{operation}: {outcome:?}"
        );
    }
    // The second push had taken effect, only its answer was cut.
    assert_eq!(
        tree.push(&journey.target()).await.unwrap(),
        PushOutcome::UpToDate
    );
}
