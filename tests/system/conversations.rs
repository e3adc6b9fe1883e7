//! Conversations in a browser: replies that are being written, as whoever comes late sees them.
use super::harness::{Browser, Dictated, Errand, text, until};
use serde_json::json;

#[tokio::test]
async fn a_reply_goes_on_in_a_page_that_is_loaded_in_its_middle() {
    let Some(browser) = Browser::open(1280, 960).await else {
        return;
    };
    let other = Browser::open(1280, 960).await.expect("a second browser");
    let model = Dictated::start(&[
        "The hero wants **three** things",
        ", and one of them is a form.",
    ])
    .await;
    let errand = Errand::up_with(&[], &model.environment()).await;
    browser.go(&errand.api.url).await;
    browser.write("#text", "what does the hero want?\n").await;
    browser.sees("The hero wants three things").await;

    // The model says nothing more for now: what it said before must come all the same.
    browser.client.refresh().await.unwrap();
    browser.sees("The hero wants three things").await;
    let page = browser.client.current_url().await.unwrap();
    other.go(page.as_str()).await;
    other.sees("The hero wants three things").await;

    model.say(1);
    let whole = "The hero wants three things, and one of them is a form.";
    for tab in [&browser, &other] {
        tab.sees(whole).await;
        let said = "return [...document.querySelectorAll('.message')].map(m => m.innerText).join()";
        let said = tab.script(said).await;
        let times = said.as_str().unwrap().matches("The hero wants").count();
        assert_eq!(times, 1, "said twice: {said}");
    }
    assert_eq!(
        model.asked(),
        1,
        "whoever comes late makes the model say nothing anew"
    );
    browser.close().await;
    other.close().await;
}

#[tokio::test]
async fn two_tabs_that_write_at_once_see_one_order_and_a_link_leads_to_its_message() {
    let Some(browser) = Browser::open(1280, 960).await else {
        return;
    };
    let other = Browser::open(1280, 960).await.expect("a second browser");
    let errand = Errand::up(&[]).await;
    let id = uuid::Uuid::now_v7().to_string();
    let start = json!({"id": id, "title": "Two at once"});
    errand.api.post("/api/v1/conversations", &start).await;
    let page = format!("{}/chat/{id}", errand.api.url);
    browser.go(&page).await;
    other.go(&page).await;
    let (one, two) = ("thanks, said the first", "thanks, said the second");
    let (first, second) = (format!("{one}\n"), format!("{two}\n"));
    tokio::join!(
        browser.write("#text", &first),
        other.write("#text", &second)
    );
    let path = format!("/api/v1/conversations/{id}/messages");
    let recorded = until("two answers", || async {
        let recorded = errand.api.get(&path).await["messages"].take();
        let recorded = recorded.as_array().cloned().unwrap_or_default();
        (recorded.len() == 4).then_some(recorded)
    })
    .await;
    let recorded: Vec<_> = recorded
        .iter()
        .map(|m| format!("msg-{}", text(m, "id")))
        .collect();
    let shown = "return [...document.querySelectorAll('.message:not(.streaming)')].map(m => m.id)";
    for tab in [&browser, &other] {
        until("the recorded order on the page", || async {
            (tab.script(shown).await == json!(recorded)).then_some(())
        })
        .await;
    }

    browser.click(&format!("#{} .permalink", recorded[0])).await;
    let copied = browser.client.current_url().await.unwrap();
    assert_eq!(copied.fragment(), Some(recorded[0].as_str()));
    other.go(copied.as_str()).await;
    let target = "return document.querySelector('.message:target')?.id";
    assert_eq!(other.script(target).await, json!(recorded[0]));
    browser.close().await;
    other.close().await;
}

/// Records what the desktop is asked to show, and shows it.
const SPY: &str = "window.shown = []; const Real = Notification; \
    window.Notification = class extends Real { \
        constructor(title, options) { super(title, options); shown.push(title + ': ' + options.body); } \
        static get permission() { return Real.permission; } };";

