//! The words in which the chat tells of spawns and endings. Pure.
use errand_proto::{Outcome, v1};
use uuid::Uuid;

const BACKGROUND: &str = "The agent will execute in the background and update you when complete.";

/// What is known of the link when a spawn is announced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Link {
    Is(String),
    /// Linear has not answered yet.
    Follows,
    /// No tracker is configured.
    None,
}

/// "✅ Spawned Code Generation agent! Tracking in Linear: …"
pub fn spawned(story_id: &str, agent_name: &str, link: &Link) -> v1::SpawnAnnounced {
    let (tracking, url) = match link {
        Link::Is(url) => (format!("Tracking in Linear: {url}"), url.clone()),
        Link::Follows => (
            format!("Story created ({story_id}). Linear has not answered yet; the link follows."),
            String::new(),
        ),
        Link::None => (format!("Story created ({story_id})"), String::new()),
    };
    v1::SpawnAnnounced {
        message_id: message_id(story_id, "spawn"),
        story_id: story_id.to_owned(),
        markdown: format!("✅ Spawned {agent_name} agent! {tracking}\n\n{BACKGROUND}"),
        linear_issue_url: url,
    }
}

/// "🎉 Code Generation complete! PR: …"
pub fn completed(story: &v1::StoryRef, event: &v1::StoryCompleted) -> v1::CompletionAnnounced {
    let name = &story.agent_name;
    let markdown = if event.pr_url.is_empty() {
        format!("🎉 {name} complete! {}", event.summary)
    } else {
        format!(
            "🎉 {name} complete! PR: {}\n\n{}",
            event.pr_url, event.summary
        )
    };
    ending(
        story,
        &event.session_id,
        "completed",
        markdown,
        &event.pr_url,
    )
}

/// "❌ Code Generation failed: …"
pub fn failed(story: &v1::StoryRef, event: &v1::StoryFailed) -> v1::CompletionAnnounced {
    let failure = failure(
        &event.reason,
        &event.outcome,
        &event.branch,
        &event.branch_url,
    );
    let markdown = format!("❌ {} failed: {failure}", story.agent_name);
    ending(story, &event.session_id, "failed", markdown, "")
}

/// "🔁 Code Generation failed and is tried again: retry 1 of 2 at 14:05 UTC. …"
pub fn retrying(story: &v1::StoryRef, event: &v1::StoryRetryScheduled) -> v1::CompletionAnnounced {
    let (name, retry) = (&story.agent_name, event.retry_words());
    let failure = failure(
        &event.reason,
        &event.outcome,
        &event.branch,
        &event.branch_url,
    );
    let markdown = format!("🔁 {name} failed and is tried again: {retry}. {failure}");
    v1::CompletionAnnounced {
        message_id: message_id(&event.session_id, "retry"),
        ..ending(story, &event.session_id, "retrying", markdown, "")
    }
}

/// What happened, what to do, and where the partial work is.
fn failure(reason: &str, outcome: &str, branch: &str, branch_url: &str) -> String {
    let mut text = reason.to_owned();
    if let Some(outcome) = Outcome::find(outcome) {
        text += &format!("\n\nOutcome `{}`. {}", outcome.code(), outcome.advice());
    }
    text + &partial_work(branch, branch_url)
}

fn partial_work(branch: &str, url: &str) -> String {
    match (branch, url) {
        ("", _) => String::new(),
        (branch, "") => format!("\n\nWhat it did so far is on branch `{branch}`."),
        (branch, url) => format!("\n\nWhat it did so far is on branch [{branch}]({url})."),
    }
}

/// "⏹ Code Generation cancelled by …"
pub fn cancelled(story: &v1::StoryRef, event: &v1::StoryCancelled) -> v1::CompletionAnnounced {
    let kept = partial_work(&event.branch, &event.branch_url);
    stopped(story, &event.session_id, &event.by, &event.reason, &kept)
}

/// The same of a story that never ran.
pub fn rejected(story: &v1::StoryRef, event: &v1::StoryRejected) -> v1::CompletionAnnounced {
    stopped(story, &event.session_id, &event.by, &event.reason, "")
}

fn stopped(
    story: &v1::StoryRef,
    session_id: &str,
    by: &str,
    reason: &str,
    kept: &str,
) -> v1::CompletionAnnounced {
    let name = &story.agent_name;
    let because = if reason.is_empty() {
        String::new()
    } else {
        format!(": {reason}")
    };
    let markdown = format!("⏹ {name} cancelled by {by}{because}{kept}");
    ending(story, session_id, "cancelled", markdown, "")
}

/// The consolidated report of a batch.
pub fn consolidated(event: &v1::BatchConsolidated) -> v1::BatchAnnounced {
    v1::BatchAnnounced {
        message_id: message_id(&event.id, "batch"),
        batch_id: event.id.clone(),
        markdown: event.report_markdown.clone(),
    }
}

fn ending(
    story: &v1::StoryRef,
    session_id: &str,
    status: &str,
    markdown: String,
    pr_url: &str,
) -> v1::CompletionAnnounced {
    v1::CompletionAnnounced {
        message_id: message_id(session_id, "completion"),
        story_id: story.story_id.clone(),
        status: status.to_owned(),
        markdown,
        pr_url: pr_url.to_owned(),
        session_id: session_id.to_owned(),
    }
}

/// The same announcement always has the same id, so that a second telling replaces the first.
fn message_id(subject: &str, purpose: &str) -> String {
    let name = format!("{purpose}:{subject}");
    Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spawn_message_names_the_link() {
        let link = Link::Is("https://linear.app/errand/issue/ERR-1".into());
        let told = spawned("s1", "Code Generation", &link);
        assert_eq!(
            told.markdown,
            "✅ Spawned Code Generation agent! Tracking in Linear: https://linear.app/errand/issue/ERR-1\n\nThe agent will execute in the background and update you when complete."
        );
    }

    #[test]
    fn without_a_tracker_the_story_is_named() {
        let told = spawned("s1", "Security", &Link::None);
        assert!(
            told.markdown
                .starts_with("✅ Spawned Security agent! Story created (s1)")
        );
    }

    #[test]
    fn a_late_link_replaces_the_first_message() {
        let first = spawned("s1", "Security", &Link::Follows);
        let second = spawned("s1", "Security", &Link::Is("https://linear.app/x".into()));
        assert_eq!(first.message_id, second.message_id);
    }

    #[test]
    fn a_failure_says_why() {
        let story = v1::StoryRef {
            agent_name: "SEO".into(),
            ..Default::default()
        };
        let event = v1::StoryFailed {
            reason: "the agent said nothing for 15 minutes".into(),
            ..Default::default()
        };
        assert!(
            failed(&story, &event)
                .markdown
                .contains("nothing for 15 minutes")
        );
    }
}
