//! An Errand that asks for its access token.
use super::harness::{Browser, Errand, command};

const TOKEN: &str = "correct-horse-battery-staple";

async fn protected() -> Errand {
    Errand::up_with(&[], &[("ERRAND_ACCESS_TOKEN", TOKEN)]).await
}

#[tokio::test]
async fn the_command_line_brings_the_token_and_never_shows_it() {
    let errand = protected().await;
    let list = |token: Option<&str>| {
        let mut list = command(&["--url", errand.api.url.as_str(), "stories"]);
        list.envs(token.map(|token| ("ERRAND_ACCESS_TOKEN", token)));
        list
    };
    for (token, why) in [
        (None, "asks for its access token"),
        (Some("wrong-token"), "The access token is wrong"),
    ] {
        let refused = list(token).output().await.unwrap();
        let errors = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success(), "{errors}");
        assert!(
            errors.contains(why) && !errors.contains("wrong-token"),
            "{errors}"
        );
    }
    let allowed = list(Some(TOKEN)).output().await.unwrap();
    assert!(allowed.status.success(), "{allowed:?}");
    let log = std::fs::read_to_string(errand.data.path().join("errand.log")).unwrap();
    assert!(!log.contains(TOKEN), "{log}");
}

#[tokio::test]
async fn the_sandbox_is_behind_the_same_token_and_the_work_still_gets_done() {
    let errand = protected().await;
    let url = format!("{}/sandbox/linear", errand.api.url);
    let http = reqwest::Client::new();
    let stranger = http.get(&url).send().await.unwrap();
    assert_eq!(stranger.status(), 401);
    let spawn = command(&[
        "--url",
        &errand.api.url,
        "spawn",
        "codegen",
        "add a README section",
        "--wait",
    ])
    .env("ERRAND_ACCESS_TOKEN", TOKEN)
    .output()
    .await
    .unwrap();
    assert!(spawn.status.success(), "{spawn:?}");
    let page = http.get(&url).bearer_auth(TOKEN).send().await.unwrap();
    let page = page.text().await.unwrap();
    assert!(
        page.contains("Code Generation: add a README section"),
        "{page}"
    );
}

#[tokio::test]
async fn a_person_signs_in_and_the_chat_is_live() {
    let Some(browser) = Browser::open(1280, 960).await else {
        return;
    };
    let errand = protected().await;
    let url = &errand.api.url;
    browser.go(url).await;
    let with_token = url.replace("http://", &format!("http://Ada:{TOKEN}@"));
    browser.go(&format!("{with_token}/projects")).await;
    browser.go(url).await;
    browser.sees("Ada").await;
    browser
        .write("#text", "build email capture for the hero\n")
        .await;
    browser.sees("🎉 Code Generation complete! PR:").await;
    browser.close().await;
}
