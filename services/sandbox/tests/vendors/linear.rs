use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::Running;

const CREATE: &str = "mutation($input: IssueCreateInput!) { issueCreate(input: $input) { success issue { id identifier url state { name } } } }";
const UPDATE: &str = "mutation($id: String!, $input: IssueUpdateInput!) { issueUpdate(id: $id, input: $input) { success issue {
    title description priority priorityLabel state { name type } startedAt completedAt } } }";

async fn team(running: &Running) -> Value {
    let query = "{ teams { nodes { id key name states { nodes { id name type position } } } } }";
    running.linear(query, json!({})).await.1["data"]["teams"]["nodes"][0].clone()
}

async fn state(running: &Running, kind: &str) -> String {
    let team = team(running).await;
    let states = team["states"]["nodes"].as_array().expect("states").clone();
    let state = states
        .iter()
        .find(|state| state["type"] == kind)
        .expect("such a state");
    state["id"].as_str().expect("an id").to_owned()
}

async fn create(running: &Running, input: Value) -> (u16, Value) {
    let mut input = input;
    input["teamId"] = team(running).await["id"].clone();
    running.linear(CREATE, json!({"input": input})).await
}

#[tokio::test]
async fn an_issue_is_created_moved_and_found_by_uuid_and_identifier() {
    let running = Running::start().await;
    let id = Uuid::new_v4().to_string();
    let (status, created) = create(
        &running,
        json!({"id": id, "title": "Email capture", "priority": 2}),
    )
    .await;
    assert_eq!(status, 200, "{created}");
    let issue = &created["data"]["issueCreate"]["issue"];
    assert_eq!(issue["id"], id.as_str());
    assert_eq!(issue["identifier"], "ERR-1");
    assert_eq!(issue["state"]["name"], "Backlog");
    assert_eq!(issue["url"], format!("{}/linear/issue/ERR-1", running.url));

    let done = state(&running, "completed").await;
    let input = json!({"stateId": done, "description": "- [x] done"});
    let (_, updated) = running
        .linear(UPDATE, json!({"id": "ERR-1", "input": input}))
        .await;
    let issue = &updated["data"]["issueUpdate"]["issue"];
    assert_eq!(issue["state"]["name"], "Done", "{updated}");
    assert_eq!(issue["priorityLabel"], "High");
    assert!(issue["completedAt"].is_string());

    for wanted in [id.as_str(), "ERR-1", "err-1"] {
        let (_, found) = running
            .linear(
                "query($id: String!) { issue(id: $id) { title description } }",
                json!({"id": wanted}),
            )
            .await;
        assert_eq!(
            found["data"]["issue"]["description"], "- [x] done",
            "{wanted}: {found}"
        );
    }
}

#[tokio::test]
async fn a_repeated_create_with_the_same_id_is_refused_and_makes_nothing() {
    let running = Running::start().await;
    let id = Uuid::new_v4().to_string();
    create(&running, json!({"id": id, "title": "Once"})).await;
    let (_, again) = create(&running, json!({"id": id, "title": "Twice"})).await;
    let error = &again["errors"][0];
    assert_eq!(error["extensions"]["code"], "INPUT_ERROR", "{again}");
    assert_eq!(error["extensions"]["type"], "invalid input");
    assert_eq!(error["path"], json!(["issueCreate"]));
    assert_eq!(running.sandbox.made().await.expect("counts").issues, 1);
}

