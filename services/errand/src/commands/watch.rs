//! `errand watch ID`: follows a story until it ends. Exit code 0 when it completed, 2 when it did not.
use super::{
    sessions,
    show::{mark, retry_words},
};
use crate::{
    api::Api,
    output::{self, cut, text},
};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;
use std::{io::IsTerminal, process::ExitCode, time::Duration};

const POLL: Duration = Duration::from_millis(400);
const NOT_COMPLETED: u8 = 2;

/// # Errors
/// Errand is not there or does not know the story.
pub async fn run(api: &Api, id: &str, json: bool) -> anyhow::Result<ExitCode> {
    let bar = bar(json);
    let mut told = Vec::new();
    let story = loop {
        let story = api.get(&format!("/api/v1/stories/{id}"), &[]).await?;
        let session = session(api, text(&story, "sessionId")).await;
        tell(&bar, &story, &session, &mut told);
        if matches!(text(&story, "status"), "completed" | "failed" | "cancelled") {
            break story;
        }
        tokio::time::sleep(POLL).await;
    };
    bar.finish_and_clear();
    if json {
        output::json(&story)?;
    } else {
        output::line(&ending(&story))?;
    }
    Ok(match text(&story, "status") {
        "completed" => ExitCode::SUCCESS,
        _ => ExitCode::from(NOT_COMPLETED),
    })
}

fn bar(json: bool) -> ProgressBar {
    if json || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(0);
    let style = ProgressStyle::with_template("{spinner} {bar:24} {pos}/{len} {msg} {elapsed}");
    if let Ok(style) = style {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

async fn session(api: &Api, id: &str) -> Value {
    // The session follows its story by a moment.
    let session = api.get(&format!("/api/v1/sessions/{id}"), &[]).await;
    session.unwrap_or(Value::Null)
}

/// A line for each step that was finished since the last look and for each question, and the bar for what is under way.
fn tell(bar: &ProgressBar, story: &Value, session: &Value, told: &mut Vec<String>) {
    let steps = session["plan"].as_array().cloned().unwrap_or_default();
    let is = |step: &&Value, status: &str| text(step, "status") == status;
    for step in steps.iter().filter(|s| is(s, "completed")) {
        let content = text(step, "content").to_owned();
        if !told.contains(&content) {
            say(bar, &format!("{} {content}", mark("completed")));
            told.push(content);
        }
    }
    let question = session["questionId"].as_str().unwrap_or_default();
    if !question.is_empty() && !told.iter().any(|it| it == question) {
        say(bar, &sessions::question(session));
        told.push(question.to_owned());
    }
    bar.set_length(steps.len() as u64);
    bar.set_position(steps.iter().filter(|s| is(s, "completed")).count() as u64);
    let now = steps.iter().find(|s| is(s, "in_progress"));
    let retry = retry_words(story);
    let now = now.map_or_else(|| text(story, "status"), |s| text(s, "content"));
    bar.set_message(cut(retry.as_deref().unwrap_or(now), 50));
}

fn say(bar: &ProgressBar, line: &str) {
    if bar.is_hidden() {
        eprintln!("{line}");
    } else {
        bar.println(line);
    }
}

fn ending(story: &Value) -> String {
    let name = text(story, "agentName");
    match text(story, "status") {
        "completed" if text(story, "prUrl").is_empty() => {
            format!("🎉 {name} complete! {}", text(story, "summary"))
        }
        "completed" => format!("🎉 {name} complete! PR: {}", text(story, "prUrl")),
        "failed" => format!("❌ {name} failed: {}", text(story, "reason")),
        _ => format!("⏹ {name} cancelled {}", text(story, "reason")),
    }
}
