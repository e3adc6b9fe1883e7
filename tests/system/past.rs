//! A story as it was, for somebody who asks later.
use super::harness::{Browser, Errand, command, text};
use serde_json::Value;

/// The sequence and the time of the first event of a type.
async fn moment(errand: &Errand, story: &str, name: &str) -> (u64, String) {
    let timeline = errand
        .api
        .get(&format!("/api/v1/stories/{story}/timeline"))
        .await;
    let events = timeline["events"].as_array().unwrap();
    let wanted = format!("errand.v1.{name}");
    let found = events.iter().find(|e| text(e, "type") == wanted).unwrap();
    (
        found["seq"].as_u64().unwrap(),
        text(found, "time").to_owned(),
    )
}

async fn completed() -> (Errand, Value) {
    let errand = Errand::up(&[]).await;
    let chat = errand.api.conversation().await;
    errand
        .api
        .say(&chat, "build email capture for the hero")
        .await;
    errand.api.hear(&chat, "🎉 Code Generation complete!").await;
    let story = errand.api.story_is("completed").await;
    (errand, story)
}

#[tokio::test]
async fn the_command_line_shows_a_story_as_it_was() {
    let (errand, story) = completed().await;
    let id = text(&story, "id");
    let show = async |at: &str| {
        let arguments = [
            "--url",
            errand.api.url.as_str(),
            "show",
            &id[..8],
            "--at",
            at,
        ];
        let ended = command(&arguments).output().await.unwrap();
        let said = String::from_utf8_lossy(&ended.stdout).into_owned();
        let errors = String::from_utf8_lossy(&ended.stderr).into_owned();
        (ended.status.success(), said, errors)
    };
    let (seq, time) = moment(&errand, id, "ExecutionStarted").await;
    for at in [seq.to_string(), time] {
        let (ok, said, errors) = show(&at).await;
        assert!(ok, "{errors}");
        assert!(
            said.contains("As it was: after its event ") && !said.contains("Pull request"),
            "{said}"
        );
    }
    let (ok, _, errors) = show("2001-01-01").await;
    assert!(!ok && errors.contains("did not exist yet"), "{errors}");
}

#[tokio::test]
async fn a_person_goes_back_in_time_and_returns() {
    let Some(browser) = Browser::open(1280, 960).await else {
        return;
    };
    let (errand, story) = completed().await;
    let page = format!("{}/stories/{}", errand.api.url, text(&story, "id"));
    let (seq, time) = moment(&errand, text(&story, "id"), "ExecutionStarted").await;
    browser.go(&page).await;
    // By keyboard: open the event, go to its link, follow it.
    browser
        .write(&format!("#event-{seq} summary"), "\u{e007}")
        .await;
    let link = format!("#event-{seq} a[href='?at={seq}']");
    browser.write(&link, "\u{e007}").await;
    browser.sees("The story as it was at").await;
    browser.sees("later events are left out").await;
    browser.picture("story-past").await;
    let shown = browser
        .script("return document.querySelector('#timeline').innerText")
        .await;
    assert!(!shown.to_string().contains("ExecutionCompleted"), "{shown}");
    browser.click("a[rel=next]").await;
    browser.sees("One event earlier").await;
    browser.click(".then a.primary").await;
    browser.sees("ExecutionCompleted").await;
    // A moment is typed in the browser's own time zone.
    let script = format!(
        "const at = new Date('{time}'), here = at - at.getTimezoneOffset() * 60000 + 1000; \
         document.querySelector('#at').value = new Date(here).toISOString().slice(0, 19)"
    );
    browser.script(&script).await;
    browser.write("#at", "\u{e007}").await;
    browser.sees("The story as it was at").await;
    browser.close().await;
}
