//! Creating issues, comments and links.

use errand_spawner::linear::{IssueTracker, TrackerError, idempotency_uuid};
use futures::future::join_all;
use uuid::Uuid;

use super::stand_in::{ENG, KEY, OPS, StandIn, issue};

#[tokio::test]
async fn an_issue_is_created_under_our_id_and_comes_back_with_its_name_and_page() {
    let linear = StandIn::start().await;
    let created = linear.client().create_issue(&issue(1)).await.unwrap();
    assert_eq!(created.id, issue(1).id);
    assert_eq!(created.identifier, "ENG-1");
    assert_eq!(created.url, "https://linear.app/acme/issue/ENG-1");
    let input = linear.last("IssueCreate")["input"].clone();
    assert_eq!(input["teamId"], ENG);
    assert_eq!(input["title"], issue(1).title);
    assert_eq!(input["description"], issue(1).description_markdown);
    assert_eq!(input["priority"], 2);
    assert!(input.get("parentId").is_none());
}

#[tokio::test]
async fn a_second_attempt_finds_the_issue_of_the_first() {
    let linear = StandIn::start().await;
    let first = linear.client().create_issue(&issue(1)).await.unwrap();
    let second = linear.client().create_issue(&issue(1)).await.unwrap();
    assert_eq!(first, second);
    assert_eq!(linear.created(), 1);
}

#[tokio::test]
async fn a_part_names_the_issue_it_belongs_to() {
    let linear = StandIn::start().await;
    let mut part = issue(2);
    part.parent = Some(issue(1).id);
    linear.client().create_issue(&part).await.unwrap();
    assert_eq!(
        linear.last("IssueCreate")["input"]["parentId"],
        issue(1).id.to_string()
    );
}

#[tokio::test]
async fn the_team_is_chosen_by_key_and_looked_up_once_for_many_at_once() {
    let linear = StandIn::start().await;
    let client = linear.client_of(KEY, Some("ops"));
    let issues: Vec<_> = (0..16).map(issue).collect();
    let created = join_all(issues.iter().map(|issue| client.create_issue(issue))).await;
    assert!(created.iter().all(Result::is_ok));
    assert_eq!(linear.last("IssueCreate")["input"]["teamId"], OPS);
    assert_eq!(
        linear
            .operations()
            .iter()
            .filter(|operation| *operation == "Teams")
            .count(),
        1
    );
}

#[tokio::test]
async fn an_unknown_team_is_named_in_the_error() {
    let linear = StandIn::start().await;
    let refused = linear
        .client_of(KEY, Some("HR"))
        .create_issue(&issue(1))
        .await;
    assert!(matches!(refused, Err(TrackerError::Invalid(said)) if said.contains("HR")));
}

#[tokio::test]
async fn comments_and_links_are_made_once_however_often_they_are_sent() {
    let linear = StandIn::start().await;
    let client = linear.client();
    let story = Uuid::from_u128(1);
    let issue = client.create_issue(&issue(1)).await.unwrap();
    for _ in 0..2 {
        let link = idempotency_uuid(story, "pull request");
        client
            .link_url(
                issue.id,
                link,
                "https://github.com/acme/site/pull/7",
                "PR #7",
            )
            .await
            .unwrap();
        client
            .comment(issue.id, idempotency_uuid(story, "done"), "Done.")
            .await
            .unwrap();
    }
    assert_eq!(linear.created(), 3);
    assert_eq!(
        linear.last("AttachmentLinkURL")["url"],
        "https://github.com/acme/site/pull/7"
    );
    assert_eq!(linear.last("CommentCreate")["input"]["body"], "Done.");
}

#[tokio::test]
async fn a_personal_key_is_sent_bare_and_an_oauth_token_as_bearer() {
    let linear = StandIn::start().await;
    linear.client().check().await.unwrap();
    assert_eq!(linear.asked()[0].authorization, KEY);
    linear
        .client_of("lin_oauth_abc", None)
        .check()
        .await
        .unwrap();
    assert_eq!(
        linear.asked().last().unwrap().authorization,
        "Bearer lin_oauth_abc"
    );
}

#[tokio::test]
async fn the_check_says_who_we_are_and_which_team_gets_the_issues() {
    let linear = StandIn::start().await;
    let said = linear.client().check().await.unwrap();
    assert_eq!(said, "Errand <errand@example.com>, team Engineering (ENG)");
}
