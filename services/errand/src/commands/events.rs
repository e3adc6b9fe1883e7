//! `errand events tail | export`: one JSON record per line, so that other programs can read on.
use crate::{
    api::Api,
    cli::{EventQuery, Events, Format},
    output,
};
use anyhow::bail;
use futures::StreamExt;
use serde_json::Value;

/// # Errors
/// Errand is not there or says no.
pub async fn run(api: &Api, which: &Events) -> anyhow::Result<()> {
    let (wanted, follow) = match which {
        Events::Tail(wanted) => (wanted, true),
        Events::Export(wanted) => (wanted, false),
    };
    let mut query = query(wanted);
    if follow {
        query.push(("follow", "true".to_owned()));
        if wanted.from.is_none() {
            query.push(("from", head(api).await?));
        }
    }
    let mut lines = api.lines("/api/v1/events/stream", &query).await?;
    loop {
        tokio::select! {
            line = lines.next() => match line {
                Some(Ok(line)) => output::line(&line)?,
                Some(Err(error)) => return Err(error),
                None if follow => bail!("the stream ended: Errand stopped"),
                None => return Ok(()),
            },
            _ = tokio::signal::ctrl_c() => return Ok(()),
        }
    }
}

fn query(wanted: &EventQuery) -> Vec<(&'static str, String)> {
    let mut query = Vec::new();
    for (key, value) in [
        ("from", &wanted.from),
        ("until", &wanted.until),
        ("story", &wanted.story),
        ("type", &wanted.event_type),
        ("correlation", &wanted.correlation),
    ] {
        query.extend(value.clone().map(|v| (key, v)));
    }
    if matches!(wanted.format, Format::Cloudevents) {
        query.push(("format", "cloudevents".to_owned()));
    }
    query
}

/// Tailing begins with what comes next.
async fn head(api: &Api) -> anyhow::Result<String> {
    let health: Value = api.get("/api/v1/health", &[]).await?;
    Ok(health["head"].as_u64().unwrap_or(0).to_string())
}
