//! Several agents on one card, in a real browser on a small phone.
use super::harness::{Browser, Errand, until};

/// Nothing on the page is wider than the page.
async fn fits(browser: &Browser, what: &str) {
    let script =
        "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
    assert_eq!(browser.script(script).await, 0, "{what} scrolls sideways");
}

#[tokio::test]
async fn four_agents_are_followed_on_one_card_and_stopped_with_one_press() {
    let Some(browser) = Browser::open(500, 900).await else {
        return;
    };
    let errand = Errand::up_with(&[], &[("ERRAND_DEMO_PACE_MS", "2000")]).await;
    browser.shrink(400, 900).await;
    browser.go(&errand.api.url).await;
    browser.write("#text", "full audit on the site\n").await;
    browser.sees("0 of 4 ended").await;
    browser.script("window.neverReloaded = true").await;
    until("one card with four agents", || async {
        let script = "return [document.querySelectorAll('section.batch').length, \
                      document.querySelectorAll('.story-card').length, \
                      document.querySelectorAll('section.batch .story-card').length]";
        let seen = browser.script(script).await;
        (seen == serde_json::json!([1, 4, 4])).then_some(())
    })
    .await;
    browser.sees("🔄").await;
    fits(&browser, "the card").await;
    browser.picture("batch").await;

    browser.click("section.batch > details > summary").await;
    browser.click("section.batch > details button").await;
    browser.sees("4 of 4 ended").await;
    browser.sees("0 of 4 agents completed, no findings.").await;
    let stops = "return document.querySelectorAll('section.batch details.reason').length";
    assert_eq!(browser.script(stops).await, 0, "nothing is left to stop");
    fits(&browser, "the stopped card").await;
    assert_eq!(
        browser.script("return window.neverReloaded === true").await,
        true
    );
    browser.picture("batch-stopped").await;
    browser.close().await;
}

#[tokio::test]
async fn a_report_with_findings_fits_a_small_phone() {
    let Some(browser) = Browser::open(500, 900).await else {
        return;
    };
    let errand = Errand::up(&[]).await;
    browser.shrink(400, 900).await;
    let chat = errand.api.conversation().await;
    errand.api.say(&chat, "full audit on the site").await;
    let path = format!("{}/chat/{chat}", errand.api.url);
    browser.go(&path).await;
    browser.sees("4 of 4 agents completed, ").await;
    browser.sees("4 of 4 ended").await;
    fits(&browser, "the report").await;
    browser.picture("batch-report").await;
    browser.close().await;
}
