//! An agent that speaks ACP asks whether it may do something, and has a form filled in: people see what is asked, whole
//! enough to decide and without secrets, and what they answer reaches it.
use super::harness::{Api, Errand, program, text, until};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Known by the shape that GitHub gives its tokens.
const SECRET: &str = "ghp_planted0123456789abcdefghijABCDEFGHIJ";

/// Asks for a permission, then for a colour out of three and a name, and leaves all answers in a file.
const AGENT: &str = r#"
ask session/request_permission "{\"sessionId\":\"s\",\"toolCall\":{\"toolCallId\":\"1\",\"title\":\"Publish the site\",\"rawInput\":{\"command\":\"deploy --token $SECRET\"}},\"options\":[{\"optionId\":\"yes\",\"name\":\"Allow\",\"kind\":\"allow_once\"},{\"optionId\":\"no\",\"name\":\"Reject\",\"kind\":\"reject_once\"}]}"
echo "$request" > answers.txt
ask elicitation/create '{"sessionId":"s","mode":"form","message":"About the door:","requestedSchema":{"type":"object","properties":{"a_colour":{"type":"string","description":"which colour?","enum":["red","green","blue"]},"b_name":{"type":"string","description":"which name?"}},"required":["a_colour"]}}'
echo "$request" >> answers.txt
answer '{"stopReason":"end_turn"}'
"#;

/// Waits for the open question with these words in the chat.
async fn question(api: &Api, chat: &str, words: &str) -> Value {
    until(&format!("a question with {words:?}"), || async {
        let mut messages = api.messages(chat).await.into_iter();
        messages.find(|it| text(it, "text").contains(words) && it["spent"] == json!(false))
    })
    .await
}

/// Presses the button of this name under a question.
async fn press(api: &Api, chat: &str, question: &Value, label: &str) {
    let buttons = question["actions"].as_array().unwrap();
    let button = buttons.iter().find(|it| text(it, "label") == label);
    let button = button.unwrap_or_else(|| panic!("no {label}: {question}"));
    let message = text(question, "id");
    let path = format!("/api/v1/conversations/{chat}/messages/{message}/actions");
    let (status, said) = api.post(&path, &json!({"actionId": button["id"]})).await;
    assert_eq!(status, 201, "{said}");
}

#[tokio::test]
async fn a_permission_shows_its_command_and_a_form_comes_back_filled_in() {
    let folder = TempDir::new().unwrap();
    let program = program::write_acp(folder.path(), &format!("SECRET={SECRET}\n"), AGENT);
    let config = format!(
        "[agents.codegen]\ncommand = [\"{}\"]\npermissions = \"ask\"\n",
        program.display()
    );
    std::fs::write(folder.path().join("errand.toml"), config).unwrap();
    let errand = Errand::up_in(folder, &[], &[]).await;
    let api = &errand.api;
    let wish = json!({"agent": "codegen", "prompt": "paint the door"});
    let (_, spawned) = api.post("/api/v1/stories", &wish).await;
    let (story, chat) = (text(&spawned, "storyId"), text(&spawned, "conversationId"));

    let shown = "$ deploy --token [redacted GitHub token]";
    let permission = question(api, chat, shown).await;
    let page = api.page(&format!("/stories/{story}")).await;
    let (_, listed) = errand.typed(&["sessions"]).await;
    for place in [&page, &listed] {
        assert!(place.contains(shown), "{place}");
    }
    press(api, chat, &permission, "Allow").await;
    let colour = question(api, chat, "About the door: which colour?").await;
    press(api, chat, &colour, "green").await;
    question(api, chat, "About the door: which name?").await;
    let (good, said) = errand.typed(&["answer", story, "Front door"]).await;
    assert!(good, "{said}");

    api.hear(chat, "complete! PR: ").await;
    let session = api.get("/api/v1/sessions").await["sessions"][0].take();
    let session = format!("/api/v1/sessions/{}", text(&session, "id"));
    let diff = api.get(&session).await["changes"]
        .to_string()
        .replace('\\', "");
    for words in [
        r#""optionId":"yes""#,
        r#""action":"accept""#,
        r#""a_colour":"green""#,
        r#""b_name":"Front door""#,
    ] {
        assert!(diff.contains(words), "{words}: {diff}");
    }
}
