//! Every document and every set of variables we send, held against Linear's published schema.

use std::collections::HashSet;
use std::process::Command;
use std::sync::LazyLock;

use apollo_compiler::request::coerce_variable_values;
use apollo_compiler::response::JsonMap;
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Schema};
use errand_spawner::linear::{IssueChange, IssueState, IssueTracker, documents};
use serde_json::Value;

use super::stand_in::{Asked, Fault, StandIn, issue};

static SCHEMA: LazyLock<Valid<Schema>> = LazyLock::new(|| {
    let sdl = std::fs::read_to_string(schema_file()).unwrap();
    Schema::parse_and_validate(sdl, "linear.graphql")
        .unwrap_or_else(|refused| panic!("{}", refused.errors))
});

/// The schema is published inside a crate, so the package manager knows where it is.
fn schema_file() -> String {
    let metadata = output(Command::new(env!("CARGO")).args([
        "metadata",
        "--format-version=1",
        "--locked",
        // Only what the tests needed anyway: the crates of other platforms would have to be fetched.
        "--filter-platform",
        &platform(),
        "--manifest-path",
        concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"),
    ]));
    let metadata: Value = serde_json::from_str(&metadata).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages
        .iter()
        .find(|package| package["name"] == "linear-schema")
        .unwrap();
    package["manifest_path"]
        .as_str()
        .unwrap()
        .replace("Cargo.toml", "linear.graphql")
}

fn platform() -> String {
    let version = output(Command::new("rustc").arg("-vV"));
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    host.unwrap().to_owned()
}

fn output(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

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
    };
    client.update_issue(part.id, &change).await.unwrap();
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
