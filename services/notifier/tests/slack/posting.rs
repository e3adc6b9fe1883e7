//! Posting and updating.

use errand_notifier::slack::{Messenger, MessengerError};
use serde_json::json;

use super::stand_in::{CHANNEL, StandIn, TOKEN, message};

#[tokio::test]
async fn a_message_is_posted_with_heading_body_facts_and_links() {
    let slack = StandIn::start().await;
    let posted = slack.client().post(&message(1), false).await.unwrap();
    assert_eq!(posted.channel, CHANNEL);
    assert_eq!(posted.ts, "1700000000.000000");
    let page = format!("https://acme.slack.com/archives/{CHANNEL}/p1700000000000000");
    assert_eq!(posted.permalink, Some(page));
    let sent = slack.last("chat.postMessage");
    assert_eq!(sent.headers["authorization"], format!("Bearer {TOKEN}"));
    assert_eq!(
        sent.headers["content-type"],
        "application/json; charset=utf-8"
    );
    assert_eq!(sent.parameters["channel"], CHANNEL);
    assert_eq!(sent.parameters["text"], "Code Generation complete");
    let blocks = json!([
        { "type": "header", "text": { "type": "plain_text", "text": "🎉 Code Generation complete", "emoji": true } },
        { "type": "section", "text": { "type": "mrkdwn", "text": "The *hero* has an email form." } },
        { "type": "section", "fields": [
            { "type": "mrkdwn", "text": "*Story*\nENG-1" },
            { "type": "mrkdwn", "text": "*Took*\n2 min" },
        ] },
        { "type": "section", "text": { "type": "mrkdwn", "text": "<https://github.com/acme/site/pull/7|PR #7>" } },
    ]);
    assert_eq!(sent.parameters["blocks"], blocks);
}

#[tokio::test]
async fn a_message_may_name_its_own_channel() {
    let slack = StandIn::start().await;
    let mut elsewhere = message(1);
    elsewhere.channel = Some("#incidents".to_owned());
    slack.client().post(&elsewhere, false).await.unwrap();
    assert_eq!(
        slack.last("chat.postMessage").parameters["channel"],
        "#incidents"
    );
}

#[tokio::test]
async fn text_of_strangers_cannot_mention_or_link() {
    let slack = StandIn::start().await;
    let mut hostile = message(1);
    hostile.text = "<!channel> & <https://evil.example|here>".to_owned();
    hostile.body_markdown.clone_from(&hostile.text);
    slack.client().post(&hostile, false).await.unwrap();
    let sent = slack.last("chat.postMessage").parameters;
    let shown = "&lt;!channel&gt; &amp; &lt;https://evil.example|here&gt;";
    assert_eq!(sent["text"], shown);
    assert_eq!(sent["blocks"][1]["text"]["text"], shown);
}

#[tokio::test]
async fn an_update_replaces_the_words_in_place() {
    let slack = StandIn::start().await;
    let client = slack.client();
    let posted = client.post(&message(1), false).await.unwrap();
    let mut changed = message(1);
    changed.text = "Code Generation failed".to_owned();
    client.update(&posted, &changed).await.unwrap();
    client.update(&posted, &changed).await.unwrap();
    let messages = slack.messages();
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0]["text"], "Code Generation failed");
    assert_eq!(
        messages[0]["metadata"]["event_payload"]["key"],
        message(1).key.to_string()
    );
}

#[tokio::test]
async fn updating_a_deleted_message_is_refused_for_good() {
    let slack = StandIn::start().await;
    let client = slack.client();
    let mut posted = client.post(&message(1), false).await.unwrap();
    posted.ts = "1.000000".to_owned();
    let refused = client.update(&posted, &message(1)).await.unwrap_err();
    assert!(matches!(&refused, MessengerError::Invalid(said) if said == "message_not_found"));
    assert!(!refused.is_transient());
}

#[tokio::test]
async fn the_check_says_who_we_are_and_where_messages_go() {
    let slack = StandIn::start().await;
    let said = slack.client_for("#errand").check().await.unwrap();
    assert_eq!(
        said,
        "errand in Acme (https://acme.slack.com/), posting to #errand"
    );
}

#[tokio::test]
async fn a_message_to_nowhere_is_refused_before_it_is_sent() {
    let slack = StandIn::start().await;
    let refused = slack.client_for(" ").post(&message(1), false).await;
    assert!(matches!(refused, Err(MessengerError::Invalid(_))));
    assert!(slack.methods().is_empty());
}
