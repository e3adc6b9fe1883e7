//! `errand audit verify`: exit code 0 when all is well, 2 when something is not as it was recorded.
use crate::{
    api::Api,
    output::{self, text},
};
use anyhow::{Context, bail};
use futures::TryStreamExt;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;
use std::{io::IsTerminal, process::ExitCode};

const DIFFERENT: u8 = 2;
/// Of a cell that differs.
const MAX_CELL_CHARS: usize = 200;

/// # Errors
/// Errand is not there, an audit is under way, or it could not be carried out.
pub async fn verify(api: &Api, json: bool) -> anyhow::Result<ExitCode> {
    let mut lines = api.post_lines("/api/v1/audit/verify").await?;
    let bar = bar(json);
    while let Some(line) = lines.try_next().await? {
        let line: Value = serde_json::from_str(&line).context("the answer is no JSON")?;
        if let Some(reason) = line["failed"].as_str() {
            bar.finish_and_clear();
            bail!("the audit could not be carried out: {reason}");
        }
        if line["found"].is_object() {
            bar.finish_and_clear();
            return tell(&line["found"], json);
        }
        show(&bar, &line["progress"]);
    }
    bail!("the audit was cut off: Errand stopped")
}

fn bar(json: bool) -> ProgressBar {
    if json || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{bar:24} {percent}% of {msg}, {eta} left") {
        bar.set_style(style);
    }
    bar
}

fn show(bar: &ProgressBar, progress: &Value) {
    let projection = text(progress, "projection");
    if bar.message() != projection {
        bar.reset();
        bar.set_message(projection.to_owned());
    }
    bar.set_length(progress["of"].as_u64().unwrap_or(0));
    bar.set_position(progress["seq"].as_u64().unwrap_or(0));
}

fn tell(found: &Value, json: bool) -> anyhow::Result<ExitCode> {
    let list = |name: &str| found[name].as_array().cloned().unwrap_or_default();
    let (differences, faults) = (list("differences"), list("faults"));
    let is_clean = differences.is_empty() && faults.is_empty();
    if json {
        output::json(found)?;
    } else {
        for line in differences
            .iter()
            .map(difference)
            .chain(faults.iter().map(fault))
        {
            output::line(&line)?;
        }
        output::line(&summary(found, differences.len(), faults.len()))?;
    }
    Ok(match is_clean {
        true => ExitCode::SUCCESS,
        false => ExitCode::from(DIFFERENT),
    })
}

fn difference(difference: &Value) -> String {
    let [table, key, column] = ["table", "key", "column"].map(|k| text(difference, k));
    let cell = |name| output::cut(text(difference, name), MAX_CELL_CHARS);
    match text(difference, "difference") {
        "missing" => format!("{table} {key}: the row is missing"),
        "extra" => format!("{table} {key}: the log does not make this row"),
        _ => format!(
            "{table} {key}: {column} is {:?}, the log makes it {:?}",
            cell("live"),
            cell("replayed")
        ),
    }
}

fn fault(fault: &Value) -> String {
    let number = |name: &str| fault[name].to_string();
    let (seq, aggregate) = (number("seq"), text(fault, "aggregate"));
    match text(fault, "fault") {
        "version" => format!(
            "log {seq}: {aggregate} has version {} after version {} at {}",
            number("version"),
            number("previous"),
            number("previousSeq")
        ),
        "sharedVersion" => format!(
            "log: {} events have a version that another event of their aggregate has too",
            number("events")
        ),
        "repeatedId" => format!(
            "log {seq}: {} events have the id {}",
            number("events"),
            text(fault, "id")
        ),
        _ => format!(
            "log {seq}: {aggregate} cannot be read: {}",
            text(fault, "reason")
        ),
    }
}

fn summary(found: &Value, differences: usize, faults: usize) -> String {
    let (events, through) = (&found["events"], &found["through"]);
    let looked = format!("{events} events up to sequence {through}");
    match (differences, faults) {
        (0, 0) => format!("✅ {looked}: the log is sound, and every table is what it says."),
        _ => format!(
            "❌ {looked}: {differences} differences in the tables, {faults} faults of the log. \
             A table is made anew from the log by: errand projections rebuild NAME"
        ),
    }
}
