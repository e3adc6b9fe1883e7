//! `errand conversations list|search|rename|move|archive|restore`
use crate::{
    api::Api,
    cli::Conversations,
    output::{self, cut, records, short, text},
};
use serde_json::{Value, json};

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
        } => return list(api, Some(("q", text.clone())), *archived, *limit, json).await,
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
    wanted: Option<(&str, String)>,
    archived: bool,
    limit: u32,
    json: bool,
) -> anyhow::Result<()> {
    let mut query = vec![
        ("limit", limit.to_string()),
        ("archived", archived.to_string()),
    ];
    query.extend(wanted);
    let answer = api.get("/api/v1/conversations", &query).await?;
    if json {
        return Ok(output::json(&answer)?);
    }
    let rows: Vec<_> = records(&answer, "conversations").map(row).collect();
    let head = ["ID", "PROJECT", "MESSAGES", "TITLE", "LAST MESSAGE"];
    Ok(output::table(&head, &rows, "No such conversations.")?)
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
