//! Failures: what was not done, what was done though it looked otherwise, and what nobody knows.

use std::time::{Duration, Instant};

use errand_spawner::linear::{IssueTracker, TrackerError};
use futures::future::join_all;
use serde_json::{Value, json};

use super::stand_in::{Fault, KEY, StandIn, issue, refusal};

/// The three shapes in which Linear refuses for too many requests.
fn rate_limits() -> [Fault; 3] {
    let typed = json!({ "errors": [{
        "message": "Rate limit exceeded. Only 2500 requests are allowed per 1 hour for each user.",
        "extensions": { "type": "ratelimited", "code": "RATELIMITED", "statusCode": 429, "userError": true },
    }]});
    let bare = json!({ "errors": [{ "message": "Rate limit exceeded" }], "data": null });
    [
        Fault::Refuse(400, &[("retry-after", "7")], typed),
        Fault::Refuse(200, &[("retry-after", "7")], bare),
        Fault::Refuse(
            429,
            &[("retry-after", "7")],
            Value::String("Too Many Requests".to_owned()),
        ),
    ]
}

#[tokio::test]
async fn a_rate_limit_of_any_shape_says_when_to_come_back_and_is_not_read_back() {
    for limit in rate_limits() {
        let linear = StandIn::start().await;
        let client = linear.client();
        linear.fault("IssueCreate", limit);
        let refused = client.create_issue(&issue(1)).await;
        assert_eq!(
            refused,
            Err(TrackerError::RateLimited {
                retry_after: Duration::from_secs(7)
            })
        );
        assert_eq!(linear.operations(), ["Teams", "IssueCreate"]);
        assert!(client.create_issue(&issue(1)).await.is_ok());
        assert_eq!(linear.created(), 1);
    }
}

#[tokio::test]
async fn an_issue_whose_answer_was_lost_is_found_by_its_id() {
    let lost = [
        Fault::DoneBut(502, json!("Bad gateway")),
        Fault::DoneBut(200, refusal("Something went wrong", "internal error")),
        Fault::DoneBut(
            200,
            json!({ "data": { "issueCreate": { "success": false, "issue": null } } }),
        ),
        Fault::DoneThenCut,
        Fault::DoneThenSilence,
    ];
    for fault in lost {
        let linear = StandIn::start().await;
        linear.fault("IssueCreate", fault);
        let client = linear
            .client()
            .with_request_timeout(Duration::from_millis(500));
        let found = client.create_issue(&issue(1)).await.unwrap();
        assert_eq!(found.identifier, "ENG-1");
        assert_eq!(linear.created(), 1);
    }
}

#[tokio::test]
async fn an_issue_that_was_refused_and_is_not_there_keeps_the_first_reason() {
    let linear = StandIn::start().await;
    linear.fault(
        "IssueCreate",
        Fault::Refuse(400, &[], refusal("Title is profane", "invalid input")),
    );
    let refused = linear.client().create_issue(&issue(1)).await;
    assert!(
        matches!(refused, Err(TrackerError::Invalid(said)) if said.contains("Title is profane"))
    );
    assert_eq!(linear.operations(), ["Teams", "IssueCreate", "Issue"]);
}

#[tokio::test]
async fn when_reading_back_fails_too_the_outcome_is_unknown_and_the_next_attempt_settles_it() {
    let linear = StandIn::start().await;
    let client = linear.client();
    linear.fault("IssueCreate", Fault::DoneThenCut);
    linear.fault("Issue", Fault::Refuse(503, &[], json!("down")));
    let unknown = client.create_issue(&issue(1)).await.unwrap_err();
    assert!(
        matches!(&unknown, TrackerError::Unavailable(said) if said.contains("reading back failed too"))
    );
    assert!(unknown.is_transient());
    assert_eq!(
        client.create_issue(&issue(1)).await.unwrap().identifier,
        "ENG-1"
    );
    assert_eq!(linear.created(), 1);
}

#[tokio::test]
async fn lost_answers_of_comments_and_links_are_settled_in_the_same_way() {
    let linear = StandIn::start().await;
    let client = linear.client();
    linear.fault("CommentCreate", Fault::DoneThenCut);
    linear.fault("AttachmentLinkURL", Fault::DoneBut(500, json!("oops")));
    client
        .comment(issue(1).id, issue(2).id, "Done.")
        .await
        .unwrap();
    client
        .link_url(issue(1).id, issue(3).id, "https://example.com", "PR")
        .await
        .unwrap();
    assert_eq!(linear.created(), 2);
}

#[tokio::test]
async fn a_refused_key_says_which_setting_to_change_and_does_not_show_the_key() {
    let linear = StandIn::start().await;
    linear.fault(
        "Teams",
        Fault::Refuse(
            401,
            &[],
            refusal("Authentication required", "authentication error"),
        ),
    );
    let refused = linear.client().create_issue(&issue(1)).await.unwrap_err();
    assert!(matches!(refused, TrackerError::Unauthorized(_)));
    assert!(refused.to_string().contains("LINEAR_API_KEY"));
    assert!(!format!("{refused} {refused:?}").contains(KEY));
}

#[tokio::test]
async fn a_linear_that_is_not_there_is_an_unknown_outcome_and_names_the_cause() {
    let nobody = StandIn::stopped().await;
    let refused = nobody.client().create_issue(&issue(1)).await.unwrap_err();
    assert!(
        matches!(&refused, TrackerError::Unavailable(said) if said.contains("refused")),
        "{refused}"
    );
}

#[tokio::test]
async fn an_answer_without_end_is_cut_off_and_the_limit_is_named() {
    let linear = StandIn::start().await;
    linear.fault(
        "Viewer",
        Fault::Refuse(200, &[], json!("x".repeat(3 * 1024 * 1024))),
    );
    let refused = linear.client().check().await.unwrap_err();
    assert!(
        refused.to_string().contains("longer than 2097152 bytes"),
        "{refused}"
    );
}

#[tokio::test]
async fn callers_who_arrive_together_wait_together_for_a_linear_that_is_silent() {
    let linear = StandIn::start().await;
    let patience = Duration::from_millis(400);
    let client = linear.client().with_request_timeout(patience);
    (0..16).for_each(|_| linear.fault("Teams", Fault::DoneThenSilence));
    let began = Instant::now();
    let issues: Vec<_> = (0..16).map(issue).collect();
    let refused = join_all(issues.iter().map(|issue| client.create_issue(issue))).await;
    assert!(
        refused
            .iter()
            .all(|refused| matches!(refused, Err(TrackerError::Unavailable(_))))
    );
    assert!(
        began.elapsed() < patience * 4,
        "they waited one after the other"
    );
}