#[tokio::test]
async fn what_the_schema_does_not_allow_is_refused() {
    let running = Running::start().await;
    for document in [
        "{ viewer { shoeSize } }",
        "{ viewer { id ",
        "mutation { issueCreate(input: {}) { success } }",
        "{ issue { id } }",
    ] {
        let (status, body) = running.linear(document, json!({})).await;
        assert_eq!(status, 400, "{document}: {body}");
        assert_eq!(
            body["errors"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED",
            "{document}"
        );
    }
    let (status, body) = running
        .linear(CREATE, json!({"input": {"teamId": 7, "title": "x"}}))
        .await;
    assert_eq!(
        (status, &body["errors"][0]["extensions"]["code"]),
        (400, &json!("BAD_USER_INPUT"))
    );
    assert_eq!(running.sandbox.made().await.expect("counts").issues, 0);
}

#[tokio::test]
async fn rules_beyond_the_schema_are_kept_too() {
    let running = Running::start().await;
    let wrong = [
        json!({"title": ""}),
        json!({"title": "x", "id": "7"}),
        json!({"title": "x", "id": "0192f0c4-7a5e-7cc1-8b7e-2f1d3c5b7a90"}),
        json!({"title": "x", "priority": 5}),
        json!({"title": "x".repeat(513)}),
        json!({"title": "x", "stateId": Uuid::new_v4()}),
        json!({"title": "x", "parentId": "ERR-99"}),
        json!({"title": "x", "sortOrder": 1.5}),
    ];
    for input in wrong {
        let (status, body) = create(&running, input.clone()).await;
        assert_eq!(
            (status, &body["data"]),
            (200, &Value::Null),
            "{input}: {body}"
        );
        assert_eq!(
            body["errors"][0]["extensions"]["type"], "invalid input",
            "{input}: {body}"
        );
    }
}

#[tokio::test]
async fn a_request_without_a_key_or_with_a_key_as_bearer_is_refused() {
    let running = Running::start().await;
    let post = || {
        running
            .http
            .post(format!("{}/linear/graphql", running.url))
            .json(&json!({"query": "{ viewer { id } }"}))
    };
    let without = post().send().await.expect("an answer");
    assert_eq!(without.status(), 401);
    let body: Value = without.json().await.expect("JSON");
    assert_eq!(
        body["errors"][0]["extensions"]["code"],
        "AUTHENTICATION_ERROR"
    );
    assert_eq!(
        post()
            .bearer_auth("lin_api_x")
            .send()
            .await
            .expect("an answer")
            .status(),
        400
    );
    assert_eq!(
        post()
            .bearer_auth("oauth")
            .send()
            .await
            .expect("an answer")
            .status(),
        200
    );
}

#[tokio::test]
async fn issues_are_filtered_ordered_and_paged() {
    let running = Running::start().await;
    for number in 1..=5 {
        create(&running, json!({"title": format!("Issue {number}")})).await;
    }
    let identifiers = async |query: &str| {
        let (_, body) = running.linear(query, json!({})).await;
        assert!(body["errors"].is_null(), "{body}");
        let nodes = body["data"]["issues"]["nodes"]
            .as_array()
            .expect("nodes")
            .clone();
        nodes
            .iter()
            .map(|node| node["identifier"].as_str().unwrap_or_default().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        identifiers("{ issues { nodes { identifier } } }").await,
        ["ERR-5", "ERR-4", "ERR-3", "ERR-2", "ERR-1"]
    );
    assert_eq!(
        identifiers("{ issues(filter: {number: {in: [2, 4]}}) { nodes { identifier } } }").await,
        ["ERR-4", "ERR-2"]
    );
    assert_eq!(identifiers("{ issues(filter: {title: {contains: \"3\"}, team: {key: {eq: \"ERR\"}}}) { nodes { identifier } } }").await, ["ERR-3"]);
    let (_, first) = running
        .linear(
            "{ issues(first: 2) { nodes { id } pageInfo { hasNextPage endCursor } } }",
            json!({}),
        )
        .await;
    let page = &first["data"]["issues"]["pageInfo"];
    assert_eq!(page["hasNextPage"], true);
    let after = format!(
        "{{ issues(first: 2, after: {}) {{ nodes {{ identifier }} }} }}",
        page["endCursor"]
    );
    assert_eq!(identifiers(&after).await, ["ERR-3", "ERR-2"]);
}

#[tokio::test]
async fn comments_and_links_belong_to_their_issue_and_a_url_is_attached_once() {
    let running = Running::start().await;
    create(&running, json!({"title": "Email capture"})).await;
    let comment = "mutation { commentCreate(input: {issueId: \"ERR-1\", body: \"Working\"}) { success comment { body issue { identifier } } } }";
    let (_, commented) = running.linear(comment, json!({})).await;
    assert_eq!(
        commented["data"]["commentCreate"]["comment"]["issue"]["identifier"], "ERR-1",
        "{commented}"
    );
    let link = "mutation($title: String!) { attachmentLinkURL(issueId: \"ERR-1\", url: \"https://example.com/pr\", title: $title) { success } }";
    running.linear(link, json!({"title": "One"})).await;
    running.linear(link, json!({"title": "Two"})).await;
    let (_, issue) = running.linear("{ issue(id: \"ERR-1\") { comments { nodes { body } } attachments { nodes { title url } } } }", json!({})).await;
    assert_eq!(
        issue["data"]["issue"]["comments"]["nodes"],
        json!([{"body": "Working"}])
    );
    assert_eq!(
        issue["data"]["issue"]["attachments"]["nodes"],
        json!([{"title": "Two", "url": "https://example.com/pr"}])
    );
}
