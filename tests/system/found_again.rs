//! What was said and done is found again: batches in the history, messages by a search.
use super::harness::{Browser, Errand, text, until};
use serde_json::{Value, json};
use uuid::Uuid;

/// So many messages, each answered, that the first is no longer on the latest page.
const SAID: usize = 60;

async fn fits(browser: &Browser, what: &str) {
    let script =
        "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
    assert_eq!(browser.script(script).await, 0, "{what} scrolls sideways");
}

#[tokio::test]
async fn a_batch_is_known_by_its_stories_wherever_they_are_listed() {
    let errand = Errand::up(&[]).await;
    let api = &errand.api;
    let chat = api.conversation().await;
    api.say(&chat, "full audit on the site").await;
    api.hear(&chat, "4 of 4 agents completed, ").await;
    let batches = api.get("/api/v1/batches").await;
    let id = text(&batches["batches"][0], "id");
    let of_batch = format!("/api/v1/stories?batch={id}");
    let stories = async || api.get(&of_batch).await["stories"].as_array().map(Vec::len);
    assert_eq!(stories().await, Some(4));
    let story = api.stories().await.pop().unwrap();
    assert_eq!(text(&story, "batchId"), id);
    let page = api.page(&format!("/stories/{}", text(&story, "id"))).await;
    assert!(page.contains(&format!("Part of <a href=\"/batches/{id}\">4 agents: ")));
    let (ok, said) = errand.typed(&["stories", "--batch", &id[..8]]).await;
    assert!(ok && said.matches(&id[..8]).count() == 4, "{said}");
    for arguments in [
        ["projections", "rebuild", "stories"].as_slice(),
        &["audit", "verify"],
    ] {
        let (ok, said) = errand.typed(arguments).await;
        assert!(ok, "{arguments:?}: {said}");
    }
    assert_eq!(stories().await, Some(4), "also after a rebuild");
}

#[tokio::test]
async fn a_batch_is_one_row_of_the_history_on_a_wide_and_on_a_narrow_screen() {
    let Some(browser) = Browser::open(1280, 960).await else {
        return;
    };
    let errand = Errand::up(&[]).await;
    let api = &errand.api;
    let chat = api.conversation().await;
    api.say(&chat, "full audit on the site").await;
    api.hear(&chat, "4 of 4 agents completed, ").await;
    let alone = api.conversation().await;
    api.say(&alone, "build email capture for the hero").await;
    api.hear(&alone, "🎉 Code Generation complete!").await;
    let history = format!("{}/projects/sample-site/history", api.url);
    browser.go(&history).await;
    browser.sees("4 of 4 done").await;
    browser.sees("build email capture for the hero").await;
    let rows = "return [document.querySelectorAll('#history > .rows > li').length, \
                document.querySelectorAll('#history .batch-row .row-title').length]";
    assert_eq!(browser.script(rows).await, json!([2, 5]));
    browser.picture("history-batch").await;
    browser.click(".batch-row summary").await;
    browser.sees("Accessibility").await;
    browser.picture("history-batch-open").await;
    browser.shrink(390, 844).await;
    browser.go(&history).await;
    browser.click(".batch-row summary").await;
    fits(&browser, "the history").await;
    browser.picture("history-batch-narrow").await;
    browser.click(".batch-row .links a").await;
    browser.sees("Report: 4 agents").await;
    fits(&browser, "the batch").await;
    browser.picture("batch-page-narrow").await;
    browser.shrink(1280, 960).await;
    browser.picture("batch-page").await;
    browser.close().await;
}

#[tokio::test]
async fn a_search_leads_to_the_message_on_an_earlier_page() {
    let Some(browser) = Browser::open(1280, 960).await else {
        return;
    };
    let errand = Errand::up(&[]).await;
    let api = &errand.api;
    let chat = api.conversation().await;
    let wanted = Uuid::now_v7().to_string();
    let path = format!("/api/v1/conversations/{chat}/messages");
    let first = json!({"messageId": wanted, "text": "thanks for the words ÜBER uns"});
    api.post(&path, &first).await;
    for _ in 1..SAID {
        api.say(&chat, "thanks").await;
    }
    until("every answer", || async {
        let conversation = api.get(&format!("/api/v1/conversations/{chat}")).await;
        (conversation["messageCount"] == json!(2 * SAID)).then_some(())
    })
    .await;
    let (ok, said) = errand.typed(&["conversations", "search", "über UNS"]).await;
    let link = format!("/chat/{chat}/messages/{wanted}");
    assert!(
        ok && said.contains(&link) && said.contains("ÜBER uns"),
        "{said}"
    );

    browser
        .go(&format!("{}/conversations?q=über", api.url))
        .await;
    browser.sees("thanks for the words ÜBER uns").await;
    browser.picture("search").await;
    browser.click(".found a").await;
    until("the message in sight", || async {
        let target = "const at = document.querySelector('.message:target'); \
                      const box = at?.getBoundingClientRect(); \
                      return box && box.top >= 0 && box.bottom <= innerHeight ? at.id : null";
        let seen: Value = browser.script(target).await;
        (seen == json!(format!("msg-{wanted}"))).then_some(())
    })
    .await;
    browser.picture("search-message").await;
    browser.shrink(390, 844).await;
    browser
        .go(&format!("{}/conversations?q=über", api.url))
        .await;
    fits(&browser, "the search").await;
    browser.picture("search-narrow").await;
    browser.close().await;
}
