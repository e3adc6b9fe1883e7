//! Failures: what was not posted, what was posted though it looked otherwise, and what nobody knows.

use std::time::Duration;

use errand_notifier::slack::{Messenger, MessengerError};
use serde_json::json;

use super::stand_in::{CHANNEL, Fault, StandIn, TOKEN, message, no};

#[tokio::test]
async fn a_rate_limit_says_when_to_come_back_and_nothing_was_posted() {
    let slack = StandIn::start().await;
    let limit = Fault::Refuse(
        429,
        &[("retry-after", "7")],
        json!({ "ok": false, "error": "ratelimited" }),
    );
    slack.fault("chat.postMessage", limit);
    let refused = slack.client().post(&message(1), false).await;
    assert_eq!(
        refused,
        Err(MessengerError::RateLimited {
            retry_after: Duration::from_secs(7)
        })
    );
    assert_eq!(slack.methods(), ["chat.postMessage"]);
}

#[tokio::test]
async fn a_message_whose_answer_was_lost_is_found_by_its_key() {
    let lost = [
        Fault::DoneBut(502, json!("Bad gateway")),
        Fault::DoneBut(200, json!({ "ok": false, "error": "internal_error" })),
        Fault::DoneThenCut,
        Fault::DoneThenSilence,
    ];
    for fault in lost {
        let slack = StandIn::start().await;
        slack.fault("chat.postMessage", fault);
        let client = slack
            .client()
            .with_request_timeout(Duration::from_millis(500));
        let posted = client.post(&message(1), false).await.unwrap();
        assert_eq!(posted.ts, "1700000000.000000");
        assert!(posted.permalink.is_some());
        assert_eq!(slack.messages().len(), 1);
    }
}

#[tokio::test]
async fn an_attempt_after_a_crash_finds_the_message_further_back() {
    let slack = StandIn::start().await;
    slack.client().post(&message(1), false).await.unwrap();
    slack.chatter(5);
    let found = slack.client().post(&message(1), true).await.unwrap();
    assert_eq!(found.ts, "1700000000.000000");
    assert_eq!(slack.messages().len(), 6);
}

#[tokio::test]
async fn an_attempt_after_a_crash_posts_what_is_not_there() {
    let slack = StandIn::start().await;
    slack.client().post(&message(1), false).await.unwrap();
    slack.client().post(&message(2), true).await.unwrap();
    assert_eq!(slack.messages().len(), 2);
}

#[tokio::test]
async fn a_channel_known_by_name_is_searched_by_its_id() {
    let slack = StandIn::start().await;
    slack
        .client_for("#errand")
        .post(&message(1), false)
        .await
        .unwrap();
    let client = slack.client_for("#errand");
    for _ in 0..2 {
        client.post(&message(1), true).await.unwrap();
    }
    assert_eq!(slack.messages().len(), 1);
    assert_eq!(
        slack.last("conversations.history").parameters["channel"],
        CHANNEL
    );
    let lists = slack
        .methods()
        .into_iter()
        .filter(|method| method == "conversations.list");
    assert_eq!(lists.count(), 1);
}

#[tokio::test]
async fn without_the_right_to_look_a_message_is_rather_told_twice_than_never() {
    let slack = StandIn::start().await;
    slack.fault("conversations.history", no("missing_scope"));
    slack.client().post(&message(1), true).await.unwrap();
    assert_eq!(slack.messages().len(), 1);
}

#[tokio::test]
async fn while_looking_fails_for_the_moment_nothing_is_posted() {
    let slack = StandIn::start().await;
    slack.fault(
        "conversations.history",
        Fault::Refuse(503, &[], json!("down")),
    );
    let unknown = slack.client().post(&message(1), true).await.unwrap_err();
    assert!(unknown.is_transient());
    assert!(slack.messages().is_empty());
}

#[tokio::test]
async fn when_looking_fails_too_the_outcome_is_unknown_and_the_next_attempt_settles_it() {
    let slack = StandIn::start().await;
    slack.fault("chat.postMessage", Fault::DoneThenCut);
    slack.fault(
        "conversations.history",
        Fault::Refuse(503, &[], json!("down")),
    );
    let unknown = slack.client().post(&message(1), false).await.unwrap_err();
    assert!(
        matches!(&unknown, MessengerError::Unavailable(said) if said.contains("looking for it failed too"))
    );
    slack.client().post(&message(1), true).await.unwrap();
    assert_eq!(slack.messages().len(), 1);
}

#[tokio::test]
async fn a_channel_that_cannot_be_posted_to_is_named() {
    for reason in ["channel_not_found", "not_in_channel", "is_archived"] {
        let slack = StandIn::start().await;
        slack.fault("chat.postMessage", no(reason));
        let refused = slack.client().post(&message(1), false).await.unwrap_err();
        assert!(matches!(&refused, MessengerError::Channel { channel, .. } if channel == CHANNEL));
        assert!(
            refused.to_string().contains(reason) && refused.to_string().contains("invite the app")
        );
        assert_eq!(slack.methods(), ["chat.postMessage"]);
    }
}

#[tokio::test]
async fn a_refused_token_says_which_setting_to_change_and_does_not_show_the_token() {
    let slack = StandIn::start().await;
    slack.fault("auth.test", no("invalid_auth"));
    let refused = slack.client().check().await.unwrap_err();
    assert!(matches!(refused, MessengerError::Unauthorized(_)));
    assert!(refused.to_string().contains("SLACK_BOT_TOKEN"));
    assert!(!format!("{refused} {refused:?}").contains(TOKEN));
}

#[tokio::test]
async fn a_message_without_a_page_is_told_all_the_same() {
    let slack = StandIn::start().await;
    slack.fault("chat.getPermalink", no("missing_scope"));
    let posted = slack.client().post(&message(1), false).await.unwrap();
    assert_eq!(posted.permalink, None);
    assert_eq!(slack.messages().len(), 1);
}
