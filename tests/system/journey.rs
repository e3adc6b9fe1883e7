//! The journey that Errand exists for, from the chat to the pull request and back.
use super::harness::{Errand, text, until};
use serde_json::json;
use std::time::Instant;

#[tokio::test]
async fn a_request_in_the_chat_ends_in_a_pull_request_that_everybody_is_told_of() {
    let errand = Errand::up(&[]).await;
    let api = &errand.api;
    let chat = api.conversation().await;
    api.say(&chat, "build email capture for the hero").await;
    api.hear(&chat, "I'll spawn a codegen agent").await;
    let spawned = api
        .hear(
            &chat,
            "✅ Spawned Code Generation agent! Tracking in Linear: ",
        )
        .await;
    assert!(
        text(&spawned, "text")
            .ends_with("The agent will execute in the background and update you when complete.")
    );

    // The user goes on chatting meanwhile.
    api.say(&chat, "what can you do?").await;
    until("an answer meanwhile", || async {
        let messages = api.messages(&chat).await;
        let asked = messages
            .iter()
            .position(|m| text(m, "text") == "what can you do?")?;
        let later = messages.iter().skip(asked);
        later
            .into_iter()
            .any(|m| text(m, "kind") == "assistant")
            .then_some(())
    })
    .await;

    let done = api.hear(&chat, "🎉 Code Generation complete! PR: ").await;
    let story = api.story_is("completed").await;
    for (field, expected) in [
        ("title", "Code Generation: build email capture for the hero"),
        ("priority", "medium"),
        ("priorityLevel", "P1"),
        ("policy", "auto_safe"),
    ] {
        assert_eq!(text(&story, field), expected, "{field}");
    }
    assert_eq!(story["priorityScore"], 75);
    assert_eq!(text(&story, "prUrl"), text(&done, "prUrl"));

    let issue = until("the finished Linear issue", || async {
        let page = api.page(path(text(&story, "linearIssueUrl"))).await;
        (page.contains("Done") && page.contains("Completed.")).then_some(page)
    })
    .await;
    assert!(issue.contains("checked"), "the checklist is ticked");
    assert!(
        issue.contains(text(&story, "prUrl")),
        "the issue links the pull request"
    );
    let pull_request = api.page(path(text(&story, "prUrl"))).await;
    assert!(
        pull_request.contains("email-capture"),
        "the diff shows the new files"
    );
    let slack = until("the Slack message", || async {
        let page = api.page("/sandbox/slack/general").await;
        page.contains("Code Generation complete").then_some(page)
    })
    .await;
    assert!(slack.contains(text(&story, "prUrl")));
    assert_eq!(
        api.made().await,
        [1, 1, 1],
        "issues, Slack messages, pull requests"
    );
}

#[tokio::test]
async fn the_link_is_in_the_chat_within_a_second_of_the_tool_call() {
    let errand = Errand::up(&[]).await;
    let api = &errand.api;
    let chat = api.conversation().await;
    api.say(&chat, "build a contact form").await;
    api.hear(&chat, "Tracking in Linear").await;
    let events = api.get("/api/v1/events?limit=500").await;
    let time = |name: &str| {
        let events = events["events"].as_array().unwrap();
        let event = events
            .iter()
            .find(|e| text(e, "type").ends_with(name))
            .unwrap();
        text(event, "time").to_owned()
    };
    let (asked, told) = (time("AgentSpawnRequested"), time("SpawnAnnounced"));
    // Both are RFC 3339 with six decimals; the seconds and what follows are all that may differ.
    let micros = |t: &str| {
        let parts: Vec<f64> = t[11..26].split(':').map(|p| p.parse().unwrap()).collect();
        (parts[0] * 3600.0 + parts[1] * 60.0 + parts[2]) * 1e6
    };
    assert!(micros(&told) - micros(&asked) < 1e6, "{asked} … {told}");
}

