//! Every document and every set of variables we send, held against Linear's published schema.

use std::collections::HashSet;
use std::sync::LazyLock;

use apollo_compiler::request::coerce_variable_values;
use apollo_compiler::response::JsonMap;
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Schema};
use errand_spawner::linear::{IssueChange, IssueState, IssueTracker, documents};

use super::stand_in::{Asked, Fault, StandIn, issue};

/// The sandbox keeps the part of Linear's schema that we use, and proves it to be Linear's own.
static SCHEMA: LazyLock<Valid<Schema>> = LazyLock::new(|| {
    let sdl = include_str!("../../../sandbox/schema/linear.graphql");
    Schema::parse_and_validate(sdl, "linear.graphql")
        .unwrap_or_else(|refused| panic!("{}", refused.errors))
});

fn parsed(name: &str, text: &str) -> Valid<ExecutableDocument> {
    ExecutableDocument::parse_and_validate(&SCHEMA, text, name)
        .unwrap_or_else(|refused| panic!("{name}: {}", refused.errors))
}

#[test]
fn every_document_is_valid_and_declares_the_name_it_is_sent_under() {
    for document in documents::ALL {
        let parsed = parsed(document.name, document.text);
        assert!(
            parsed.operations.get(Some(document.name)).is_ok(),
            "{} is not declared",
            document.name
        );
    }
}

#[test]
fn the_validator_would_notice_a_field_that_linear_does_not_have() {
    let wrong = "query { viewer { shoeSize } }";
    assert!(ExecutableDocument::parse_and_validate(&SCHEMA, wrong, "wrong").is_err());
}

/// Makes the client send each of its documents, with every optional variable.
async fn everything(linear: &StandIn) {
    let client = linear.client();
    client.check().await.unwrap();
    let mut part = issue(2);
    part.parent = Some(issue(1).id);
    for operation in ["IssueCreate", "CommentCreate", "AttachmentLinkURL"] {
        linear.fault(operation, Fault::DoneThenCut);
    }
    client.create_issue(&issue(1)).await.unwrap();
    client.create_issue(&part).await.unwrap();
    let change = IssueChange {
        description: Some("- [x] all".to_owned()),
        state: Some(IssueState::Done),
        parent: Some(issue(1).id),
    };
    client.update_issue(part.id, &change).await.unwrap();
    client.cancelled(&[part.id]).await.unwrap();
    client.comment(part.id, issue(3).id, "Done.").await.unwrap();
    client
        .link_url(part.id, issue(4).id, "https://example.com", "PR")
        .await
        .unwrap();
}

#[tokio::test]
async fn the_variables_of_every_request_fit_the_schema() {
    let linear = StandIn::start().await;
    everything(&linear).await;
    let asked = linear.asked();
    for Asked {
        operation,
        query,
        variables,
        ..
    } in &asked
    {
        let document = parsed(operation, query);
        let operation = document.operations.get(Some(operation)).unwrap();
        let variables: JsonMap = serde_json::from_value(variables.clone()).unwrap();
        coerce_variable_values(&SCHEMA, operation, &variables).unwrap();
    }
    let sent: HashSet<_> = asked.iter().map(|asked| asked.operation.as_str()).collect();
    assert_eq!(
        sent.len(),
        documents::ALL.len(),
        "not every document was sent: {sent:?}"
    );
}
