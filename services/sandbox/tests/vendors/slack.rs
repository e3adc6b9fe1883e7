use serde_json::{Value, json};

use crate::support::Running;

#[tokio::test]
async fn a_message_is_posted_changed_and_found_by_its_metadata() {
    let running = Running::start().await;
    let metadata = json!({"event_type": "story", "event_payload": {"key": "abc"}});
    let message = json!({"channel": "#errand", "text": "Started", "metadata": metadata, "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "*Started*"}}]});
    let posted = running.slack("chat.postMessage", message).await;
    assert_eq!(posted["ok"], true, "{posted}");
    let (channel, ts) = (posted["channel"].clone(), posted["ts"].clone());
    let changed = running
        .slack(
            "chat.update",
            json!({"channel": channel, "ts": ts, "text": "Done"}),
        )
        .await;
    assert_eq!(
        (&changed["ok"], &changed["ts"]),
        (&json!(true), &ts),
        "{changed}"
    );
    let history = running
        .slack(
            "conversations.history",
            json!({"channel": channel, "include_all_metadata": true}),
        )
        .await;
    let found = &history["messages"][0];
    assert_eq!(
        (&found["text"], &found["ts"], &found["metadata"]),
        (&json!("Done"), &ts, &metadata),
        "{history}"
    );
    let plain = running
        .slack("conversations.history", json!({"channel": channel}))
        .await;
    assert!(
        plain["messages"][0]["metadata"].is_null(),
        "metadata only when asked for"
    );
    let link = running
        .slack(
            "chat.getPermalink",
            json!({"channel": channel, "message_ts": ts}),
        )
        .await;
    assert!(
        link["permalink"]
            .as_str()
            .is_some_and(|link| link.starts_with(&format!("{}/slack/errand#p", running.url))),
        "{link}"
    );
}

#[tokio::test]
async fn a_form_with_encoded_blocks_is_the_same_as_json() {
    let running = Running::start().await;
    let form =
        "channel=C0ERRAND&text=Hi&blocks=%5B%7B%22type%22%3A%22divider%22%7D%5D&token=xoxb-test";
    let request = running
        .http
        .post(format!("{}/slack/api/chat.postMessage", running.url));
    let response = request
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form)
        .send()
        .await
        .expect("an answer");
    let posted: Value = response.json().await.expect("JSON");
    assert_eq!(
        posted["message"]["blocks"],
        json!([{"type": "divider"}]),
        "{posted}"
    );
}

#[tokio::test]
async fn refusals_come_with_status_200_and_slacks_own_codes() {
    let running = Running::start().await;
    let section =
        |text: String| json!([{"type": "section", "text": {"type": "mrkdwn", "text": text}}]);
    let cases = [
        (
            json!({"channel": "#nowhere", "text": "x"}),
            "channel_not_found",
        ),
        (json!({"channel": "#errand"}), "no_text"),
        (
            json!({"channel": "#errand", "text": "x".repeat(40_001)}),
            "msg_too_long",
        ),
        (
            json!({"channel": "#errand", "text": "x", "blocks": section("x".repeat(3_001))}),
            "invalid_blocks",
        ),
        (
            json!({"channel": "#errand", "text": "x", "blocks": [{"type": "marquee"}]}),
            "invalid_blocks",
        ),
        (
            json!({"channel": "#errand", "text": "x", "blocks": "["}),
            "invalid_blocks_format",
        ),
        (
            json!({"channel": "#errand", "text": "x", "metadata": {"event_type": "x"}}),
            "invalid_metadata_format",
        ),
        (
            json!({"channel": "#errand", "text": "x", "thread_ts": "1.1"}),
            "thread_not_found",
        ),
    ];
    for (parameters, code) in cases {
        let answer = running.slack("chat.postMessage", parameters.clone()).await;
        assert_eq!(
            (&answer["ok"], &answer["error"]),
            (&json!(false), &json!(code)),
            "{parameters}"
        );
    }
    assert_eq!(
        running.slack("chat.explode", json!({})).await["error"],
        "unknown_method"
    );
    let anonymous = running
        .http
        .post(format!("{}/slack/api/auth.test", running.url))
        .send()
        .await
        .expect("an answer");
    assert_eq!(anonymous.status(), 200);
    assert_eq!(
        anonymous.json::<Value>().await.expect("JSON")["error"],
        "not_authed"
    );
    assert_eq!(running.sandbox.made().await.expect("counts").messages, 0);
}

#[tokio::test]
async fn messages_posted_at_once_each_have_a_time_of_their_own_and_pages_miss_none() {
    let running = Running::start().await;
    let posts = (0..20).map(|n| {
        running.slack(
            "chat.postMessage",
            json!({"channel": "general", "text": format!("{n}")}),
        )
    });
    let posted = futures::future::join_all(posts).await;
    let mut times: Vec<_> = posted
        .iter()
        .map(|answer| answer["ts"].as_str().expect("a ts").to_owned())
        .collect();
    times.sort();
    times.dedup();
    assert_eq!(times.len(), 20);
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = running
            .slack(
                "conversations.history",
                json!({"channel": "C0GENERAL", "limit": 7, "cursor": cursor}),
            )
            .await;
        seen.extend(
            page["messages"]
                .as_array()
                .expect("messages")
                .iter()
                .map(|message| message["ts"].as_str().expect("a ts").to_owned()),
        );
        if page["has_more"] == false {
            break;
        }
        page["response_metadata"]["next_cursor"]
            .as_str()
            .expect("a cursor")
            .clone_into(&mut cursor);
    }
    seen.reverse();
    assert_eq!(seen, times);
}

#[tokio::test]
async fn replies_stay_in_their_thread() {
    let running = Running::start().await;
    let parent = running
        .slack(
            "chat.postMessage",
            json!({"channel": "#errand", "text": "Started"}),
        )
        .await;
    running
        .slack(
            "chat.postMessage",
            json!({"channel": "#errand", "text": "Still at it", "thread_ts": parent["ts"]}),
        )
        .await;
    let history = running
        .slack("conversations.history", json!({"channel": "C0ERRAND"}))
        .await;
    assert_eq!(
        history["messages"].as_array().map(Vec::len),
        Some(1),
        "{history}"
    );
    let thread = running
        .slack(
            "conversations.replies",
            json!({"channel": "C0ERRAND", "ts": parent["ts"]}),
        )
        .await;
    assert_eq!(thread["messages"][1]["text"], "Still at it", "{thread}");
}
