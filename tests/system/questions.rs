//! An agent asks, a person answers in the chat or elsewhere, and the agent goes on, whatever dies in between.
use super::{
    agents::with_claude,
    harness::{Api, Errand, command, text, until},
};
use serde_json::{Value, json};
use std::fs;
use tempfile::TempDir;

const QUESTION: &str = "Add an email capture form";

/// Waits for the only question of a conversation to be there, open or answered.
async fn question(api: &Api, chat: &str, open: bool) -> Value {
    until(&format!("a question that is open: {open}"), || async {
        let messages = api.messages(chat).await;
        let mut asked = messages
            .into_iter()
            .filter(|m| text(m, "kind") == "question");
        let question = asked.next()?;
        assert_eq!(asked.next(), None, "it is put once");
        (question["spent"] == json!(!open)).then_some(question)
    })
    .await
}

/// Waits for the only session to be so, and answers it.
async fn session_is(api: &Api, status: &str) -> Value {
    until(&format!("a session that is {status}"), || async {
        let sessions = api.get("/api/v1/sessions").await;
        let session = sessions["sessions"][0].clone();
        (text(&session, "status") == status).then_some(session)
    })
    .await
}

async fn cli(errand: &Errand, arguments: &[&str]) -> (bool, String) {
    let url = ["--url", errand.api.url.as_str()];
    let ended = command(arguments).args(url).output().await.unwrap();
    let said = [ended.stdout, ended.stderr].concat();
    (
        ended.status.success(),
        String::from_utf8_lossy(&said).into_owned(),
    )
}

async fn spawn(api: &Api, prompt: &str) -> (String, String) {
    let wish = json!({"agent": "codegen", "prompt": prompt});
    let (status, spawned) = api.post("/api/v1/stories", &wish).await;
    assert_eq!(status, 201, "{spawned}");
    let id = |key| text(&spawned, key).to_owned();
    (id("storyId"), id("conversationId"))
}

#[tokio::test]
async fn a_permission_is_asked_in_the_chat_and_a_button_lets_the_agent_go_on() {
    let errand = Errand::up(&[]).await;
    let api = &errand.api;
    let chat = api.conversation().await;
    api.say(&chat, "build email capture for the hero demo:ask")
        .await;
    let asked = question(api, &chat, true).await;
    for words in [QUESTION, "files: [\"index.html\""] {
        assert!(text(&asked, "text").contains(words), "{asked}");
    }
    let session = session_is(api, "waiting_for_input").await;
    let (_, listed) = cli(&errand, &["sessions"]).await;
    let (id, _) = text(&session, "id").split_at(8);
    let hint = format!("errand answer {id} \"Allow\" | \"Reject\"");
    assert!(listed.contains(&hint), "{listed}");
    let story = format!("/stories/{}", text(&session, "storyId"));
    let project = format!("/projects/{}/agents", text(&session, "projectId"));
    for page in [story, project] {
        let shown = api.page(&page).await;
        for words in ["Waiting for you", QUESTION] {
            assert!(shown.contains(words), "{page} shows {words:?}");
        }
    }

    let press = |action: &Value| {
        let path = format!(
            "/api/v1/conversations/{chat}/messages/{}/actions",
            text(&asked, "id")
        );
        let body = json!({"actionId": action["id"]});
        async move { api.post(&path, &body).await }
    };
    let (status, pressed) = press(&asked["actions"][0]).await;
    assert_eq!(status, 201, "{pressed}");
    api.hear(&chat, "🎉 Code Generation complete! PR: ").await;
    let answered = question(api, &chat, false).await;
    assert_eq!(text(&answered, "answer"), "Allow", "{answered}");
    let (status, refused) = press(&asked["actions"][1]).await;
    assert_eq!(status, 409, "the agent was answered once: {refused}");
}

#[tokio::test]
async fn a_refusal_on_the_command_line_reaches_the_agent() {
    let errand = Errand::up(&[]).await;
    let (story, chat) = spawn(&errand.api, "build email capture demo:ask").await;
    session_is(&errand.api, "waiting_for_input").await;
    let (good, said) = cli(&errand, &["answer", &story, "no"]).await;
    assert!(good, "{said}");
    errand
        .api
        .hear(&chat, "I was not allowed to change anything")
        .await;
    let (good, said) = cli(&errand, &["answer", &story, "yes"]).await;
    assert!(!good && said.contains("waits for no answer"), "{said}");
}