#[tokio::test]
async fn pressing_the_button_spawns_what_was_offered() {
    let errand = Errand::up(&[]).await;
    let api = &errand.api;
    let chat = api.conversation().await;
    api.say(&chat, "Is the login secure?").await;
    let offer = api
        .hear(&chat, "Should I spawn a security agent to analyze this?")
        .await;
    let labels: Vec<_> = offer["actions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|a| text(a, "label").to_owned())
        .collect();
    assert_eq!(labels, ["✅ Spawn a security agent", "❌ Not now"]);

    let press = || async {
        let message = text(&offer, "id");
        let path = format!("/api/v1/conversations/{chat}/messages/{message}/actions");
        let action = text(&offer["actions"][0], "id");
        api.post(&path, &json!({"actionId": action})).await
    };
    let (status, body) = press().await;
    assert!((200..300).contains(&status), "{status} {body}");
    api.hear(&chat, "Yes, spawn a security agent to analyze this")
        .await;
    api.hear(&chat, "✅ Spawned Security agent!").await;
    let (_, again) = press().await;
    assert_eq!(
        body["messageId"], again["messageId"],
        "pressed twice, said once"
    );
    api.hear(&chat, "🎉 Security complete! PR: ").await;
    assert_eq!(api.stories().await.len(), 1);
}

#[tokio::test]
async fn a_failure_is_told_everywhere_with_its_reason() {
    for (misbehaviour, reason) in [
        ("demo:crash", "stopped in the middle of its work"),
        ("demo:nothing", "without changing anything"),
        (
            "demo:garbage",
            "text that is not the protocol of its runner",
        ),
    ] {
        let errand = Errand::up(&[]).await;
        let api = &errand.api;
        let wish = json!({"agent": "codegen", "prompt": format!("build it\n{misbehaviour}")});
        let (status, spawned) = api.post("/api/v1/stories", &wish).await;
        assert_eq!(status, 201, "{spawned}");
        let chat = text(&spawned, "conversationId");
        let told = api.hear(chat, "❌ Code Generation failed").await;
        assert!(
            text(&told, "text").contains(reason),
            "{misbehaviour}: {told}"
        );
        let story = api.story_is("failed").await;
        assert!(text(&story, "reason").contains(reason), "{story}");
        until("the failure in Slack", || async {
            let page = api.page("/sandbox/slack/general").await;
            page.contains("Code Generation failed").then_some(())
        })
        .await;
        until("the failure in Linear", || async {
            let page = api.page(path(text(&story, "linearIssueUrl"))).await;
            page.contains("Failed:").then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn an_agent_that_hangs_is_ended_by_its_limit() {
    let errand = Errand::up_with(&[], &[("ERRAND_STALL_SECONDS", "1")]).await;
    let wish = json!({"agent": "codegen", "prompt": "build it demo:hang"});
    let (_, spawned) = errand.api.post("/api/v1/stories", &wish).await;
    let chat = text(&spawned, "conversationId");
    let told = errand.api.hear(chat, "❌ Code Generation failed").await;
    assert!(text(&told, "text").contains("said nothing for"), "{told}");
}

#[tokio::test]
async fn without_key_and_sandbox_the_story_runs_all_the_same() {
    let errand = Errand::up(&["--no-sandbox"]).await;
    let api = &errand.api;
    let wish = json!({"agent": "codegen", "prompt": "add a dark mode toggle"});
    let (status, spawned) = api.post("/api/v1/stories", &wish).await;
    assert_eq!(status, 201, "{spawned}");
    let chat = text(&spawned, "conversationId");
    let words = format!("Story created ({})", text(&spawned, "storyId"));
    api.hear(chat, &words).await;
    api.hear(chat, "🎉 Code Generation complete!").await;
    // A message finds no model; the chat says so and how to mend it.
    api.say(chat, "hello").await;
    until("a reply that failed", || async {
        let messages = api.messages(chat).await;
        let failed = messages.into_iter().find(|m| text(m, "kind") == "failed")?;
        text(&failed, "reason")
            .contains("ANTHROPIC_API_KEY")
            .then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_reply_that_breaks_off_says_so_and_can_be_asked_for_again() {
    let errand = Errand::up(&[]).await;
    let api = &errand.api;
    let chat = api.conversation().await;
    for (earlier, fault) in ["cut_stream", "overloaded_529"].into_iter().enumerate() {
        api.trouble(&json!({"vendor": "llm", "fault": fault, "count": 1}))
            .await;
        api.say(&chat, "build a contact form").await;
        let failed = until("a reply that failed", || async {
            let messages = api.messages(&chat).await;
            let mut failed = messages.into_iter().filter(|m| text(m, "kind") == "failed");
            failed.nth(earlier)
        })
        .await;
        assert!(!text(&failed, "reason").is_empty(), "{failed}");
        let path = format!(
            "/api/v1/conversations/{chat}/messages/{}/retry",
            text(&failed, "id")
        );
        let (status, body) = api.post(&path, &json!({})).await;
        assert!((200..300).contains(&status), "{status} {body}");
        api.hear(&chat, "✅ Spawned Code Generation agent!").await;
    }
}

#[tokio::test]
async fn several_agents_can_be_asked_for_in_one_message() {
    let errand = Errand::up(&[]).await;
    let api = &errand.api;
    let chat = api.conversation().await;
    api.say(&chat, "full audit on the site").await;
    for agent in ["Security", "SEO", "Performance", "Accessibility"] {
        api.hear(&chat, &format!("✅ Spawned {agent} agent!")).await;
    }
    for agent in ["Security", "SEO", "Performance", "Accessibility"] {
        api.hear(&chat, &format!("🎉 {agent} complete! PR: ")).await;
    }
}

#[tokio::test]
async fn a_cancelled_agent_stops_and_stays_stopped() {
    let errand = Errand::up(&[]).await;
    let api = &errand.api;
    let wish = json!({"agent": "codegen", "prompt": "build it\ndemo:hang"});
    let (_, spawned) = api.post("/api/v1/stories", &wish).await;
    let story = text(&spawned, "storyId");
    api.story_is("in_progress").await;
    let began = Instant::now();
    let cancel = format!("/api/v1/stories/{story}/cancel");
    let (status, body) = api
        .post(&cancel, &json!({"reason": "changed my mind"}))
        .await;
    assert!((200..300).contains(&status), "{status} {body}");
    api.story_is("cancelled").await;
    assert!(
        began.elapsed().as_secs() < 30,
        "stopping took {:?}",
        began.elapsed()
    );
    let chat = text(&spawned, "conversationId");
    api.hear(chat, "cancelled by you: changed my mind").await;
}

/// The path of an absolute URL of ours.
fn path(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find('/').map_or("/", |at| &rest[at..])
}
