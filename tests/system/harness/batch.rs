//! Several agents asked for at once, as the vendors and the chat know of them.
use super::{Api, text};
use serde_json::{Value, json};

/// The issues that have parts, with their state and the titles of their parts.
pub async fn parents(api: &Api) -> Vec<(String, String, Vec<String>)> {
    let query = "query { issues(first: 50) { nodes { description state { type } \
                 children(first: 50) { nodes { title } } } } }";
    let answer = reqwest::Client::new()
        .post(format!("{}/sandbox/linear/graphql", api.url))
        .header("authorization", "sandbox")
        .json(&json!({ "query": query }));
    let answer: Value = answer.send().await.unwrap().json().await.unwrap();
    let issues = answer["data"]["issues"]["nodes"].as_array();
    let issues = issues.unwrap_or_else(|| panic!("{answer}"));
    let parent = |issue: &Value| {
        let parts = issue["children"]["nodes"].as_array().unwrap().iter();
        let parts: Vec<_> = parts.map(|it| text(it, "title").to_owned()).collect();
        let state = text(&issue["state"], "type").to_owned();
        let description = text(issue, "description").to_owned();
        (!parts.is_empty()).then_some((state, description, parts))
    };
    issues.iter().filter_map(parent).collect()
}

/// What the chat tells of all of them together.
pub async fn reports(api: &Api, chat: &str) -> Vec<Value> {
    let mut messages = api.messages(chat).await;
    messages.retain(|it| text(it, "kind") == "report");
    messages
}

/// How many of those Slack has.
pub async fn slack_reports(api: &Api) -> usize {
    let page = api.page("/sandbox/slack/general").await;
    page.matches("agents completed, ").count()
}
