//! What does not fit: cut with an ellipsis where text is for people, refused where a cut would lie.

use errand_spawner::linear::{IssueTracker, TrackerError};
use uuid::Uuid;

use super::stand_in::{StandIn, issue};

#[tokio::test]
async fn a_long_title_and_description_are_cut_and_a_title_is_one_line() {
    let linear = StandIn::start().await;
    let mut long = issue(1);
    long.title = format!("first\nsecond {}", "🎉".repeat(300));
    long.description_markdown = "y".repeat(1_000_000);
    linear.client().create_issue(&long).await.unwrap();
    let input = linear.last("IssueCreate")["input"].clone();
    let title = input["title"].as_str().unwrap();
    assert!(title.starts_with("first second 🎉") && title.ends_with('…'));
    assert!(title.encode_utf16().count() <= 255);
    assert_eq!(
        input["description"].as_str().unwrap().chars().count(),
        60_000
    );
}

#[tokio::test]
async fn what_linear_would_refuse_is_refused_before_it_is_sent() {
    let linear = StandIn::start().await;
    let client = linear.client();
    let mut refused = Vec::new();
    let mut bad = issue(1);
    bad.title = " \n ".to_owned();
    refused.push(client.create_issue(&bad).await.map(drop));
    bad = issue(1);
    bad.priority = 5;
    refused.push(client.create_issue(&bad).await.map(drop));
    bad = issue(1);
    bad.id = Uuid::from_u128(1);
    refused.push(client.create_issue(&bad).await.map(drop));
    refused.push(client.comment(issue(1).id, issue(2).id, "  ").await);
    let endless = format!("https://example.com/{}", "a".repeat(3_000));
    refused.push(
        client
            .link_url(issue(1).id, issue(2).id, &endless, "PR")
            .await,
    );
    assert!(
        refused
            .iter()
            .all(|refused| matches!(refused, Err(TrackerError::Invalid(_))))
    );
    assert!(linear.operations().is_empty());
}
