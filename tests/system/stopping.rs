//! A story that a person stops is stopped whole, soon, and for good.
use super::harness::{Errand, command, text, until};
use serde_json::json;
use std::{
    fs,
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// From the request to the end of the last process.
const MAX_STOP: Duration = Duration::from_secs(5);

/// Ignores what it is told, and starts a command that leaves its process group.
const STUBBORN: &str =
    "trap '' TERM INT HUP; sleep MARK & setsid sh -c 'sleep MARK; true' & wait; wait";

/// How many processes have this word in their command line.
fn running(word: &str) -> usize {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let lines = processes.filter_map(|it| fs::read(it.path().join("cmdline")).ok());
    let has_word = |line: &Vec<u8>| String::from_utf8_lossy(line).contains(word);
    lines.filter(has_word).count()
}

#[tokio::test]
async fn everything_that_a_stubborn_agent_started_ends_within_five_seconds() {
    let mark = (4_000_000 + std::process::id()).to_string();
    let folder = TempDir::new().unwrap();
    let script = STUBBORN.replace("MARK", &mark);
    let config = format!(
        "[agents.codegen]\nrunner = \"command\"\ncommand = [\"sh\", \"-c\", \"{script}\"]\n"
    );
    fs::write(folder.path().join("errand.toml"), config).unwrap();
    let mut errand = Errand::up_in(folder, &[], &[]).await;
    for way in ["api", "command line", "page"] {
        let wish = json!({"agent": "codegen", "prompt": "never end"});
        let (_, spawned) = errand.api.post("/api/v1/stories", &wish).await;
        let (story, chat) = (text(&spawned, "storyId"), text(&spawned, "conversationId"));
        // The agent itself, the shell that left its group, and their commands.
        until("the agent and its commands run", || async {
            (running(&mark) >= 4).then_some(())
        })
        .await;
        let asked = Instant::now();
        match way {
            "api" => {
                let path = format!("/api/v1/stories/{story}/cancel");
                let (status, said) = errand.api.post(&path, &json!({"reason": way})).await;
                assert_eq!(status, 200, "{said}");
            }
            "command line" => {
                let url = errand.api.url.as_str();
                let cancel = ["cancel", story, "--reason", way, "--url", url];
                let ended = command(&cancel).output().await.unwrap();
                assert!(ended.status.success(), "{ended:?}");
            }
            _ => {
                let status = errand
                    .api
                    .press(&format!("/stories/{story}/cancel"), &[("reason", "page")])
                    .await;
                assert_eq!(status, 200);
            }
        }
        until("no process is left", || async {
            (running(&mark) == 0).then_some(())
        })
        .await;
        assert!(asked.elapsed() < MAX_STOP, "{way}: {:?}", asked.elapsed());
        let words = format!("⏹ Code Generation cancelled by you: {way}");
        errand.api.hear(chat, &words).await;
    }
    errand.kill().await;
    errand.start_again().await;
    let stories = errand.api.stories().await;
    assert!(
        stories.iter().all(|it| text(it, "status") == "cancelled"),
        "{stories:?}"
    );
    assert_eq!(
        errand.api.get("/api/v1/queue").await,
        json!([]),
        "nothing runs again"
    );
    assert_eq!(running(&mark), 0);
}

#[tokio::test]
async fn an_agent_is_stopped_by_saying_so_in_the_chat() {
    let errand = Errand::up(&[]).await;
    let api = &errand.api;
    let chat = api.conversation().await;
    api.say(&chat, "build email capture for the hero demo:hang")
        .await;
    api.story_is("in_progress").await;
    let card = api.page(&format!("/chat/{chat}")).await;
    assert!(card.contains("Stop the agent"), "a button on the card");
    api.say(&chat, "cancel that").await;
    api.hear(
        &chat,
        "⏹ Code Generation cancelled by you: asked for in the chat",
    )
    .await;
    api.story_is("cancelled").await;
}

#[tokio::test]
async fn what_a_stopped_agent_had_done_is_kept_on_its_branch() {
    let folder = TempDir::new().unwrap();
    let config = r#"
[agents.codegen]
runner = "command"
command = ["sh", "-c", "echo half > page.txt; echo '{\"type\":\"tool\",\"id\":\"begun\",\"name\":\"begun\",\"ok\":true}'; sleep 600"]
"#;
    fs::write(folder.path().join("errand.toml"), config).unwrap();
    let errand = Errand::up_in(folder, &[], &[]).await;
    let wish = json!({"agent": "codegen", "prompt": "never end"});
    let (_, spawned) = errand.api.post("/api/v1/stories", &wish).await;
    let story = format!("/stories/{}", text(&spawned, "storyId"));
    until("the agent has begun", || async {
        errand
            .api
            .page(&story)
            .await
            .contains("begun")
            .then_some(())
    })
    .await;
    let (ok, said) = errand.typed(&["cancel", text(&spawned, "storyId")]).await;
    assert!(ok, "{said}");
    let ended = errand.api.story_is("cancelled").await;
    let session = format!("/api/v1/sessions/{}", text(&ended, "sessionId"));
    let session = errand.api.get(&session).await;
    assert!(
        session["changes"].to_string().contains("page.txt"),
        "{session}"
    );
    let page = errand.api.page(&story).await;
    let kept = format!("is kept on the branch {}: ", text(&session, "branch"));
    assert!(page.contains(&kept), "{page}");
    let url = text(&ended, "branchUrl");
    assert_eq!(ended["branch"], session["branch"]);
    let branch = errand.api.page(&url[errand.api.url.len()..]).await;
    assert!(branch.contains("Commits on errand/"), "{branch}");
    let chat = text(&ended, "conversationId");
    let told = errand.api.hear(chat, "⏹ Code Generation cancelled").await;
    assert!(text(&told, "text").contains(url), "{told}");
    let issue = text(&ended, "linearIdentifier");
    let places = [
        format!("/sandbox/linear/issue/{issue}"),
        "/sandbox/slack/".to_owned(),
    ];
    for place in places {
        until(&place, || async {
            errand.api.page(&place).await.contains(url).then_some(())
        })
        .await;
    }
}

/// Leaves half of its work and fails; the next time it finishes it.
const HALF: &str = "test -e page.txt && echo whole > page.txt || { echo half > page.txt; exit 1; }";

#[tokio::test]
async fn partial_work_of_an_executor_that_was_killed_is_not_published_as_finished() {
    let folder = TempDir::new().unwrap();
    let config =
        format!("[agents.codegen]\nrunner = \"command\"\ncommand = [\"sh\", \"-c\", \"{HALF}\"]\n");
    fs::write(folder.path().join("errand.toml"), config).unwrap();
    let mut errand = Errand::up_in(folder, &[], &[]).await;
    // The work is committed, and its push hangs, so the attempt does not end.
    let hangs = json!({"vendor": "git", "operation": "push", "fault": "timeout"});
    errand.api.trouble(&hangs).await;
    let wish = json!({"agent": "codegen", "prompt": "write the page"});
    let (_, spawned) = errand.api.post("/api/v1/stories", &wish).await;
    let session = format!("/api/v1/sessions/{}", text(&spawned, "sessionId"));
    errand.api.story_is("in_progress").await;
    until("partial work", || async {
        let session = errand.api.get(&session).await;
        session["changes"]
            .to_string()
            .contains("+half")
            .then_some(())
    })
    .await;
    errand.kill().await;
    errand.start_again().await;
    errand.api.story_is("completed").await;
    let session = errand.api.get(&session).await;
    assert!(
        session["changes"].to_string().contains("+whole"),
        "{session}"
    );
}
