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
        DeadLetters::List => list(&api.get(PATH, &[]).await?, as_json),
        DeadLetters::Show { id } => {
            let letter = api.get(&format!("{PATH}/{id}"), &[]).await?;
            Ok(output::json(&letter)?)
        }
        DeadLetters::Redrive { id } => {
            api.post(&format!("{PATH}/{id}/redrive"), &json!({}))
                .await?;
            Ok(output::line(&format!(
                "dead letter {id} is delivered again"
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
    Ok(output::table(&head, &rows, "There are no dead letters.")?)
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
