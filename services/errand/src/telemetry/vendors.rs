//! Every call to a vendor as a span and a measure, at the ports, so that the connectors need not know of either.
use async_trait::async_trait;
use errand_eventlog::metrics::{Seconds, USUAL};
use errand_executor::github::{
    CodeHost, CodeHostError, NewPullRequest, PullRequest, PullRequestUpdate,
};
use errand_notifier::slack::{Message, Messenger, MessengerError, Posted};
use errand_spawner::linear::{
    Cancelled, IssueChange, IssueRef, IssueTracker, NewIssue, TrackerError,
};
use secrecy::SecretString;
use std::{future::Future, time::Instant};
use tracing::{Instrument, field::Empty};
use uuid::Uuid;

pub(super) static CALL: Seconds = Seconds::new(
    "errand.vendor.call.duration",
    "Time that one call to a vendor took, by operation and outcome",
    USUAL,
);

/// A vendor's port, measured.
pub struct Measured<T>(pub T);

/// What a failed call is counted as.
trait Outcome {
    fn outcome(&self) -> &'static str;
}

async fn measured<T, E: Outcome>(
    vendor: &'static str,
    operation: &'static str,
    call: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    let span = tracing::info_span!(
        "vendor",
        otel.name = format!("{vendor} {operation}"),
        otel.kind = "client",
        otel.status_code = Empty,
        peer.service = vendor,
        errand.operation = operation,
        errand.outcome = Empty,
    );
    let began = Instant::now();
    let result = call.instrument(span.clone()).await;
    let outcome = match &result {
        Ok(_) => "ok",
        Err(error) => {
            span.record("otel.status_code", "ERROR");
            error.outcome()
        }
    };
    span.record("errand.outcome", outcome);
    let labels = [
        ("vendor", vendor),
        ("operation", operation),
        ("outcome", outcome),
    ];
    CALL.record(began.elapsed(), &labels);
    result
}

impl Outcome for TrackerError {
    fn outcome(&self) -> &'static str {
        match self {
            Self::RateLimited { .. } => "rate_limited",
            Self::Unavailable(_) => "unavailable",
            Self::Unauthorized(_) | Self::Invalid(_) => "refused",
        }
    }
}

#[async_trait]
impl<T: IssueTracker> IssueTracker for Measured<T> {
    async fn create_issue(&self, issue: &NewIssue) -> Result<IssueRef, TrackerError> {
        measured("linear", "create_issue", self.0.create_issue(issue)).await
    }

    async fn update_issue(&self, id: Uuid, change: &IssueChange) -> Result<(), TrackerError> {
        measured("linear", "update_issue", self.0.update_issue(id, change)).await
    }

    async fn link_url(
        &self,
        issue: Uuid,
        link: Uuid,
        url: &str,
        title: &str,
    ) -> Result<(), TrackerError> {
        let call = self.0.link_url(issue, link, url, title);
        measured("linear", "link_url", call).await
    }

    async fn comment(&self, issue: Uuid, comment: Uuid, body: &str) -> Result<(), TrackerError> {
        measured("linear", "comment", self.0.comment(issue, comment, body)).await
    }

    async fn cancelled(&self, issues: &[Uuid]) -> Result<Vec<Cancelled>, TrackerError> {
        measured("linear", "cancelled", self.0.cancelled(issues)).await
    }

    async fn check(&self) -> Result<String, TrackerError> {
        measured("linear", "check", self.0.check()).await
    }
}

impl Outcome for MessengerError {
    fn outcome(&self) -> &'static str {
        match self {
            Self::RateLimited { .. } => "rate_limited",
            Self::Unavailable(_) => "unavailable",
            Self::Unauthorized(_) | Self::Channel { .. } | Self::Invalid(_) => "refused",
        }
    }
}

#[async_trait]
impl<T: Messenger> Messenger for Measured<T> {
    async fn post(&self, message: &Message, maybe_sent: bool) -> Result<Posted, MessengerError> {
        measured("slack", "post", self.0.post(message, maybe_sent)).await
    }

    async fn update(&self, posted: &Posted, message: &Message) -> Result<(), MessengerError> {
        measured("slack", "update", self.0.update(posted, message)).await
    }

    async fn check(&self) -> Result<String, MessengerError> {
        measured("slack", "check", self.0.check()).await
    }
}

impl Outcome for CodeHostError {
    fn outcome(&self) -> &'static str {
        match self {
            Self::RateLimited { .. } => "rate_limited",
            Self::Unavailable { .. } => "unavailable",
            _ => "refused",
        }
    }
}

#[async_trait]
impl<T: CodeHost> CodeHost for Measured<T> {
    async fn check(&self) -> Result<String, CodeHostError> {
        measured("github", "check", self.0.check()).await
    }

    async fn push_token(&self, owner: &str, repo: &str) -> Result<SecretString, CodeHostError> {
        let call = self.0.push_token(owner, repo);
        measured("github", "push_token", call).await
    }

    async fn ensure_pull_request(&self, new: NewPullRequest) -> Result<PullRequest, CodeHostError> {
        let call = self.0.ensure_pull_request(new);
        measured("github", "ensure_pull_request", call).await
    }

    async fn find_pull_request(
        &self,
        owner: &str,
        repo: &str,
        branch: &str,
    ) -> Result<Option<PullRequest>, CodeHostError> {
        let call = self.0.find_pull_request(owner, repo, branch);
        measured("github", "find_pull_request", call).await
    }

    async fn update_pull_request(
        &self,
        owner: &str,
        repo: &str,
        number: u64,
        update: PullRequestUpdate,
    ) -> Result<PullRequest, CodeHostError> {
        let call = self.0.update_pull_request(owner, repo, number, update);
        measured("github", "update_pull_request", call).await
    }
}
