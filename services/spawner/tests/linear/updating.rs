//! Changing an issue's description and state.

use errand_spawner::linear::{IssueChange, IssueState, IssueTracker, TrackerError};
use serde_json::json;

use super::stand_in::{ENG, Fault, OPS, StandIn, issue, refusal};

fn to(state: IssueState) -> IssueChange {
    IssueChange {
        description: None,
        state: Some(state),
        parent: None,
    }
}

#[tokio::test]
async fn a_state_is_the_leftmost_column_of_its_type_and_columns_are_looked_up_once() {
    let linear = StandIn::start().await;
    let client = linear.client();
    let id = client.create_issue(&issue(1)).await.unwrap().id;
    let expected = [
        (IssueState::Backlog, "later"),
        (IssueState::Todo, "next"),
        (IssueState::InProgress, "making"),
        (IssueState::Done, "shipped"),
        (IssueState::Canceled, "dropped"),
    ];
    for (state, column) in expected {
        client.update_issue(id, &to(state)).await.unwrap();
        assert_eq!(
            linear.last("IssueUpdate")["input"],
            json!({ "stateId": format!("{ENG}:{column}") })
        );
    }
    let lookups = linear
        .operations()
        .into_iter()
        .filter(|operation| operation == "WorkflowStates");
    assert_eq!(lookups.count(), 1);
}

#[tokio::test]
async fn a_description_and_a_parent_need_no_look_up() {
    let linear = StandIn::start().await;
    let client = linear.client();
    let id = client.create_issue(&issue(1)).await.unwrap().id;
    let change = IssueChange {
        description: Some("- [x] form".to_owned()),
        parent: Some(issue(2).id),
        ..IssueChange::default()
    };
    client.update_issue(id, &change).await.unwrap();
    assert_eq!(
        linear.last("IssueUpdate")["input"],
        json!({ "description": "- [x] form", "parentId": issue(2).id })
    );
    assert_eq!(linear.operations(), ["Teams", "IssueCreate", "IssueUpdate"]);
}

#[tokio::test]
async fn a_change_of_nothing_asks_nothing() {
    let linear = StandIn::start().await;
    linear
        .client()
        .update_issue(issue(1).id, &IssueChange::default())
        .await
        .unwrap();
    assert!(linear.operations().is_empty());
}

#[tokio::test]
async fn an_issue_that_a_person_moved_gets_the_state_of_its_new_team() {
    let linear = StandIn::start().await;
    let client = linear.client();
    let id = client.create_issue(&issue(1)).await.unwrap().id;
    linear.move_issues_to(OPS);
    client
        .update_issue(id, &to(IssueState::Done))
        .await
        .unwrap();
    assert_eq!(
        linear.last("IssueUpdate")["input"]["stateId"],
        format!("{OPS}:shipped")
    );
}

#[tokio::test]
async fn an_issue_that_a_person_deleted_is_refused_for_good() {
    let linear = StandIn::start().await;
    let gone = linear
        .client()
        .update_issue(issue(9).id, &to(IssueState::Done))
        .await
        .unwrap_err();
    assert!(matches!(&gone, TrackerError::Invalid(said) if said.contains("Entity not found")));
    assert!(!gone.is_transient());
}

#[tokio::test]
async fn a_refused_team_is_looked_up_again_by_the_next_attempt() {
    let linear = StandIn::start().await;
    let client = linear.client();
    linear.fault(
        "IssueCreate",
        Fault::Refuse(400, &[], refusal("Team is archived", "invalid input")),
    );
    assert!(client.create_issue(&issue(1)).await.is_err());
    client.create_issue(&issue(1)).await.unwrap();
    let lookups = linear
        .operations()
        .into_iter()
        .filter(|operation| operation == "Teams");
    assert_eq!(lookups.count(), 2);
}