#[tokio::test]
async fn an_end_that_was_not_seen_is_counted_and_told_to_the_desktop_and_stays_so_until_it_is_seen()
{
    let Some(browser) = Browser::open(1280, 960).await else {
        return;
    };
    let errand = Errand::up(&[]).await;
    let conversation = async |title: &str| {
        let id = uuid::Uuid::now_v7().to_string();
        let start = json!({"id": id, "title": title});
        errand.api.post("/api/v1/conversations", &start).await;
        let path = format!("/api/v1/conversations/{id}/messages");
        errand.api.post(&path, &json!({"text": "thanks"})).await;
        id
    };
    let (here, there) = (conversation("Here").await, conversation("There").await);
    let page = |id: &str| format!("{}/chat/{id}", errand.api.url);
    browser.allow(&errand.api.url, "notifications").await;
    browser.go(&page(&here)).await;
    let told = "return document.querySelectorAll('#inbox li').length";
    until("both conversations told", || async {
        (browser.script(told).await == json!(2)).then_some(())
    })
    .await;
    browser.script(SPY).await;
    assert_eq!(browser.client.title().await.unwrap(), "Here · Errand");

    let path = format!("/api/v1/conversations/{there}/messages");
    let wish = json!({"text": "build email capture for the hero"});
    errand.api.post(&path, &wish).await;
    until("a desktop notification", || async {
        let shown = browser.script("return shown.join()").await;
        shown
            .as_str()?
            .contains("There: 🎉 Code Generation complete!")
            .then_some(())
    })
    .await;
    let titled = async |wanted: &str| {
        until(wanted, || async {
            (browser.client.title().await.ok()? == wanted).then_some(())
        })
        .await;
    };
    titled("(1) Here · Errand").await;
    let badge = format!("return !document.querySelector('[data-unread=\"{there}\"]').hidden");
    assert_eq!(browser.script(&badge).await, json!(true));

    // It is as new to a page that is opened later, and to no page once it was seen.
    browser.go(&format!("{}/queue", errand.api.url)).await;
    titled("(1) Queue · Errand").await;
    browser.go(&page(&there)).await;
    browser.sees("🎉 Code Generation complete!").await;
    titled("There · Errand").await;
    browser.go(&page(&here)).await;
    until("nothing new", || async {
        (browser.script(told).await == json!(2)).then_some(())
    })
    .await;
    assert_eq!(browser.client.title().await.unwrap(), "Here · Errand");
    browser.close().await;
}

/// What the card in the chat, and the issue at the vendor, say of each step.
const ON_THE_CARD: &str = "return [...document.querySelectorAll('.story-card .step')] \
    .map(step => step.innerText.replace(/\\s+/g, ' ').trim())";
const IN_THE_ISSUE: &str = "return [...document.querySelectorAll('li')] \
    .filter(step => step.querySelector('input[type=checkbox]')) \
    .map(step => { \
        const under_way = step.innerText.includes('(in progress)'); \
        const mark = step.querySelector('input').checked ? '✅' : under_way ? '🔄' : '⏳'; \
        return mark + ' ' + step.innerText.replace('(in progress)', '').trim(); \
    })";

#[tokio::test]
async fn the_card_in_the_chat_and_the_issue_in_linear_show_the_same_checklist() {
    let Some(browser) = Browser::open(1280, 960).await else {
        return;
    };
    let other = Browser::open(1280, 960).await.expect("a second browser");
    let errand = Errand::up_with(&[], &[("ERRAND_DEMO_PACE_MS", "2500")]).await;
    browser.go(&errand.api.url).await;
    browser
        .write("#text", "build email capture for the hero\n")
        .await;
    browser.sees("🔄").await;
    let story = errand.api.story_is("in_progress").await;
    until("the link to the issue", || async {
        let path = format!("/api/v1/stories/{}", text(&story, "id"));
        let story = errand.api.get(&path).await;
        let url = text(&story, "linearIssueUrl");
        other.client.goto(url).await.ok()
    })
    .await;
    until("the same steps under way on both", || async {
        other.client.refresh().await.ok()?;
        let issue = other.script(IN_THE_ISSUE).await;
        let is_under_way = issue.to_string().contains("🔄");
        (is_under_way && browser.script(ON_THE_CARD).await == issue).then_some(())
    })
    .await;
    let clock = "return document.querySelector('.story-card [data-since]').textContent";
    let before = browser.script(clock).await;
    until("the clock to go on", || async {
        (browser.script(clock).await != before).then_some(())
    })
    .await;
    browser.click(".story-card details.reason summary").await;
    browser.click(".story-card details.reason button").await;
    browser.sees("cancelled").await;
    browser.close().await;
    other.close().await;
}

#[tokio::test]
async fn an_action_button_is_reached_and_pressed_by_keyboard() {
    let Some(browser) = Browser::open(1280, 960).await else {
        return;
    };
    let errand = Errand::up(&[]).await;
    browser.go(&errand.api.url).await;
    browser.write("#text", "Is the login secure?\n").await;
    browser.sees("✅ Spawn a security agent").await;
    let focused = "return document.activeElement?.innerText ?? ''";
    browser
        .script("document.querySelector('.message.assistant .permalink').focus()")
        .await;
    browser.press("\u{e004}").await;
    assert_eq!(
        browser.script(focused).await,
        json!("✅ Spawn a security agent")
    );
    browser.press("\u{e007}").await;
    browser.sees("Spawned Security agent").await;
    browser.close().await;
}
