//! The words of a message about a story. Pure.
use crate::slack::{APPROVE, Button, Message, REJECT};
use errand_proto::{BatchEvent, Event, Outcome, StoryEvent, v1};
use uuid::Uuid;

/// What a message is about that asks whether a story may run.
pub const APPROVAL: &str = "approval";
/// What a message is about that tells what came of a batch.
const BATCH: &str = "batch";
/// The policy of stories that a person must allow.
const NEEDS_APPROVAL: &str = "needs_approval";

/// A story's ending, or the question whether it may run, ready to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// Empty when it is about a batch.
    pub story_id: String,
    /// Empty when it is about a story.
    pub batch_id: String,
    pub session_id: String,
    pub conversation_id: String,
    /// "completed", "failed", "retrying", "cancelled", "approval" or "batch".
    pub about: &'static str,
    pub message: Message,
}

/// What to tell of this event, if anything. `public_url` is where people find Errand; without `buttons` they decide
/// there.
pub fn ending(event: &Event, public_url: &str, buttons: bool) -> Option<Ending> {
    match event {
        Event::Story(StoryEvent::StoryCreated(e)) => {
            (e.policy == NEEDS_APPROVAL).then(|| question(e, public_url, buttons))
        }
        Event::Story(StoryEvent::StoryCompleted(e)) => {
            let story = e.story.as_ref()?;
            let title = format!("🎉 {} complete", story.agent_name);
            let mut ending = new(
                story,
                &e.session_id,
                "completed",
                title,
                &e.summary,
                public_url,
            );
            if !e.pr_url.is_empty() {
                let link = ("Pull request".to_owned(), e.pr_url.clone());
                ending.message.links.insert(0, link);
            }
            Some(ending)
        }
        Event::Story(StoryEvent::StoryFailed(e)) => {
            let story = e.story.as_ref()?;
            let title = format!("❌ {} failed", story.agent_name);
            let detail = failure(&e.reason, &e.outcome);
            let mut ending = new(story, &e.session_id, "failed", title, &detail, public_url);
            add_branch(&mut ending, &e.branch_url);
            Some(ending)
        }
        Event::Story(StoryEvent::StoryRetryScheduled(e)) => {
            let story = e.story.as_ref()?;
            let title = format!("🔁 {} is tried again", story.agent_name);
            let detail = format!("{}\n{}", e.retry_words(), failure(&e.reason, &e.outcome));
            let mut ending = new(story, &e.session_id, "retrying", title, &detail, public_url);
            add_branch(&mut ending, &e.branch_url);
            Some(ending)
        }
        Event::Story(StoryEvent::StoryCancelled(e)) => {
            let story = e.story.as_ref()?;
            let title = format!("⏹ {} cancelled by {}", story.agent_name, e.by);
            let (session, reason) = (&e.session_id, &e.reason);
            let mut ending = new(story, session, "cancelled", title, reason, public_url);
            add_branch(&mut ending, &e.branch_url);
            Some(ending)
        }
        Event::Story(StoryEvent::StoryRejected(e)) => {
            let story = e.story.as_ref()?;
            let title = format!("⏹ {} rejected by {}", story.agent_name, e.by);
            let (session, reason) = (&e.session_id, &e.reason);
            Some(new(story, session, "cancelled", title, reason, public_url))
        }
        Event::Batch(BatchEvent::BatchConsolidated(e)) => Some(report(e, public_url)),
        _ => None,
    }
}

/// The report of a batch: what came of each story; the findings are a link away.
fn report(report: &v1::BatchConsolidated, public_url: &str) -> Ending {
    let chat = format!("{public_url}/chat/{}", report.conversation_id);
    let mut links = vec![("Report".to_owned(), chat)];
    if !report.linear_issue_url.is_empty() {
        links.push(("Linear".to_owned(), report.linear_issue_url.clone()));
    }
    let title = format!("📋 Report: {}", report.title);
    let message = Message {
        key: key(&report.id, BATCH),
        text: title.clone(),
        title,
        body_markdown: report.summary.clone(),
        fields: vec![("Project".to_owned(), report.project_id.clone())],
        links,
        ..Message::default()
    };
    Ending {
        story_id: String::new(),
        batch_id: report.id.clone(),
        session_id: String::new(),
        conversation_id: report.conversation_id.clone(),
        about: BATCH,
        message,
    }
}

