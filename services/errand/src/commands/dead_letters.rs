//! `errand dead-letters list | show | redrive | discard`
use crate::{
    api::Api,
    cli::DeadLetters,
    output::{self, cut, text},
};
use serde_json::{Value, json};

/// # Errors
/// Errand is not there or says no.
pub async fn run(api: &Api, which: &DeadLetters, as_json: bool) -> anyhow::Result<()> {
    const PATH: &str = "/api/v1/dead-letters";
    match which {
        DeadLetters::List {
            group,
            before,
            limit,
        } => {
            let mut query = vec![("limit", limit.to_string())];
            query.extend(group.clone().map(|group| ("group", group)));
            query.extend(before.map(|before| ("before", before.to_string())));
            list(&api.get(PATH, &query).await?, as_json)
        }
        DeadLetters::Show { id } => {
            let letter = api.get(&format!("{PATH}/{id}"), &[]).await?;
            Ok(output::json(&letter)?)
        }
        DeadLetters::Redrive { id: Some(id), .. } => {
            api.post(&format!("{PATH}/{id}/redrive"), &json!({}))
                .await?;
            Ok(output::line(&format!(
                "dead letter {id} is delivered again"
            ))?)
        }
        DeadLetters::Redrive { id: None, group } => {
            let group = group.as_deref().unwrap_or_default();
            let count = redrive_all(api, group).await?;
            Ok(output::line(&format!(
                "{count} dead letters of {group} are delivered again"
            ))?)
        }
        DeadLetters::Discard { id } => {
            api.delete(&format!("{PATH}/{id}")).await?;
            Ok(output::line(&format!(
                "dead letter {id} is forgotten; its event stays in the log"
            ))?)
        }
    }
}

/// Bounded by the letters there are now: those that fail again come back behind them.
async fn redrive_all(api: &Api, group: &str) -> anyhow::Result<u64> {
    let (mut count, mut before) = (0, Value::Null);
    loop {
        let which = json!({"group": group, "before": before});
        let done = api.post("/api/v1/dead-letters/redrive", &which).await?;
        count += done["redriven"].as_u64().unwrap_or(0);
        before = done["next"].clone();
        if before.is_null() {
            return Ok(count);
        }
    }
}

fn list(answer: &Value, as_json: bool) -> anyhow::Result<()> {
    if as_json {
        return Ok(output::json(answer)?);
    }
    let letters = answer["deadLetters"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let rows: Vec<_> = letters.iter().map(row).collect();
    let head = ["ID", "SUBSCRIBER", "EVENT", "ATTEMPTS", "REASON"];
    output::table(&head, &rows, "There are no dead letters.")?;
    if let Some(next) = answer["next"].as_u64() {
        output::line(&format!("There are more: --before {next}"))?;
    }
    Ok(())
}

fn row(letter: &Value) -> Vec<String> {
    vec![
        letter["id"].to_string(),
        text(letter, "group").to_owned(),
        text(&letter["event"], "type").to_owned(),
        letter["attempts"].to_string(),
        cut(text(letter, "reason"), 80),
    ]
}