#[tokio::test]
async fn a_question_outlives_the_executor_and_so_does_its_answer() {
    let mut errand = Errand::up_with(&[], &[("ERRAND_DEMO_PACE_MS", "100")]).await;
    let (story, chat) = spawn(&errand.api, "build email capture demo:ask").await;
    question(&errand.api, &chat, true).await;
    errand.kill().await;
    errand.start_again().await;
    let (good, said) = cli(&errand, &["answer", &story, "Allow"]).await;
    if !good {
        // The agent has not asked again yet: then the button in the chat answers.
        let asked = question(&errand.api, &chat, true).await;
        let path = format!(
            "/api/v1/conversations/{chat}/messages/{}/actions",
            text(&asked, "id")
        );
        let body = json!({"actionId": asked["actions"][0]["id"]});
        let (status, pressed) = errand.api.post(&path, &body).await;
        assert_eq!(status, 201, "{said} {pressed}");
    }
    errand.kill().await;
    errand.start_again().await;
    errand
        .api
        .hear(&chat, "🎉 Code Generation complete! PR: ")
        .await;
    let answered = question(&errand.api, &chat, false).await;
    assert_eq!(text(&answered, "answer"), "Allow", "{answered}");
}

#[tokio::test]
async fn the_question_of_a_run_that_was_stopped_cannot_be_answered() {
    let errand = Errand::up(&[]).await;
    let api = &errand.api;
    let (story, chat) = spawn(api, "build email capture demo:ask").await;
    let asked = question(api, &chat, true).await;
    let cancel = format!("/api/v1/stories/{story}/cancel");
    let (status, said) = api.post(&cancel, &json!({})).await;
    assert_eq!(status, 200, "{said}");
    api.story_is("cancelled").await;
    question(api, &chat, false).await;
    let page = api.page(&format!("/chat/{chat}")).await;
    assert!(page.contains("The run ended before anybody answered."));
    let path = format!(
        "/api/v1/conversations/{chat}/messages/{}/actions",
        text(&asked, "id")
    );
    let body = json!({"actionId": asked["actions"][0]["id"]});
    let (status, refused) = api.post(&path, &body).await;
    let refused = refused.to_string();
    assert_eq!(status, 409, "{refused}");
    assert!(refused.contains("has already ended"), "{refused}");
}

#[tokio::test]
async fn a_question_that_nobody_answers_ends_as_its_kind_of_agent_says() {
    for (unanswered, ending, told) in [
        (
            "deny",
            "I was not allowed to change anything",
            "so it was refused",
        ),
        (
            "allow",
            "🎉 Code Generation complete! PR: ",
            "so it was allowed",
        ),
        (
            "fail",
            "nobody answered the agent's question in time: Add an email",
            "the run was ended",
        ),
    ] {
        let folder = TempDir::new().unwrap();
        let config = format!(
            "[agents.codegen]\nquestion_timeout_seconds = 1\nunanswered = \"{unanswered}\"\n"
        );
        fs::write(folder.path().join("errand.toml"), config).unwrap();
        let errand = Errand::up_in(folder, &[], &[]).await;
        let (_, chat) = spawn(&errand.api, "build email capture demo:ask").await;
        errand.api.hear(&chat, ending).await;
        let answered = question(&errand.api, &chat, false).await;
        let said = text(&answered, "answer");
        assert!(
            said.starts_with("Nobody answered within 1 seconds") && said.contains(told),
            "{said}"
        );
    }
}

#[tokio::test]
async fn the_real_claude_code_is_answered_in_words_and_by_a_button() {
    let Some(claude) = with_claude("permissions = \"ask\"").await else {
        return;
    };
    let errand = &claude.errand;
    let api = &errand.api;
    let prompt = "Paint DOOR.md sandbox:question sandbox:permission";
    let (story, chat) = spawn(api, prompt).await;
    let colour = api.hear(&chat, "Which colour shall it have?").await;
    let path = format!(
        "/api/v1/conversations/{chat}/messages/{}/actions",
        text(&colour, "id")
    );
    let body = json!({"actionId": colour["actions"][1]["id"]});
    let (status, pressed) = api.post(&path, &body).await;
    assert_eq!(status, 201, "{pressed}");
    api.hear(&chat, "Bash node -e").await;
    let (good, said) = cli(errand, &["answer", &story, "yes"]).await;
    assert!(good, "{said}");
    api.hear(&chat, "🎉 Code Generation complete! PR: ").await;
    let sessions = api.get("/api/v1/sessions").await;
    let session = format!("/api/v1/sessions/{}", text(&sessions["sessions"][0], "id"));
    let session = api.get(&session).await;
    let changes = session["changes"].to_string();
    for words in ["asked.txt", "Blue"] {
        assert!(changes.contains(words), "{words}: {}", session["toolCalls"]);
    }
}
