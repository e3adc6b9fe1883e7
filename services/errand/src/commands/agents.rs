//! `errand agents`: the kinds of agents, and a trial of one. Exit code 1 when the trial came to nothing.
use crate::{
    api::Api,
    cli::AgentsWhat,
    config::Config,
    output::{self, text},
    wiring::agents,
};
use anyhow::{Context, bail};
use errand_executor::{
    agents::{Trial, trial},
    confine::Host,
    runner::{Answer, QuestionKind, RunHandle, RunOutcome, RunUpdate, StopReason},
};
use serde_json::{Value, json};
use std::process::ExitCode;

/// # Errors
/// Errand is not there.
pub async fn list(api: &Api, json: bool) -> anyhow::Result<()> {
    let answer = api.get("/api/v1/agents", &[]).await?;
    if json {
        return Ok(output::json(&answer)?);
    }
    let rows: Vec<_> = answer.as_array().into_iter().flatten().map(row).collect();
    let head = ["KIND", "NAME", "RUNNER", "PROGRAM", "MODEL", "DESCRIPTION"];
    Ok(output::table(&head, &rows, "There are no agents.")?)
}

fn row(agent: &Value) -> Vec<String> {
    ["kind", "name", "runner", "program", "model", "description"]
        .map(|key| text(agent, key).to_owned())
        .into()
}

/// # Errors
/// There is no such kind, it cannot be configured, or there is no throw-away repository.
pub async fn test(what: &AgentsWhat, json: bool) -> anyhow::Result<ExitCode> {
    let AgentsWhat::Test { kind, prompt } = what;
    let config = Config::load()?;
    let all = agents::by_kind(&config, &Host::look().await, None)?;
    let Some(agent) = all.get(kind) else {
        let mut known: Vec<_> = all.keys().map(String::as_str).collect();
        known.sort_unstable();
        bail!("there is no agent {kind:?}; there are {}", known.join(", "));
    };
    let folder = std::env::temp_dir().join(format!("errand-trial-{}", uuid::Uuid::new_v4()));
    let prompt = format!("Agent: {kind}\n\n{prompt}");
    let tried = trial(agent, prompt, &folder, |update, run| {
        follow(update, run, json)
    })
    .await;
    if let Err(error) = std::fs::remove_dir_all(&folder) {
        tracing::warn!(%error, folder = %folder.display(), "the throw-away repository stays");
    }
    let tried = tried.context("the throw-away repository cannot be made")?;
    let good = is_good(&tried);
    match json {
        true => output::json(&record(&tried, good))?,
        false => report(&tried)?,
    }
    Ok(match good {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

/// Shows what the agent does while it works. Nobody sits beside a trial: what it asks for is allowed.
fn follow(update: RunUpdate, run: &RunHandle, quiet: bool) {
    let line = match update {
        RunUpdate::Started {
            agent_name,
            agent_version,
            ..
        } => format!("▶ {agent_name} {agent_version}"),
        RunUpdate::ToolCallEnded {
            name, ok, duration, ..
        } => format!("{} {name} ({} ms)", mark(ok), duration.as_millis()),
        RunUpdate::InputRequested(question) => {
            let answer = match question.kind {
                QuestionKind::Permission => Answer::Allow,
                QuestionKind::Information => Answer::Reject,
            };
            // The agent may have taken its question back.
            let _ = run.answer(&question.id, answer);
            format!("? {}", question.text)
        }
        _ => return,
    };
    if !quiet {
        // A reader that went away does not end the trial.
        let _ = output::line(line.trim_end());
    }
}

fn mark(ok: bool) -> &'static str {
    match ok {
        true => "✅",
        false => "❌",
    }
}

fn is_good(tried: &Trial) -> bool {
    let ended = matches!(
        tried.outcome,
        RunOutcome::Ended {
            stop: StopReason::EndTurn,
            ..
        }
    );
    ended && !tried.changes.is_empty() && tried.checks.iter().all(|check| check.passed)
}

fn outcome(tried: &Trial) -> String {
    match &tried.outcome {
        RunOutcome::Ended { message, .. } => message.clone(),
        RunOutcome::Cancelled => "It was cancelled.".to_owned(),
        RunOutcome::Failed(failure) => failure.to_string(),
    }
}

fn report(tried: &Trial) -> anyhow::Result<()> {
    output::line(&format!("\n{}\n", outcome(tried)))?;
    if tried.changes.is_empty() {
        output::line("❌ It changed nothing.")?;
    }
    for file in &tried.changes.files {
        let (path, plus, minus) = (&file.path, file.insertions, file.deletions);
        output::line(&format!("{path}  +{plus} −{minus}"))?;
    }
    for check in &tried.checks {
        output::line(&format!("{} {}", mark(check.passed), check.command))?;
        if !check.passed {
            output::line(&check.said)?;
        }
    }
    Ok(())
}

fn record(tried: &Trial, good: bool) -> Value {
    let file = |it: &errand_executor::workspace::FileChange| json!({"path": it.path, "insertions": it.insertions, "deletions": it.deletions});
    let check = |it: &errand_executor::agents::CheckResult| json!({"command": it.command, "passed": it.passed, "said": it.said});
    json!({
        "ok": good,
        "outcome": outcome(tried),
        "files": tried.changes.files.iter().map(file).collect::<Vec<_>>(),
        "checks": tried.checks.iter().map(check).collect::<Vec<_>>(),
    })
}
