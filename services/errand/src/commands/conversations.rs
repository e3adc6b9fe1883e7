//! `errand conversations list|search|rename|move|archive|restore`
use crate::{
    api::Api,
    cli::Conversations,
    output::{self, cut, records, short, text},
};
use serde_json::{Value, json};

const NONE: &str = "No such conversations.";

/// # Errors
/// Errand is not there or says no.
pub async fn run(api: &Api, what: &Conversations, json: bool) -> anyhow::Result<()> {
    let (id, change, said) = match what {
        Conversations::List {
            project,
            archived,
            limit,
        } => {
            let project = project.clone().map(|p| ("project", p));
            return list(api, project, *archived, *limit, json).await;
        }
        Conversations::Search {
            text,
            archived,
            limit,
        } => return search(api, text, *archived, *limit, json).await,
        Conversations::Rename { id, title } => (id, json!({"title": title}), "Renamed"),
        Conversations::Move { id, project } => (id, json!({"projectId": project}), "Moved"),
        Conversations::Archive(which) => (&which.id, json!({"archived": true}), "Archived"),
        Conversations::Restore(which) => (&which.id, json!({"archived": false}), "Restored"),
    };
    let path = format!("/api/v1/conversations/{id}");
    let conversation = api.patch(&path, &change).await?;
    if json {
        return Ok(output::json(&conversation)?);
    }
    let (title, project) = (
        text(&conversation, "title"),
        text(&conversation, "projectId"),
    );
    Ok(output::line(&format!("{said}: {title} ({project})"))?)
}

async fn list(
    api: &Api,
    project: Option<(&str, String)>,
    archived: bool,
    limit: u32,
    json: bool,
) -> anyhow::Result<()> {
    let answer = get(api, project, archived, limit).await?;
    if json {
        return Ok(output::json(&answer)?);
    }
    let rows: Vec<_> = records(&answer, "conversations").map(row).collect();
    let head = ["ID", "PROJECT", "MESSAGES", "TITLE", "LAST MESSAGE"];
    Ok(output::table(&head, &rows, NONE)?)
}

/// Each with the place where the text stands, and with the page of that message.
async fn search(
    api: &Api,
    text: &str,
    archived: bool,
    limit: u32,
    json: bool,
) -> anyhow::Result<()> {
    let wanted = ("q", text.to_owned());
    let answer = get(api, Some(wanted), archived, limit).await?;
    if json {
        return Ok(output::json(&answer)?);
    }
    let rows: Vec<_> = records(&answer, "conversations")
        .map(|conversation| found(api, conversation))
        .collect();
    let head = ["ID", "PROJECT", "TITLE", "FOUND", "LINK"];
    Ok(output::table(&head, &rows, NONE)?)
}

async fn get(
    api: &Api,
    wanted: Option<(&str, String)>,
    archived: bool,
    limit: u32,
) -> anyhow::Result<Value> {
    let mut query = vec![
        ("limit", limit.to_string()),
        ("archived", archived.to_string()),
    ];
    query.extend(wanted);
    api.get("/api/v1/conversations", &query).await
}

fn row(conversation: &Value) -> Vec<String> {
    vec![
        short(text(conversation, "id")),
        text(conversation, "projectId").to_owned(),
        conversation["messageCount"].to_string(),
        cut(text(conversation, "title"), 40),
        cut(text(conversation, "lastMessage"), 50),
    ]
}

fn found(api: &Api, conversation: &Value) -> Vec<String> {
    let id = text(conversation, "id");
    let found = &conversation["found"];
    let page = match found["messageId"].as_str() {
        Some(message) => format!("/chat/{id}/messages/{message}"),
        None => format!("/chat/{id}"),
    };
    vec![
        short(id),
        text(conversation, "projectId").to_owned(),
        cut(text(conversation, "title"), 30),
        text(found, "snippet").to_owned(),
        api.page(&page),
    ]
}