/// "✋ Code Generation waits for approval", with buttons where they are heard.
fn question(story: &v1::StoryCreated, public_url: &str, buttons: bool) -> Ending {
    let title = format!("✋ {} waits for approval", story.agent_name);
    let button = |action: &str, label: &str, is_good| Button {
        action: action.to_owned(),
        label: label.to_owned(),
        value: story.id.clone(),
        is_good,
    };
    let page = if buttons {
        "Story"
    } else {
        "Approve or reject"
    };
    let link = format!("{public_url}/stories/{}", story.id);
    let message = Message {
        key: approval_key(&story.id),
        text: format!("{title}: {}", story.title),
        title,
        body_markdown: format!(
            "{}\nIt runs only after somebody has allowed it.",
            story.title
        ),
        fields: vec![("Project".to_owned(), story.project_id.clone())],
        links: vec![(page.to_owned(), link)],
        buttons: match buttons {
            true => vec![
                button(APPROVE, "Approve", true),
                button(REJECT, "Reject", false),
            ],
            false => Vec::new(),
        },
        ..Message::default()
    };
    Ending {
        story_id: story.id.clone(),
        batch_id: String::new(),
        session_id: story.session_id.clone(),
        conversation_id: story.conversation_id.clone(),
        about: APPROVAL,
        message,
    }
}

/// The question once it was decided.
pub fn decided(story_id: &str, decision: &str, told: &str, public_url: &str) -> Message {
    Message {
        key: approval_key(story_id),
        text: format!("{decision}. {told}"),
        title: decision.to_owned(),
        body_markdown: told.to_owned(),
        links: vec![(
            "Story".to_owned(),
            format!("{public_url}/stories/{story_id}"),
        )],
        ..Message::default()
    }
}

/// The idempotency key of the question about a story.
pub fn approval_key(story_id: &str) -> Uuid {
    key(story_id, APPROVAL)
}

/// What happened, its code, and what to do.
fn failure(reason: &str, outcome: &str) -> String {
    let advice = |outcome: Outcome| {
        format!(
            "{reason}\nOutcome `{}`. {}",
            outcome.code(),
            outcome.advice()
        )
    };
    Outcome::find(outcome).map_or_else(|| reason.to_owned(), advice)
}

fn add_branch(ending: &mut Ending, url: &str) {
    if !url.is_empty() {
        let link = ("Partial work".to_owned(), url.to_owned());
        ending.message.links.insert(0, link);
    }
}

fn new(
    story: &v1::StoryRef,
    session_id: &str,
    about: &'static str,
    title: String,
    detail: &str,
    public_url: &str,
) -> Ending {
    let mut links = vec![(
        "Story".to_owned(),
        format!("{public_url}/stories/{}", story.story_id),
    )];
    if !story.linear_issue_url.is_empty() {
        links.push(("Linear".to_owned(), story.linear_issue_url.clone()));
    }
    let message = Message {
        key: key(session_id, about),
        channel: None,
        text: format!("{title}: {}", story.title),
        title,
        body_markdown: [story.title.as_str(), detail].join("\n"),
        fields: vec![("Project".to_owned(), story.project_id.clone())],
        links,
        buttons: Vec::new(),
    };
    Ending {
        story_id: story.story_id.clone(),
        batch_id: String::new(),
        session_id: session_id.to_owned(),
        conversation_id: story.conversation_id.clone(),
        about,
        message,
    }
}

/// The idempotency key of a message, and the id of its Notification: one per attempt.
fn key(session_id: &str, about: &str) -> Uuid {
    let name = format!("slack:{session_id}:{about}");
    Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_story_that_needs_approval_is_asked_about_with_buttons_where_they_are_heard() {
        let story = |policy: &str| {
            let created = v1::StoryCreated {
                id: "s1".into(),
                policy: policy.into(),
                agent_name: "SEO".into(),
                ..Default::default()
            };
            Event::Story(created.into())
        };
        let asked = ending(&story(NEEDS_APPROVAL), "http://errand", true).unwrap();
        assert_eq!(asked.message.title, "✋ SEO waits for approval");
        let buttons = asked.message.buttons.iter();
        let pressed: Vec<_> = buttons
            .map(|b| (b.action.as_str(), b.value.as_str()))
            .collect();
        assert_eq!(pressed, [(APPROVE, "s1"), (REJECT, "s1")]);
        let unheard = ending(&story(NEEDS_APPROVAL), "http://errand", false).unwrap();
        assert_eq!(unheard.message.buttons, []);
        let link = (
            "Approve or reject".into(),
            "http://errand/stories/s1".into(),
        );
        assert_eq!(unheard.message.links, [link]);
        assert_eq!(ending(&story("auto_safe"), "http://errand", true), None);
    }

    #[test]
    fn a_failure_is_told_with_its_reason_and_the_way_to_the_story() {
        let event = v1::StoryFailed {
            session_id: "a1".into(),
            reason: "the tests fail".into(),
            story: Some(v1::StoryRef {
                story_id: "s1".into(),
                agent_name: "SEO".into(),
                ..Default::default()
            }),
            ..Default::default()
        };
        let event = Event::Story(event.into());
        let ending = ending(&event, "http://errand", true).unwrap();
        assert_eq!(ending.message.title, "❌ SEO failed");
        assert!(ending.message.body_markdown.contains("the tests fail"));
        assert_eq!(ending.message.links[0].1, "http://errand/stories/s1");
    }
}
