//! Each way a code host says no, told apart.

use std::time::Duration;

use errand_executor::github::{CodeHost, CodeHostError, Credential, GitHub};
use serde_json::{Value, json};

use crate::stand_in::{Answer, Host, TOKEN, new};

const BRANCH: &str = "errand/story-1";

async fn refusal(
    status: u16,
    headers: Vec<(&'static str, &'static str)>,
    body: Value,
) -> CodeHostError {
    let host = Host::start().await;
    host.will([Answer::Refused(status, headers, body)]);
    let error = host
        .client()
        .ensure_pull_request(new(BRANCH))
        .await
        .unwrap_err();
    assert_eq!(
        (host.seen().len(), host.opened()),
        (1, 0),
        "a refusal is not asked for again: {error}"
    );
    assert!(!format!("{error} {error:?}").contains(TOKEN));
    error
}

#[tokio::test]
async fn a_bad_token_a_missing_permission_and_a_missing_repository_are_told_apart() {
    let error = refusal(401, vec![], json!({"message": "Bad credentials"})).await;
    assert_eq!(error, CodeHostError::Unauthorized);
    let accepted = vec![("x-accepted-github-permissions", "pull_requests=write")];
    let error = refusal(403, accepted, json!({"message": "Resource not accessible"})).await;
    assert!(
        error
            .to_string()
            .ends_with("give it the permission pull_requests=write"),
        "{error}"
    );
    let error = refusal(404, vec![], json!({"message": "Not Found"})).await;
    assert_eq!(
        error,
        CodeHostError::NotFound {
            what: "o/site".to_owned()
        }
    );
}

#[tokio::test]
async fn limits_say_how_long_to_wait() {
    let limited = json!({"message": "You have exceeded a secondary rate limit. Please wait."});
    let told = refusal(429, vec![("retry-after", "17")], limited.clone()).await;
    assert_eq!(told.retry_after(), Some(Duration::from_secs(17)));
    let untold = refusal(403, vec![], limited).await;
    assert_eq!(untold.retry_after(), Some(Duration::from_secs(60)));
    assert!(untold.is_transient());
}

#[tokio::test]
async fn a_limit_met_while_opening_is_returned_and_not_pressed() {
    let host = Host::start().await;
    host.will([
        Answer::Served,
        Answer::Refused(403, vec![("retry-after", "3")], json!({})),
    ]);
    let error = host
        .client()
        .ensure_pull_request(new(BRANCH))
        .await
        .unwrap_err();
    assert_eq!(
        error,
        CodeHostError::RateLimited {
            retry_after: Duration::from_secs(3)
        }
    );
    assert_eq!(host.seen().len(), 2);
}

#[tokio::test]
async fn what_cannot_be_opened_is_refused_in_the_host_s_words() {
    let host = Host::start().await;
    let reason = json!({"resource": "PullRequest", "code": "custom", "message": "No commits between main and x"});
    let body = json!({"message": "Validation Failed", "errors": [reason]});
    host.will([Answer::Served, Answer::Refused(422, vec![], body)]);
    let error = host
        .client()
        .ensure_pull_request(new(BRANCH))
        .await
        .unwrap_err();
    let message = "Validation Failed; No commits between main and x".to_owned();
    assert_eq!(error, CodeHostError::Invalid { message });
    assert!(!error.is_transient());
}

#[tokio::test]
async fn silence_garbage_and_endless_answers_are_unavailability() {
    for answer in [
        Answer::Silent,
        Answer::Text("<html>".to_owned()),
        Answer::Text("x".repeat(17 * 1024 * 1024)),
    ] {
        let host = Host::start().await;
        host.will([answer]);
        let error = host
            .client()
            .find_pull_request("o", "site", BRANCH)
            .await
            .unwrap_err();
        assert!(
            matches!(error, CodeHostError::Unavailable { .. }),
            "{error}"
        );
    }
    let nobody = GitHub::new(
        "http://127.0.0.1:1",
        Credential::Token(TOKEN.into()),
        reqwest::Client::new(),
    )
    .unwrap();
    let error = nobody
        .find_pull_request("o", "site", BRANCH)
        .await
        .unwrap_err();
    assert_eq!(
        error,
        CodeHostError::Unavailable {
            detail: "no connection".to_owned()
        }
    );
    assert!(!format!("{nobody:?}").contains(TOKEN));
}

#[tokio::test]
async fn names_cannot_leave_their_place_in_the_address() {
    let host = Host::start().await;
    for name in ["../../user?x=", "..", "a/b", "a#b"] {
        // Whether such a repository exists is for the host to say.
        let _ = host.client().find_pull_request("o", name, BRANCH).await;
    }
    assert!(
        host.seen()
            .iter()
            .all(|seen| seen.path_and_query.starts_with("/api/repos/o/")),
        "{:?}",
        host.seen()
    );
}

#[test]
fn only_http_addresses_are_taken() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    for address in [
        "",
        "api.github.com",
        "ftp://example.com",
        "https://me:secret@example.com",
    ] {
        let refused = GitHub::new(
            address,
            Credential::Token(TOKEN.into()),
            reqwest::Client::new(),
        )
        .unwrap_err();
        assert!(
            matches!(refused, CodeHostError::BadAddress { .. }),
            "{address}"
        );
    }
}
