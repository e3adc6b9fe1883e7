//! What people read in a batch's Linear issue. Pure.
use crate::{batch::Batch, linear::IssueState};

/// The checklist of its stories, and the report once there is one.
pub fn description(batch: &Batch) -> String {
    let facts = &batch.facts.0;
    let lines: Vec<_> = facts.story_ids.iter().map(|id| line(batch, id)).collect();
    let mut text = format!("## Checklist\n{}", lines.join("\n"));
    if batch.is_consolidated() {
        text += &format!("\n\n{}", batch.report);
    }
    format!("{text}\n\n---\n*batch {}*", facts.id)
}

fn line(batch: &Batch, id: &str) -> String {
    let Some(finished) = batch.finished.get(id) else {
        return format!("- [ ] {}", batch.agent_name(id).unwrap_or(id));
    };
    let finished = &finished.0;
    let story = finished.story.clone().unwrap_or_default();
    let mark = if finished.status == "completed" {
        "x"
    } else {
        " "
    };
    let mut line = format!("- [{mark}] {}: {}", story.agent_name, finished.status);
    if !finished.pr_url.is_empty() {
        line += &format!(" · [pull request]({})", finished.pr_url);
    }
    if !story.linear_issue_url.is_empty() {
        line += &format!(" · [issue]({})", story.linear_issue_url);
    }
    line
}

pub fn state(batch: &Batch) -> IssueState {
    match batch.is_consolidated() {
        true if batch.all_cancelled() => IssueState::Canceled,
        true => IssueState::Done,
        false => IssueState::InProgress,
    }
}
