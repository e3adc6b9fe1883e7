//! One pull request for a branch, whatever happens on the way.

use axum::http::Method;
use errand_executor::github::{CodeHost, CodeHostError, PullRequestState, PullRequestUpdate};
use serde_json::json;

use crate::stand_in::{Answer, Host, TOKEN, new};

const BRANCH: &str = "errand/story-1";

#[tokio::test]
async fn a_pull_request_is_opened_once_however_often_it_is_asked_for() {
    let host = Host::start().await;
    let first = host
        .client()
        .ensure_pull_request(new(BRANCH))
        .await
        .unwrap();
    assert_eq!(
        (first.number, first.state, first.head.as_str()),
        (1, PullRequestState::Open, BRANCH)
    );
    assert!(first.url.ends_with("/o/site/pull/1"));
    assert_eq!(
        host.client()
            .ensure_pull_request(new(BRANCH))
            .await
            .unwrap(),
        first
    );
    assert_eq!(
        host.client()
            .find_pull_request("o", "site", BRANCH)
            .await
            .unwrap(),
        Some(first)
    );
    assert_eq!(
        host.client()
            .find_pull_request("o", "site", "errand/other")
            .await
            .unwrap(),
        None
    );
    assert_eq!(host.opened(), 1);
}

#[tokio::test]
async fn requests_carry_what_github_asks_for() {
    let host = Host::start().await;
    host.client()
        .ensure_pull_request(new(BRANCH))
        .await
        .unwrap();
    for seen in host.seen() {
        let header = |name: &str| seen.headers[name].to_str().unwrap().to_owned();
        assert_eq!(header("authorization"), format!("Bearer {TOKEN}"));
        assert_eq!(header("accept"), "application/vnd.github+json");
        assert!(
            header("user-agent").starts_with("errand/")
                && !header("x-github-api-version").is_empty()
        );
    }
    let listing = &host.seen()[0].path_and_query;
    assert!(
        listing.starts_with("/api/repos/o/site/pulls?head=o%3Aerrand%2Fstory-1&state=all"),
        "{listing}"
    );
}

#[tokio::test]
async fn one_that_exists_already_is_found_instead_of_opened() {
    let host = Host::start().await;
    let first = host.client().open_pull_request(&new(BRANCH)).await.unwrap();
    assert_eq!(
        host.client().open_pull_request(&new(BRANCH)).await.unwrap(),
        first
    );
    assert_eq!(host.opened(), 1);
}

#[tokio::test]
async fn an_unknown_outcome_is_looked_up_before_it_is_tried_again() {
    for lost in [
        Answer::DoneButSays(502),
        Answer::DoneButSays(500),
        Answer::DoneButSilent,
    ] {
        let host = Host::start().await;
        host.will([lost]);
        let opened = host.client().open_pull_request(&new(BRANCH)).await.unwrap();
        assert_eq!((opened.number, host.opened()), (1, 1));
        let posts = host
            .seen()
            .iter()
            .filter(|seen| seen.method == Method::POST)
            .count();
        assert_eq!(posts, 1, "it was there, so it was not asked for again");
    }
}

#[tokio::test]
async fn a_host_that_recovers_gets_the_pull_request_and_one_that_does_not_is_given_up() {
    let host = Host::start().await;
    let down = || Answer::Refused(503, vec![], json!({"message": "Service unavailable"}));
    host.will([down(), Answer::Served, Answer::Silent, Answer::Served]);
    host.client().open_pull_request(&new(BRANCH)).await.unwrap();
    assert_eq!(host.opened(), 1);

    let host = Host::start().await;
    host.will(
        std::iter::repeat_with(|| [down(), Answer::Served])
            .take(10)
            .flatten(),
    );
    let error = host
        .client()
        .open_pull_request(&new(BRANCH))
        .await
        .unwrap_err();
    assert!(
        matches!(&error, CodeHostError::Unavailable { .. }) && error.is_transient(),
        "{error}"
    );
    assert_eq!(
        host.seen()
            .iter()
            .filter(|seen| seen.method == Method::POST)
            .count(),
        3,
        "attempts are bounded"
    );
}

#[tokio::test]
async fn one_that_people_closed_or_merged_is_not_opened_again() {
    for (state, merged, expected) in [
        ("closed", false, PullRequestState::Closed),
        ("closed", true, PullRequestState::Merged),
    ] {
        let host = Host::start().await;
        host.has(BRANCH, state, merged);
        let found = host
            .client()
            .ensure_pull_request(new(BRANCH))
            .await
            .unwrap();
        assert_eq!((found.state, host.opened()), (expected, 1));
    }
}

#[tokio::test]
async fn of_several_for_a_branch_the_open_one_is_found() {
    let host = Host::start().await;
    host.has(BRANCH, "closed", true);
    let open = host.has(BRANCH, "open", false);
    host.has(BRANCH, "closed", false);
    host.has("errand/story-2", "open", false);
    assert_eq!(
        host.client()
            .find_pull_request("o", "site", BRANCH)
            .await
            .unwrap()
            .unwrap()
            .number,
        open
    );
}

#[tokio::test]
async fn title_and_body_can_be_changed_and_are_cut_at_the_host_s_limits() {
    let host = Host::start().await;
    let opened = host
        .client()
        .ensure_pull_request(new(BRANCH))
        .await
        .unwrap();
    let update = PullRequestUpdate {
        title: Some("ä".repeat(300)),
        ..PullRequestUpdate::default()
    };
    let changed = host
        .client()
        .update_pull_request("o", "site", opened.number, update.clone())
        .await
        .unwrap();
    assert_eq!(changed.title.chars().count(), 256);
    let again = host
        .client()
        .update_pull_request("o", "site", opened.number, update)
        .await
        .unwrap();
    assert_eq!(again, changed);
    assert_eq!(changed.base, "main", "what was not named stays");
}
