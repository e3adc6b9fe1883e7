//! What a person tells an agent while it works reaches it; what cannot reach it is answered with the reason.
use super::harness::{Api, Errand, command, text, until};
use serde_json::{Value, json};

async fn spawn(api: &Api, prompt: &str) -> Value {
    let wish = json!({"agent": "codegen", "prompt": prompt});
    let (status, spawned) = api.post("/api/v1/stories", &wish).await;
    assert_eq!(status, 201, "{spawned}");
    spawned
}

async fn steer(errand: &Errand, story: &str, words: &str) -> (bool, String) {
    let arguments = ["steer", story, words, "--url", errand.api.url.as_str()];
    let ended = command(&arguments).output().await.unwrap();
    let said = [ended.stdout, ended.stderr].concat();
    (
        ended.status.success(),
        String::from_utf8_lossy(&said).into_owned(),
    )
}

async fn runs(api: &Api, session: &str) -> Value {
    until("the agent has a plan", || async {
        let sessions = api.get("/api/v1/sessions?status=running").await;
        let sessions = sessions["sessions"].as_array().unwrap().clone();
        let session = sessions.into_iter().find(|it| text(it, "id") == session)?;
        let plan = session["plan"].as_array().map_or(0, Vec::len);
        (plan > 0).then_some(session)
    })
    .await
}

#[tokio::test]
async fn an_instruction_reaches_the_agent_also_when_its_executor_is_killed() {
    let mut errand = Errand::up_with(&[], &[("ERRAND_DEMO_PACE_MS", "150")]).await;
    let spawned = spawn(&errand.api, "build email capture").await;
    let (story, chat) = (text(&spawned, "storyId"), text(&spawned, "conversationId"));
    let session = text(&spawned, "sessionId");
    runs(&errand.api, session).await;
    let card = errand.api.page(&format!("/chat/{chat}")).await;
    assert!(
        card.contains(&format!("/sessions/{session}/steer")),
        "a box on the card"
    );
    let form = format!("/sessions/{session}/steer");
    let status = errand
        .api
        .press(&form, &[("text", "also add a contact form")])
        .await;
    assert_eq!(status, 200);
    errand.kill().await;
    errand.start_again().await;
    runs(&errand.api, session).await;
    let (good, said) = steer(&errand, story, "and a dark mode toggle").await;
    assert!(good && said.contains("Told the agent."), "{said}");
    errand
        .api
        .hear(chat, "🎉 Code Generation complete! PR: ")
        .await;
    let ended = errand.api.get(&format!("/api/v1/sessions/{session}")).await;
    let changed = ended["changes"]["files"].to_string();
    for file in ["email-capture", "contact-form", "dark-mode"] {
        assert!(changed.contains(file), "{file}: {changed}");
    }
    let (good, said) = steer(&errand, story, "too late").await;
    assert!(!good && said.contains("has already ended"), "{said}");
}

#[tokio::test]
async fn an_agent_that_cannot_listen_says_so() {
    let errand = Errand::up_with(
        &[],
        &[
            ("ERRAND_SESSIONS_PER_PROJECT", "1"),
            ("ERRAND_DEMO_PACE_MS", "300"),
        ],
    )
    .await;
    let first = spawn(&errand.api, "build email capture").await;
    runs(&errand.api, text(&first, "sessionId")).await;
    let second = spawn(&errand.api, "add a dark mode toggle").await;
    let session = text(&second, "sessionId");
    until("the second story waits", || async {
        let sessions = errand.api.get("/api/v1/sessions?status=queued").await;
        let ids = sessions["sessions"].as_array().unwrap().clone();
        ids.iter().any(|it| text(it, "id") == session).then_some(())
    })
    .await;
    let (good, said) = steer(&errand, text(&second, "storyId"), "faster").await;
    assert!(
        !good && said.contains("the agent has not begun yet"),
        "{said}"
    );
}
