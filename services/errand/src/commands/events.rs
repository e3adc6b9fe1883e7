//! `errand events tail | export | show`: one JSON record per line, so that other programs can read on.
use crate::{
    api::Api,
    cli::{EventQuery, Events, Format},
    output,
};
use anyhow::bail;
use futures::StreamExt;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Deserialize;
use serde_json::Value;
use std::io::IsTerminal;

/// # Errors
/// Errand is not there or says no.
pub async fn run(api: &Api, which: &Events) -> anyhow::Result<()> {
    match which {
        Events::Tail(wanted) => tail(api, wanted).await,
        Events::Export(wanted) => export(api, wanted).await,
        Events::Show(which) => {
            let event = api
                .get(&format!("/api/v1/events/{}", which.id), &[])
                .await?;
            Ok(output::json(&event)?)
        }
    }
}

async fn tail(api: &Api, wanted: &EventQuery) -> anyhow::Result<()> {
    let mut query = query(wanted);
    query.push(("follow", "true".to_owned()));
    if wanted.from.is_none() {
        // It begins with what comes next.
        query.push(("from", (head(api).await? + 1).to_string()));
    }
    print(api, &query, &ProgressBar::hidden()).await?;
    if wanted.until.is_none() {
        bail!("the stream ended: Errand stopped");
    }
    Ok(())
}

async fn export(api: &Api, wanted: &EventQuery) -> anyhow::Result<()> {
    let bar = match std::io::stderr().is_terminal() && !std::io::stdout().is_terminal() {
        true => bar(wanted, head(api).await?),
        false => ProgressBar::hidden(),
    };
    let printed = print(api, &query(wanted), &bar).await;
    bar.finish_and_clear();
    printed
}

/// Prints until the stream ends or Ctrl-C.
async fn print(api: &Api, query: &[(&str, String)], bar: &ProgressBar) -> anyhow::Result<()> {
    let mut lines = api.lines("/api/v1/events/stream", query).await?;
    loop {
        tokio::select! {
            line = lines.next() => match line {
                Some(line) => {
                    let line = line?;
                    output::line(&line)?;
                    show_position(bar, &line);
                }
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

/// How far along the log it is.
fn bar(wanted: &EventQuery, head: u64) -> ProgressBar {
    let until = wanted.until.as_ref().and_then(|u| u.parse().ok());
    let bar = ProgressBar::new(until.unwrap_or(head).min(head));
    let style = ProgressStyle::with_template("{bar:24} {percent}% of {len} events, {eta} left");
    if let Ok(style) = style {
        bar.set_style(style);
    }
    bar
}

/// The sequence in either format.
#[derive(Deserialize)]
#[serde(untagged)]
enum Position {
    Ours { seq: u64 },
    CloudEvent { sequence: String },
}

fn show_position(bar: &ProgressBar, line: &str) {
    if bar.is_hidden() {
        return;
    }
    match serde_json::from_str(line) {
        Ok(Position::Ours { seq }) => bar.set_position(seq),
        Ok(Position::CloudEvent { sequence }) => bar.set_position(sequence.parse().unwrap_or(0)),
        Err(_) => {}
    }
}

async fn head(api: &Api) -> anyhow::Result<u64> {
    let health: Value = api.get("/api/v1/health", &[]).await?;
    Ok(health["head"].as_u64().unwrap_or(0))
}
