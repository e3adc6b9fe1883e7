use super::*;
use std::collections::BTreeSet;

#[test]
fn the_catalogue_lists_every_event_message_exactly_once() {
    let listed: Vec<_> = all().map(|t| t.full_name.to_owned()).collect();
    let unique: BTreeSet<_> = listed.iter().cloned().collect();
    assert_eq!(listed.len(), unique.len());

    let parts = [
        "Action",
        "Usage",
        "Turn",
        "ToolCall",
        "PlanStep",
        "FileChange",
        "StoryRef",
        "Attachment",
        "Finding",
        "Findings",
    ];
    let described: BTreeSet<_> = crate::descriptor_pool()
        .all_messages()
        .filter(|m| !parts.contains(&m.name()))
        .map(|m| m.full_name().to_owned())
        .collect();
    assert_eq!(described, unique);
}

#[test]
fn the_four_events_that_users_named_keep_their_names() {
    for name in [
        "AgentSpawnRequested",
        "StoryCreated",
        "LinearIssueLinked",
        "ExecutionCompleted",
    ] {
        assert!(find(name).is_some(), "{name}");
    }
}

#[test]
fn an_unknown_type_is_an_error_that_says_what_to_do() {
    let error = Event::decode(AggregateKind::Story, "errand.v1.StoryPainted", &[]).unwrap_err();
    assert!(error.to_string().contains("update Errand"), "{error}");
}

#[test]
fn json_reads_back_as_the_same_event() {
    let event = StoryEvent::from(v1::LinearIssueLinked {
        linear_task_id: "u".into(),
        identifier: "ERR-1".into(),
        linear_issue_url: "https://linear.app/x".into(),
        story: None,
    });
    let text = serde_json::to_string(&event).unwrap();
    assert_eq!(serde_json::from_str::<StoryEvent>(&text).unwrap(), event);
    assert!(text.contains("linearIssueUrl"), "{text}");
}
