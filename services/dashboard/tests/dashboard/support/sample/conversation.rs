use super::{Ids, MINUTE_US, World, id, session_of};
use errand_proto::{ConversationEvent as C, v1};

const PLAN: &str = "That fits the launch. I would:\n\n1. put the form under the headline, where people look first\n\
    2. store the address behind a small `POST /subscribe`\n3. test that a wrong address is refused\n\n\
    ```diff\n-<p>Coming soon</p>\n+<form class=\"capture\" action=\"/subscribe\" method=\"post\">\n+  <input type=\"email\" \
    name=\"email\" required>\n+</form>\n```\n\nI'll spawn a codegen agent…";

fn said(name: &str, text: &str) -> C {
    v1::UserMessagePosted {
        message_id: id(name),
        text: text.into(),
        user_id: "you".into(),
        action_id: String::new(),
    }
    .into()
}

fn replied(name: &str, to: &str, markdown: &str, actions: Vec<v1::Action>) -> C {
    v1::AssistantReplied {
        message_id: id(name),
        in_reply_to: id(to),
        markdown: markdown.into(),
        actions,
        usage: None,
        model: "demo".into(),
        ..v1::AssistantReplied::default()
    }
    .into()
}

fn action(id: &str, label: &str, sends: &str) -> v1::Action {
    v1::Action {
        id: id.into(),
        label: label.into(),
        sends: sends.into(),
    }
}

fn announced(name: &str, story: &str, agent: &str, url: &str) -> C {
    let tracking = if url.is_empty() {
        String::new()
    } else {
        format!(" Tracking in Linear: {url}")
    };
    v1::SpawnAnnounced {
        message_id: id(name),
        story_id: story.into(),
        markdown: format!(
            "✅ Spawned {agent} agent!{tracking}\n\nThe agent will execute in the background and update you when complete."
        ),
        linear_issue_url: url.into(),
    }
    .into()
}

pub async fn begin(world: &World, ids: &Ids, at: i64) {
    let start = v1::ConversationStarted {
        id: ids.conversation.clone(),
        workspace_id: "main".into(),
        project_id: "sample-site".into(),
        title: "Email capture for the hero".into(),
        user_id: "you".into(),
    };
    world.add(&ids.conversation, C::from(start), at).await;
    for title in ["Why is the start page slow?", "Words for the pricing page"] {
        let other = v1::ConversationStarted {
            id: id(title),
            workspace_id: "main".into(),
            project_id: "sample-site".into(),
            title: title.into(),
            user_id: "you".into(),
        };
        world
            .add(&id(title), C::from(other), at - 60 * MINUTE_US)
            .await;
    }
    world
        .add(
            &ids.conversation,
            said("ask", "build email capture for the hero"),
            at,
        )
        .await;
    world
        .add(
            &ids.conversation,
            replied("plan", "ask", PLAN, vec![]),
            at + 2_000_000,
        )
        .await;
    let url = "https://linear.app/sample/issue/ERR-12";
    let spawned = announced("spawned", &ids.completed, "Code Generation", url);
    world.add(&ids.conversation, spawned, at + 3_000_000).await;
}

pub async fn completed(world: &World, ids: &Ids, at: i64) {
    let done = v1::CompletionAnnounced {
        message_id: id("done"),
        story_id: ids.completed.clone(),
        status: "completed".into(),
        markdown: "🎉 Code Generation complete! PR: https://github.com/sample/site/pull/7".into(),
        pr_url: "https://github.com/sample/site/pull/7".into(),
        ..v1::CompletionAnnounced::default()
    };
    world.add(&ids.conversation, C::from(done), at).await;
    let offer = replied(
        "offer",
        "ask",
        "The form stores addresses of strangers now. Should I spawn a security agent to analyze this?",
        vec![
            action(
                "yes",
                "✅ Spawn a security agent",
                "Yes, spawn a security agent to analyze this",
            ),
            action("no", "❌ Not now", "Not now"),
        ],
    );
    world.add(&ids.conversation, offer, at + MINUTE_US).await;
}

pub async fn broken(world: &World, ids: &Ids, at: i64) {
    let conversation = id("Why is the start page slow?");
    world
        .add(
            &conversation,
            said("slow", "Why is the start page slow?"),
            at,
        )
        .await;
    let failed = v1::AssistantReplyFailed {
        message_id: ids.failed_reply.clone(),
        in_reply_to: id("slow"),
        reason: "The model's stream was cut after 12 words.".into(),
        partial_markdown: "The hero image is 4 MB and is loaded before".into(),
        ..Default::default()
    };
    world.add(&conversation, C::from(failed), at).await;
}

pub async fn spawned(world: &World, ids: &Ids, at: i64) {
    let conversation = id("Words for the pricing page");
    world
        .add(
            &conversation,
            said(
                "all",
                "Check security and accessibility, and write descriptions for all pages",
            ),
            at,
        )
        .await;
    world
        .add(
            &conversation,
            replied(
                "sure",
                "all",
                "Three agents can do that side by side.",
                vec![],
            ),
            at,
        )
        .await;
    let url = "https://linear.app/sample/issue/ERR-14";
    world
        .add(
            &conversation,
            announced("s1", &ids.running, "Security", url),
            at,
        )
        .await;
    world
        .add(
            &conversation,
            announced("s2", &ids.asking, "Accessibility", ""),
            at,
        )
        .await;
    world
        .add(&conversation, announced("s3", &ids.queued, "SEO", ""), at)
        .await;
    let question = v1::QuestionAsked {
        question_id: ids.question.clone(),
        story_id: ids.asking.clone(),
        session_id: session_of(&ids.asking),
        text: "Two buttons have no text. Shall I name them after their icons?".into(),
        actions: vec![
            action("q-yes", "Name them", "Yes, name them after their icons"),
            action("q-no", "Leave them", "Leave them"),
        ],
    };
    world
        .add(&conversation, C::from(question), at + MINUTE_US)
        .await;
}
