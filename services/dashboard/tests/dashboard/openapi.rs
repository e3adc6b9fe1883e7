//! The OpenAPI document tells everything that the API has.
use crate::support::World;
use serde_json::Value;

fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            found.push((path.clone(), method.clone(), operation.clone()));
        }
    }
    found
}

#[tokio::test]
async fn everything_that_the_pages_do_is_in_the_document() {
    let world = World::start().await;
    let document = world.get("/api/openapi.json").await.json();
    let listed: Vec<_> = operations(&document)
        .into_iter()
        .map(|(path, method, _)| format!("{method} {path}"))
        .collect();
    for route in [
        "get /api/v1/agents",
        "get /api/v1/conversations",
        "post /api/v1/conversations",
        "get /api/v1/conversations/{id}",
        "patch /api/v1/conversations/{id}",
        "get /api/v1/conversations/{id}/messages",
        "post /api/v1/conversations/{id}/messages",
        "post /api/v1/conversations/{id}/messages/{message}/actions",
        "post /api/v1/conversations/{id}/messages/{message}/retry",
        "get /api/v1/projects",
        "get /api/v1/stories",
        "post /api/v1/stories",
        "get /api/v1/stories/{id}",
        "get /api/v1/stories/{id}/timeline",
        "post /api/v1/stories/{id}/cancel",
        "post /api/v1/stories/{id}/retry",
        "post /api/v1/stories/{id}/approve",
        "post /api/v1/stories/{id}/reject",
        "get /api/v1/batches",
        "get /api/v1/batches/{id}",
        "post /api/v1/batches/{id}/cancel",
        "get /api/v1/sessions",
        "get /api/v1/sessions/{id}",
        "get /api/v1/sessions/{id}/attachments/{sha256}",
        "post /api/v1/sessions/{id}/answer",
        "post /api/v1/sessions/{id}/steer",
        "get /api/v1/queue",
        "get /api/v1/queue/pauses",
        "post /api/v1/queue/pause",
        "post /api/v1/queue/resume",
        "get /api/v1/events",
        "get /api/v1/events/{id}",
        "get /api/v1/events/stream",
        "post /api/v1/audit/verify",
        "get /api/v1/projections",
        "post /api/v1/projections/{name}/rebuild",
        "get /api/v1/dead-letters",
        "get /api/v1/dead-letters/{id}",
        "delete /api/v1/dead-letters/{id}",
        "post /api/v1/dead-letters/{id}/redrive",
        "post /api/v1/dead-letters/redrive",
        "get /api/v1/health",
    ] {
        assert!(
            listed.iter().any(|l| l == route),
            "{route} is not in {listed:#?}"
        );
    }
    assert_eq!(listed.len(), 42, "a new route belongs into this list");
}

#[tokio::test]
async fn every_listed_route_answers_and_has_a_summary_and_a_unique_name() {
    let world = World::start().await;
    let document = world.get("/api/openapi.json").await.json();
    let mut names = std::collections::BTreeSet::new();
    for (path, method, operation) in operations(&document) {
        assert!(operation["summary"].is_string(), "{method} {path}");
        assert!(
            names.insert(operation["operationId"].as_str().unwrap().to_owned()),
            "{method} {path}"
        );
        let concrete = path
            .replace("{id}", "1")
            .replace("{message}", "1")
            .replace("{name}", "none");
        let method = method.to_uppercase().parse().unwrap();
        let answer = world
            .send(crate::support::request(method, &concrete, &[], "".into()))
            .await;
        assert_ne!(answer.status.as_u16(), 405, "{path}");
        assert!(!answer.body.contains("There is no page"), "{path}");
    }
}

#[tokio::test]
async fn every_reference_leads_somewhere() {
    let world = World::start().await;
    let answer = world.get("/api/openapi.json").await;
    let document = answer.json();
    for piece in answer
        .body
        .split("\"$ref\":\"#/components/schemas/")
        .skip(1)
    {
        let name = piece.split('"').next().unwrap();
        assert!(
            document["components"]["schemas"][name].is_object(),
            "{name}"
        );
    }
    let error = &document["components"]["schemas"]["ErrorDetail"]["properties"];
    assert!(error["code"].is_object() && error["message"].is_object() && error["hint"].is_object());
}

#[tokio::test]
async fn what_may_be_sent_twice_names_its_key() {
    let world = World::start().await;
    let document = world.get("/api/openapi.json").await.json();
    for path in ["/api/v1/stories", "/api/v1/conversations/{id}/messages"] {
        let parameters = document["paths"][path]["post"]["parameters"].as_array();
        let key = parameters.unwrap().iter().find(|parameter| {
            parameter["name"] == "Idempotency-Key" && parameter["in"] == "header"
        });
        assert!(key.is_some(), "{path}: {parameters:?}");
    }
}
