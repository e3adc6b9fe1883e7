//! What a person sees, in a real browser, without ever reloading a page.
use super::harness::{Browser, Errand, text};

/// `ERRAND_TEST_REPO` lets the pictures show a repository of one's own.
async fn up(pace_ms: &str) -> Errand {
    let own = std::env::var("ERRAND_TEST_REPO").ok();
    let arguments: Vec<_> = own.iter().flat_map(|path| ["--repo", path]).collect();
    Errand::up_with(&arguments, &[("ERRAND_DEMO_PACE_MS", pace_ms)]).await
}

#[tokio::test]
async fn the_whole_journey_is_seen_without_a_reload() {
    let Some(browser) = Browser::open(1280, 960).await else {
        return;
    };
    let errand = up("300").await;
    browser.go(&errand.api.url).await;
    browser
        .write("#text", "build email capture for the hero\n")
        .await;
    browser.sees("I'll spawn a codegen agent").await;
    // The conversation has its own page; from here on nothing is loaded again.
    browser.script("window.neverReloaded = true").await;
    browser.sees("Tracking in Linear").await;
    browser.sees("🔄").await;
    browser.picture("chat").await;
    browser.sees("🎉 Code Generation complete! PR:").await;
    assert_eq!(
        browser.script("return window.neverReloaded === true").await,
        true
    );
    browser.picture("chat-complete").await;

    let story = errand.api.story_is("completed").await;
    browser.go(text(&story, "prUrl")).await;
    browser.sees("email-capture").await;
    browser
        .go(&format!("{}/sandbox/slack/general", errand.api.url))
        .await;
    browser.sees("Code Generation complete").await;
    browser.go(text(&story, "linearIssueUrl")).await;
    browser.sees("Done").await;

    let project = text(&story, "projectId");
    browser
        .go(&format!("{}/projects/{project}/history", errand.api.url))
        .await;
    browser.sees("build email capture for the hero").await;
    browser.picture("history").await;
    browser
        .go(&format!(
            "{}/stories/{}",
            errand.api.url,
            text(&story, "id")
        ))
        .await;
    for words in [
        "Spawned from chat by user request",
        "email-capture",
        "Survey the repository",
    ] {
        browser.sees(words).await;
    }
    browser.picture("story").await;
    browser.close().await;
}

#[tokio::test]
async fn a_button_spawns_and_the_agents_tab_follows_live() {
    let Some(browser) = Browser::open(1280, 960).await else {
        return;
    };
    let errand = up("600").await;
    let watcher = Browser::open(1280, 960).await.expect("a second browser");
    watcher.go(&errand.api.url).await;
    watcher.click("nav a[href$='/agents']").await;
    watcher.arrives_at("/agents").await;
    watcher.script("window.neverReloaded = true").await;

    browser.go(&errand.api.url).await;
    browser.write("#text", "Is the login secure?\n").await;
    browser
        .sees("Should I spawn a security agent to analyze this?")
        .await;
    browser.picture("action-buttons").await;
    browser.click("form.actions button.primary").await;
    browser
        .sees("Yes, spawn a security agent to analyze this")
        .await;
    browser.sees("✅ Spawned Security agent!").await;

    watcher.sees("Security").await;
    watcher.sees("Running").await;
    watcher.picture("agents").await;
    browser.sees("🎉 Security complete! PR:").await;
    assert_eq!(
        watcher.script("return window.neverReloaded === true").await,
        true
    );
    watcher.close().await;
    browser.close().await;
}

#[tokio::test]
async fn nothing_is_wider_than_a_small_phone() {
    let Some(browser) = Browser::open(400, 800).await else {
        return;
    };
    let errand = Errand::up(&[]).await;
    let chat = errand.api.conversation().await;
    errand
        .api
        .say(&chat, "build email capture for the hero")
        .await;
    errand.api.hear(&chat, "🎉 Code Generation complete!").await;
    let story = errand.api.story_is("completed").await;
    let pages = [
        format!("/chat/{chat}"),
        "/projects/sample-site/agents".to_owned(),
        "/projects/sample-site/history".to_owned(),
        "/queue".to_owned(),
        "/health".to_owned(),
        "/dead-letters".to_owned(),
        "/audit".to_owned(),
        format!("/audit/{}", story["createdSeq"]),
        format!("/stories/{}", text(&story, "id")),
        format!("/stories/{}?at={}", text(&story, "id"), story["createdSeq"]),
    ];
    for page in pages {
        browser.go(&format!("{}{page}", errand.api.url)).await;
        // Headless Chromium may refuse a window this small, so the page's own width is the measure.
        let script =
            "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
        assert_eq!(browser.script(script).await, 0, "{page} scrolls sideways");
    }
    browser.close().await;
}
