//! `errand projections status | rebuild NAME`
use crate::{
    api::Api,
    cli::Projections,
    output::{self, text},
};
use serde_json::{Value, json};

/// # Errors
/// Errand is not there or says no.
pub async fn run(api: &Api, which: &Projections, as_json: bool) -> anyhow::Result<()> {
    match which {
        Projections::Status => status(api, as_json).await,
        Projections::Rebuild { name } => {
            let path = format!("/api/v1/projections/{name}/rebuild");
            let answer = api.post(&path, &json!({})).await?;
            if as_json {
                return Ok(output::json(&answer)?);
            }
            Ok(output::line(&format!(
                "{name} is filled again beside the live tables; see: errand projections status"
            ))?)
        }
    }
}

async fn status(api: &Api, as_json: bool) -> anyhow::Result<()> {
    let answer = api.get("/api/v1/projections", &[]).await?;
    if as_json {
        return Ok(output::json(&answer)?);
    }
    let rows: Vec<_> = answer.as_array().into_iter().flatten().map(row).collect();
    let head = ["NAME", "STATE", "POSITION", "HEAD", "LAG", "ERROR"];
    Ok(output::table(&head, &rows, "There are no projections.")?)
}

fn row(projection: &Value) -> Vec<String> {
    let number = |key: &str| projection[key].to_string();
    vec![
        text(projection, "name").to_owned(),
        text(projection, "state").to_owned(),
        number("seq"),
        number("head"),
        number("lag"),
        text(projection, "error").to_owned(),
    ]
}
