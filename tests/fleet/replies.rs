//! A reply that is being written, watched at two dashboards.
use super::{open_page::OpenPage, place::Fleet};
use crate::harness::{Api, Browser, Dictated, text, until};
use std::collections::BTreeSet;

const PIECES: [&str; 6] = [
    "The hero wants",
    " a form,",
    " a picture,",
    " two words",
    " of praise",
    " and a button.",
];

/// What is said when so many pieces were.
fn said(pieces: usize) -> String {
    PIECES[..pieces].concat()
}

fn whole() -> String {
    PIECES.concat()
}

/// A chat that speaks with this model, and two dashboards; answers their addresses.
async fn fleet(model: &Dictated) -> Option<(Fleet, [String; 2])> {
    let mut fleet = Fleet::new(false).await?;
    for (key, value) in model.environment() {
        fleet.set(key, value);
    }
    fleet.add("chat", 1).await;
    fleet.add("projector", 1).await;
    for n in [1, 2] {
        fleet.add("dashboard", n).await;
    }
    let address = |name: &str| fleet.members[name].url.clone();
    let both = ["dashboard-1", "dashboard-2"].map(address);
    Some((fleet, both))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reply_goes_on_at_another_dashboard_that_is_opened_in_its_middle() {
    let model = Dictated::start(&PIECES).await;
    let Some((_fleet, [here, there])) = fleet(&model).await else {
        return;
    };
    let api = Api::new(&here);
    let chat = api.conversation().await;
    api.say(&chat, "what does the hero want?").await;
    let mut first = OpenPage::open(&here, &chat).await;
    first.sees(&said(1)).await;
    for pieces in [2, 3] {
        model.say(1);
        first.sees(&said(pieces)).await;
    }
    // The model says nothing now: what it said before must come all the same.
    let browser = Browser::open(1280, 960).await;
    for dashboard in [&here, &there] {
        if let Some(browser) = &browser {
            browser.go(&format!("{dashboard}/chat/{chat}")).await;
            browser.sees(&said(3)).await;
        }
    }
    let mut other = OpenPage::open(&there, &chat).await;
    other.sees(&said(3)).await;
    for pieces in 4..=PIECES.len() {
        model.say(1);
        first.sees(&said(pieces)).await;
        other.sees(&said(pieces)).await;
    }
    for page in [&first, &other] {
        grows(page);
    }
    assert_eq!(
        other.shown[0].words,
        said(3),
        "all that was said came at once"
    );
    for dashboard in [&here, &there] {
        recorded_once(dashboard, &chat).await;
    }
    if let Some(browser) = browser {
        browser.sees(&whole()).await;
        assert_eq!(times_on(&browser).await, 1, "said twice");
        browser.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reply_whose_chat_dies_is_written_again_in_its_place_on_every_page() {
    let model = Dictated::start(&PIECES).await;
    let Some((mut fleet, [here, there])) = fleet(&model).await else {
        return;
    };
    let api = Api::new(&here);
    let chat = api.conversation().await;
    api.say(&chat, "what does the hero want?").await;
    let mut first = OpenPage::open(&here, &chat).await;
    model.say(2);
    first.sees(&said(3)).await;
    fleet.kill_and_start("chat-1").await;
    until("the model is asked again", || async {
        (model.asked() == 2).then_some(())
    })
    .await;
    let mut other = OpenPage::open(&there, &chat).await;
    other.sees(&said(1)).await;
    model.say(PIECES.len());
    for page in [&mut first, &mut other] {
        page.sees(&whole()).await;
        let ids: BTreeSet<_> = page.shown.iter().map(|it| &it.id).collect();
        assert_eq!(ids.len(), 1, "in one place: {:?}", page.shown);
    }
    grows(&other);
    for dashboard in [&here, &there] {
        recorded_once(dashboard, &chat).await;
    }
}

/// It is one message, and each shape goes on where the one before it ended.
fn grows(page: &OpenPage) {
    for pair in page.shown.windows(2) {
        let is_more = pair[0].id == pair[1].id && pair[1].words.starts_with(&pair[0].words);
        assert!(is_more, "{:?}", page.shown);
    }
}

async fn recorded_once(dashboard: &str, chat: &str) {
    let api = Api::new(dashboard);
    let recorded = until("the reply is recorded", || async {
        let messages = api.messages(chat).await;
        (messages.len() > 1).then_some(messages)
    })
    .await;
    let words: Vec<_> = recorded.iter().map(|it| text(it, "text")).collect();
    assert_eq!(words, ["what does the hero want?", whole().as_str()]);
}

async fn times_on(browser: &Browser) -> usize {
    let script = "return [...document.querySelectorAll('.message')].map(m => m.innerText).join()";
    let shown = browser.script(script).await;
    shown.as_str().unwrap().matches(PIECES[0]).count()
}
